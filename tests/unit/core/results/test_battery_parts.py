"""What of a battery's energy can be told from rows."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged_in_any_order, plan_of, table

from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.devices.dynamics import Response
from pvsim.core.results.battery_parts import PARTS, BatteryParts

PLAIN = BatteryModel(10, 5, 5, standby_w=10)
LATE = replace(PLAIN, no_load_w=25.0, response=Response(1.0, 1.0))
LOWER = np.array([0, 500, -1])
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

    parts = merged_in_any_order(data, tables, len(rows) // 3, lambda: BatteryParts(plan, BALANCE.batteries, LOWER))
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
    parts = BatteryParts(plan, (LATE,), LOWER[:1])
    parts.add(table(plan, [(0, 5, 0)]))
    assert not parts.by_meter.any()


def test_rows_that_are_means_tell_nothing():
    """The grid gives 1 kW in one second of two, and is given it in the other: no mean has it."""
    plan = plan_of(every_s=60)
    parts = BatteryParts(plan, (LATE,), LOWER[:1])
    parts.add(table(plan, [(0, 5, 0)], battery_dw=[500], soc_steps=[501]))
    assert not parts.counted
    assert not parts.by_meter.any()
    assert not parts.by_day.any()
