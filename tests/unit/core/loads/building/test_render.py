"""Segments as the power of each second, against a loop over seconds."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.loads.building.devices import Device, Phase, Shape
from pvsim.core.loads.building.events import Segments, Used, joined, programs
from pvsim.core.loads.building.render import add_segments
from pvsim.core.quantities import noise

FLAT = Shape((1.0,) * 24, (1.0,) * 24).quarters()


KETTLE = Device(
    "kettle", 1.0, "flat", (Phase((2_000.0,), (60.0, 180.0)), Phase((50.0,), (30.0,), (3, 2), off_w=5.0))
)


def used(device=KETTLE, power_q=0.5, seed=1):
    return Used(device, FLAT, 10**6, noise.key(seed, "test", device.name), 0, power_q)


segment = st.tuples(
    st.integers(-50, 50), st.integers(0, 40), st.integers(0, 9), st.integers(0, 9), st.integers(0, 90_000),
    st.integers(0, 90_000), st.integers(0, 500),
)  # fmt: skip


def at(second, segment):
    """Power and ripple of one segment in one second."""
    start, length, period, on_s, on_dw, off_dw, ripple_dw = segment
    if not start <= second < start + length:
        return 0, 0
    return (on_dw if not period or (second - start) % period < on_s else off_dw), ripple_dw


@given(st.lists(segment, max_size=6), st.integers(-60, 60), st.integers(0, 60))
@settings(deadline=None)
def test_each_second_has_the_sum_of_what_is_on(segments, first, n):
    columns = [np.array(column, dtype=np.int64) for column in zip(*segments, strict=True)] or [
        np.empty(0, dtype=np.int64)
    ] * 7
    start, length, *rest = columns
    power, ripple = np.full(n, 7), np.zeros(n)
    add_segments(Segments(start, start + length, *rest), first, power, ripple)
    expected = [[at(second, each) for each in segments] for second in range(first, first + n)]
    assert power.tolist() == [7 + sum(watts for watts, _ in each) for each in expected]
    assert ripple.tolist() == [sum(spread for _, spread in each) for each in expected]


def test_a_program_by_hand_and_any_window_of_it():
    segments = joined([programs(used(), np.array([100]), np.array([0.0]), 0)])
    whole, ripple = np.zeros(300, dtype=np.int64), np.zeros(300)
    add_segments(segments, 0, whole, ripple)
    expected = [0] * 100 + [20_000] * 60 + [500, 500, 500, 50, 50] * 6 + [0] * 110
    assert whole.tolist() == expected
    for first in range(90, 200):
        part = np.zeros(7, dtype=np.int64)
        add_segments(segments, first, part, np.zeros(7))
        assert part.tolist() == expected[first : first + 7]
    assert len(joined([]).starts) == 0


def test_ripple_is_added_where_its_phase_is():
    vacuum = Device("v", 1.0, "flat", (Phase((700.0,), (5.0,), ripple_w=20.0),))
    power, ripple = np.zeros(10, dtype=np.int64), np.zeros(10)
    add_segments(programs(used(vacuum), np.array([3]), np.array([0.0]), 0), 0, power, ripple)
    assert ripple.tolist() == [0.0] * 3 + [200.0] * 5 + [0.0] * 2
