"""Weather from a file: means kept, indices between intervals, typical years by date."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.file_skies import CLIMATE, DAY_COUNT, START, clear_at, series, sky_of

from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.weather.gaps import covering
from pvsim.core.weather.series import WeatherSeries

STEPS = st.sampled_from([1, 10, 60, 300, 900, 3600])


@given(
    step_s=STEPS, share=st.floats(0, 1.2), keep=st.sampled_from([("dni", "dhi"), ("ghi", "dhi"), ("ghi", "dni")])
)
@settings(max_examples=12, deadline=None)
def test_the_shares_of_a_file_come_back_whichever_two_columns_it_has(step_s, share, keep):
    air = sky_of(series(step_s, share, days=1, keep=keep)).air(START + 8 * 3600, np.zeros(3600))
    assert air.beam_index == pytest.approx(share, abs=0.01)
    assert air.diffuse_index == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("step_s", [900, 3600])
def test_held_intervals_keep_their_means(step_s):
    rough = np.random.Generator(np.random.Philox(5)).uniform(0, 800, DAY_S // step_s)
    weather = series(step_s, days=1)
    weather = WeatherSeries("w.csv", step_s, START, typical=False, dni=rough, dhi=weather.dhi)
    air = sky_of(weather).air(START, np.zeros(DAY_S))
    dni = (clear_at(np.arange(START, START + DAY_S))[1] * air.beam_index).reshape(-1, step_s).mean(axis=1)
    kept = (air.beam_index.reshape(-1, step_s)[:, 0] > 0) & (air.beam_index.reshape(-1, step_s)[:, 0] < 10)
    assert kept.sum() > 0.5 * len(kept)
    np.testing.assert_allclose(dni[kept], rough[kept], rtol=2e-3)


def test_interpolated_indices_are_continuous_and_meet_in_the_middle():
    dni = np.where(np.arange(24) == 10, 0.5, 1.0) * series(3600, days=1).dni
    weather = WeatherSeries("w.csv", 3600, START, typical=False, dni=dni, dhi=series(3600, days=1).dhi)
    air = sky_of(weather, "interpolate").air(START + 9 * 3600, np.zeros(3 * 3600))
    assert np.abs(np.diff(air.beam_index)).max() < 2e-4
    assert air.beam_index[5_399] == pytest.approx(
        0.5 * 0.9998 * dni[9] / series(3600, 1.0, days=1).dni[9], abs=2e-3
    )


def test_interpolation_by_a_night_without_light():
    air = sky_of(series(3600, days=1), "interpolate").air(START, np.zeros(600))
    assert not np.isnan(air.beam_index).any()


@given(
    first=st.integers(0, 2 * DAY_S),
    n=st.integers(1, 5_000),
    step_s=st.sampled_from([60, 900, 3600]),
    data=st.data(),
)
@settings(max_examples=20, deadline=None)
def test_any_slice_equals_the_slice_of_the_whole(first, n, step_s, data):
    """I7."""
    start = data.draw(st.integers(0, n - 1))
    sky = sky_of(WINDOWS[step_s], data.draw(st.sampled_from(["hold", "interpolate"])))
    whole, part = sky.air(START + first, np.zeros(n)), sky.air(START + first + start, np.zeros(n - start))
    for name in ("temp_air", "wind_speed"):
        np.testing.assert_allclose(getattr(part, name), getattr(whole, name)[start:], rtol=1e-12)
    if sky.fill == "hold":
        np.testing.assert_array_equal(part.beam_index, whole.beam_index[start:])


WINDOWS = {
    step_s: series(step_s, temp_air=np.arange(DAY_COUNT * DAY_S // step_s) * 0.01) for step_s in (60, 900, 3600)
}


def test_temperature_and_wind_come_from_the_file_and_else_from_the_climate():
    air = sky_of(series(3600, days=1, temp_air=np.arange(24.0))).air(START + 5 * 3600, np.zeros(3600))
    assert air.temp_air[1_799] == pytest.approx(5.0, abs=1e-3)
    assert air.temp_air[0] == pytest.approx(4.5, abs=1e-3)
    assert set(air.wind_speed) == {2.0}
    holes = np.full(24, np.nan)
    assert (
        sky_of(series(3600, days=1, temp_air=holes)).air(START, np.zeros(10)).temp_air.tolist()
        == CLIMATE.air(START, np.zeros(10)).temp_air.tolist()
    )


def test_global_light_alone_is_split_by_its_clearness():
    clear = sky_of(series(3600, 1.0, days=1, keep=("ghi",))).air(START + 10 * 3600, np.zeros(10))
    dull = sky_of(series(3600, 0.0, days=1, keep=("ghi",))).air(START + 10 * 3600, np.zeros(10))
    assert clear.beam_index[0] == pytest.approx(1.0, abs=0.2)
    assert dull.beam_index[0] < 0.02


@pytest.mark.parametrize("column", ["ghi", "dni", "dhi"])
def test_any_two_of_three_columns_are_enough(column):
    weather = series(3600, 0.5)
    getattr(weather, column)[:] = np.nan
    assert not weather.missing.any()
    sky, coverage = covering(sky_of(weather), START, START + DAY_S, "error")
    assert (coverage.night_intervals, coverage.day_intervals) == (0, 0)
    assert sky.air(START + 10 * 3600, np.zeros(60)).beam_index == pytest.approx(0.5, abs=1e-3)
    weather.dni[10] = weather.dhi[10] = weather.ghi[10] = np.nan
    assert np.flatnonzero(weather.missing).tolist() == [10]


def test_beyond_the_file_the_nearest_interval_stands():
    assert series(3600, days=1).rows(np.array([-5, 0, 23, 24])).tolist() == [0, 0, 23, 23]


@given(st.datetimes(datetime(1600, 1, 1), datetime(2400, 1, 1)))  # noqa: DTZ001 - UTC is put on below
@settings(max_examples=100, deadline=None)
def test_a_typical_year_is_looked_up_by_date(moment):
    typical = WeatherSeries("t.epw", 3600, 0, typical=True, ghi=np.zeros(8760))
    hour = int(moment.replace(tzinfo=UTC).timestamp()) // 3600
    day = 28 if (moment.month, moment.day) == (2, 29) else moment.day
    expected = (datetime(2023, moment.month, day, moment.hour) - datetime(2023, 1, 1)).total_seconds() // 3600  # noqa: DTZ001
    assert typical.rows(np.array([hour])).tolist() == [expected]
