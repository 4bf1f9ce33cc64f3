"""Setting a value changes that value only, and leaves the data it was given alone."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.study.paths import overlap, parts_of, put, short_names, value_at
from pvsim.errors import UsageError

WORDS = st.sampled_from(["site", "battery", "plants", "0", "1", "peak_kw", "tilt"])
PATHS = st.lists(st.lists(WORDS, min_size=1, max_size=4).map(".".join), min_size=1, max_size=5, unique=True)

names = st.sampled_from(["a", "b", "c"])
trees = st.recursive(
    st.integers() | st.text(max_size=3) | st.booleans(),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(names, trees), st.lists(names | st.sampled_from(["0", "1"]), min_size=1, max_size=4), trees)
def test_what_was_put_at_a_path_is_there_and_nothing_else_has_changed(data, path, value):
    before = deepcopy(data)
    try:
        changed = put(data, tuple(path), value)
    except UsageError:
        return
    assert data == before
    assert value_at(changed, tuple(path)) == value
    taken = put(changed, tuple(path), value_at(before, tuple(path)))
    if value_at(before, tuple(path)) is not None:
        assert taken == before


SITE = {"plants": [{"peak_kw": 5, "name": "south"}, {"peak_kw": 3}], "battery": {"capacity_kwh": 5}}


@pytest.mark.parametrize(
    ("path", "value", "now"),
    [
        ("plants.1.peak_kw", 4, SITE | {"plants": [SITE["plants"][0], {"peak_kw": 4}]}),
        ("plants.*.peak_kw", 9, SITE | {"plants": [{"peak_kw": 9, "name": "south"}, {"peak_kw": 9}]}),
        ("plants.0.name", None, SITE | {"plants": [{"peak_kw": 5}, {"peak_kw": 3}]}),
        ("plants.0", None, SITE | {"plants": [{"peak_kw": 3}]}),
        ("battery", None, {"plants": SITE["plants"]}),
        ("grid.export_limit_kw", 5, SITE | {"grid": {"export_limit_kw": 5}}),
        ("grid.export_limit_kw", None, SITE),
        ("plants.1", {"peak_kw": 1}, SITE | {"plants": [SITE["plants"][0], {"peak_kw": 1}]}),
    ],
)
def test_a_value_is_put_at_its_path(path, value, now):
    assert put(SITE, parts_of(path), value) == now


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("plants.2.peak_kw", "plants has no item 2; the numbers of its items are 0 to 1"),
        ("plants.south.peak_kw", "'south' is neither the number of an item, from 0, nor * for each"),
        ("plants.-1.peak_kw", "'-1' is neither the number"),
        ("plants.01.peak_kw", "'01' is neither the number"),
        ("plants.٣.peak_kw", "is neither the number"),
        ("battery.capacity_kwh.more", "battery.capacity_kwh is a value, not a table"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(path, told):
    with pytest.raises(UsageError) as caught:
        put(SITE, parts_of(path), 1)
    assert told in str(caught.value)
    assert caught.value.field == path


@pytest.mark.parametrize(("items", "there"), [([], "none"), ([1], "0")])
def test_a_refusal_says_which_items_there_are(items, there):
    with pytest.raises(UsageError, match=f"the numbers of its items are {there}$"):
        put({"list": items}, ("list", "7"), 1)


@pytest.mark.parametrize("path", ["", "site..plants", ".a", "a."])
def test_a_path_has_names_between_its_dots(path):
    with pytest.raises(UsageError, match="names with a dot between them"):
        parts_of(path)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("site", "site.battery", True),
        ("site.battery.capacity_kwh", "site.battery.charge_kw", False),
        ("site.plants.*.peak_kw", "site.plants.1.peak_kw", True),
        ("site.plants.0.peak_kw", "site.plants.1.peak_kw", False),
        ("site.*.peak_kw", "site.plants.peak_kw", False),
    ],
)
def test_paths_overlap_where_both_set_one_value(one, other, both):
    assert overlap(parts_of(one), parts_of(other)) is both
    assert overlap(parts_of(other), parts_of(one)) is both


def test_there_is_no_value_where_a_path_does_not_lead():
    assert value_at(SITE, ("plants", "0", "peak_kw")) == 5
    assert value_at(SITE, ("plants", "9")) is None
    assert value_at(SITE, ("plants", "0", "peak_kw", "x")) is None


@given(PATHS)
def test_short_names_are_ends_of_their_paths_that_no_other_path_has(paths):
    found = short_names(paths)
    assert len(set(found.values())) == len(paths)
    for path, short in found.items():
        assert f".{path}".endswith(f".{short}")
        assert short == path or not any(f".{other}".endswith(f".{short}") for other in paths if other != path)


def test_short_names_by_hand():
    paths = ["site.plants.0.peak_kw", "site.plants.1.peak_kw", "site.battery.capacity_kwh", "seed", "site.load.0"]
    assert list(short_names(paths).values()) == [
        "plants.0.peak_kw",
        "plants.1.peak_kw",
        "capacity_kwh",
        "seed",
        "load.0",
    ]
    assert short_names(["homes.*.battery.kwh", "homes.0.battery.kwh"]) == {
        "homes.*.battery.kwh": "homes.*.battery.kwh",
        "homes.0.battery.kwh": "homes.0.battery.kwh",
    }
