"""Peaks of rows are those of a walk, of each meter and of all together."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged_in_any_order, plan_of, table

from pvsim.core.results.peaks import RowPeaks, peaks_of

power = st.integers(0, 90_000)


@given(st.lists(st.tuples(power, power, power, power), min_size=1, max_size=60), st.data())
def test_any_parts_in_any_order_give_the_peaks_of_a_walk(values, data):
    """Hours of three days, of two meters."""
    plan = plan_of("a", "b", every_s=3600, days=3)

    def tables(part):
        numbers = range(len(values))[part]
        return table(plan, [(2 * i + m, *values[i][2 * m : 2 * m + 2]) for i in numbers for m in range(2)])

    peaks = merged_in_any_order(data, tables, len(values), lambda: RowPeaks(plan))

    def highest(rows):
        """Of rows (load, PV)."""
        grid = [load - pv for load, pv in rows]
        columns = ([load for load, _ in rows], [pv for _, pv in rows], grid, [-g for g in grid])
        return [max(0, *column, 0) for column in columns]

    for meter in range(2):
        assert peaks.by_meter[:, meter].tolist() == highest([row[2 * meter : 2 * meter + 2] for row in values])
    for day in range(3):
        rows = [(a + c, b + d) for a, b, c, d in values[24 * day : 24 * day + 24]]
        assert peaks.of_all[:, day].tolist() == highest(rows)


def test_two_rows_by_hand():
    plan = plan_of()
    peaks = RowPeaks(plan)
    peaks.add(table(plan, [(0, 20_000, 5_000), (1, 0, 30_000)]))
    assert peaks.by_meter[:, 0].tolist() == [20_000, 30_000, 15_000, 30_000]
    found = peaks_of(plan, np.array([20_000, 30_000, 15_000, 30_000]), (1.0, None))
    assert (found.load, found.export, found.import_15min, found.export_15min) == (2.0, 3.0, 1.0, None)
