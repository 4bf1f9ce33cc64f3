"""The plant behind a day: plants come back from their own curves, north and south."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measured_days import MUNICH, day_of, empty_day

from pvsim.core.pv.fit import fit_plant, profile
from pvsim.core.weather.sun import Place


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


def test_a_constant_power_is_no_plant():
    flat = empty_day()
    flat = replace(flat, power_kw=np.ones(len(flat.t_utc)))
    assert fit_plant(flat).r2 == 0.0
