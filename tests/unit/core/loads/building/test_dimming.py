"""Dimmed devices: the energy of each charge closes, and no limit is passed."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.devices.limits import NO_LIMIT_DW, LimitSteps
from pvsim.core.loads.building.dimming import Dimmed, charged_later
from pvsim.core.loads.building.events import Segments
from pvsim.core.loads.building.render import add_segments

windows = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90), st.integers(0, 120)), max_size=4)
charges = st.lists(st.tuples(st.integers(1, 20), st.integers(1, 20), st.integers(0, 9)), min_size=1, max_size=3)


def uses_of(spans, power=100, idle=3):
    """Uses one after the other: seconds that each charges, waits, and is away."""
    starts, ends = [[], []], [[], []]
    now = 0
    for charging, waiting, away in spans:
        for part, seconds in enumerate((charging, waiting)):
            starts[part].append(now)
            now += seconds
            ends[part].append(now)
        now += away
    n = len(spans)
    zeros = np.zeros(2 * n, dtype=np.int64)
    powers = np.array([power] * n + [idle] * n)
    return Segments(np.concatenate(starts), np.concatenate(ends), zeros, zeros, powers, zeros, zeros)


def rendered(uses, n=200):
    power, ripple = np.zeros(n, dtype=np.int64), np.zeros(n)
    add_segments(uses, 0, power, ripple)
    return power


@given(charges, windows)
def test_each_charge_gets_its_energy_as_far_as_the_time_allows(spans, found):
    uses, limit = uses_of(spans), LimitSteps.of_windows(found)
    before, after, most = rendered(uses), rendered(charged_later(uses, limit)), limit.at(0, 200)
    n = len(spans)
    for use in range(n):
        start, end, leaves = uses.starts[use], uses.ends[use], uses.ends[n + use]
        stay = slice(start, leaves)
        if not limit.touch(int(start), int(end)):
            assert after[stay].tolist() == before[stay].tolist()
            continue
        could = int(np.minimum(most[stay], 100).sum())  # charging all the time
        charged = after[stay][: len(charging_of(after[stay], most[stay], could, 100 * (end - start)))]
        assert charged.sum() == min(could, 100 * (end - start))
        assert (charged <= most[stay][: len(charged)]).all()
        assert (after[stay][len(charged) :] == 3).all()
    assert after[uses.ends[-1] :].sum() == 0


def charging_of(power, most, could, wanted):
    """The seconds until a charge is over: as long as it takes at the highest power that is allowed."""
    if could < wanted:
        return power
    over = int(np.searchsorted(np.cumsum(np.minimum(most, 100)), wanted)) + 1
    return power[:over]


def test_a_charge_by_hand():
    """100 units for 10 s, dimmed to 40 from the second 4 to 8: 240 are lacking, which take 2.4 s more."""
    limit = LimitSteps.of_windows([(4, 8, 40)])
    power = rendered(charged_later(uses_of([(10, 10, 0)]), limit), 21)
    assert power.tolist() == [100] * 4 + [40] * 4 + [100] * 4 + [40] + [3] * 7 + [0]
    late = rendered(charged_later(uses_of([(10, 1, 0)]), limit), 12)
    assert late.tolist() == [100] * 4 + [40] * 4 + [100] * 3 + [0]  # it leaves with 140 less
    none = rendered(charged_later(uses_of([(10, 3, 0)]), LimitSteps.of_windows([(0, 99, 0)])), 14)
    assert none.tolist() == [0] * 14


def test_the_charge_of_the_page_on_rules():
    """16 kWh at 11 kW from 16:30 on, dimmed to 4.2 kW from 17:00 to 19:00: 5.5 + 8.4 + 2.1 kWh, until 19:11:27."""
    half_h = 1_800
    limit = LimitSteps.of_windows([(half_h, 5 * half_h, 42_000)])
    whole_s = 16 * 3_600 * 10_000 // 110_000
    power = rendered(charged_later(uses_of([(whole_s, 20_000, 0)], power=110_000, idle=30), limit), 20_000)
    assert power[: 5 * half_h].tolist() == [110_000] * half_h + [42_000] * 4 * half_h
    assert int((power > 30).sum()) == 5 * half_h + 687
    assert int(power[power > 30].sum()) == whole_s * 110_000


def test_a_charge_that_no_window_limits_is_untouched():
    uses = uses_of([(10, 10, 0)])
    assert charged_later(uses, LimitSteps.of_windows([(10, 20, 0)])) is uses
    weak = rendered(charged_later(uses, LimitSteps.of_windows([(2, 5, 100)])))
    assert weak.tolist() == rendered(uses).tolist()


class Steady:
    def power_dw(self, first_utc, n):
        return np.full_like(np.arange(first_utc, first_utc + n), 50_000)


def test_a_heat_pump_by_hand():
    dimmed = Dimmed(Steady(), LimitSteps((2, 4), (42_000, NO_LIMIT_DW)))
    assert dimmed.power_dw(0, 6).tolist() == [50_000, 50_000, 42_000, 42_000, 50_000, 50_000]
