"""Times for people, and what is said where pvlib is missing."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.quantities.physics import iso_utc, physics_extra
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
