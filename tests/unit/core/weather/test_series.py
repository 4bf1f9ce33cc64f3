"""Temperatures of a weather file at any times: lines, gaps, both ends, typical years."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.series.findings import FileReading
from pvsim.core.weather.series import FileTemperature, WeatherSeries
from pvsim.core.weather.sky import ClimateSky
from pvsim.core.weather.spells import Spells
from pvsim.errors import BadInputError

START = 1_704_067_200  # 2024-01-01T00:00Z
HOUR = 3600
CLIMATE = ClimateSky(11.58, (15.0,) * 12, 8.0, 2.0, temp_air_spread_c=3.0, spells=Spells(2)).temp_air


def hours(temp_air, *, typical=False, wind_speed=None):
    temp_air = np.asarray(temp_air, np.float64)
    origin = 0 if typical else START
    ghi = np.zeros(len(temp_air))
    return WeatherSeries("w.csv", HOUR, origin, typical, ghi=ghi, temp_air=temp_air, wind_speed=wind_speed)


@given(
    known=st.lists(st.one_of(st.just(np.nan), st.floats(-30, 40)), min_size=1, max_size=60),
    first=st.integers(-12 * HOUR, 72 * HOUR),
    n=st.integers(1, 9_000),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_a_temperature_depends_on_its_time_only(known, first, n, data):
    """I7: windows, single times, and a number everywhere."""
    outdoors = FileTemperature(hours(known).bridged(), CLIMATE)
    whole = outdoors(np.arange(START + first, START + first + n))
    assert not np.isnan(whole).any()
    start = data.draw(st.integers(0, n - 1))
    part = np.array(sorted(data.draw(st.sets(st.integers(start, n - 1), min_size=1, max_size=20))))
    np.testing.assert_array_equal(outdoors(START + first + part), whole[part])


def test_straight_lines_run_between_the_middles():
    outdoors = FileTemperature(hours([0.0, 10.0, 10.0]), CLIMATE)
    at = START + np.array([1_799, 3_599, 5_399, 7_000])
    assert outdoors(at) == pytest.approx([0.0, 5.0, 10.0, 10.0], abs=0.002)


def test_six_hours_are_bridged_and_more_are_the_climate_s():
    known = np.arange(40.0)
    known[2:8] = np.nan  # six
    known[20:27] = np.nan  # seven
    middles = START + HOUR * np.arange(40) + HOUR // 2
    outdoors = FileTemperature(hours(known).bridged(), CLIMATE)
    assert outdoors(middles)[:20] == pytest.approx(np.arange(20), abs=0.001)
    assert outdoors(middles)[20:26].tolist() == CLIMATE(middles)[20:26].tolist()
    assert outdoors(middles)[27:] == pytest.approx(np.arange(27, 40), abs=0.001)
    at_its_edge = outdoors(np.array([START + 20 * HOUR - 1]))  # half an hour after the last value
    assert at_its_edge == pytest.approx(19)


def test_the_ends_hold_for_six_hours():
    outdoors = FileTemperature(hours([5.0, 7.0]), CLIMATE)
    at = START + np.array([-6 * HOUR - 1, -6 * HOUR, 8 * HOUR - 1, 8 * HOUR])
    climate = CLIMATE(at)
    assert outdoors(at).tolist() == [climate[0], 5.0, 7.0, climate[3]]


def test_wind_is_bridged_too_and_a_column_of_gaps_stays_one():
    wind = np.array([1.0, np.nan, 3.0])
    series = hours([np.nan] * 3, wind_speed=wind).bridged()
    assert series.wind_speed.tolist() == [1.0, 2.0, 3.0]
    assert np.isnan(series.temp_air).all()
    assert hours([1.0]).bridged().wind_speed is None


READING = FileReading("w.csv", (), (), 40, HOUR, "UTC", "times", "start", "assumed", remarks=("a",))


@pytest.mark.parametrize(
    ("first", "last", "remarks"),
    [
        (
            0,
            40,
            ("6 without temp_air on a straight line over the gap", "7 without temp_air taken from the climate"),
        ),
        (0, 2, ()),
        (
            7,
            21,
            ("1 without temp_air on a straight line over the gap", "1 without temp_air taken from the climate"),
        ),
        (23, 60, ("4 without temp_air taken from the climate",)),
    ],
)
def test_what_stands_for_missing_air_over_a_run_is_counted(first, last, remarks):
    known = np.arange(40.0)
    known[2:8] = np.nan  # six
    known[20:27] = np.nan  # seven
    series = replace(hours(known, wind_speed=np.ones(40)), reading=READING).bridged()
    found = series.reading_over(START + first * HOUR + 1, START + last * HOUR - 1)
    assert found == replace(READING, remarks=("a", *remarks))
    assert replace(series, reading=None).reading_over(START, START + 40 * HOUR) is None


def test_missing_wind_of_a_typical_year_is_counted_in_any_year():
    wind = np.ones(8_760)
    wind[5:9] = np.nan
    series = replace(hours(np.ones(8_760), typical=True, wind_speed=wind), reading=READING).bridged()
    for year in ("2024", "2025"):
        start = int(np.datetime64(year, "s").astype(np.int64))
        found = series.reading_over(start, start + DAY_S)
        assert found.remarks == ("a", "4 without wind_speed on a straight line over the gap")
        assert series.reading_over(start + DAY_S, start + 2 * DAY_S) == READING


def test_a_typical_year_serves_any_year():
    year = np.repeat(np.arange(365.0), 24)
    outdoors = FileTemperature(hours(year, typical=True), CLIMATE)
    noon = np.array(["2024-02-28T12", "2024-02-29T12", "2024-03-01T12", "2025-03-01T12"], "datetime64[s]")
    assert outdoors(noon.astype(np.int64)).tolist() == [58.0, 58.0, 59.0, 59.0]


def test_a_file_that_names_no_station_is_taken_anywhere():
    hours([1.0]).refuse_elsewhere(90.0, 180.0)


def test_a_run_beyond_the_file_is_refused():
    series = hours(np.zeros(24))
    series.refuse_uncovered(START, START + DAY_S)
    hours(np.zeros(8760), typical=True).refuse_uncovered(START, START + 900 * DAY_S)
    for first, end in ((START - 1, START + 1), (START, START + DAY_S + 1)):
        with pytest.raises(BadInputError, match=r"the weather goes from 2024-01-01 00:00:00Z to 2024-01-02"):
            series.refuse_uncovered(first, end)
