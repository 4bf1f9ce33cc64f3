"""I6: local days and weeks tile time; the sun and the season are about right."""

from datetime import date
from math import nan
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.loads.building.calendar import BuildingPlace, Week, day_kind, first_instant, ordinal_at, season
from pvsim.errors import UsageError

ZONES = [
    "Europe/Berlin",
    "Australia/Lord_Howe",  # shifts by half an hour
    "America/Havana",  # sets clocks back from 1:00 to midnight
    "America/St_Johns",  # until 2011 set them back at 0:01, over midnight
    "Pacific/Apia",  # had no 30 December 2011
    "Africa/Cairo",  # begins summer at midnight: that day has no 0:00
    "UTC",
]
BERLIN = ZoneInfo("Europe/Berlin")
CHANGES = [  # zone, a day with a clock change, its quarter hours
    ("Europe/Berlin", date(2024, 3, 31), 92),
    ("Europe/Berlin", date(2024, 10, 27), 100),
    ("Australia/Lord_Howe", date(2024, 4, 7), 98),
    ("Australia/Lord_Howe", date(2024, 10, 6), 94),
    ("Pacific/Apia", date(2011, 12, 30), 0),
]


@given(zone=st.sampled_from(ZONES), number=st.integers(102_000, 106_000))
@settings(max_examples=60, deadline=None)
def test_a_week_is_tiled_by_its_quarter_hours(zone, number):
    """I6: none is lost, none occurs twice, and the next week begins where this one ends."""
    week = Week.of(number, ZoneInfo(zone))
    assert (week.starts[1:] == week.starts[:-1] + week.lengths[:-1]).all()
    assert week.starts[-1] + week.lengths[-1] == first_instant(week.first + 7, ZoneInfo(zone))
    assert date.fromordinal(week.first).weekday() == 0
    assert ((week.quarters >= 0) & (week.quarters < 96)).all()


@given(zone=st.sampled_from(ZONES), t_utc=st.integers(0, 2 * 10**9))
@settings(max_examples=200, deadline=None)
def test_each_second_belongs_to_one_day(zone, t_utc):
    ordinal = ordinal_at(t_utc, ZoneInfo(zone))
    assert first_instant(ordinal, ZoneInfo(zone)) <= t_utc < first_instant(ordinal + 1, ZoneInfo(zone))


@pytest.mark.parametrize(("zone", "day", "quarters"), CHANGES)
def test_days_on_which_clocks_change(zone, day, quarters):
    week = Week.of((day.toordinal() - 1) // 7, ZoneInfo(zone))
    mine = week.days == day.weekday()
    assert mine.sum() == quarters
    by_clock = np.bincount(week.quarters[mine], minlength=96)
    assert by_clock.sum() == quarters
    if quarters > 96:
        assert set(by_clock.tolist()) == {1, 2}


def test_a_second_of_a_date_that_comes_twice_belongs_to_the_day_after():
    """At 0:01 on 7 November 2010 clocks in St. John's went back to 23:01 of the 6th."""
    zone = ZoneInfo("America/St_Johns")
    midnight = first_instant(date(2010, 11, 7).toordinal(), zone)
    assert [ordinal_at(midnight + s, zone) - date(2010, 11, 7).toordinal() for s in (-1, 0, 59, 60, 7_200)] == [
        -1, 0, 0, 0, 0,
    ]  # fmt: skip


def test_season_and_darkness_by_hand():
    year = np.arange(date(2023, 1, 1).toordinal(), date(2024, 1, 1).toordinal())
    assert abs(season(year).mean()) < 0.001
    place = BuildingPlace(BERLIN, 52.5, 13.4)
    assert place.winter(year)[[14, 196]] == pytest.approx([1, -1], abs=0.01)
    assert BuildingPlace(BERLIN, -33, 151).winter(year)[[14, 196]] == pytest.approx([-1, 1], abs=0.01)
    assert (BuildingPlace(BERLIN, 0, 0).winter(year) == 0).all()  # no season on the equator
    assert BuildingPlace(BERLIN, -15, 0).winter(year)[[14, 196]] == pytest.approx([-0.5, 0.5], abs=0.01)
    for day, dark_at in [(date(2024, 6, 21), (1, 23)), (date(2024, 12, 21), (7, 17))]:
        start = first_instant(day.toordinal(), BERLIN)
        hours = place.darkness(start + 3_600 * np.arange(24))
        assert hours[12] == 60
        assert (hours[list(dark_at)] > 850).all()


def test_day_kinds_and_bad_coordinates():
    days = [date(2024, 6, 21), date(2024, 6, 22), date(2024, 6, 23), date(2024, 12, 25)]
    assert [day_kind(day.toordinal()) for day in days] == [0, 1, 2, 2]
    for latitude, longitude in [(91, 0), (nan, 0), (0, 181)]:
        with pytest.raises(UsageError, match=r"tude_deg is −\d+ to "):
            BuildingPlace(BERLIN, latitude, longitude)
