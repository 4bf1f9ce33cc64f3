"""Times for people, and what is said where pvlib is missing."""

import subprocess
import sys
from datetime import UTC, datetime
from importlib.machinery import PathFinder

import pvlib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.quantities.physics import iso_utc, physics_extra, spa
from pvsim.errors import UsageError


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_unix_time_is_shown_as_datetime_shows_it(moment):
    moment = moment.replace(microsecond=0)
    shown = iso_utc(round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()))
    assert shown == moment.isoformat(sep=" ").replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("t_utc", "text"),
    [
        (1_718_964_000, "2024-06-21 10:00:00Z"),
        (-1, "1969-12-31 23:59:59Z"),
        (253_402_300_800, "10000-01-01 00:00:00Z"),
    ],
)
def test_unix_times_by_hand(t_utc, text):
    assert iso_utc(t_utc) == text


def test_without_pvlib_the_command_that_mends_it_is_named(monkeypatch):
    monkeypatch.setattr("pvsim.core.quantities.physics.find_spec", lambda _name: None)
    with pytest.raises(UsageError, match="needs pvlib") as caught:
        physics_extra()
    assert "pip install 'pvsim[physics]'" in caught.value.fix


def test_the_solar_position_algorithm_is_pvlibs_own_and_comes_without_the_rest():
    script = """
import sys
from pvsim.core.quantities.physics import spa
assert spa() is spa()
print(*sorted({"pvlib", "pandas", "scipy"} & set(sys.modules)), spa().__file__)
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.strip() == pvlib.spa.__file__


def test_a_pvlib_without_the_algorithm_is_named(monkeypatch):
    monkeypatch.setattr(PathFinder, "find_spec", lambda *_: None)
    with pytest.raises(UsageError, match="no solar position algorithm"):
        spa.__wrapped__()
