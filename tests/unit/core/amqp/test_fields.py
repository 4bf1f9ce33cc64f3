"""Fields and tables are what pamqp makes and reads."""

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pamqp import decode, encode

from pvsim.core.amqp.fields import Cursor, FrameError, long_string, short_string, table

NAMES = st.text(st.characters(codec="utf-8", max_codepoint=0x7FF), min_size=1, max_size=20)
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=20),
    lambda inner: st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
@example({"capabilities": {"basic.nack": True}, "x": -1, "y": "z"})
def test_a_table_is_read_by_pamqp(pairs):
    data = table(pairs)
    assert decode.field_table(data) == (len(data), pairs)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("t", b"\1"), ("b", b"\1"), ("B", b"\1"), ("s", bytes(2)), ("u", bytes(2)), ("I", bytes(4)),
        ("i", bytes(4)),
        ("f", bytes(4)), ("D", bytes(5)), ("l", bytes(8)), ("d", bytes(8)), ("T", bytes(8)), ("V", b""),
        ("S", long_string(b"text")), ("x", long_string(b"\0")), ("F", table({"a": 1})), ("A", long_string(b"t\1")),
    ],
)  # fmt: skip
def test_every_kind_of_value_is_gone_over(kind, value):
    entries = short_string("one") + kind.encode() + value + short_string("two") + b"t\1"
    data = long_string(entries)
    cursor = Cursor(data, 0, len(data))
    found = cursor.table()
    assert list(found) == ["one", "two"]
    assert found["one"].kind == kind
    assert value.endswith(data[found["one"].start : found["one"].stop])
    assert cursor.at == len(data)
    assert cursor.text(found["one"]) == ("text" if kind == "S" else "")
    assert cursor.text(None) == ""


def test_the_last_of_two_entries_counts():
    entries = short_string("x") + b"t\0" + short_string("x") + b"l" + bytes(7) + b"\5"
    assert Cursor(long_string(entries), 0, 100).table()["x"].kind == "l"


def test_an_unknown_kind_is_an_error():
    data = long_string(short_string("x") + b"?")
    with pytest.raises(FrameError, match="unknown kind '\\?'"):
        Cursor(data, 0, len(data)).table()


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=3), st.data())
def test_a_table_that_is_cut_short_is_an_error(pairs, data):
    whole = table(pairs)
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(FrameError, match="cut short"):
        Cursor(whole[:cut], 0, cut).table()


def test_strings_and_integers():
    data = encode.short_string("grün") + encode.long_string("x" * 300) + struct.pack(">Q", 2**63 + 1)
    cursor = Cursor(data, 0, len(data))
    assert (cursor.short_string(), cursor.long_string()) == ("grün", b"x" * 300)
    assert cursor.integer(8) == 2**63 + 1
    assert short_string("grün") == encode.short_string("grün")
    assert Cursor(b"\2\xff\xfe", 0, 3).short_string() == "\ufffd\ufffd"


def test_a_short_string_has_a_limit():
    assert len(short_string("x" * 255)) == 256
    with pytest.raises(ValueError, match="longer than 255 bytes"):
        short_string("x" * 256)
