"""Weather from a file: means kept, gaps by night and by day, coverage, typical years."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.series.report import FileReading
from pvsim.core.weather.clear_sky import LightOutside
from pvsim.core.weather.file_sky import FileSky
from pvsim.core.weather.gaps import covering
from pvsim.core.weather.series import WeatherSeries
from pvsim.core.weather.sky import ClimateSky
from pvsim.core.weather.sun import Place
from pvsim.errors import BadInputError

START = 1_718_928_000  # 2024-06-21T00:00Z
OUTSIDE = LightOutside(Place(48.14, 11.58, 520.0), (3.5,) * 12)
CLIMATE = ClimateSky(11.58, (15.0,) * 12, 8.0, 2.0)
STEPS = st.sampled_from([1, 10, 60, 300, 900, 3600])
DAY_COUNT = 3


def clear_at(t_utc):
    """GHI, DNI, DHI of the clear sky at each second."""
    lit, sun, light = OUTSIDE.at(t_utc)
    ghi, dni, dhi = np.zeros((3, len(t_utc)))
    dni[lit], dhi[lit] = light.dni, light.dhi
    ghi[lit] = light.dni * np.cos(np.radians(sun.apparent_zenith)) + light.dhi
    return ghi, dni, dhi


def series(step_s, share=0.5, days=DAY_COUNT, **columns):
    """A sky that lets a share of the clear beam through, and its diffuse light unchanged."""
    ghi, dni, dhi = (
        part.reshape(-1, step_s).mean(axis=1) for part in clear_at(np.arange(START, START + days * DAY_S))
    )
    light = {"ghi": (ghi - dhi) * share + dhi, "dni": dni * share, "dhi": dhi}
    kept = columns.pop("keep", ("ghi", "dni", "dhi"))
    return WeatherSeries("w.csv", step_s, START, typical=False, **{name: light[name] for name in kept}, **columns)


def sky_of(weather, fill="hold"):
    return FileSky(OUTSIDE, weather, CLIMATE, fill)


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


def with_hole(*intervals, step_s=3600):
    weather = series(step_s, 0.5)
    for interval in intervals:
        weather.ghi[interval] = weather.dni[interval] = np.nan
    return weather


def test_a_gap_by_night_is_filled_and_counted():
    sky, coverage = covering(sky_of(with_hole(0, 23, 24)), START, START + 3 * DAY_S, "error")
    assert (coverage.night_intervals, coverage.day_intervals) == (3, 0)
    assert not sky.air(START, np.zeros(3600)).beam_index.any()


def test_a_gap_by_day_is_refused_unless_told():
    with pytest.raises(
        BadInputError, match="no light is given for 2 intervals by day, the first at 2024-06-21 10:00:00Z"
    ) as caught:
        covering(sky_of(with_hole(10, 11)), START, START + DAY_S, "error")
    assert 'gaps = "hold"' in caught.value.fix
    held, coverage = covering(sky_of(with_hole(10, 11)), START, START + DAY_S, "hold")
    assert (coverage.night_intervals, coverage.day_intervals) == (0, 2)
    assert held.air(START + 10 * 3600, np.zeros(7200)).beam_index == pytest.approx(0.5, abs=1e-3)
    clear, _ = covering(sky_of(with_hole(10, 11)), START, START + DAY_S, "clear")
    assert set(clear.air(START + 10 * 3600, np.zeros(7200)).beam_index) == {1.0}
    assert clear.air(START + 12 * 3600, np.zeros(1)).beam_index == pytest.approx([0.5], abs=1e-3)


def held_index(weather, hour, first=0, days=DAY_COUNT):
    """The beam's index of an hour after START where gaps are held."""
    sky, _ = covering(sky_of(weather), START + first * 3600, START + days * DAY_S, "hold")
    return sky.air(START + int(hour * 3600), np.zeros(10)).beam_index[0]


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


