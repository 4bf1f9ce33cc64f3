"""The page that compares runs: its figures are those of the summaries, and what cannot be compared is said."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from tests.made_pages import ENGLISH, FACTS, figures_of

from pvsim.adapters.html import words_of
from pvsim.app.report.comparison import RunOnPage, comparison_page
from pvsim.app.report.forms import Forms, Phrase
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.results.comparison import compared
from pvsim.core.results.emissions import Emissions
from pvsim.core.results.money import Money
from pvsim.core.results.summary import BatteryUse, Energies, Peaks, Summary
from pvsim.core.run.plan import RunPlan


def a_plan(meters=("m1",), days=1, **more):
    timeline = Timeline.of_days(date(2024, 6, 21), days, ZoneInfo("Europe/Berlin"))
    return RunPlan("r", timeline, meters, 900, **more)


def a_run(name, *, plan=None, unlike=(), facts=FACTS, **rows):
    plan = plan or a_plan()
    return RunOnPage(name, plan, *figures_of(plan, **rows), facts, unlike)


def a_page(*runs, forms=ENGLISH):
    comparison = compared([run.name for run in runs], [run.summary for run in runs])
    return comparison_page(runs, comparison, forms, version="0.1.0")


def section(page, name):
    return next(each for each in page.sections if each.name == name)


def rows_of(table):
    return {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}


NONE, SOME = a_run("without PV", pv_dw=0), a_run("with PV")


@pytest.mark.parametrize("runs", [(NONE, SOME), (NONE, SOME, a_run("more", pv_dw=9_000))])
@pytest.mark.parametrize("language", ["en", "de"])
def test_each_figure_is_that_of_a_summary(runs, language):
    page = a_page(*runs, forms=Forms(words_of(language)))
    plain = [msgspec.to_builtins(run.summary) for run in runs]
    cells = [cell for table in section(page, "figures").tables for row in table.rows for cell in row if cell.path]
    assert len(cells) > 20
    for cell in [*cells, *(figure.cell for figure in page.figures)]:
        number, _, path = cell.path.partition(".")
        found = plain[int(number)]
        for name in path.split("."):
            found = found[name] if found is not None else None
        assert cell.value == found, cell.path


def test_two_runs_have_their_differences_beside_them():
    (table,) = section(a_page(NONE, SOME), "figures").tables
    assert table.head == ("Quantity", "without PV", "with PV", "Difference")
    rows = rows_of(table)
    assert rows["Load, kWh"] == ["12.000", "12.000", "="]
    assert rows["Import, kWh"] == ["12.000", "2.750", "−9.250 (−77.1%)"]
    assert rows["Export, kWh"] == ["0.000", "4.550", "+4.550"]  # no share of nothing
    assert rows["Self-sufficiency"] == ["0.0%", "77.1%", "+77.1 points"]
    assert rows["Self-consumption"] == ["–", "67.0%", "–"]


def test_more_runs_have_a_table_of_differences():
    values, changes = section(a_page(NONE, SOME, a_run("more", pv_dw=9_000)), "figures").tables
    assert values.head == ("Quantity", "without PV", "with PV", "more")
    assert changes.head == ("Quantity", "with PV", "more")
    assert rows_of(changes)["Load, kWh"] == ["=", "="]
    assert "Self-consumption" not in rows_of(changes)  # the first run has none: nothing to say


def test_the_sentence_names_the_run_that_imports_least():
    assert a_page(NONE, SOME).headline == (
        "with PV imports least from the grid: 2.75 kWh, 9.25 kWh (77.1%) less than without PV."
    )
    assert a_page(SOME, NONE).headline == "No run imports less from the grid than with PV: 2.75 kWh."
    note = a_page(NONE, SOME).figures[1].note
    assert note == "−9.25 kWh (−77.1%) against without PV"
    assert [figure.cell.text for figure in a_page(NONE, SOME).figures] == ["12.00", "2.75"]
    assert a_page(SOME, NONE, SOME).figures[2].note == "= against with PV"
    assert a_page(SOME, NONE).figures[1].note == "+9.25 kWh (+336.4%) against with PV"
    nothing = a_run("nothing", load_dw=0)
    assert a_page(nothing, SOME).figures[1].note == "+2.750 kWh against nothing"


def test_rows_are_told_where_all_runs_have_as_many():
    assert a_page(NONE, SOME).subtitle == "Europe/Berlin · 96 rows each · compared with without PV"
    longer = a_run("two days", plan=a_plan(days=2))
    assert a_page(SOME, longer).subtitle == "Europe/Berlin · compared with with PV"


LOAD = Phrase("unlike.instead", {"this": "walk", "base": "uniform"})
ROWS = Phrase("unlike.rows", {"seconds": 3_600})


def test_what_must_be_known_is_said_first():
    partial = replace(FACTS, status="partial", counts={"missing": 900}, versions={"pvsim": "0.0.9"})
    other = a_run(
        "other",
        unlike=(("load", LOAD), ("rows", ROWS)),
        facts=partial,
    )
    first, rows, second, third, note = a_page(SOME, other).notices
    assert first == "other: other load: walk instead of uniform."
    assert rows == "other: other length of rows: means over 3,600 s."
    assert note == "The differences on this page are not those of plants and devices alone."
    german = a_page(SOME, other, forms=Forms(words_of("de"))).notices
    assert german[1] == "other: andere Zeilenlänge: Mittelwerte über 3.600 s."
    assert second == "other is partial: 900 readings have no row, and its energies lack them."
    assert third == "other was made by pvsim 0.0.9, and is compared by pvsim 0.1.0."
    assert a_page(SOME, NONE).notices == ()
    (tariff,) = a_page(SOME, replace(NONE, other_tariff=True)).notices
    assert tariff.startswith("without PV has another tariff")


def test_each_run_says_how_it_was_made():
    made = section(a_page(SOME, a_run("b", facts=replace(FACTS, command="pvsim run", site="home"))), "runs").tables
    assert [table.caption for table in made] == ["with PV", "b"]
    assert rows_of(made[0])["Made by"] == ["–"]
    assert rows_of(made[1]) | {"Site": ["home"], "Made by": ["pvsim run"], "Seed": ["1"]} == rows_of(made[1])


def test_the_charts_have_the_mean_day_to_one_scale():
    page = a_page(SOME, a_run("gap", kept=np.arange(4, 96)))
    one, gap = page.data["runs"]
    assert one["hours"]["pv"][13] == 0.65
    assert one["hours"]["load"] == [0.5] * 24
    assert gap["hours"]["load"][:2] == [None, 0.5]
    assert one["energies"]["import"] == SOME.summary.energy_kwh.import_
    assert len(one["duration"]) == 101
    assert [each.name for each in page.sections] == ["figures", "energies", "hours", "duration", "runs"]


def test_older_summaries_have_no_duration_curve():
    old = replace(SOME, summary=msgspec.structs.replace(SOME.summary, duration=None))
    page = a_page(old, SOME)
    assert "duration" not in [each.name for each in page.sections]
    assert page.data["runs"][0]["duration"] is None


def test_meters_at_the_grid_connection_and_fleets_are_compared():
    grid = a_plan(meter_range=MeterRange.up_to(9_000, grid=True))
    page = a_page(a_run("a", plan=grid), a_run("b", plan=grid, load_dw=4_000))
    assert "Grid meter, kWh" in rows_of(section(page, "figures").tables[0])
    fleet = a_plan(meters=("a", "b"))
    page = a_page(a_run("a", plan=fleet), a_run("b", plan=fleet))
    paths = [row[1].path for row in section(page, "figures").tables[0].rows]
    assert "0.peak_of_all_kw.import" in paths


def test_money_has_its_currency_and_years_their_word():
    money = Money(1.0, 0.0, 0.0, 0.0, 1.0, currency="EUR", payback_years=12.5)
    run = replace(SOME, summary=msgspec.structs.replace(SOME.summary, money=money))
    rows = rows_of(section(a_page(run, run), "figures").tables[0])
    assert rows["Cost, EUR"] == ["1.00", "1.00", "="]
    assert rows["Payback time, years"] == ["12.50", "12.50", "="]


def all_ones(kind):
    return kind(*(1.0 for _ in kind.__struct_fields__))


def test_every_figure_that_is_compared_has_words_in_each_language():
    energies, peaks, battery = (all_ones(kind) for kind in (Energies, Peaks, BatteryUse))
    further = dict.fromkeys(("saving", "saving_by_battery", "saving_per_year", "payback_years", "npv"), 1.0)
    money, emissions = Money(*(1.0,) * 5, currency="EUR", **further), Emissions(1.0, 1.0, saving_kg=1.0)
    more = {"hours_with_export": 1.0, "battery": battery, "money": money, "emissions": emissions}
    full = Summary(1, 1, energies, 0.5, 0.5, 0.5, peaks, **more)
    fields = {f"compare.field.{figure.field}" for figure in compared(["x"], [full]).figures}
    for language in ("en", "de"):
        assert {key for key in words_of(language) if key.startswith("compare.field.")} == fields
