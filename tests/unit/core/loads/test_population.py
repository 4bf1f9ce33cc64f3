"""Energies of homes that are some of many: near lognormal, within bounds, with the mean that was asked for."""

from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.loads.population import even_kwh, lognormal_kwh
from pvsim.core.site.homes import share_of

BOUNDS = (1_000, 12_000)
SHARES = (np.arange(400) + 0.5) / 400
shares = st.floats(0, 1, exclude_max=True)


def drawn(mean_kwh, cv, bounds=BOUNDS):
    return np.array([lognormal_kwh(float(share), mean_kwh, cv, bounds) for share in SHARES])


@given(mean_kwh=st.floats(1_030, 11_600), cv=st.floats(0.001, 1))
def test_the_mean_is_kept_whatever_the_bounds_cut_off(mean_kwh, cv):
    energies = drawn(mean_kwh, cv)
    assert energies.mean() == pytest.approx(mean_kwh, rel=0.004)
    assert (np.diff(energies) >= 0).all()
    assert energies.std() <= 1.01 * cv * mean_kwh + 1


@given(share=shares, mean_kwh=st.floats(*BOUNDS), cv=st.floats(1e-9, 1))
def test_an_energy_is_a_whole_number_within_the_bounds(share, mean_kwh, cv):
    kwh = lognormal_kwh(share, mean_kwh, cv, BOUNDS)
    assert isinstance(kwh, int)
    assert BOUNDS[0] <= kwh <= BOUNDS[1]


def test_where_nothing_is_cut_off_it_is_the_lognormal_distribution():
    energies = drawn(4_000, 0.3)
    median, upper = 4_000 / 1.09**0.5, np.exp(1.6448536 * np.log(1.09) ** 0.5)
    assert lognormal_kwh(0.5, 4_000, 0.3, BOUNDS) == pytest.approx(median, abs=1)
    assert lognormal_kwh(0.95, 4_000, 0.3, BOUNDS) == pytest.approx(median * upper, abs=3)
    assert energies.std() / energies.mean() == pytest.approx(0.3, abs=0.004)


@pytest.mark.parametrize("mean_kwh", BOUNDS)
def test_a_mean_at_an_end_is_nearly_kept(mean_kwh):
    assert drawn(mean_kwh, 0.3).mean() == pytest.approx(mean_kwh, rel=0.01)
    assert drawn(mean_kwh, 1.0).mean() == pytest.approx(mean_kwh, rel=0.025)


@given(share=shares, low=st.floats(1_000, 6_000), wide=st.floats(1, 6_000))
def test_a_range_has_whole_numbers_that_are_all_as_likely(share, low, wide):
    assert ceil(low) <= even_kwh(share, low, low + wide) <= floor(low + wide)


def test_a_range_by_hand():
    assert [even_kwh(share, 2_000, 2_003) for share in (0.0, 0.24, 0.25, 0.5, 0.99)] == [
        2000,
        2000,
        2001,
        2002,
        2003,
    ]
    assert even_kwh(0.7, 2_000, 2_000) == 2000


def test_shares_depend_on_seed_home_and_quantity_only():
    one = share_of(1, "m1", "annual_kwh")
    assert one == share_of(1, "m1", "annual_kwh") == pytest.approx(0.7019, abs=1e-4)
    assert (
        len({one, share_of(2, "m1", "annual_kwh"), share_of(1, "m2", "annual_kwh"), share_of(1, "m1", "pv")}) == 4
    )


@pytest.mark.parametrize("seed", range(1, 9))
def test_a_hundred_homes_differ_as_measured_ones(seed):
    shares = (share_of(seed, f"m{number}", "annual_kwh") for number in range(1, 101))
    energies = np.array([lognormal_kwh(share, 4_000, 0.3, BOUNDS) for share in shares])
    assert 0.22 < energies.std() / energies.mean() < 0.40
    assert energies.mean() == pytest.approx(4_000, rel=0.1)
