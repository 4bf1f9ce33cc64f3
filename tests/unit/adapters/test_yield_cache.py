"""Yields are computed once and stored; whatever happens to the store, they are the same."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pvsim.adapters import yield_cache
from pvsim.adapters.yield_cache import cached

NUMBERS = (1_012.34, 0.0, 985.5)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "pvsim" / "years"


def forbidden():
    raise AssertionError


def test_they_are_computed_once(home):
    assert cached("a", lambda: NUMBERS, 3) == NUMBERS
    assert cached("a", forbidden, 3) == NUMBERS
    assert cached("b", lambda: (1.0, 2.0, 3.0), 3) == (1.0, 2.0, 3.0)
    assert sorted(each.name for each in home.iterdir()) == ["a.json", "b.json"]


@given(damage=st.binary(max_size=40) | st.just(b"[1.0,2.0]") | st.just(b"[1.0,2.0,-3.0]") | st.just(b"[1,2,3,4]"))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_a_damaged_file_is_computed_and_written_again(home, damage):
    cached("a", lambda: NUMBERS, 3)
    whole = (home / "a.json").read_bytes()
    for damaged in (damage, whole[: len(damage)], whole.replace(b"1012", b"1022"), whole.replace(b",985.5", b"")):
        (home / "a.json").write_bytes(damaged)
        assert cached("a", lambda: NUMBERS, 3) == NUMBERS
        assert cached("a", forbidden, 3) == NUMBERS


def test_without_a_place_for_it_they_are_computed(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert cached("a", lambda: NUMBERS, 3) == NUMBERS
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cached("a", lambda: NUMBERS, 3) == NUMBERS
    assert (tmp_path / ".cache" / "pvsim" / "years" / "a.json").exists()

    def homeless():
        raise RuntimeError

    monkeypatch.setattr(yield_cache.Path, "home", homeless)
    assert cached("a", lambda: (4.0, 5.0, 6.0), 3) == (4.0, 5.0, 6.0)


def test_a_file_that_cannot_take_its_name_leaves_nothing(home):
    home.mkdir(parents=True)
    (home / "a.json").mkdir()
    (home / "a.json" / "x").write_text("")
    assert cached("a", lambda: NUMBERS, 3) == NUMBERS
    assert [each.name for each in home.iterdir()] == ["a.json"]


def test_two_at_once_each_have_them_and_leave_one_file(home):
    both = Barrier(2)

    def compute():
        both.wait(timeout=30)
        return NUMBERS

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: cached("a", compute, 3), range(2)))
    assert found == [NUMBERS, NUMBERS]
    assert [each.name for each in home.iterdir()] == ["a.json"]
