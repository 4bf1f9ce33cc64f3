"""Gaps of a weather file by night and by day, and whether it covers a run."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.file_skies import DAY_COUNT, START, series, sky_of, with_hole

from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.series.findings import FileReading
from pvsim.core.weather.gaps import covering
from pvsim.core.weather.series import WeatherSeries
from pvsim.errors import BadInputError

of_days = st.lists(st.floats(0.0, 3.0), min_size=DAY_COUNT, max_size=DAY_COUNT).map(np.array)


@settings(max_examples=10)
@given(beam=of_days, diffuse=of_days)
def test_what_is_held_never_gives_more_light_on_the_level_than_a_clear_sky(beam, diffuse):
    hole = (10, 34, 35, 60)
    weather = with_hole(*hole)
    weather.dni[:] *= np.repeat(beam, 24)
    weather.dhi[:] *= np.repeat(diffuse, 24)
    sky, _ = covering(sky_of(weather), START, START + DAY_COUNT * DAY_S, "hold")
    found = sky.indices(np.array(hole))
    ghi = found.beam * found.clear_beam + found.diffuse * (found.clear_ghi - found.clear_beam)
    assert (ghi <= found.clear_ghi * (1 + 1e-12)).all()


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
    assert held_index(with_hole(*range(48)), 10, days=1) == pytest.approx(0.5, abs=2e-3)
    weather = with_hole(10, 11, 34, 35, 58, 59)
    weather.dni[[9, 33, 57]] *= 0.5
    assert held_index(weather, 34.5) == pytest.approx(0.25, abs=2e-3)
    night_and_day = with_hole(*range(12, 72))  # no index of the day before
    assert held_index(night_and_day, 36, first=35, days=2) == pytest.approx(1.0)


@pytest.mark.parametrize("hole", [(10,), (34, 35), (10, 11, 34, 35, 58, 59)], ids=["before", "beside", "latest"])
def test_where_held_light_is_brighter_than_a_clear_sky_a_clear_sky_stands(hole):
    weather = with_hole(*hole)
    weather.dni[:] *= 2.4
    weather.dhi[:] *= 1.7
    sky, coverage = covering(sky_of(weather), START, START + DAY_COUNT * DAY_S, "hold")
    assert coverage.day_intervals == len(hole)
    found = sky.indices(np.array(hole))
    assert found.beam.tolist() == found.diffuse.tolist() == [1.0] * len(hole)


def test_a_file_without_light_is_clear_where_its_gaps_are_held():
    held, _ = covering(sky_of(with_hole(*range(72))), START, START + DAY_S, "hold")
    assert set(held.air(START + 10 * 3600, np.zeros(60)).beam_index) == {1.0}


@pytest.mark.parametrize(("before_s", "after_s"), [(1, 0), (0, 1), (DAY_S, 0)])
def test_a_run_that_the_file_does_not_cover_is_refused(before_s, after_s):
    weather = series(3600, days=1)
    covering(sky_of(weather), START, START + DAY_S, "error")
    with pytest.raises(BadInputError, match="the weather goes from 2024-06-21 00:00:00Z to 2024-06-22 00:00:00Z"):
        covering(sky_of(weather), START - before_s, START + DAY_S + after_s, "error")


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
