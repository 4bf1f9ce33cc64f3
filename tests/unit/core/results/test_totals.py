from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.bill import Bill
from pvsim.core.results.carbon import CarbonSum
from pvsim.core.results.figures import Figures
from pvsim.core.results.samples import Samples
from pvsim.core.results.totals import Totals
from pvsim.core.run.plan import RunPlan
from pvsim.core.site.tariff import Co2, Tariff
from pvsim.core.tariff.valuation import emissions_of, prices_of

TARIFF = Tariff(import_per_kwh=0.3)
TIMELINE = Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin"))
PLAN = RunPlan("r", TIMELINE, ("a",))
ROWS = np.arange(PLAN.rows)
SAMPLES = Samples.of_rows(PLAN, ROWS, ROWS % 50_000, ROWS % 7 * 1_000)


def totals_of(*, money, carbon):
    bill = Bill(PLAN, TARIFF, prices_of(TARIFF, {}, TIMELINE)) if money else None
    return Totals(Figures(PLAN), bill, CarbonSum(PLAN, emissions_of(Co2(380), {})) if carbon else None)


@pytest.mark.parametrize(("money", "carbon"), [(True, True), (True, False), (False, True), (False, False)])
def test_what_a_site_does_not_say_is_not_in_the_summary(money, carbon):
    totals = totals_of(money=money, carbon=carbon)
    totals.add(SAMPLES)
    summary = totals.result()
    assert (summary.money is not None, summary.emissions is not None) == (money, carbon)
    figures = Figures(PLAN)
    figures.add(SAMPLES)
    assert summary.energy_kwh == figures.result().energy_kwh
    if money:
        assert summary.money.energy == pytest.approx(summary.energy_kwh.import_ * 0.3, abs=1e-6)
    if carbon:
        assert summary.emissions.import_kg == pytest.approx(summary.energy_kwh.import_ * 0.38, abs=1e-6)


@pytest.mark.parametrize(("money", "carbon"), [(True, True), (False, False)])
def test_parts_come_to_the_same(money, carbon):
    whole, first, second = (totals_of(money=money, carbon=carbon) for _ in range(3))
    whole.add(SAMPLES)
    for start in range(0, PLAN.rows, 3_600):
        half = first if start < PLAN.rows // 2 else second
        half.add(SAMPLES.where(slice(start, start + 3_600)))
    second.merge(first)
    assert second.result() == whole.result()
