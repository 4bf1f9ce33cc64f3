"""The table of devices, and the energy that a device is expected to use."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.loads.building.devices import Device, Phase, Shape, parse_kinds, quantile
from pvsim.errors import BadInputError

X = {"name": "x", "per_year": 1, "shape": "s", "phases": []}
TABLES = st.lists(st.floats(1, 4_000), min_size=1, max_size=5).map(tuple)


@given(TABLES, st.floats(0, 0.999999))
@settings(max_examples=100)
def test_a_quantile_lies_between_its_neighbours(table, q):
    value = float(quantile(table, np.array([q]))[0])
    assert min(table) - 1e-9 <= value <= max(table) + 1e-9
    assert float(quantile(table, np.array([0.0]))[0]) == table[0]


@given(st.tuples(st.integers(1, 60), st.integers(1, 90)), st.integers(0, 4_000))
@settings(max_examples=100)
def test_on_seconds_are_those_of_the_cycle(cycle, seconds):
    on = sum(t % sum(cycle) < cycle[0] for t in range(seconds))
    assert Phase(w=(1.0,), s=(1.0,), cycle=cycle).on_s(np.array([seconds])).tolist() == [on]


def test_energy_by_hand():
    """1 kW for half an hour on average, then 60 s of 2 kW on a third and 100 W on two thirds of the time."""
    phases = (
        Phase(w=(500.0, 1_500.0), s=(600.0, 3_000.0)),
        Phase(w=(2_000.0,), s=(60.0,), cycle=(10, 20), off_w=100),
    )
    device = Device("x", 1.0, "flat", phases)
    cycling = (20 * 2_000 + 40 * 100) / 3.6e6
    assert device.energy_kwh(None) == pytest.approx(0.5 + cycling, rel=1e-3)
    assert device.energy_kwh(0.25) == pytest.approx(0.375 + cycling, rel=1e-3)


def test_a_shape_is_smooth_and_keeps_its_mean():
    hours = tuple(float(hour in range(8, 12)) for hour in range(24))
    quarters = Shape(hours, hours).quarters()
    assert quarters.shape == (2, 96)
    assert quarters.mean() == pytest.approx(1_000 * 4 / 24)
    assert quarters[0, [0, 29, 30, 31, 32, 33, 34, 40]].tolist() == [0, 0, 125, 375, 625, 875, 1_000, 1_000]


def test_the_table_that_comes_with_pvsim(kinds):
    assert set(kinds) == {"household", "office", "depot"}
    for kind in kinds.values():
        assert all(device.energy_kwh(0.5) > 0 for device in kind.devices)
        assert all(phase.ripple_w * 3.5 <= min(phase.w) for d in kind.devices for phase in d.phases)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"devices": [{"name": "x"}]}, "missing required field"),
        ({"devices": [X | {"shape": "y"}]}, "unknown shape 'y'"),
        (
            {"devices": [{"name": "x", "per_year": 1, "shape": "s", "phases": [{"w": [], "s": [1]}]}]},
            "without power",
        ),
        ({"devices": [X, X]}, "one name"),
        ({"devices": [X]}, "no phase"),
        ({"devices": [X | {"winter": -1}]}, "less than never"),
        ({"devices": [X | {"days": [0, 0, 0]}]}, "less than never"),
        ({"devices": [X | {"per_year": 0}]}, "less than never"),
        ({"devices": [X | {"owned": [1.2]}]}, "more than all"),
        ({"devices": [X | {"phases": [{"w": [1], "s": [1], "cycle": [5, 0]}]}]}, "less than a second"),
        ({"shapes": {"s": {"workday": [1], "weekend": [1]}}}, "24 hours"),
        ({"typo": 1}, "typo"),
    ],
)
def test_a_damaged_table_is_refused(changed, words):
    day = [1.0] * 24
    kind = {
        "base_share": 0.3, "least_kwh": 1, "most_kwh": 2, "people": 0, "cold": [], "devices": [],
        "shapes": {"s": {"workday": day, "weekend": day}},
    }  # fmt: skip
    table = {"about": "", "sources": []}
    parse_kinds(json.dumps(table | {"kinds": {"k": kind}}))
    with pytest.raises(BadInputError, match=words):
        parse_kinds(json.dumps(table | {"kinds": {"k": kind | changed}}))
