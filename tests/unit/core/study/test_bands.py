"""How figures spread over seeds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.study.bands import Band, band_of, complete_means, hour_bands, means, quantile

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


@given(VALUES, st.floats(0, 1))
def test_a_quantile_is_that_of_numpys_linear_method(values, p):
    assert quantile(sorted(values), p) == pytest.approx(np.quantile(values, p, method="linear"), abs=1e-6)


@given(VALUES)
def test_a_band_lies_among_its_values_in_order(values):
    band = band_of(values)
    assert min(values) - 1e-6 <= band.p5 <= band.p50 <= band.p95 <= max(values) + 1e-6
    assert band.cases == len(values)
    assert band == band_of(values[::-1])


def test_five_values_by_hand():
    # h = 4 · 0.05 = 0.2: from 10 to 20 by 0.2; h = 3.8: from 40 to 100 by 0.8
    assert band_of([20.0, 100.0, 10.0, math.nan, 30.0, 40.0]) == Band(5, 40.0, 12.0, 30.0, 88.0)
    assert band_of([7.0]) == Band(1, 7.0, 7.0, 7.0, 7.0)
    assert band_of([math.nan]) is None


def test_means_are_of_what_is_there():
    found = means(np.array([[1.0, 3.0], [np.nan, 5.0], [np.nan, np.nan]]))
    assert found[:2].tolist() == [2.0, 5.0]
    assert np.isnan(found[2])


def test_rows_that_lack_a_seed_are_not_compared():
    found = complete_means(np.array([[1.0, 3.0, np.nan], [np.nan, 5.0, np.nan], [2.0, 2.0, np.nan]]))
    np.testing.assert_array_equal(found, [2.0, np.nan, 2.0])  # no row has the third seed
    assert np.isnan(complete_means(np.full((2, 2), np.nan))).all()


def test_hours_by_hand():
    first = {"load": [1.0] * 24, "pv": [0.0] * 23 + [None]}
    second = {"load": [3.0] * 24, "pv": [2.0] * 23 + [None], "battery": [0.5] * 24}
    found = hour_bands([first, second])
    assert list(found) == ["load", "pv", "battery"]
    assert (found["load"].mean[0], found["load"].p5[0], found["load"].p95[0]) == (2.0, 1.1, 2.9)
    assert found["pv"].mean[22:] == (1.0, None)
    assert found["pv"].p5[23] is found["pv"].p95[23] is None
    assert found["battery"].mean[0] == 0.5  # of the one that has it
    assert hour_bands([]) == {}
