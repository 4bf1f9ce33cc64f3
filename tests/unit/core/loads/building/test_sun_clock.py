"""The clock that people live by: late where and when the sun sets late, else that on the wall."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.loads.building.calendar import BuildingPlace, Week
from pvsim.core.loads.building.sun_clock import SunWeek, sun_quarters

BERLIN = BuildingPlace(ZoneInfo("Europe/Berlin"), 52.5, 13.4)
NAIROBI = BuildingPlace(ZoneInfo("Africa/Nairobi"), 0.0, 45.0)  # noon at 12 o'clock
ZONES = ["Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "Pacific/Apia", "Asia/Urumqi", "UTC"]


def late_h(place, *days, hour=20):
    """How many hours later than by the wall clock people live at an hour of each day."""
    lived = sun_quarters([date(*day).toordinal() for day in days], place)
    return ((4 * hour - lived[:, 4 * hour] + 48) % 96 - 48) / 4


@given(
    zone=st.sampled_from(ZONES),
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    first=st.integers(2, 3_000_000),
)
@settings(max_examples=60, deadline=None)
def test_any_place_and_day_has_a_clock(zone, latitude, longitude, first):
    """It is the wall's from 1 to 13 o'clock, at most an hour and a quarter off, and never runs backwards."""
    place = BuildingPlace(ZoneInfo(zone), latitude, longitude)
    lived = sun_quarters([first, first + 1], place)
    np.testing.assert_array_equal(lived[0, 4:52], np.arange(4, 52))
    off = (np.arange(96) - lived + 48) % 96 - 48
    assert np.abs(off).max() <= 5
    assert (np.diff(np.arange(96) - off) >= 0).all()
    np.testing.assert_array_equal(sun_quarters([first + 1], place)[0], lived[1])  # I7


def test_berlin_by_hand():
    """Dusk before four in December, after nine by summer time in June."""
    assert late_h(BERLIN, (2023, 12, 15), (2023, 3, 15), (2023, 6, 21), (2023, 10, 15)).tolist() == [
        -0.5, -0.25, 1.25, 0.75,
    ]  # fmt: skip
    before, after = late_h(BERLIN, (2023, 3, 25), (2023, 3, 28))
    assert after - before == pytest.approx(0.6, abs=0.26)  # summer time begins between them
    assert late_h(BERLIN, (2023, 6, 21), hour=8) == [0]
    assert late_h(BERLIN, (2023, 6, 21), hour=0) == [0.25]  # the evening before goes on


@given(latitude=st.floats(30, 60), year=st.integers(1990, 2050), south=st.booleans())
@settings(max_examples=20, deadline=None)
def test_the_season_of_evenings_is_four_weeks_behind_the_sun(latitude, year, south):
    """As that of the air is; without summer time, by the first harmonic of the year."""
    place = BuildingPlace(ZoneInfo("Etc/GMT"), -latitude if south else latitude, 0.0)
    first = date(year, 1, 1).toordinal()
    late = -((sun_quarters(list(range(first, first + 365)), place)[:, 80] - 80 + 48) % 96 - 48)
    latest = np.angle(np.sum(late * np.exp(2j * np.pi * np.arange(365) / 365))) / (2 * np.pi) * 365 % 365
    solstice = date(year, 12 if south else 6, 21).toordinal() - first
    assert (latest - solstice) % 365 == pytest.approx(28, abs=4)


def test_october_is_late_and_march_early_under_the_same_light():
    """Sunset is at 18:20 of the wall clock in both weeks; March is 5 K colder in Munich."""
    munich = BuildingPlace(BERLIN.zone, 48.14, 11.58)
    march, october = late_h(munich, (2023, 3, 14), (2023, 10, 14))
    assert (march, october) == (-0.25, 0.75)


def test_other_latitudes():
    """No season on the equator; in the south the summer is in January."""
    months = [(2023, month, 15) for month in range(1, 13)]
    assert late_h(NAIROBI, *months).tolist() == [0.0] * 12
    south = BuildingPlace(ZoneInfo("Etc/GMT"), -52.5, 0.0)
    north = BuildingPlace(ZoneInfo("Etc/GMT"), 52.5, 0.0)
    there = late_h(south, *months)
    np.testing.assert_allclose(np.roll(there, 6), late_h(north, *months), atol=0.26)
    assert there[0] > there[3] > there[6]


@pytest.mark.parametrize("sunday", [date(2024, 3, 31), date(2024, 10, 27)])  # of 23 and 25 hours
def test_a_week_follows_its_quarter_hours(sunday):
    number = (sunday.toordinal() - 1) // 7
    week, sun = Week.of(number, BERLIN.zone), SunWeek.of(number, BERLIN)
    assert len(sun.quarters) == len(sun.darkness) == len(week.starts) != 672
    days = sun_quarters([week.first + day for day in range(7)], BERLIN)
    np.testing.assert_array_equal(sun.quarters, days[week.days, week.quarters])
    assert 60 <= sun.darkness.min() < sun.darkness.max() == 1_000


def indoors(place, *day, hour):
    """How much of what people do on a day at an hour they do indoors, in 1/1000."""
    number, weekday = divmod(date(*day).toordinal() - 1, 7)
    week, sun = Week.of(number, place.zone), SunWeek.of(number, place)
    return int(sun.indoors[(week.days == weekday) & (week.quarters == 4 * hour)][0])


@given(
    zone=st.sampled_from(ZONES),
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    number=st.integers(2, 400_000),
)
@settings(max_examples=40, deadline=None)
def test_people_are_out_in_the_light_of_summer_evenings_only(zone, latitude, longitude, number):
    """And come in when it is dark; nothing before 15 o'clock, nor in winter."""
    place = BuildingPlace(ZoneInfo(zone), latitude, longitude)
    week, sun = Week.of(number, place.zone), SunWeek.of(number, place)
    assert 600 <= sun.indoors.min() <= sun.indoors.max() <= 1_280
    assert (sun.indoors[week.quarters < 60] == 1_000).all()
    assert (sun.indoors[sun.darkness == 1_000] >= 1_000).all()
    assert (sun.indoors[sun.darkness == 60] <= 1_000).all()
    if place.winter(week.first + np.arange(7)).min() >= 0:
        assert (sun.indoors == 1_000).all()


def test_out_in_berlin_by_hand():
    """At noon they are where they always are; at 18 o'clock out; at 22 o'clock at their stoves and screens."""
    summer = [indoors(BERLIN, 2023, 7, 14, hour=hour) for hour in (12, 15, 16, 18, 22, 23)]
    assert summer == [1_000, 1_000, 820, 641, 1_139, 1_000]
    assert indoors(BERLIN, 2023, 1, 14, hour=18) == 1_000
    south = BuildingPlace(ZoneInfo("Etc/GMT"), -52.5, 0.0)
    assert indoors(south, 2023, 1, 14, hour=17) < 660
    assert indoors(NAIROBI, 2023, 7, 14, hour=17) == 1_000  # no season on the equator
