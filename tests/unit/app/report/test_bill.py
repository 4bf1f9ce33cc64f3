"""The bill on the page is that of the summary, beside its references."""

from datetime import date
from zoneinfo import ZoneInfo

import msgspec
from tests.made_pages import ENGLISH, FACTS, figures_of

from pvsim.app.report.bill import bill_tables, bill_text, emission_table
from pvsim.app.report.compose import page_of
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.emissions import Emission, Emissions
from pvsim.core.results.money import Amount, Money, PeriodAmount
from pvsim.core.run.plan import RunPlan

BILL = {"energy": 30.5, "fees": 1.25, "demand": 0.0, "feed_in": 2.5, "total": 29.25}
WITHOUT = Amount(40.0, 1.25, 0.0, 0.0, 41.25)
MONEY = Money(
    **BILL,
    currency="EUR",
    references={"no_pv_no_battery": WITHOUT, "pv_without_battery": Amount(35.0, 1.25, 0.0, 3.0, 33.25)},
    saving=12.0,
    saving_by_battery=4.0,
    days=(PeriodAmount(**BILL, period="2024-06-21"),),
)
PLAIN = Money(**BILL, currency="EUR")
EMISSIONS = Emissions(5.0, 1.0, references={"no_pv_no_battery": Emission(9.0, 0.0)}, saving_kg=4.0)
PLAN = RunPlan("r", Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin")), ("m1",), 900)


def at(root, path):
    found = msgspec.to_builtins(root)
    for part in path.split("."):
        found = found[int(part) if part.isdigit() else part]
    return found


def test_each_amount_is_that_of_the_summary():
    tables = [*bill_tables(MONEY, ENGLISH), emission_table(EMISSIONS, ENGLISH)]
    assert [table.folded for table in tables] == [False, False, True, False]
    cells = [cell for table in tables for row in table.rows for cell in row if cell.path]
    assert len(cells) == 5 * 3 + 2 + 5 + 2 * 2
    for cell in cells:
        assert at({"money": MONEY, "emissions": EMISSIONS}, cell.path) == cell.value
        assert cell.text == f"{cell.value:.2f}"
    assert tables[0].head == ("Quantity", "This run", "No PV, no battery", "PV without battery")
    assert tables[1].rows[0][0].text == "Saving in the period, EUR"


def test_the_sentence_compares_where_there_is_something_to_compare():
    assert bill_text(MONEY, ENGLISH).endswith(
        "it would be 41.25 EUR: a saving of 12.00 EUR in the period as simulated."
    )
    assert bill_text(PLAIN, ENGLISH) == "The bill is 29.25 EUR."
    assert len(list(bill_tables(PLAIN, ENGLISH))) == 1


def test_the_sentence_says_what_pv_costs_more():
    dearer = msgspec.structs.replace(MONEY, saving=-7.03)
    assert bill_text(dearer, ENGLISH).endswith("with them it is 7.03 EUR more in the period as simulated.")


def test_the_page_has_both_where_the_summary_has_them():
    summary, profile = figures_of(PLAN)
    for money, emissions, names in (
        (MONEY, EMISSIONS, ["money", "emissions"]),
        (PLAIN, Emissions(5.0, 1.0), ["money", "emissions"]),
        (None, None, []),
    ):
        shown = msgspec.structs.replace(summary, money=money, emissions=emissions)
        found = page_of(PLAN, shown, profile, FACTS, ENGLISH).sections
        assert [section.name for section in found if section.name in {"money", "emissions"}] == names
