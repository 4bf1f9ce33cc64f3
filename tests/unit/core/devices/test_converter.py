"""I2 and I8 for a battery that is late and has losses of its own: exact balance, any cut, against a plain loop."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.devices.converter import Converter
from pvsim.core.devices.dynamics import Response
from pvsim.core.devices.losses import conversion_of

BOUNDED = settings(max_examples=60, deadline=None)
CURVE = ((0.05, 0.85), (0.25, 0.95), (1.0, 0.96))
MOST_DW = 46_000


@st.composite
def converters(draw):
    efficiency = st.sampled_from([0.9, 0.96, CURVE])
    conversion = conversion_of(draw(efficiency), draw(efficiency), MOST_DW, MOST_DW)
    units = conversion.units_per_dj
    response = Response(0.0, draw(st.sampled_from([0.0, 0.6, 5.0])), draw(st.sampled_from([None, 0.2, 2.0])))
    lower = draw(st.sampled_from([0, 7 * units]))
    return Converter(
        lower,
        lower + draw(st.sampled_from([500_000, 3_000_000, 400_000_000])) * units,  # some fill in seconds
        draw(st.sampled_from([0, 100, 9_000])) * units,
        draw(st.sampled_from([0, 300])) * units,
        conversion,
        response,
    )


@st.composite
def asked(draw):
    """Runs of one power, with noise and alternating signs: what meets limits often."""
    parts = [np.empty(0, np.int64)]
    for _ in range(draw(st.integers(0, 6))):
        n = draw(st.integers(1, 700))
        level, swing = draw(st.integers(-60_000, 60_000)), draw(st.sampled_from([0, 3, 60_000]))
        parts.append(level + swing * np.where(np.arange(n) % 2, 1, -1))
    return np.clip(np.concatenate(parts), -MOST_DW, MOST_DW)


def plain(c, asked_dw, stored, p):
    """The rule, one second after the other; also the standby that was lost."""
    power, levels, idle = [], [], 0
    for asks in asked_dw.tolist():
        goal = asks
        rested = max(stored - c.standby_step, c.lower)
        idle += stored - rested
        if rested - c.lower < c.conversion.discharge_step + c.no_load_step:
            goal, p = max(asks, 0), max(p, 0.0)
        elif c.upper - rested < c.conversion.charge_step:
            goal, p = min(asks, 0), min(p, 0.0)
        given, p = c.response.second(goal, p)
        stored = rested + c.conversion.change(given) - (c.no_load_step if given else 0)
        if stored > c.upper:
            given = (c.upper - rested) // c.conversion.charge_step
        elif stored < c.lower and given < 0:
            given = -((rested - c.lower - c.no_load_step) // c.conversion.discharge_step)
        elif stored < c.lower:
            given = 0
        if not c.lower <= stored <= c.upper:
            stored = rested + c.conversion.change(given) - (c.no_load_step if given else 0)
            p = float(given)
        power.append(given)
        levels.append(stored)
    return power, levels, stored, p, idle


@given(converters(), asked(), st.floats(0, 1), st.integers(-MOST_DW, MOST_DW))
@BOUNDED
def test_equals_the_plain_loop_and_the_balance_closes(converter, asked_dw, fill, p_dw):
    start = converter.lower + int(fill * (converter.upper - converter.lower))
    power, levels, stored, p = converter.follow(asked_dw, start, float(p_dw))
    *expected, idle = plain(converter, asked_dw, start, float(p_dw))
    assert [power.tolist(), levels.tolist(), stored, p] == expected
    assert all(converter.lower <= level <= converter.upper for level in levels.tolist())
    gained = int(converter.conversion.changes(power).sum())
    assert stored - start == gained - idle - converter.no_load_step * np.count_nonzero(power)  # I8
    assert np.abs(power).max(initial=0) <= MOST_DW


@given(converters(), asked(), st.data())
@BOUNDED
def test_any_cut_gives_the_same(converter, asked_dw, data):
    whole = converter.follow(asked_dw, converter.lower, 0.0)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(asked_dw)), max_size=4)))
    stored, p, powers, levels = converter.lower, 0.0, [], []
    for part in np.split(asked_dw, cuts):
        power, level, stored, p = converter.follow(part, stored, p)
        powers += power.tolist()
        levels += level.tolist()
    assert [powers, levels, stored, p] == [whole[0].tolist(), whole[1].tolist(), *whole[2:]]


def test_a_full_store_takes_no_more_and_gives_without_a_memory_by_hand():
    """10 kW·s at 100 %, lag 1 s: full after some seconds; when it is asked to give, it begins at 0."""
    conversion = conversion_of(1.0, 1.0, 50_000, 50_000)
    converter = Converter(0, 100_000, 0, 0, conversion, Response(time_constant_s=1.0))
    power, levels, _, _ = converter.follow(np.repeat([40_000, -40_000], [10, 2]), 0, 0.0)
    assert power[:4].tolist() == [14_715, 30_698, 36_578, 18_009]
    assert levels[3:10].tolist() == [100_000] * 7
    assert power[4:10].tolist() == [0] * 6
    assert power[10:].tolist() == pytest.approx([-14_715, -30_699], abs=1)


def test_no_load_is_lost_only_while_there_is_power_by_hand():
    conversion = conversion_of(1.0, 1.0, 50_000, 50_000)
    converter = Converter(0, 1_000_000, 10, 300, conversion, Response())
    _, levels, _, _ = converter.follow(np.array([1_000, 0, -1_000]), 500_000, 0.0)
    assert levels.tolist() == [500_690, 500_680, 499_370]


def test_less_than_the_converter_loses_is_not_taken_from_an_empty_store():
    conversion = conversion_of(1.0, 1.0, 50_000, 50_000)
    converter = Converter(0, 1_000_000, 0, 300, conversion, Response())
    power, levels, _, _ = converter.follow(np.array([200, 400]), 0, 0.0)
    assert (power.tolist(), levels.tolist()) == ([0, 400], [0, 100])


def test_a_full_store_without_standby_rests_and_one_with_it_is_kept_full_by_hand():
    """With 10 W of standby it takes what was lost, in whole 0.1 W that it stores at 85 %."""
    conversion = conversion_of(CURVE, 1.0, 50_000, 50_000)
    resting = Converter(0, 10_000_000_000, 0, 0, conversion, Response(0.0, 2.0))
    power, levels, stored, p = resting.follow(np.full(700, 30_000), 10_000_000_000, 500.0)
    assert (power.any(), set(levels.tolist()), stored, p) == (False, {10_000_000_000}, 10_000_000_000, 0.0)
    kept = Converter(0, 10_000_000_000, 1_000_000, 0, conversion, Response(0.0, 2.0))
    power, levels, _, _ = kept.follow(np.full(700, 30_000), 10_000_000_000, 500.0)
    assert power[:3].tolist() == [104, 116, 117]
    assert levels[:2].tolist() == [9_999_884_000, 9_999_870_000]


def test_a_store_that_is_nearly_as_small_as_what_is_offered_is_done_one_by_one():
    conversion = conversion_of(1.0, 1.0, 50_000, 50_000)
    small = Converter(0, 30_000, 100, 0, conversion, Response())
    power, levels, stored, _ = small.follow(np.full(40, 50_000), 30_000, 0.0)
    assert (power.tolist(), levels.tolist(), stored) == ([100] * 40, [30_000] * 40, 30_000)
