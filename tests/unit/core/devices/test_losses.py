"""I8 for losses: each second an integer function of its power, which rises with it."""

from fractions import Fraction
from itertools import pairwise
from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.devices.losses import Constant, PartLoad, conversion_of
from pvsim.errors import UsageError

CURVE = ((0.05, 0.85), (0.25, 0.95), (1.0, 0.96))
EFFICIENCIES = st.sampled_from(
    [0.9, 0.96, CURVE, ((0.5, 0.9),), ((0.0, 0.5), (1.0, 1.0)), ((0.1, 0.97), (1.0, 0.94))]
)


@given(EFFICIENCIES, EFFICIENCIES, st.lists(st.integers(-60_000, 60_000), max_size=40))
def test_one_by_one_is_the_same_and_more_power_is_more(charge, discharge, powers):
    conversion = conversion_of(charge, discharge, 50_000, 40_000)
    changes = conversion.changes(np.array(powers, dtype=np.int64)).tolist()
    assert changes == [conversion.change(dw) for dw in powers]
    for dw, change in zip(powers, changes, strict=True):
        assert (change > 0) - (change < 0) == (dw > 0) - (dw < 0)
        assert change <= dw * (conversion.charge_step if dw > 0 else conversion.units_per_dj)
        assert change >= dw * (conversion.discharge_step if dw < 0 else 0)
    for (_, less), (_, more) in pairwise(sorted(zip(powers, changes, strict=True))):
        assert more >= less - 3e-4 * max(abs(more), abs(less))  # an efficiency is kept to 0.01 %


@given(st.integers(1, 60_000))
def test_a_curve_is_its_straight_lines(dw):
    """Within the 0.01 % to which an efficiency is kept."""
    conversion = conversion_of(CURVE, CURVE, 50_000, 50_000)
    share = min(max(Fraction(dw, 50_000), Fraction(5, 100)), Fraction(1))
    low, high = (CURVE[0], CURVE[1]) if share < Fraction(1, 4) else (CURVE[1], CURVE[2])
    (x0, e0), (x1, e1) = (tuple(Fraction(str(each)) for each in point) for point in (low, high))
    exact = e0 + (e1 - e0) * (share - x0) / (x1 - x0)
    assert Fraction(conversion.change(dw), dw * conversion.units_per_dj) == pytest.approx(exact, abs=1e-4)
    assert Fraction(dw * conversion.units_per_dj, -conversion.change(-dw)) == pytest.approx(exact, abs=2e-4)


def test_a_second_by_hand():
    """250 W of 5 kW at 85 %, 750 W at 90 %, 5 kW at 96 %; in 1/10,000 of 0.1 J."""
    conversion = conversion_of(CURVE, 0.9, 50_000, 50_000)
    assert isinstance(conversion, PartLoad)
    assert conversion.changes(np.array([2_500, 7_500, 50_000, 90_000, 0, -900])).tolist() == [
        2_500 * 8_500, 7_500 * 9_000, 50_000 * 9_600, 90_000 * 9_600, 0, -10_000_000,
    ]  # fmt: skip
    assert (conversion.charge_step, conversion.discharge_step) == (9_600, 11_112)


def test_constant_efficiencies_by_hand():
    conversion = conversion_of(0.9, 0.9, 50_000, 50_000)
    assert conversion == Constant(90, 81, 100)
    assert conversion.changes(np.array([2, -3, 0])).tolist() == [162, -300, 0]


@pytest.mark.parametrize(
    ("charge", "discharge", "words"),
    [
        (95.0, 0.9, "battery.charge_efficiency is 0.1 to 1, not 95"),
        (0.9, nan, "battery.discharge_efficiency is 0.1 to 1, not nan"),
        (((0.5, 0.05),), 0.9, "battery.charge_efficiency is 0.1 to 1, not 0.05"),
        ((), 0.9, "battery.charge_efficiency is a number, or points"),
        (((0.05, 0.9), (1.2, 0.9)), 0.9, "share of the rated power"),
        (((0.05,),), 0.9, "share of the rated power"),
        (
            ((0.25, 0.9), (0.25, 0.95)),
            0.9,
            "shares of the rated power do not rise, by 0.1 W or more, between the shares 0.25 and 0.25",
        ),
        (((0.5, 0.9), (0.1, 0.95)), 0.9, "do not rise"),
        (
            ((0.1, 0.99), (0.11, 0.2)),
            0.9,
            "battery.charge_efficiency falls so steeply between the shares 0.1 and 0.11",
        ),
        (0.9, ((0.1, 0.2), (0.12, 0.9)), "battery.discharge_efficiency rises so steeply"),
    ],
)
def test_nonsense_is_refused(charge, discharge, words):
    with pytest.raises(UsageError, match=words):
        conversion_of(charge, discharge, 50_000, 50_000)
