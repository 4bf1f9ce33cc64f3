from datetime import date, datetime
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.demand import DemandPeaks, days_of, demand_kw, month_of, per_day
from pvsim.core.results.pieces import Cutter
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.core.site.tariff import Demand

BERLIN = ZoneInfo("Europe/Berlin")
JANUARY = month_of(date(2024, 1, 5))
YEAR = {JANUARY + i: Fraction(i + 1) for i in range(14)}


def run_of(every_s, meters=2):
    timeline = Timeline.of_days(date(2024, 3, 30), 4, BERLIN)  # with a clock change, over the end of a month
    plan = RunPlan("r", timeline, tuple("ab"[:meters]), every_s=every_s)
    rng = np.random.Generator(np.random.Philox(every_s))
    load, pv = (rng.integers(0, 90_000, plan.rows) for _ in range(2))
    return plan, Samples.of_rows(plan, np.arange(plan.rows), load, pv)


def peaks_of(plan, parts):
    cutter = Cutter(plan, (), quarters=True)
    peaks = DemandPeaks(plan)
    for part in parts:
        if len(part):
            peaks.take(cutter.pieces(part))
    return peaks


def slow_peaks(plan, samples, kept):
    """The means of import over the quarters of an hour, by month, variant and meter."""
    grid, load = samples.grid_dw.tolist(), samples.meter_dw.tolist()
    quarters = {}
    for row in np.flatnonzero(kept).tolist():
        t = int(samples.t_utc[row])
        month = month_of(datetime.fromtimestamp(t, BERLIN).date())
        cell = quarters.setdefault((month, t // 900, int(samples.meter[row])), [])
        cell.append((max(grid[row], 0), load[row], max(grid[row], 0)))
    found = {}
    for (month, _, meter), rows in quarters.items():
        for variant in range(3):
            full = 900 // plan.every_s
            mean = Fraction(sum(row[variant] for row in rows) * full // len(rows), full * 10_000)
            key = (month, variant, meter)
            found[key] = max(found.get(key, Fraction(0)), mean)
    return found


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([60, 300, 900]), st.lists(st.integers(0, 3_000), max_size=4), st.data())
def test_peaks_of_any_parts_are_those_of_the_quarters(every_s, cuts, data):
    plan, samples = run_of(every_s)
    bounds = [0, *sorted(min(cut, plan.rows) for cut in cuts), plan.rows]
    parts = [samples.where(slice(a, b)) for a, b in pairwise(bounds)]
    kw = peaks_of(plan, parts).kw()
    slow = slow_peaks(plan, samples, np.ones(plan.rows, dtype=bool))
    assert {(m, v, i): kw[m][v][i] for m in kw for v in range(3) for i in range(2)} == slow
    merged = peaks_of(plan, [])
    for part in data.draw(st.permutations(parts)):
        merged.merge(peaks_of(plan, [part]))
    assert merged.kw() == kw


def test_in_a_quarter_that_lacks_rows_the_mean_is_that_of_the_others():
    plan, samples = run_of(60, meters=1)
    kept = np.arange(plan.rows) % 15 != 3
    kept[30:45] = False
    kw = peaks_of(plan, [samples.where(kept)]).kw()
    assert {(m, v, 0): kw[m][v][0] for m in kw for v in range(3)} == slow_peaks(plan, samples, kept)


def test_export_takes_nothing_from_the_peak_of_import():
    timeline = Timeline.of_days(date(2024, 6, 21), 1, BERLIN)
    plan = RunPlan("r", timeline, ("a",), every_s=450)
    load, pv = np.array([40_000, 0, 10_000, 10_000]), np.array([0, 90_000, 0, 0])
    peaks = peaks_of(plan, [Samples.of_rows(plan, np.arange(4), load, pv)])
    assert peaks.kw() == {month_of(date(2024, 6, 1)): [[Fraction(2)], [Fraction(2)], [Fraction(2)]]}


def test_each_month_pays_for_its_own_peak():
    assert demand_kw(Demand(4, "month"), YEAR) == YEAR
    assert demand_kw(Demand(4, "month", floor_kw=3), YEAR)[JANUARY] == 3


def test_a_calendar_year_pays_for_its_highest_peak():
    kw = demand_kw(Demand(4, "year"), YEAR)
    assert [kw[JANUARY + i] for i in (0, 11, 12, 13)] == [12, 12, 14, 14]


def test_flanders_pays_for_the_mean_of_twelve_months_of_2_5_kw_or_more():
    kw = demand_kw(Demand(4, "flanders", floor_kw=2.5), YEAR)
    assert kw[JANUARY] == Fraction(5, 2)
    assert kw[JANUARY + 2] == (Fraction(5, 2) * 2 + 3) / 3
    assert kw[JANUARY + 12] == (Fraction(5, 2) + sum(range(3, 14))) / 12
    assert demand_kw(Demand(4, "flanders", floor_kw=1), YEAR)[JANUARY + 1] == Fraction(3, 2)


def test_each_day_bears_its_share():
    peaks = {JANUARY: Fraction(31, 10), JANUARY + 1: Fraction(29, 10)}
    assert per_day(Demand(10, "month"), 0, peaks) == {JANUARY: 1_000_000, JANUARY + 1: 1_000_000}
    assert per_day(Demand(366, "year"), 20, peaks) == {JANUARY: 3_720_000, JANUARY + 1: 3_720_000}


def test_months_and_their_days():
    assert days_of(JANUARY) == (31, 366)
    assert days_of(month_of(date(2023, 2, 3))) == (28, 365)
    assert month_of(date(2024, 12, 31)) + 1 == month_of(date(2025, 1, 1))
