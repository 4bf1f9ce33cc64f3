"""The horizon before the sun: its bounds, and values by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.pv.suns import sun_of

from pvsim.core.pv.horizon import share_of_beam
from pvsim.core.site.schema import HorizonPoint

horizons = st.lists(
    st.builds(HorizonPoint, st.floats(0, 359), st.floats(0, 90), st.floats(0, 10)),
    max_size=6,
    unique_by=lambda p: p.azimuth_deg,
)


@given(horizon=horizons, azimuth=st.floats(0, 360), low=st.floats(0, 90), lift=st.floats(0, 20))
@settings(max_examples=80, deadline=None)
def test_a_higher_sun_gets_over_the_horizon_more(horizon, azimuth, low, lift):
    share = share_of_beam(sun_of([90 - low, 90 - min(low + lift, 90)], azimuth), horizon)
    assert ((share >= 0) & (share <= 1)).all()
    assert share[1] >= share[0]


def test_the_horizon_by_hand():
    wall = [HorizonPoint(90, 20, 2), HorizonPoint(270, 0, 0)]
    assert share_of_beam(sun_of([70], 90), wall) == pytest.approx([0.5])
    assert share_of_beam(sun_of([68], 90), wall) == pytest.approx([1 / (1 + np.exp(-1))])
    assert (
        share_of_beam(sun_of([79.9, 80.1], 0), wall)[0] > 0.5 > share_of_beam(sun_of([79.9, 80.1], 360), wall)[1]
    )
    assert share_of_beam(sun_of([89.9, 90.1], 270), wall).tolist() == [1.0, pytest.approx(0)]
    assert share_of_beam(sun_of([89.9], 10), []).tolist() == [1.0]
