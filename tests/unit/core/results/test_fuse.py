"""Seconds above the rated current of the main fuses, by hand and in parts."""

from dataclasses import replace
from functools import partial

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged_in_any_order, plan_of, table

from pvsim.core.results.fuse import FuseSeconds
from pvsim.core.results.summary import FuseLoad

powers = st.integers(0, 90_000)


@given(st.lists(st.tuples(powers, powers, powers, powers), min_size=1, max_size=60), st.data())
def test_parts_come_to_the_whole(values, data):
    plan = replace(plan_of("a", "b", every_s=60), fuse_dw=36_800)

    def tables(part):
        numbers = range(len(values))[part]
        return table(plan, [(2 * i + m, *values[i][2 * m : 2 * m + 2]) for i in numbers for m in (0, 1)])

    found = merged_in_any_order(data, tables, len(values), partial(FuseSeconds, plan))
    by_meter = [sum(abs(row[2 * m] - row[2 * m + 1]) > 36_800 for row in values) * 60 for m in (0, 1)]
    assert [found.of_meters(slice(m, m + 1)).seconds_above for m in (0, 1)] == by_meter
    assert found.of_meters(slice(None)) == FuseLoad(3.68, sum(by_meter))


def test_import_and_export_by_hand():
    """One phase of 16 A carries 3.68 kW, either way."""
    rows = [(0, 36_800, 0), (1, 36_801, 0), (2, 0, 36_800), (3, 0, 36_801), (4, 0, 0)]
    for fuse_dw, wanted in ((36_800, FuseLoad(3.68, 2)), (None, None)):
        plan = replace(plan_of(), fuse_dw=fuse_dw)
        seconds = FuseSeconds(plan)
        seconds.add(table(plan, rows))
        assert seconds.of_meters(slice(None)) == wanted
