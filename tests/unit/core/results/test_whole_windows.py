"""Each window is handed on once, whole, whatever the parts and the order in which they are merged."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged_in_any_order, plan_of, table

from pvsim.core.results.whole_windows import WholeWindows


class Taken(WholeWindows):
    """Remembers what it was handed."""

    def __init__(self, plan):
        super().__init__(plan, 900)
        self.found = []

    def add(self, powers):
        self.add_rows(powers, powers.meter)

    def merge(self, other):
        self.found += other.found
        self.merge_edges(other)

    def take(self, days, sums, rows):
        self.found += [
            (int(day), each.tolist(), count.tolist()) for day, each, count in zip(days, sums, rows, strict=True)
        ]


@given(loads=st.lists(st.integers(0, 90_000), min_size=1, max_size=60), n_meters=st.integers(1, 3), data=st.data())
@settings(deadline=None)
def test_each_window_is_taken_once(loads, n_meters, data):
    plan = plan_of(*"abc"[:n_meters], every_s=300)

    def tables(part):
        numbers = range(len(loads))[part]
        return table(plan, [(i * n_meters + m, loads[i] + m, 0) for i in numbers for m in range(n_meters)])

    windows = merged_in_any_order(data, tables, len(loads), lambda: Taken(plan))
    windows.take_edges(list(windows.edges))
    wanted = []
    for start in range(0, len(loads), 3):
        some = loads[start : start + 3]
        wanted.append((0, [sum(some) + m * len(some) for m in range(n_meters)], [len(some)] * n_meters))
    assert sorted(windows.found) == sorted(wanted)
    assert windows.edges == {}


def test_rows_that_are_missing_are_not_counted():
    plan = plan_of("a", "b", every_s=300)
    windows = Taken(plan)
    windows.add(table(plan, [(0, 10, 0), (1, 20, 0), (3, 40, 0), (4, 10, 0), (5, 60, 0), (6, 1, 0), (7, 1, 0)]))
    assert windows.found == []  # either may go on in another part
    windows.take_edges(list(windows.edges))
    assert windows.found == [(0, [20, 120], [2, 3]), (0, [1, 1], [1, 1])]


def test_nothing_is_made_of_windows_that_nobody_takes():
    windows = WholeWindows(plan_of(), 900)
    windows.add_rows(table(plan_of(), [(0, 5, 0)]), table(plan_of(), [(0, 5, 0)]).meter)
    windows.take_edges(list(windows.edges))
    assert windows.edges == {}
