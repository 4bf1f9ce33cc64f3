"""Data of TOML, JSON and NumPy are the same plain data; anything else is refused."""

import tomllib
from datetime import date, datetime, time

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.study.plain import inline, plain_of, text_of

singles = (
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
)
data = st.recursive(
    singles | st.text("abc ä", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(data)
def test_what_json_can_say_stays_as_it_is(value):
    assert plain_of(value) == value
    assert msgspec.json.decode(msgspec.json.encode(plain_of((value,)))) == plain_of([value])


def test_dates_are_texts_and_numbers_pythons():
    toml = tomllib.loads("a = 2024-06-21\nb = 2024-06-21T12:00:00\nc = 07:30:00\nd = [1, 2.5]")
    assert plain_of(toml) == {"a": "2024-06-21", "b": "2024-06-21T12:00:00", "c": "07:30:00", "d": [1, 2.5]}
    assert plain_of([date(2024, 6, 21), datetime(2024, 6, 21, 1), time(1)])[0] == "2024-06-21"  # noqa: DTZ001 - TOML has such
    found = plain_of({"x": np.arange(3), "y": np.float64(0.5), "z": (np.int64(1),)})
    assert found == {"x": [0, 1, 2], "y": 0.5, "z": [1]}
    assert [type(each) for each in found["x"]] == [int, int, int]


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x", "\ud800", {"\udfff": 1}, [[1, {"a": object()}]]])
def test_what_is_no_plain_data_is_refused(value):
    with pytest.raises(ValueError, match=r"no plain data|half of a surrogate pair"):
        plain_of(value)


def test_a_text_that_utf_8_can_hold_is_one():
    assert text_of("über") == "über"


toml = st.recursive(
    st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("a ä\"'\\\n"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab .-", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(toml)
def test_a_value_in_a_line_is_read_again_from_a_study_file(value):
    line = inline([value])
    assert "\n" not in line
    assert tomllib.loads(f"x = {line}")["x"] == [value]


def test_values_in_a_line_by_hand():
    weather = {"kind": "file", "path": "w 1.csv", "a.b": [1, 2.5, True], "none": {}}
    assert inline(weather) == '{ kind = "file", path = "w 1.csv", "a.b" = [1, 2.5, true], none = {} }'
    assert inline("w.csv") == "w.csv"
    assert inline(None) == "null"
