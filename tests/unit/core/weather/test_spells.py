"""Warm and cold spells: their size, their memory, and how they go with the sun."""

from datetime import UTC, datetime
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pvsim.adapters.site_file import read_site
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.site.schema import ClearWeather
from pvsim.core.weather.clouds import CloudField
from pvsim.core.weather.outdoor_air import climate_of
from pvsim.core.weather.sky import ClimateSky
from pvsim.core.weather.spells import Spells

START = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp())
HOME = read_site("home").weather
SEEDS = range(1, 9)


def sine(t_utc):
    """A sunniness that is known: variance 1, 20 days long."""
    return np.sqrt(2.0) * np.sin(t_utc * (2 * np.pi / (20 * DAY_S)))


@given(
    first=st.integers(-60_000_000_000, 200_000_000_000),
    n=st.integers(1, 50_000),
    latitude=st.floats(-90, 90),
    data=st.data(),
)
@settings(max_examples=25, deadline=None)
def test_any_slice_equals_the_slice_of_the_whole(first, n, latitude, data):
    """I7."""
    start = data.draw(st.integers(0, n - 1))
    stop = data.draw(st.integers(start + 1, n))
    spells = Spells(4, CloudField(2).sunniness, latitude)
    whole = spells.at(np.arange(first, first + n))
    for part, of in zip(spells.at(np.arange(first + start, first + stop)), whole, strict=True):
        np.testing.assert_array_equal(part, of[start:stop])


def test_hour_by_hour_the_sunniness_of_a_day_is_asked_once():
    """By hand: 145 times ten minutes apart, from midnight to midnight; across midnight only what is needed."""
    asked = []

    def sunny(t_utc):
        asked.append((int(t_utc[0]), int(t_utc[-1]), len(t_utc)))
        return np.zeros(len(t_utc))

    spells = Spells(7, sunny, 48.0)
    for hour in range(START, START + DAY_S, 3_600):
        spells.at(np.arange(hour, hour + 3_600))
    assert asked == [(START, START + DAY_S, 145)]
    spells.at(np.arange(START + DAY_S - 600, START + DAY_S + 1))
    assert asked[1:] == [(START + DAY_S - 600, START + DAY_S + 600, 3)]


@pytest.mark.parametrize("latitude", [-90.0, -20.0, 0.0, 30.0, 48.0])
def test_the_sun_takes_a_part_of_the_variance_and_adds_none(latitude):
    days = START + np.arange(0, 60 * 365 * DAY_S, DAY_S // 4)
    warmth, wider = Spells(4, sine, latitude).at(days)
    assert abs(warmth.std() - 1.0) < 0.03
    assert abs(warmth.mean()) < 0.04
    assert abs(np.mean(wider) - 1.0) < 0.01
    assert np.min(wider) > 0.6


@pytest.mark.parametrize(
    ("latitude", "july", "january"),
    [(48.0, 0.71, -0.56), (90.0, 0.71, -0.56), (22.5, 0.355, -0.28), (0.0, 0.0, 0.0), (-22.5, -0.28, 0.355)],
)
def test_sunny_is_warm_in_summer_and_cold_in_winter_the_less_the_nearer_to_the_equator(latitude, july, january):
    """400 spells on sunny and on overcast days of each month."""

    def alike(month):
        noon = np.array([int(datetime(2023, month, 16, 12, tzinfo=UTC).timestamp())])
        signs = [1.0 if number % 2 else -1.0 for number in range(400)]
        found = [
            Spells(n, lambda t, s=s: np.full(len(t), s), latitude).at(noon)[0][0] for n, s in enumerate(signs)
        ]
        return float(np.mean(np.multiply(found, signs)))

    assert alike(7) == pytest.approx(july, abs=0.1)
    assert alike(1) == pytest.approx(january, abs=0.1)
    for month in (4, 10):
        assert abs(alike(month)) < 0.2


def test_without_sunniness_chance_alone_and_the_same_swing_every_day():
    t_utc = START + np.arange(0, 9 * DAY_S, 600)
    chance, wider = Spells(4).at(t_utc)
    assert wider == 1.0
    with_sun, _ = Spells(4, sine, 0.0).at(t_utc)
    np.testing.assert_array_equal(with_sun, chance)


def daily(weather, latitude, seed, months, half_day_s):
    """Daily means of the spells, and of the index weighted by the light, in some months of two years."""
    air, none = (
        climate_of(each, latitude, 11.58, seed=seed)
        for each in (weather, replace(weather, regime="broken", temp_air_spread_c=0.0))
    )
    days = START + np.arange(0, 2 * 365, 2) * DAY_S
    days = days[
        np.isin(days.astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12 + 1, months)
    ].tolist()
    hours = np.arange(0, DAY_S, 1_800)
    warmth = [(air.temp_air(day + hours) - none.temp_air(day + hours)).mean() for day in days]
    clouds = CloudField(seed, weather.regime, weather.mean_index, latitude_deg=latitude, longitude_deg=11.58)
    parts = np.linspace(-0.9, 0.9, 10)  # of half a day before and after noon by the sun
    light = np.cos(parts * np.pi / 2)
    index = [
        np.average(
            [clouds.clear_sky_index(day + 40_440 + round(p * half_day_s), 60)[30] for p in parts], weights=light
        )
        for day in days
    ]
    return np.array(warmth), np.array(index)


@pytest.mark.parametrize(
    ("months", "half_day_s", "measured"), [((6, 7, 8), 8 * 3_600, 0.42), ((12, 1, 2), 4 * 3_600, -0.38)]
)
def test_warm_days_are_as_sunny_as_measured(months, half_day_s, measured):
    """Within 0.1, over eight seeds."""
    found = [np.corrcoef(*daily(HOME, 48.0, seed, months, half_day_s))[0, 1] for seed in SEEDS]
    assert median(found) == pytest.approx(measured, abs=0.1)


def test_a_steady_sky_and_a_clear_one_have_spells_by_chance_alone():
    t_utc = START + np.arange(0, 30 * DAY_S, 1_800)
    steady = replace(HOME, regime="broken", mean_index=0.6)
    clear = ClearWeather(
        temp_air_c=HOME.temp_air_c, temp_air_swing_c=9.0, temp_air_spread_c=3.5, wind_speed_ms=2.0
    )
    np.testing.assert_array_equal(
        climate_of(steady, 48.0, 11.0, seed=2).temp_air(t_utc),
        climate_of(clear, 48.0, 11.0, seed=2).temp_air(t_utc),
    )


def test_clear_days_have_the_larger_swing_and_its_mean_is_kept():
    """By hand: 1.25 and 0.75 of 9 K where the sunniness is ±1."""
    for sunny, swing in ((1.0, 11.25), (-1.0, 6.75), (-5.0, 0.0)):
        sky = ClimateSky(
            0.0, (10.0,) * 12, 9.0, 1.0, spells=Spells(1, lambda t, sunny=sunny: np.full(len(t), sunny))
        )
        assert np.ptp(sky.temp_air(START + np.arange(0, DAY_S, 600))) == pytest.approx(swing, abs=0.01)
    years = START + np.arange(0, 8 * 365 * DAY_S, 1_800)
    swings = climate_of(replace(HOME, temp_air_spread_c=0.0), 48.0, 11.58, seed=3).temp_air(years).reshape(-1, 48)
    assert np.ptp(swings, axis=1).mean() == pytest.approx(9.0, abs=0.4)