def test_a_short_gap_keeps_the_index_before_it_and_a_long_one_that_of_the_days_beside_it():
    weather = series(900, 0.8)
    weather.dni[: DAY_S // 900] *= 0.25  # the first day: 0.2
    hole = [DAY_S // 900 + 40 + i for i in range(4)]
    weather.ghi[hole] = weather.dni[hole] = np.nan
    assert held_index(weather, 34.1) == pytest.approx(0.8, abs=2e-3)
    weather.ghi[hole[-1] + 1] = weather.dni[hole[-1] + 1] = np.nan
    assert held_index(weather, 34.1) == pytest.approx((0.2 + 0.8) / 2, abs=2e-3)
    assert held_index(weather, 34.1, first=34) == held_index(weather, 34.1)


def test_where_one_day_beside_a_gap_has_no_value_the_other_stands_and_else_the_latest_index():
    assert held_index(with_hole(*range(48)), 10) == pytest.approx(0.5, abs=2e-3)
    weather = with_hole(10, 11, 34, 35, 58, 59)
    weather.dni[[9, 33, 57]] *= 0.5
    assert held_index(weather, 34.5) == pytest.approx(0.25, abs=2e-3)
    assert held_index(with_hole(*range(12, 72)), 36) == pytest.approx(1.0)  # no index of the day before


@pytest.mark.parametrize("hole", [(10,), (34, 35), (10, 11, 34, 35, 58, 59)], ids=["before", "beside", "latest"])
def test_where_held_light_is_brighter_than_a_clear_sky_a_clear_sky_stands(hole):
    weather = with_hole(*hole)
    weather.dni[:] *= 2.4
    weather.dhi[:] *= 1.7
    sky, coverage = covering(sky_of(weather), START, START + DAY_COUNT * DAY_S, "hold")
    assert coverage.day_intervals == len(hole)
    found = sky.indices(np.array(hole))
    assert found.beam.tolist() == found.diffuse.tolist() == [1.0] * len(hole)


@settings(max_examples=30)
@given(beam=st.floats(0.0, 3.0), diffuse=st.floats(0.0, 3.0))
def test_what_is_held_never_gives_more_light_on_the_level_than_a_clear_sky(beam, diffuse):
    hole = (10, 34, 35, 60)
    weather = with_hole(*hole)
    weather.dni[:] *= beam
    weather.dhi[:] *= diffuse
    sky, _ = covering(sky_of(weather), START, START + DAY_COUNT * DAY_S, "hold")
    found = sky.indices(np.array(hole))
    ghi = found.beam * found.clear_beam + found.diffuse * (found.clear_ghi - found.clear_beam)
    assert (ghi <= found.clear_ghi * (1 + 1e-12)).all()


def test_a_file_without_light_is_clear_where_its_gaps_are_held():
    assert held_index(with_hole(*range(72)), 10) == 1.0
    held, _ = covering(sky_of(with_hole(*range(72))), START, START + DAY_S, "hold")
    assert set(held.air(START + 10 * 3600, np.zeros(60)).beam_index) == {1.0}


@pytest.mark.parametrize(("before_s", "after_s"), [(1, 0), (0, 1), (DAY_S, 0)])
def test_a_run_that_the_file_does_not_cover_is_refused(before_s, after_s):
    weather = series(3600, days=1)
    covering(sky_of(weather), START, START + DAY_S, "error")
    with pytest.raises(BadInputError, match="the weather goes from 2024-06-21 00:00:00Z to 2024-06-22 00:00:00Z"):
        covering(sky_of(weather), START - before_s, START + DAY_S + after_s, "error")


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


def test_a_typical_year_covers_any_year():
    typical = WeatherSeries("t.epw", 3600, -3600, typical=True, dni=np.full(8760, 500.0), dhi=np.full(8760, 50.0))
    sky, coverage = covering(sky_of(typical), START, START + 40 * DAY_S, "error")
    assert (coverage.night_intervals, coverage.day_intervals) == (0, 0)
    assert sky.air(START, np.zeros(DAY_S)).beam_index.max() > 0.4


def test_a_gap_in_a_typical_year_is_as_the_days_beside_it_too():
    dni = np.full(8760, 500.0)
    noon = (31 + 28 + 31 + 30 + 31 + 20) * 24 + 12
    dni[[noon - 24, noon, noon + 1, noon + 24]] = 100.0, np.nan, np.nan, 300.0
    typical = WeatherSeries("t.epw", 3600, 0, typical=True, dni=dni, dhi=np.full(8760, 50.0))
    sky, _ = covering(sky_of(typical), START, START + DAY_S, "hold")
    days = [START + day * DAY_S + 12 * 3600 for day in (-1, 0, 1)]
    before, held, after = (sky.air(day, np.zeros(10)).beam_index[0] for day in days)
    assert held == pytest.approx((before + after) / 2)


def test_what_a_file_lacks_over_a_run_stands_in_its_reading():
    reading = FileReading("w.csv", (), (), 72, 3600, "UTC", "times", "start", "assumed")
    _, coverage = covering(sky_of(with_hole(0, 1, 10, 12, 23, 24)), START, START + 3 * DAY_S, "hold")
    assert (coverage.night_intervals, coverage.day_intervals, coverage.gaps) == (4, 2, 4)
    found = coverage.of_reading(reading, "hold")
    assert (found.gaps, found.gap_s) == (4, 6 * 3600)
    assert found.remarks == (
        "4 without light by night taken as 0",
        "2 without light by day filled from the days beside them or from before",
    )
    _, whole = covering(sky_of(series(3600)), START, START + DAY_S, "hold")
    assert whole.of_reading(reading, "hold") == reading
    assert coverage.of_reading(None, "hold") is None
