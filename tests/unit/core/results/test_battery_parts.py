"""What of a battery's energy can be told from rows."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.results.runs import Pv, merged_in_any_order, plan_of, table

from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.devices.dynamics import Response
from pvsim.core.results.battery_parts import PARTS, BatteryParts, SecondParts
from pvsim.core.results.powers import powers_of
from pvsim.core.results.sampling import samples_of

PLAIN = BatteryModel(10, 5, 5, standby_w=10)
LATE = replace(PLAIN, no_load_w=25.0, soc_min=0.05, response=Response(1.0, 1.0))
LOWER = [0, 500, -1]
BALANCE = Balance((PLAIN, LATE, None))
ROWS = st.tuples(
    st.integers(-2_000, 2_000),
    st.integers(-2_000, 2_000),
    st.sampled_from([0, 500, 501, 9_000]),
    st.integers(0, 2_000),
)


@given(st.lists(ROWS, min_size=3, max_size=120), st.data())
@settings(deadline=None)
def test_any_parts_in_any_order_give_the_sums_of_a_walk(rows, data):
    """Seconds of three homes: one at once, one late, one without a battery."""
    rows = [
        (battery, load, soc, pv) if i % 3 != 2 else (0, load, -1, pv)
        for i, (battery, load, soc, pv) in enumerate(rows[: len(rows) // 3 * 3])
    ]
    plan = plan_of("a", "b", "c", every_s=1, days=2, balance=BALANCE)

    def tables(seconds):
        those = rows[3 * seconds.start : 3 * seconds.stop]
        columns = {"battery_dw": [each[0] for each in those], "soc_steps": [each[2] for each in those]}
        return table(
            plan, [(3 * seconds.start + i, load, pv) for i, (_, load, _, pv) in enumerate(those)], **columns
        )

    parts = merged_in_any_order(data, tables, len(rows) // 3, lambda: BatteryParts(plan, BALANCE.batteries))
    expected = np.zeros((PARTS, 3), dtype=np.int64)
    for i, (battery, load, soc, pv) in enumerate(rows):
        grid, meter = load - pv + battery, i % 3
        expected[0, meter] += 100 * (meter < 2 and soc > LOWER[meter])
        if meter == 1:
            expected[1, meter] += 250 * (battery != 0)
            expected[2, meter] += min(max(battery, 0), max(grid, 0))
            expected[3, meter] += min(max(-battery, 0), max(-grid, 0))
    assert parts.by_meter.tolist() == expected.tolist()
    assert parts.by_day.sum(axis=0).tolist() == expected.sum(axis=1).tolist()


def test_rows_without_states_have_no_parts():
    plan = plan_of(every_s=1)
    parts = BatteryParts(plan, (LATE,))
    parts.add(table(plan, [(0, 5, 0)]))
    assert not parts.by_meter.any()


def test_rows_that_are_means_tell_nothing():
    """The grid gives 1 kW in one second of two, and is given it in the other: no mean has it.

    Where the sums over the seconds of other rows are known, they are those of some rows only.
    """
    plan = plan_of(every_s=60)
    parts = BatteryParts(plan, (LATE,))
    parts.add(table(plan, [(0, 5, 0)], battery_dw=[500], soc_steps=[501]))
    assert not parts.counted
    assert not parts.by_meter.any()
    assert not parts.by_day.any()
    known = BatteryParts(plan, (LATE,))
    sums = [6_000, 250, 10_000, 10_000]
    known.add(table(plan, [(1, 5, 0)], battery_dw=[0], soc_steps=[501], battery_parts=[sums]))
    assert known.counted
    assert known.by_meter.T.tolist() == known.by_day.tolist() == [sums]
    known.merge(parts)
    assert not known.counted


@given(
    st.lists(st.tuples(*[st.integers(0, 30_000)] * 4), min_size=6, max_size=90),
    st.sampled_from([2, 6]),
    st.none() | st.integers(0, 5_000),
)
@settings(deadline=None)
def test_rows_of_any_length_tell_what_their_seconds_do(values, every_s, limit):
    """Two late batteries and none, at homes whose loads and plants change each second, behind an export limit."""
    values = np.array(values[: len(values) // 6 * 6])
    loads, pv = values[:, :3].reshape(-1), values[:, 3]
    starts = PLAIN.stored_at(0.5), LATE.stored_at(0.05)
    found = []
    for seconds in (1, every_s):
        plan = plan_of("a", "b", "c", every_s=seconds, balance=Balance((PLAIN, LATE, None), starts, limit))
        samples, _ = samples_of(plan, Pv(pv), 0, loads, plan.stored_at_start)
        parts = BatteryParts(plan, plan.balance.batteries)
        cut = len(samples) // 6 * 3  # of whole periods
        for portion in (slice(cut, None), slice(0, cut))[: 1 + bool(cut)]:
            parts.add(powers_of(plan, samples.where(portion)))
        assert parts.counted
        found.append((parts.by_meter.tolist(), parts.by_day.tolist()))
    assert found[0] == found[1]


def test_a_row_of_two_seconds_by_hand():
    """A load of 2 kW begins when the battery still charges 2 kW, and ends when it gives 2 kW: 2 kJ each way."""
    late = replace(LATE, standby_w=0.0, no_load_w=0.0, response=Response(1.0))
    plan = plan_of(every_s=2, balance=Balance((late,), (late.stored_at(0.5),)))
    values, pv = np.array([0, 20_000, 20_000, 0]), np.array([20_000, 0, 0, 0])
    samples, _ = samples_of(plan, Pv(pv), 0, values, plan.stored_at_start)
    assert samples.battery_dw.tolist() == [10_000, -20_000]
    assert samples.battery_parts.tolist() == [[0, 0, 20_000, 0], [0, 0, 0, 20_000]]


def test_batteries_without_parts_need_none():
    assert not SecondParts((replace(PLAIN, standby_w=0.0), None)).any
    assert SecondParts((PLAIN, None)).any
