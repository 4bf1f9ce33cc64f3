"""Tables have each row in its place, and zeros where one is missing."""

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.results.runs import plan_of, samples_of

from pvsim.core.results.powers import powers_of, tables_of, whole_periods
from pvsim.core.results.samples import joined


@given(st.sets(st.integers(0, 3 * 48 - 1), min_size=1), st.integers(1, 3), st.data())
def test_each_row_has_its_place_in_any_portions(numbers, n_meters, data):
    """Rows of an hour over two days, one of them with 23 hours, some of them missing."""
    plan = plan_of(*("a", "b", "c")[:n_meters], every_s=3600, first=date(2024, 3, 30), days=2)
    rows = [(number, number + 1, 0) for number in sorted(numbers) if number < plan.rows] or [(0, 1, 0)]
    samples = samples_of(plan, rows)
    cut = data.draw(st.integers(0, len(rows)))
    portions = [part for part in (samples.where(slice(cut)), samples.where(slice(cut, None))) if len(part)]
    powers = powers_of(plan, joined(portions))
    found = {
        (int(t), meter): int(value)
        for t, periods in zip(powers.t_utc, powers.meter, strict=True)
        for meter, value in enumerate(periods)
        if value
    }
    start = plan.timeline.start_utc
    assert found == {(start + row // n_meters * 3600, row % n_meters): load for row, load, _ in rows}
    assert (powers.there is None) == (len(rows) == len(powers.t_utc) * n_meters)
    if powers.there is not None:
        assert ((powers.meter > 0) == powers.there).all()
    assert powers.day.tolist() == [int(t >= plan.timeline.midnights_utc[1]) for t in powers.t_utc]
    assert powers.days.tolist() == sorted(set(powers.day.tolist()))
    assert powers.by_day(powers.meter).sum() == samples.meter_dw.sum()


def test_two_meters_by_hand():
    """The second meter lacks its row in the second period."""
    plan = plan_of("a", "b")
    more = {"battery_dw": [1, 2, 3], "soc_steps": [0, 5, 9]}
    powers = powers_of(plan, samples_of(plan, [(0, 10, 4), (1, 20, 5), (2, 30, 6)], **more))
    assert powers.meter.tolist() == [[10, 20], [30, 0]]
    assert powers.grid.tolist() == [[7, 17], [27, 0]]
    assert powers.soc_steps.tolist() == [[0, 5], [9, -1]]
    assert powers.there.tolist() == [[True, True], [True, False]]
    assert powers.curtailed is None
    assert np.diff(powers.t_utc).tolist() == [1]


def test_tables_of_many_rows_have_whole_periods():
    plan = plan_of("a", "b")
    rows = [(i, i, 0) for i in range(11) if i != 4]
    portions = [samples_of(plan, rows[i : i + 3]) for i in range(0, len(rows), 3)]
    tables = list(tables_of(plan, portions, at_once=4))
    assert [each.meter.tolist() for each in tables] == [
        [[0, 1], [2, 3], [0, 5]],
        [[6, 7], [8, 9]],
        [[10, 0]],
    ]
    assert tables[2].there.tolist() == [[True, False]]
    one_by_one = [samples_of(plan, [row]) for row in rows]
    assert [len(each.t_utc) for each in tables_of(plan, one_by_one, at_once=1)] == [1] * 6
    assert list(tables_of(plan, [])) == []


def test_a_period_is_whole_when_its_last_meter_is_there_or_another_has_begun():
    plan = plan_of("a", "b")
    whole = [
        whole_periods(plan, samples_of(plan, [(i, 1, 0) for i in numbers])) for numbers in ((0,), (0, 1), (1, 2))
    ]
    assert whole == [0, 2, 1]
