"""Each pair of rows a lag apart is handed over once; what is made of the changes, the tests of ramps show."""

import numpy as np
from tests.unit.core.results.runs import plan_of, table

from pvsim.core.results.changes import Changes, lags_of


class Collected(Changes):
    """Keeps all changes, by kind."""

    def __init__(self, plan):
        super().__init__(plan)
        self.found = {}

    def add(self, powers):
        self.add_rows(powers.t_utc, np.stack([powers.meter, powers.pv, powers.grid]), powers.there)

    def take(self, day, kind, changes, both):
        assert day == 0
        kept = changes if both is None else np.where(both, changes, -1)
        self.found.setdefault(kind, []).extend(kept.tolist())


def test_ten_seconds_in_two_parts_by_hand():
    """Loads of 0, 1, 4, 9 … in units of 0.1 W; the second of two meters lacks the sixth second."""
    plan = plan_of("a", "b")
    rows = [(2 * s + m, s * s, 0) for s in range(12) for m in (0, 1) if (s, m) != (5, 1)]
    first, second = Collected(plan), Collected(plan)
    first.add(table(plan, rows[:4]))
    first.add(table(plan, rows[4:8]))
    second.add(table(plan, rows[8:]))
    assert [len(each.found[0]) for each in (first, second)] == [3, 7]
    assert 1 not in first.found or not first.found[1]
    second.merge_ends(first)
    for changes in second.found.values():
        changes.sort()
    assert second.found[0] == [
        [7, 7], [9, -1], [11, -1], [13, 13], [15, 15], [17, 17], [19, 19], [21, 21],
    ]  # fmt: skip
    assert second.found[1] == [[100, 100], [120, 120]]  # of ten seconds: 100 − 0, 121 − 1
    assert second.found[6] == second.found[0]  # grid, without PV power


def test_rows_longer_than_a_minute_have_no_changes():
    plan = plan_of(every_s=3_600)
    assert lags_of(plan) == []
    found = Collected(plan)
    found.add(table(plan, [(0, 1, 0), (1, 2, 0)]))
    found.merge_ends(Collected(plan))
    assert found.found == {}
    assert lags_of(plan_of(every_s=5)) == [10, 60]


def test_one_who_does_not_take_them_has_no_days():
    changes = Changes(plan_of())
    changes.add_rows(np.arange(2), np.zeros((3, 2, 1), dtype=np.int64), None)
    assert list(changes.spans(np.arange(3), 1)) == [(0, slice(1, 3))]
    assert list(changes.spans(np.arange(3), 3)) == []
