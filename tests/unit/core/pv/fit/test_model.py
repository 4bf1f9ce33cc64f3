"""A measured day, and the power of any plant at its points."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measured_days import MUNICH, day_of, empty_day

from pvsim.core.pv.fit.model import Model, plant_of
from pvsim.core.weather.sun import Place
from pvsim.errors import BadInputError

ROOF = np.array([30.0, 180.0, 5.0, 1.0, 8.0, 2.0])


@pytest.fixture(scope="module")
def south():
    return Model.of(day_of(ROOF, 4.0))


@given(st.floats(0.1, 500), st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_the_best_peak_leaves_the_least_squares(south, peak_kw, seed):
    """Of a day that is a multiple of a plant's curve, the multiple; of any other, no neighbour is better."""
    unit = south.unit_kw(np.array([40.0, 150.0, 0.0, 1.0, 3.0, 1.0]))
    exact = replace(south, day=replace(south.day, power_kw=peak_kw * unit))
    assert exact.peak_kw(unit) == pytest.approx(peak_kw)
    noisy = np.maximum(peak_kw * (unit + np.random.Generator(np.random.Philox(seed)).normal(0, 0.1, len(unit))), 0)
    model = replace(south, day=replace(south.day, power_kw=noisy))
    best = model.peak_kw(unit)
    left = [float(np.sum((factor * best * unit - noisy) ** 2)) for factor in (0.999, 1.0, 1.001)]
    assert left[1] <= min(left)


def test_the_model_of_a_day_is_the_power_of_a_run(south):
    """Between the model, which looks at its points only, and a run second by second lies the inertia alone."""
    assert south.day.step_s == 600
    assert south.rmse_kw(ROOF) < 0.002 * south.day.power_kw.max()
    assert south.peak_kw(south.unit_kw(ROOF)) == pytest.approx(4.0, rel=0.002)
    assert south.rmse_kw(ROOF + np.array([0, 20, 0, 0, 0, 0])) > 0.02 * south.day.power_kw.max()


def test_six_parameters_make_a_plant():
    plant = plant_of(np.array([30.0, 370.0, 5.0, 1.0, 8.0, 2.0]), 12.0, 4.0)
    assert (plant.tilt_deg, plant.azimuth_deg, plant.peak_kw, plant.losses_percent) == (30, 10, 4, 12)
    assert [(point.azimuth_deg, point.elevation_deg, point.soft_deg) for point in plant.horizon] == [
        (1, 5, 1), (179, 5, 1), (181, 8, 2), (359, 8, 2),
    ]  # fmt: skip


def test_a_plant_that_gives_nothing_has_no_peak(south):
    assert south.peak_kw(np.zeros(len(south.day.t_utc))) == 0.0


def test_a_day_without_power_is_refused():
    with pytest.raises(BadInputError, match="no power at all"):
        Model.of(empty_day())


@pytest.mark.parametrize(("place", "step_s", "points"), [(Place(78.2, 15.6, 0.0), 600, 0), (MUNICH, 7_200, 5)])
def test_a_day_with_too_little_sun_is_refused(place, step_s, points):
    dark = empty_day(place, date(2024, 12, 21), step_s)
    dark = replace(dark, power_kw=dark.power_kw + 1.0)
    with pytest.raises(BadInputError, match=f": {points} points have the sun up") as caught:
        Model.of(dark)
    assert "`longitude`" in caught.value.fix
