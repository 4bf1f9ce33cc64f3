"""Peaks of several meters together are those of a plain walk, whatever the portions and merges."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.results.runs import merged_in_any_order, plan_of, rows_with_gaps, table

from pvsim.core.results.coincidence import CoincidentPeaks, sizes_of
from pvsim.core.results.summary import CoincidentPeak

NAMES = "abcdefgh"


@given(
    steps=st.lists(st.sampled_from([1] * 9 + [7]), min_size=1, max_size=150),
    n_meters=st.integers(1, 8),
    seed=st.randoms(use_true_random=False),
    data=st.data(),
)
@settings(deadline=None)
def test_any_parts_in_any_order_give_the_peaks_of_a_walk(steps, n_meters, seed, data):
    """Rows of five minutes, some of them missing."""
    plan = plan_of(*NAMES[:n_meters], every_s=300, days=2)
    rows, periods, tables = rows_with_gaps(plan, steps, seed)
    peaks = merged_in_any_order(data, tables, periods, lambda: CoincidentPeaks(plan))
    before = peaks.figures(load=True)
    found = peaks.closed().figures(load=True)
    assert peaks.figures(load=True) == before  # to ask has not changed it
    quarters = {}
    for number, load, pv in rows:
        quarter = quarters.setdefault(number // n_meters // 3, {})
        quarter.setdefault(number % n_meters, []).append((load, load - pv))
    for peak in found:
        for of, power, share in (
            (0, peak.load_w_per_meter, peak.load_coincidence),
            (1, peak.import_w_per_meter, peak.import_coincidence),
        ):
            means = [
                {meter: sum(row[of] for row in seen) / len(seen) for meter, seen in quarter.items()}
                for quarter in quarters.values()
            ]
            together = max(0, *(sum(of_meter.get(m, 0) for m in range(peak.meters)) for of_meter in means), 0)
            single = sum(max(0, *(of_meter.get(m, 0) for of_meter in means), 0) for m in range(peak.meters))
            assert power == pytest.approx(together / 10 / peak.meters, abs=0.001)
            assert share == (pytest.approx(together / single, abs=1e-5) if single else None)
            assert share is None or share <= 1


@given(few=st.integers(1, 400), more=st.integers(0, 600))
def test_sizes_of_fewer_meters_are_among_those_of_more(few, more):
    assert set(sizes_of(few)[:-1]) <= set(sizes_of(few + more))
    assert sizes_of(few)[-1] == few
    assert sorted(set(sizes_of(few))) == list(sizes_of(few))


def test_sizes_by_hand():
    assert sizes_of(1) == (1,)
    assert sizes_of(5) == (1, 2, 5)
    assert sizes_of(92) == (1, 2, 5, 10, 20, 50, 92)
    assert sizes_of(1_000) == (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)


def test_two_hobs_one_after_the_other_by_hand():
    """2 kW and then 4 kW for a quarter each: together 4 kW at most, 2 kW by meter, of 6 kW singly."""
    plan = plan_of("a", "b", every_s=900)
    peaks = CoincidentPeaks(plan)
    peaks.add(table(plan, [(0, 20_000, 5_000), (1, 0, 10_000), (2, 0, 0), (3, 40_000, 0)]))
    one, two = peaks.closed().figures(load=True)
    assert one == CoincidentPeak(1, 2_000.0, 1.0, 1_500.0, 1.0)
    assert two == CoincidentPeak(2, 2_000.0, round(4 / 6, 6), 2_000.0, round(4 / 5.5, 6))


def test_what_is_not_known_is_not_said():
    plan = plan_of("a", "b", every_s=900)
    peaks = CoincidentPeaks(plan)
    peaks.add(table(plan, [(0, 0, 5_000), (1, 0, 10_000)]))
    assert peaks.closed().figures(load=False) == (
        CoincidentPeak(1, None, None, 0.0, None),
        CoincidentPeak(2, None, None, 0.0, None),
    )
    assert peaks.closed().figures(load=True)[1] == CoincidentPeak(2, 0.0, None, 0.0, None)
