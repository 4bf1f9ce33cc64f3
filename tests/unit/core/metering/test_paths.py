import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.metering.paths import contents, find, parse_path, path_text
from pvsim.core.metering.refusals import BodyError
from pvsim.errors import UsageError

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=5)


@given(st.lists(NAMES | st.integers(0, 9_999), max_size=3))
def test_a_path_is_read_as_it_is_written(steps):
    assert parse_path(path_text(tuple(steps)), "power") == tuple(steps)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("total_act_power", ("total_act_power",)),
        ("ENERGY.Power", ("ENERGY", "Power")),
        ("emeters[0].power", ("emeters", 0, "power")),
        ("params.em:0.total_act_power", ("params", "em:0", "total_act_power")),
        ('"a.b"[1][2]."c d"', ("a.b", 1, 2, "c d")),
        ("[0]", (0,)),
        (".", ()),
    ],
)
def test_paths(text, path):
    assert parse_path(text, "power") == path


@pytest.mark.parametrize(
    "text", ["", " ", "a.", ".a", "a..b", "a b", "a[b]", "a[-1]", "a[", '"a', '""', '"\\x"', "a" * 201, "a[0]b"]
)
def test_what_is_no_path_is_refused(text):
    with pytest.raises(UsageError, match=r"`power`: .* is not a path") as caught:
        parse_path(text, "power")
    assert "ENERGY.Power" in caught.value.fix


def test_a_json_path_is_told_what_to_leave_out():
    with pytest.raises(UsageError) as caught:
        parse_path("$.ENERGY.Power", "power")
    assert "leave out the $" in caught.value.fix


def test_a_value_is_found():
    data = {"emeters": [{"power": 1}, {"power": 2}]}
    assert find(data, ("emeters", 1, "power")) == 2
    assert find(data, ()) is data


@pytest.mark.parametrize(
    ("data", "path", "told"),
    [
        (
            {"ENERGY": {"Total": 1, "Today": 2}},
            ("ENERGY", "Power"),
            "no ENERGY.Power; at ENERGY is an object with Total",
        ),
        ({}, ("a",), "no a; in the body is an empty object"),
        ({"a": [1]}, ("a", 1), "no a[1]; at a is a list of 1"),
        ({"a": 5}, ("a", "b"), "no a.b; at a is 5"),
        ({"a": {}}, ("a", 0), "no a[0]; at a is an empty object"),
        ([1], ("a",), "no a; in the body is a list of 1"),
    ],
)
def test_what_is_there_instead_is_told(data, path, told):
    with pytest.raises(BodyError) as caught:
        find(data, path)
    assert caught.value.refused.detail.startswith(told)


def test_of_many_names_the_first_are_told():
    assert contents(dict.fromkeys("abcdefghij")) == "an object with a, b, c, d, e, f, g, h and more"
