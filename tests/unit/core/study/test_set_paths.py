"""Paths that set one value are found among many, as comparing each with each would find them."""

from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.study.paths import overlap
from pvsim.core.study.set_paths import SetPaths

paths = st.lists(st.sampled_from(["a", "b", "0", "1", "*"]), min_size=1, max_size=3).map(tuple)


@given(st.lists(paths, max_size=8), paths)
def test_a_path_that_sets_the_same_is_found(known, path):
    found = SetPaths()
    for each in known:
        found.add("sweep", each)
    same = found.copy().same_as(path)
    expected = [each for each in known if len(each) == len(path) and overlap(each, path)]
    assert (same is not None) == bool(expected)
    assert same is None or (same[0] == "sweep" and same[1] in expected)


def test_the_section_is_that_of_the_first_that_set_it():
    known = SetPaths()
    known.add("sample", ("plants", "0", "peak_kw"))
    other = known.copy()
    other.add("sweep", ("plants", "0", "peak_kw"))
    assert other.same_as(("plants", "0", "peak_kw")) == ("sample", ("plants", "0", "peak_kw"))
    other.add("sweep", ("plants", "*", "tilt_deg"))
    assert other.same_as(("plants", "*", "peak_kw")) == ("sample", ("plants", "0", "peak_kw"))
    assert other.same_as(("plants", "3", "tilt_deg")) == ("sweep", ("plants", "*", "tilt_deg"))
    assert other.same_as(("plants", "3", "peak_kw")) is None
    assert known.same_as(("plants", "3", "tilt_deg")) is None
