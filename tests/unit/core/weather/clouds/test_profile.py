"""What clouds and gaps do to the light."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.weather.clouds import REGIMES, beam_index, diffuse_index
from pvsim.core.weather.clouds.profile import Profile, transmission

BOUNDED = settings(max_examples=80, deadline=None)
DEPTHS = np.linspace(-8, 8, 4_001)


@pytest.mark.parametrize("name", REGIMES)
def test_thicker_clouds_are_darker_and_gaps_brightest_at_their_edge(name):
    profile = REGIMES[name].profile
    index = profile.index(DEPTHS, profile.thin)
    cloud, gap = index[np.less(DEPTHS, -profile.edge)], index[np.greater_equal(DEPTHS, profile.edge)]
    assert (np.diff(cloud) >= 0).all()
    assert (np.diff(gap) <= 0).all()
    assert profile.thick <= cloud.min() <= cloud.max() <= profile.thin
    assert profile.far <= gap[-1] <= gap[0] <= profile.far + profile.bright + 1e-12


@pytest.mark.parametrize("name", REGIMES)
@given(share=st.floats(0, 0.8))
@BOUNDED
def test_beam_and_diffuse_add_up_to_the_global_index(name, share):
    profile = REGIMES[name].profile
    index, beam = profile.index(DEPTHS, profile.thin), profile.beam(DEPTHS, profile.thin)
    diffuse = diffuse_index(index, beam, share)
    assert beam.min() >= 0
    assert beam.max() <= 1
    assert diffuse.min() >= 0
    np.testing.assert_allclose(share * beam + (1 - share) * diffuse, index, atol=1e-12)


@given(st.floats(0.01, 1.0), st.floats(0.01, 1.0))
@BOUNDED
def test_a_cloud_takes_more_of_the_beam_than_of_all_light(one, other):
    low, high = sorted((one, other))
    beams = beam_index(np.array([low, high]))
    assert beams[0] <= beams[1]
    assert (beams <= np.array([low, high])).all()


def test_the_beam_behind_four_clouds():
    """2 / (2 + 0.15 τ) of the light, exp(−(1 − 0.85²) τ) of the beam; one brighter than none takes nothing."""
    tau = np.array([0.0, 0.5, 2.0])
    np.testing.assert_allclose(transmission(tau), 2 / (2 + 0.15 * tau))
    np.testing.assert_allclose(beam_index(transmission(tau)), np.exp(-0.2775 * tau))
    assert beam_index(np.array([1.2])) == [1.0]


def test_haze_takes_more_than_twice_as_much_of_the_beam_as_of_all_light():
    gap = np.array([100.0])
    for far, beam in ((0.95, 0.95 ** (0.09 / 0.0387)), (1.0, 1.0), (1.02, 1.0)):
        profile = replace(REGIMES["broken"].profile, far=far)
        assert profile.beam(gap, 0.9) == pytest.approx([beam], abs=1e-6)


def test_a_soft_edge_goes_from_cloud_to_gap_in_a_straight_line():
    profile = Profile(thick=0.2, thin=0.5, cloud_scale=1e9, far=1.0, bright=0.2, gap_scale=1e9, edge=0.5)
    depth = np.array([-1.0, -0.5, 0.0, 0.25, 0.5, 1.0])
    assert profile.index(depth, 0.5) == pytest.approx([0.5, 0.5, 0.85, 1.025, 1.2, 1.2])
    behind = float(beam_index(np.array([0.5]))[0])
    assert profile.beam(depth, 0.5) == pytest.approx(
        [behind, behind, (1 + behind) / 2, 0.75 + behind / 4, 1, 1], abs=1e-9
    )


def test_clouds_that_rise_from_one_base_and_light_that_falls_steeply_by_hand():
    profile = Profile(
        thick=0.2, thin=0.8, cloud_scale=2.0, far=1.0, bright=0.4, gap_scale=1.0, steep=0.5, deep=1.5
    )
    depth = np.array([-2.0, -1e-12, 0.0, 1.0])
    assert profile.index(depth, 0.8) == pytest.approx([0.2 + 0.6 / 3.5, 0.8, 1.4, 1.0 + 0.4 * 0.75 / 2])
    twice = profile.index(depth, 0.8, 2.0)  # as bright: of the half that falls steeply
    assert twice == pytest.approx([0.2 + 0.6 / 3.5, 0.8, 1.6, 1.0 + 0.4 / 2])


def test_levels_may_differ_from_depth_to_depth():
    profile = Profile(thick=0.2, thin=0.8, cloud_scale=1.0, far=1.0, bright=0.0, gap_scale=1.0)
    thick, far = np.array([0.4, 0.4, 0.2]), np.array([0.9, 0.9, 1.1])
    depth = np.array([-1.0, 5.0, 5.0])
    flat = profile.at(thick, far, np.array([3.0, 1.0, 1.0]))
    assert flat.index(depth, 0.8) == pytest.approx([0.7, 0.9, 1.1])
    levels = profile.at(thick, far, 1.0)
    assert levels.index(depth, 0.8) == pytest.approx([0.6, 0.9, 1.1])
    haze = 0.9 ** (0.09 / 0.0387)
    assert levels.beam(depth, 0.8) == pytest.approx([beam_index(np.array([0.6]))[0] * haze, haze, 1.0], abs=1e-6)


def test_diffuse_light_beside_a_bright_cloud_and_where_the_beam_is_more_than_all():
    index, beam = np.array([1.2, 0.5, 0.8]), np.array([1.0, 0.0, 1.0])
    np.testing.assert_allclose(diffuse_index(index, beam, np.array([0.8, 0.0, 0.9])), [2.0, 0.5, 0.0])
