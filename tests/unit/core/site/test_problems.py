"""Every problem at once, with its path; and exactly what msgspec refuses."""

from datetime import date, datetime, time
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Meta, Struct

from pvsim.core.site.problems import item_path, listed, problems, type_of, value_problems
from pvsim.core.site.schema import Plant, Site


class Point(Struct, forbid_unknown_fields=True):
    x_m: Annotated[float, Meta(ge=0, le=9)]
    way: Literal["up", "down"] = "up"
    back: Literal["up", "down"] | None = None


class Cat(Struct, forbid_unknown_fields=True, tag_field="kind", tag="cat"):
    lives: Annotated[int, Meta(ge=1, le=9)] = 9


class Dog(Struct, forbid_unknown_fields=True, tag_field="kind", tag="dog"):
    good: bool = True


Pair = Annotated[tuple[float, ...], Meta(min_length=2, max_length=2)]


class Thing(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=4)]
    size_m: Annotated[float, Meta(gt=0, le=5)] = 1.0
    points: Annotated[tuple[Point, ...], Meta(max_length=3)] = ()
    trace: Annotated[float, Meta(ge=1, le=9)] | Pair = 1.0
    spot: Point | None = None
    pet: Cat | Dog | None = None
    many: Annotated[tuple[int, ...], Meta(min_length=1)] = (1,)
    plain: int | str = 0
    day: date = date(2024, 1, 1)
    until: date | None = None


values = st.recursive(
    st.none() | st.booleans() | st.integers(-12, 12) | st.floats(-12, 12) | st.sampled_from(["", "up", "abcdef"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["x_m", "way", "kind", "lives", "good", "odd"]), inner, max_size=4)
    ),
    max_leaves=8,
)
dates = st.sampled_from(
    [
        date(2025, 3, 1),
        datetime(2025, 3, 1),  # noqa: DTZ001 - TOML has such
        time(1),
        "2025-03-01",
        "2025-3-1",
        "20250301",
        "2025-02-30",
        "2025-W01-1",
    ]
)
points = st.fixed_dictionaries({"x_m": st.floats(0, 9)}, optional={"way": st.sampled_from(["up", "down", "u"])})
pets = st.fixed_dictionaries(
    {"kind": st.sampled_from(["cat", "dog", "cow"])}, optional={"lives": st.integers(0, 10)}
)
things = st.fixed_dictionaries(
    {"name": st.sampled_from(["a", "abcd"]) | values},
    optional={
        "size_m": st.floats(-1, 6) | values,
        "points": st.lists(points, max_size=4) | values,
        "trace": st.floats(0, 10) | st.lists(st.floats(), min_size=1, max_size=3) | values,
        "pet": pets | values,
        "many": st.lists(st.integers(), max_size=2) | values,
        "plain": values,
        "spot": points | values,
        "nam": values,
        "day": dates | values,
        "until": dates | values,
    },
)


@given(things)
@settings(max_examples=120, deadline=None)
def test_a_problem_is_found_exactly_where_msgspec_refuses(data):
    try:
        msgspec.convert(data, Thing)
    except msgspec.ValidationError:
        assert problems(data, Thing)
    else:
        assert problems(data, Thing) == []


GOOD = {"name": "ab"}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (GOOD, []),
        ({}, ["name: missing"]),
        ([], ["the file: [] is not a table"]),
        ({"name": ""}, ["name: a text of 0 characters, where 1 to 4 belong"]),
        (GOOD | {"points": [{"x_m": 1}, {"x_m": 130}]}, ["points: value 2: x_m: 130 is outside 0..9"]),
        (GOOD | {"size_m": 0}, ["size_m: 0 is outside more than 0 to 5"]),
        (GOOD | {"size_m": float("nan")}, ["size_m: nan is outside more than 0 to 5"]),
        (GOOD | {"size_m": True}, ["size_m: true is not a number"]),
        (GOOD | {"siz_m": 1}, ["siz_m: there is no such setting; did you mean size_m?"]),
        (GOOD | {"points": [{"x_m": 1, "way": "dwn"}]},
         ['points: value 1: way: "dwn" is not known; did you mean down?']),
        (GOOD | {"points": [{"x_m": 1, "way": 7}]},
         ["points: value 1: way: 7 is not known; write one of down, up"]),
        (GOOD | {"spot": {"x_m": 1, "back": "dwn"}}, ['spot.back: "dwn" is not known; did you mean down?']),
        (GOOD | {"spot": {"x_m": 1, "back": 7}}, ["spot.back: 7 is not a text"]),
        (GOOD | {"points": [{"x_m": 1}] * 4}, ["points: a list of 4, where 0 to 3 belong"]),
        (GOOD | {"trace": [1, 2, 3]}, ["trace: a list of 3, where 2 belong"]),
        (GOOD | {"trace": 0}, ["trace: 0 is outside 1..9"]),
        (GOOD | {"trace": "x"}, ['trace: "x" is not a number or a list']),
        (GOOD | {"many": []}, ["many: a list of 0, where 1 or more belong"]),
        (GOOD | {"pet": {"kind": "cow"}}, ['pet.kind: "cow" is not known; write one of cat, dog']),
        (GOOD | {"pet": {}}, ["pet.kind: missing; write one of cat, dog"]),
        (GOOD | {"pet": {"kind": "cat", "lives": 10}}, ["pet.lives: 10 is outside 1..9"]),
        (GOOD | {"pet": 3}, ["pet: 3 is not a table"]),
        (GOOD | {"pet": {"kind": "dog", "zebra": 1}}, ["pet.zebra: there is no such setting; known are good"]),
        (GOOD | {"many": ["a", 2]}, ['many: value 1: "a" is not a whole number']),
        (GOOD | {"spot": {"x_m": -1}}, ["spot.x_m: -1 is outside 0..9"]),
        (GOOD | {"day": "2025-02-30"}, ['day: "2025-02-30" is not a date such as 2025-03-01']),
        (GOOD | {"until": 3}, ["until: 3 is not a date such as 2025-03-01"]),
        (GOOD | {"name": date(2025, 3, 1)}, ["name: 2025-03-01, a date, is not a text"]),
        (GOOD | {"size_m": time(6)}, ["size_m: 06:00:00, a time, is not a number"]),
        (GOOD | {"name": b"x"}, ["name: b'x', of type bytes, is not a text"]),
        ({"name": ["y" * 50]}, [f'name: ["{"y" * 37}… is not a text']),
    ],
)  # fmt: skip
def test_problems_by_hand(data, found):
    assert problems(data, Thing) == found


