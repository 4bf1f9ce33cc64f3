import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.messages.batch import Unreadable
from pvsim.core.metering.content import MAX_DEPTH, MAX_UNPACKED_BYTES, content_of, decoded, refuse_twice
from pvsim.core.metering.refusals import BodyError, Refusal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab[{\\"', max_size=2), inner, max_size=3),
)


def refusal(function, *args):
    with pytest.raises(BodyError) as caught:
        function(*args)
    return caught.value.refused


def test_bytes_around_a_value_are_taken_off():
    assert content_of(b"\xef\xbb\xbf412\x00\x00\r\n", "") == b"412"
    assert content_of(b" {} ", "UTF-8") == b"{}"


@given(st.binary(max_size=1_000))
def test_gzip_is_unpacked(content):
    assert content_of(gzip.compress(content), "gzip") == content.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n\0")


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (b"1" * 4_097, "", Refusal.TOO_LARGE),
        (gzip.compress(b"1" * (MAX_UNPACKED_BYTES + 1)), "gzip", Refusal.TOO_LARGE),
        (gzip.compress(b"1")[:-1], "gzip", Refusal.ENCODING),
        (gzip.compress(b"1") + b"x", "gzip", Refusal.ENCODING),
        (b"plain", "x-gzip", Refusal.ENCODING),
        (gzip.compress(b"1"), "", Refusal.ENCODING),
        (b"(\xb5/\xfd", "zstd", Refusal.ENCODING),
        (b"1", "utf-16", Refusal.ENCODING),
        (Unreadable(b"x", "compressed"), "", Refusal.BATCH),
    ],
)
def test_what_is_too_large_or_of_another_encoding_is_refused(body, encoding, reason):
    assert refusal(content_of, body, encoding).reason == reason


def test_the_largest_bodies_are_read():
    assert len(content_of(b"1" * 4_096, "")) == 4_096
    assert len(content_of(gzip.compress(b"1" * MAX_UNPACKED_BYTES), "gzip")) == MAX_UNPACKED_BYTES


@given(JSON)
def test_json_is_decoded(value):
    assert decoded(json.dumps(value).encode()) == value


def test_the_depth_is_bounded_but_not_that_of_brackets_in_texts():
    def nested(n):
        return b"[" * n + b"]" * n

    assert decoded(nested(MAX_DEPTH))
    assert refusal(decoded, nested(MAX_DEPTH + 1)).reason == Refusal.TOO_DEEP
    assert refusal(decoded, b"[" * 4_096).reason == Refusal.TOO_DEEP
    assert decoded(b'{"a":"' + b'[\\"' * 100 + b'"}') == {"a": '["' * 100}
    assert decoded(b"[" + b",".join([b"[]"] * 100) + b"]") == [[]] * 100


@pytest.mark.parametrize("body", [b"{", b"{'a': 1}", b'"\xff"', b'["\\ud800"]', b"[1" + b"0" * 5_000 + b"]"])
def test_what_is_no_json_is_refused(body):
    assert refusal(decoded, body).reason == Refusal.NOT_TEXT


@pytest.mark.parametrize("body", [b'{"a":NaN}', b'{"a":-Infinity}'])
def test_numbers_that_json_lacks_are_no_values(body):
    assert refusal(decoded, body).reason == Refusal.NO_VALUE


PATHS = (("a", "b"), ("c", 1, "d"))
QUOTED = (b'"a"', b'"b"', b'"c"', b'"d"')


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"a":{"b":1,"b":1}}', "a.b"),
        (b'{"a":1,"a":{"b":1}}', "a"),
        (b'{"a":1,"\\u0061":2}', "a"),
        (b'{"c":[0,{"d":1,"d":2}]}', "c[1].d"),
    ],
)
def test_a_field_that_is_read_and_stands_twice_is_refused(body, field):
    refused = refusal(refuse_twice, body, PATHS, QUOTED)
    assert (refused.reason, refused.detail) == (Refusal.TWICE, field)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":{"b":1},"c":[{"d":1},{"d":2}]}',
        b'{"x":1,"x":2,"a":{"b":1}}',
        b'{"a":{"b":1},"c":[{"d":1,"d":2}]}',
        b'{"a":{"b":1},"z":{"b":1},"c":5,"\\n":"c"}',
    ],
)
def test_other_fields_may_stand_twice(body):
    refuse_twice(body, PATHS, QUOTED)
