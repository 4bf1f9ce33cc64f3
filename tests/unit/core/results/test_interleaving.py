"""The rows of parts come in the order of the whole run, whatever the portions in which the parts give them."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.results.runs import plan_of

from pvsim.core.results.interleaving import interleaved
from pvsim.core.results.samples import Samples, joined
from pvsim.core.run.partitions import members, part_of

NAMES = "abcdefgh"


def rows_of(plan, rows):
    numbers = np.asarray(rows, dtype=np.int64)
    return Samples.of_rows(plan, numbers, numbers * 3, numbers % 7)


def in_portions(samples, sizes):
    start = 0
    for size in sizes:
        yield samples.where(slice(start, start + size))
        start += size
    yield samples.where(slice(start, None))


@given(data=st.data(), n_meters=st.integers(1, 8), partitions=st.integers(1, 5))
@settings(max_examples=80, deadline=None)
def test_the_rows_of_all_parts_are_those_of_the_run(data, n_meters, partitions):
    plan = plan_of(*NAMES[:n_meters], every_s=21_600, days=3)
    numbers = data.draw(st.sets(st.integers(0, plan.rows - 1)))
    whole = rows_of(plan, sorted(numbers))
    parts = []
    for number, meters in enumerate(members(plan.meters, partitions)):
        if meters:
            part = part_of(plan, number, meters)
            own = whole.where(np.isin(whole.meter, meters))
            own = replace(own, meter=np.searchsorted(meters, own.meter))
            assert (np.diff(own.row(part)) > 0).all()
            parts.append((meters, in_portions(own, data.draw(st.lists(st.integers(0, 4), max_size=12)))))
    found = joined(interleaved(plan, parts))
    for name in ("t_utc", "meter", "meter_dw", "pv_dw"):
        assert getattr(found, name).tolist() == getattr(whole, name).tolist()


def test_a_part_is_not_read_further_ahead_than_needed():
    plan = plan_of("a", "b", every_s=21_600, days=1)
    read = []

    def portions(name):
        part = part_of(plan, 0, ("ab".index(name),))
        for row in range(4):
            read.append(name)
            yield rows_of(part, [row])

    rows = interleaved(plan, [((0,), portions("a")), ((1,), portions("b"))])
    first = next(rows)
    assert (first.meter.tolist(), first.t_utc.tolist()) == ([0, 1], [plan.timeline.start_utc] * 2)
    assert len(read) == 4  # of each the row that was given, and the one that shows that it was whole
    assert sum(map(len, rows)) == 6


def test_a_column_that_only_some_parts_have_is_zero_for_the_others():
    plan = plan_of("a", "b", every_s=21_600, days=1)
    one, other = (rows_of(part_of(plan, 0, (i,)), range(4)) for i in (0, 1))
    parts = np.ones((4, 4), dtype=np.int64)
    one = replace(one, clipped_dw=np.arange(1, 5), battery_parts=parts)
    found = joined(interleaved(plan, [((0,), [one]), ((1,), [other])]))
    assert found.clipped_dw is not None
    assert found.clipped_dw.tolist() == [1, 0, 2, 0, 3, 0, 4, 0]
    assert found.battery_parts is not None
    assert found.battery_parts.sum(axis=1).tolist() == [4, 0] * 4
    assert found.curtailed_dw is None


def test_no_parts_have_no_rows():
    assert list(interleaved(plan_of("a"), [])) == []
