"""The plant behind a day: plants come back from their own curves; impossible days are refused."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.pv.fit import Day, fit_plant, profile
from pvsim.core.pv.fit.model import Model, plant_of
from pvsim.core.weather.sun import Place
from pvsim.errors import BadInputError

MUNICH = Place(48.14, 11.58, 520.0)


def empty(place=MUNICH, day=date(2024, 6, 21), step_s=600, losses_percent=10.0):
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    start -= round(place.longitude_deg / 360 * 86_400)
    t_utc = np.arange(start, start + 86_400, step_s)
    return Day("day.csv", place, day, t_utc, np.zeros(len(t_utc)), 4.0, losses_percent=losses_percent)


def day_of(parameters, peak_kw, **known):
    bare = empty(**known)
    plant = plant_of(np.array(parameters), bare.losses_percent, peak_kw)
    return replace(bare, power_kw=bare.power_of(plant))


@given(
    tilt=st.floats(10, 60),
    azimuth=st.floats(100, 260),
    east=st.floats(0, 20),
    west=st.floats(0, 20),
    peak_kw=st.floats(0.5, 500),
)
@settings(max_examples=2, deadline=None)
def test_a_plant_comes_back_from_its_own_curve(tilt, azimuth, east, west, peak_kw):
    fit = fit_plant(day_of([tilt, azimuth, east, 2.0, west, 2.0], peak_kw))
    assert fit.rmse_kw < 0.002 * fit.highest_kw
    assert fit.r2 > 0.9999
    assert fit.energy_kwh == pytest.approx(fit.measured_kwh, rel=0.002)
    assert fit.plant.peak_kw == pytest.approx(peak_kw, rel=0.05)


@pytest.mark.parametrize(
    ("place", "day", "azimuth"),
    [(MUNICH, date(2024, 3, 20), 180.0), (Place(-33.9, 18.4, 0.0), date(2024, 9, 22), 350.0)],
)
def test_tilt_and_azimuth_come_back_north_and_south_of_the_equator(place, day, azimuth):
    found = fit_plant(day_of([30.0, azimuth, 8.0, 2.0, 5.0, 1.0], 4.0, place=place, day=day)).plant
    assert found.tilt_deg == pytest.approx(30, abs=1.5)
    assert (found.azimuth_deg - azimuth + 180) % 360 - 180 == pytest.approx(0, abs=3)
    assert found.peak_kw == pytest.approx(4.0, rel=0.02)
    assert [point.elevation_deg for point in found.horizon] == pytest.approx([8, 8, 5, 5], abs=1.0)


def test_the_profile_is_best_where_the_day_is():
    day = day_of([25.0, 220.0, 15.0, 3.0, 10.0, 2.0], 5.0)
    rows = profile(day, fit_plant(day))
    for what, best in (("date", "2024-06-21"), ("turbidity", "4.0")):
        of = {row.value: row.rmse_kw for row in rows if row.what == what}
        assert len(of) == 5
        assert min(of, key=of.get) == best
    turned = [row for row in rows if row.what == "azimuth"]
    assert [round(row.azimuth_deg - turned[2].azimuth_deg) for row in turned] == [-20, -10, 0, 10, 20]
    assert turned[0].rmse_kw > turned[1].rmse_kw > turned[2].rmse_kw < turned[3].rmse_kw < turned[4].rmse_kw


def test_a_day_without_power_is_refused():
    with pytest.raises(BadInputError, match="no power at all"):
        fit_plant(empty())


@pytest.mark.parametrize(("place", "step_s", "points"), [(Place(78.2, 15.6, 0.0), 600, 0), (MUNICH, 7_200, 5)])
def test_a_day_with_too_little_sun_is_refused(place, step_s, points):
    dark = empty(place, date(2024, 12, 21), step_s)
    dark = replace(dark, power_kw=dark.power_kw + 1.0)
    with pytest.raises(BadInputError, match=f": {points} points have the sun up") as caught:
        fit_plant(dark)
    assert "`longitude`" in caught.value.fix


def test_a_constant_power_is_no_plant():
    flat = empty()
    flat = replace(flat, power_kw=np.ones(len(flat.t_utc)))
    assert fit_plant(flat).r2 == 0.0


def test_a_plant_that_gives_nothing_has_no_peak():
    model = Model.of(day_of([30.0, 180.0, 0.0, 1.0, 0.0, 1.0], 1.0))
    assert model.peak_kw(np.zeros(len(model.day.t_utc))) == 0.0
