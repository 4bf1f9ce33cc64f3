"""Import, export and peaks of means over windows are those of a plain walk, whatever the portions and merges."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged_in_any_order, plan_of, rows_with_gaps, table

from pvsim.core.results.window_means import WindowMeans

power = st.integers(0, 90_000)


@given(
    steps=st.lists(st.sampled_from([1] * 9 + [7]), min_size=1, max_size=150),
    n_meters=st.integers(1, 2),
    seed=st.randoms(use_true_random=False),
    data=st.data(),
)
@settings(deadline=None)
def test_any_parts_in_any_order_give_the_means_of_a_walk(steps, n_meters, seed, data):
    """Rows of 15 min in Kathmandu, some of them missing, in hours of its clock: 5:45 h before UTC."""
    zone = "Asia/Kathmandu"
    plan = plan_of(*("a", "b")[:n_meters], every_s=900, days=7, zone=zone)
    rows, periods, tables = rows_with_gaps(plan, steps, seed)
    means = merged_in_any_order(data, tables, periods, lambda: WindowMeans(plan, 3600)).closed()
    hours = {}
    for number, load, pv in rows:
        t_utc = plan.timeline.start_utc + number // n_meters * 900
        local = datetime.fromtimestamp(t_utc, ZoneInfo(zone))
        hours.setdefault(local.replace(minute=0), {}).setdefault(number % n_meters, []).append(load - pv)
    for meter in range(n_meters):
        sums = [sum(hour[meter]) for hour in hours.values() if meter in hour]
        assert means.import_sums[meter] == sum(max(each, 0) for each in sums)
        assert means.export_sums[meter] == sum(max(-each, 0) for each in sums)
        mean = [sum(hour[meter]) / len(hour[meter]) for hour in hours.values() if meter in hour]
        assert means.peaks_dw[:, meter].tolist() == [max(0, *mean, 0), max(0, *(-m for m in mean), 0)]
    for day in range(plan.timeline.days):
        of_day = [hour for start, hour in hours.items() if (start.date() - date(2024, 6, 21)).days == day]
        total = [sum(sum(each) / len(each) for each in hour.values()) for hour in of_day]
        assert means.of_all_dw[0, day] == pytest.approx(max(0, *total, 0))
        assert means.of_all_dw[1, day] == pytest.approx(max(0, *(-each for each in total), 0))


def test_a_quarter_that_two_parts_share_is_one():
    """9 kW for its first minute, 3 kW for another one in the next part: (9 + 3) · 60 / 900 = 0.8 kW."""
    plan = plan_of()
    first, second = WindowMeans(plan, 900), WindowMeans(plan, 900)
    first.add(table(plan, [(i, 90_000 if i < 60 else 0, 0) for i in range(450)]))
    second.add(table(plan, [(i, 30_000 if i < 510 else 0, 0) for i in range(450, 901)]))
    second.merge(first)
    assert second.closed().peaks_dw[0].tolist() == [8_000]
    assert len(second.edges) == 2  # to ask has not changed it


def test_import_and_export_cancel_within_a_window():
    """A hob of 2 kW on for 20 s of each minute, PV of 1 kW: 20 kJ are imported at 1 s, none at 1 min."""
    plan = plan_of()
    means = WindowMeans(plan, 60)
    means.add(table(plan, [(i, 20_000 if i % 60 < 20 else 0, 10_000) for i in range(600)]))
    result = means.closed()
    assert (result.import_sums.tolist(), result.export_sums.tolist()) == ([0], [10 * 200_000])


def test_what_is_added_after_a_merge_is_a_part_of_its_own():
    """Of three minutes, the second comes last."""
    plan = plan_of(every_s=60)
    means, last = WindowMeans(plan, 900), WindowMeans(plan, 900)
    means.add(table(plan, [(i, 9_000, 0) for i in range(15)]))
    last.add(table(plan, [(i, 6_000, 0) for i in range(30, 46)]))
    means.merge(last)
    for number in range(15, 30):
        means.add(table(plan, [(number, 12_000, 0)]))
    result = means.closed()
    assert result.import_sums.tolist() == [9_000 * 15 + 12_000 * 15 + 6_000 * 16]
    assert result.peaks_dw[0].tolist() == [12_000]
    assert result.edges == {}