def test_a_site_with_thirteen_mistakes_names_each():
    data = {
        "location": {"latitude_deg": 91, "longitude_deg": "a", "tz": "UTC"},
        "plants": [
            {"tilt_deg": 1, "azimuth_deg": 2, "peak_kw": 3},
            {"tilt_deg": 130, "azimut_deg": 3, "peak_kw": -1},
        ],
        "weather": {"kind": "cler"},
    }
    found = problems(data, Site)
    assert "plant 2: tilt_deg: 130 is outside 0..90" in found
    assert "plant 2: azimut_deg: there is no such setting; did you mean azimuth_deg?" in found
    assert len(found) == 8


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        ({"name": "south roof", "tilt_deg": 130}, "plant 2 (south roof): tilt_deg: 130 is outside 0..90"),
        ({"name": "a\nb", "tilt_deg": 130}, "plant 2: tilt_deg: 130 is outside 0..90"),
        ({"name": "", "tilt_deg": 130}, "plant 2: tilt_deg: 130 is outside 0..90"),
        ({"name": 7, "tilt_deg": 3}, "plant 2: name: 7 is not a text"),
        (3, "plant 2: 3 is not a table"),
        (
            {"name": "n", "horizon": [{"azimuth_deg": 1, "elevation_deg": 2}, {"azimuth_deg": 1}]},
            "plant 2 (n): horizon point 2: elevation_deg: missing",
        ),
        ({"horizon": {}}, "plant 2: horizon: a single table instead of a list: write [[ ]] around its name"),
    ],
)
def test_items_are_counted_from_1_and_called_by_their_names(plant, found):
    good = {"tilt_deg": 1, "azimuth_deg": 2, "peak_kw": 3}
    second = good | plant if isinstance(plant, dict) else plant
    data = {
        "name": "s",
        "location": {"latitude_deg": 1, "longitude_deg": 1, "tz": "UTC"},
        "plants": [good, second],
    }
    assert [each.partition(", or [ ]")[0] for each in problems(data, Site)] == [found]


def test_an_item_that_is_no_table_is_named_by_its_attribute():
    assert item_path("plants", 1, Plant(1, 2, 3, name="hall")) == "plant 2 (hall):"
    assert item_path("weather.temp_air_c", 2, -99.0) == "weather.temp_air_c: value 3:"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"name": "a", "size_m": 10**400}, "size_m: inf is outside more than 0 to 5"),
        ({"name": "a", "many": [-(10**400)], "size_m": 1}, None),
        (
            {"name": "a", "points": {"x_m": 1}},
            "points: a single table instead of a list: write [[ ]] around its name",
        ),
        ({"name": "a", "spot": [{"x_m": 1}]}, "spot: a list instead of a single table: write [ ] around its name"),
        ({"name": "a", "spot": [1]}, "spot: [1] is not a table"),
        ({"name": "a", "points": [{"x_m": 1, "way": float("nan")}]}, "points: value 1: way: nan is not known"),
    ],
)
def test_values_that_json_or_a_float_cannot_hold_and_the_wrong_brackets(data, says):
    found = problems(data, Thing)
    assert (found[0] if found else None) == says or found[0].startswith(says)


def test_a_value_by_itself_is_told_with_its_path():
    kind = type_of(Point)
    assert value_problems({"x_m": 9}, kind, "spot") == []
    assert value_problems({"x_m": 10}, kind, "spot") == ["spot.x_m: 10 is outside 0..9"]


@given(st.lists(st.text("abc", min_size=1), min_size=2), st.none() | st.integers(1, 9))
def test_of_several_things_some_are_shown_and_all_are_counted(found, most):
    head, *shown = listed(found, most=most).split("\n  ")
    assert head == f"{len(found)} settings are wrong:"
    if most is not None and len(found) > most:
        assert shown.pop() == f"and {len(found) - most} more"
        found = found[:most]
    assert shown == found


def test_a_single_thing_is_said_without_more():
    assert listed(["altitude_m: it is missing"], most=1) == "altitude_m: it is missing"
    assert listed(["line 2: no date", "line 3: no date"], "lines", most=1) == (
        "2 lines are wrong:\n  line 2: no date\n  and 1 more"
    )
