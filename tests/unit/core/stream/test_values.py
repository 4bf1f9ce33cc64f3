"""Values of AMQP 1.0: lists and maps taken apart, texts read, everything else skipped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rstream._pyamqp._encode import encode_value  # a test dependency, whose encoder has no public name

from pvsim.core.stream.values import compound, text_of


def encoded(value):
    """A value as another library writes it."""
    out = bytearray()
    encode_value(out, value)
    return bytes(out)


_plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 2**31 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=300),
    st.binary(max_size=300),
)
_values = st.recursive(
    _plain,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
)


@given(values=st.lists(_values, max_size=8))
def test_each_value_of_a_list_is_what_another_library_wrote(values):
    assert list(map(bytes, compound(memoryview(encoded(values))))) == list(map(encoded, values))


@given(pairs=st.dictionaries(st.text(max_size=300), _values, max_size=5))
def test_a_map_is_its_keys_and_values_in_turn(pairs):
    flat = [each for pair in pairs.items() for each in pair]
    assert list(map(bytes, compound(memoryview(encoded(pairs))))) == list(map(encoded, flat))


@given(text=st.text(max_size=300))
def test_a_text_is_read(text):
    assert text_of(memoryview(encoded(text))) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"\xa3\x04gzip", "gzip"),
        (b"\xb3\0\0\0\x04gzip", "gzip"),
        (b"\x40", ""),
        (b"\xa0\x01a", ""),
        (b"\x50\x07", ""),
    ],
)
def test_a_symbol_is_a_text_and_other_values_are_none(value, text):
    assert text_of(memoryview(value)) == text


def test_a_described_value_and_every_width_are_skipped():
    described = b"\x00\xa3\x03url\xa1\x01x"
    values = [
        described,
        b"\x60\0\1",
        b"\x70\0\0\0\1",
        b"\x80" + b"\0" * 8,
        b"\x98" + b"\0" * 16,
        b"\xe0\x02\x00\x40",
    ]
    values.append(b"\xf0\0\0\0\x05\0\0\0\0\x40")
    body = b"".join(values)
    section = b"\xc0" + bytes([len(body) + 1, len(values)]) + body
    assert list(map(bytes, compound(memoryview(section)))) == values


@pytest.mark.parametrize(
    "section",
    [
        b"",
        b"\xa1\x01a",  # neither a list nor a map
        b"\xc0\x02\x02\x40",  # one value of two
        b"\xc0\x03\x01\xa1\x09",  # a text that is cut short
        b"\xc0\x03\x01\x10\x10",  # no value
        b"\xc0\x20\x01" + b"\0" * 31,  # described for ever
    ],
)
def test_what_does_not_fit_is_an_error(section):
    with pytest.raises(ValueError, match=r"neither|cut short|no value"):
        list(compound(memoryview(section)))


@given(noise=st.binary(max_size=80))
def test_any_bytes_are_values_or_an_error(noise):
    for head in (b"", b"\xc0", b"\xc1\x20\x04", b"\xd0\0\0\0\x20"):
        try:
            texts = list(map(text_of, compound(memoryview(head + noise))))
        except ValueError:
            continue
        assert all(isinstance(text, str) for text in texts)
