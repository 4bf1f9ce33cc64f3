"""Uses of a week: where they lie, in turn, and what power they take."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.loads.building.calendar import BuildingPlace, Week
from pvsim.core.loads.building.devices import Device, Phase, Shape
from pvsim.core.loads.building.events import Used, draw_uses, programs, quarter_weights
from pvsim.core.loads.building.render import add_segments
from pvsim.core.quantities import noise

PLACE = BuildingPlace(ZoneInfo("Europe/Berlin"), 52.5, 13.4)
WEEK = Week.of(105_641, PLACE.zone)
FLAT = Shape((1.0,) * 24, (1.0,) * 24).quarters()
KETTLE = Device(
    "kettle", 1.0, "flat", (Phase((2_000.0,), (60.0, 180.0)), Phase((50.0,), (30.0,), (3, 2), off_w=5.0))
)


def used(device=KETTLE, power_q=0.5, seed=1):
    return Used(device, FLAT, 10**6, noise.key(seed, "test", device.name), 0, power_q)


@given(
    weights=st.lists(st.integers(0, 10**9), min_size=len(WEEK.starts), max_size=len(WEEK.starts)),
    some=st.integers(0, len(WEEK.starts) - 1),
    count=st.integers(1, 300),
)
@settings(max_examples=30, deadline=None)
def test_uses_lie_where_their_weight_is(weights, some, count):
    weights = np.array(weights)
    weights[some] += 1
    starts, q = draw_uses(used(), WEEK, weights, 7, count)
    quarter = np.searchsorted(WEEK.starts, starts, side="right") - 1
    assert (weights[quarter] > 0).all()
    assert (starts < WEEK.starts[quarter] + WEEK.lengths[quarter]).all()
    assert (np.diff(starts) >= 0).all()
    assert ((q >= 0) & (q < 1)).all()


def test_durations_and_powers_follow_each_other_evenly():
    """Of 200 consecutive uses the mean quantile is 0.5 within 1 %; independent draws give 2 %."""
    varied = used(Device("x", 1.0, "flat", (Phase((0.0, 1_000.0), (1.0, 1.0)),), fixed=False), power_q=None)
    starts, q = draw_uses(varied, WEEK, np.ones_like(WEEK.starts), 12_345, 200)
    assert abs(q.mean() - 0.5) < 0.01
    powers = programs(varied, starts, q, 12_345).on_dw / 10_000
    assert abs(powers.mean() - 0.5) < 0.01
    assert abs(np.corrcoef(q, powers)[0, 1]) < 0.1


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=60), st.booleans())
@settings(max_examples=60, deadline=None)
def test_an_exclusive_device_does_one_thing_after_the_other(starts, exclusive):
    starts = np.sort(np.array(starts))
    device = Device("x", 1.0, "flat", KETTLE.phases, exclusive=exclusive)
    q = np.linspace(0, 0.99, len(starts))
    segments = programs(used(device), starts, q, 0)
    power, ripple = np.zeros(20_000, dtype=np.int64), np.zeros(20_000)
    add_segments(segments, 0, power, ripple)
    begins = segments.starts[: len(starts)]
    assert (begins >= starts).all()
    if exclusive:
        assert power.max() <= 20_000
    else:
        assert (begins == starts).all()
    expected = sum(int(phase.on_s(phase.seconds(q)).sum()) * int(phase.w[0]) * 10 for phase in KETTLE.phases)
    expected += len(starts) * 12 * 50
    assert power.sum() == expected


@pytest.mark.parametrize(
    ("needs", "dark", "expected"),
    [("active", False, "awake"), ("home", False, "home"), ("nothing", False, "all"), ("active", True, "awake")],
)
def test_weights_follow_presence(needs, dark, expected):
    device = Device("x", 1.0, "flat", KETTLE.phases, needs=needs, dark=dark)
    lived = np.array([1, 1, 0, 1, 1, 1, 1])
    active = np.where(WEEK.quarters > 40, 1, 0)
    days = np.array([0] * 5 + [1, 2])
    weights = quarter_weights(used(device), WEEK, PLACE, days=days, lived=lived, active=active)
    places = {"awake": active * lived[WEEK.days], "home": lived[WEEK.days], "all": np.ones_like(active)}
    assert ((weights > 0) == (places[expected] > 0)).all()
    nobody = quarter_weights(used(device), WEEK, PLACE, days=days, lived=lived, active=active * 0)
    assert nobody.any()  # a use that is due takes place although nobody is there
