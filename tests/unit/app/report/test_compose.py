"""The head of a page: its sentence and its six figures are those of the summary."""

from dataclasses import replace
from datetime import date
from operator import attrgetter
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from tests.made_pages import ENGLISH, FACTS, a_page, a_plan, figures_of

from pvsim.app.report.compose import period_text
from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange


@pytest.mark.parametrize(
    "plan", [a_plan(), a_plan(days=3, meters=("a", "b")), a_plan(meter_range=MeterRange.up_to(9, grid=True))]
)
def test_there_are_six_figures_and_each_is_a_field_of_the_summary(plan):
    summary, _ = figures_of(plan)
    figures = a_page(plan).figures
    assert len(figures) == 6
    for figure in figures:
        path = figure.cell.path.replace("import", "import_")
        assert attrgetter(path)(summary) == figure.cell.value
        assert figure.cell.value is not None


@pytest.mark.parametrize(
    ("rows", "more", "words"),
    [
        ({}, {}, "of the 12.00 kWh that the building used did not come from the grid"),
        ({"pv_dw": 0}, {}, "there was no PV energy"),
        ({"load_dw": 0}, {}, "The building used nothing"),
        ({}, {"meter_range": MeterRange.up_to(9_000, grid=True)}, "The meter is at the grid connection"),
        ({}, {"meters": ("a", "b")}, "the buildings used"),
    ],
)
def test_the_sentence_is_about_what_there_is(rows, more, words):
    assert words in a_page(a_plan(**more), **rows).headline


def test_title_and_subtitle_say_when_and_where():
    page = a_page(a_plan(days=3, meters=("a", "b")))
    assert page.title == "PV and consumption, 21\u00a0June\u00a02024 to 23\u00a0June\u00a02024 (3 days)"
    assert page.subtitle.endswith("Europe/Berlin · 2 meters, each with its PV · 576 rows, verified")
    assert a_page(a_plan()).title == "PV and consumption, 21\u00a0June\u00a02024"
    assert a_page(a_plan(), facts=FACTS).notices == ()


def test_the_charts_have_words_for_what_they_show():
    words = a_page(a_plan()).data["words"]
    assert words["chart.import"] == "Import"
    assert "headline.grid.one" not in words


def test_the_sentence_is_true_where_energy_was_stored_before():
    plan = a_plan(balance=Balance((BatteryModel(5.0, 2.5, 2.5),)))
    stored = {"battery_dw": np.full(plan.rows, -2_500), "soc_steps": np.zeros(plan.rows, dtype=np.int64)}
    assert a_page(plan, pv_dw=1_000, **stored).headline.endswith(
        "70.0% of the 12.00 kWh that the building used did not come from the grid."
    )
    assert a_page(plan, pv_dw=0, **stored).headline == (
        "The building used 12.00 kWh and took 6.000 kWh from the grid: there was no PV energy."
    )


NO_PV = replace(FACTS, pv=False)
GRID = MeterRange.up_to(9_000, grid=True)


@pytest.mark.parametrize(
    ("more", "title", "headline", "figures"),
    [
        ({}, "Consumption, ", "there was no PV energy", ["Load", "Import", "Highest import"]),
        (
            {"meter_range": GRID},
            "Import and export, ",
            "load, PV and self-consumption are not known",
            ["Grid meter", "Import", "Export", "Highest import", "Highest export"],
        ),
    ],
)
def test_without_pv_the_head_has_no_pv(more, title, headline, figures):
    page = a_page(a_plan(**more), facts=NO_PV, pv_dw=0)
    assert page.title.startswith(title)
    assert headline in page.headline
    assert "plant" not in page.headline
    assert [figure.label for figure in page.figures] == figures
    assert a_page(a_plan(meters=("a", "b"), **more), facts=NO_PV, pv_dw=0).subtitle.startswith(
        "Europe/Berlin · 2 meters · "
    )


def test_a_partial_run_says_how_many_of_its_rows_are_there():
    page = a_page(a_plan(), facts=replace(FACTS, status="partial"), kept=np.arange(89))
    assert page.subtitle == "Europe/Berlin · 89 of 96 rows, partial"


def test_of_a_street_it_is_said_how_many_homes_have_pv():
    page = a_page(a_plan(meters=("a", "b")), facts=replace(FACTS, homes_with_pv=1))
    assert " · 2 homes, 1 with PV · " in page.subtitle


@pytest.mark.parametrize(
    ("hours", "days", "said"),
    [(3, 1, "21 June 2024, the first 3 h"), ("12-13", 1, "21 June 2024, 12:00–13:00"), (None, 1, "21 June 2024")],
)
def test_the_period_says_which_part_of_a_day_it_is(hours, days, said):
    plan = a_plan(days)
    part = plan if hours is None else replace(plan, timeline=plan.timeline.part(hours))
    assert period_text(part, ENGLISH).replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("2-3", "02:00 (UTC+02:00)–03:00"),
        ("1:30-2:30", "01:30–02:30 (UTC+02:00)"),
        ("2:15-2:30", "02:15 (UTC+02:00)–02:30 (UTC+02:00)"),
        ("3-4", "03:00–04:00"),
    ],
)
def test_a_time_that_the_clock_shows_twice_has_its_offset(hours, said):
    day = Timeline.of_days(date(2024, 10, 27), 1, ZoneInfo("Europe/Berlin"))
    part = replace(a_plan(), timeline=day.part(hours))
    assert period_text(part, ENGLISH).replace("\u00a0", " ") == f"27 October 2024, {said}"


@pytest.mark.parametrize(
    ("meters", "pv_dw", "note"),
    [
        (("m1",), 20_000, "at most "),
        (("a", "b"), 20_000, "net of all meters at most "),
        (("a", "b"), 0, "at most "),
    ],
)
def test_peaks_of_several_meters_are_net_of_what_others_export(meters, pv_dw, note):
    page = a_page(a_plan(meters=meters), pv_dw=pv_dw)
    assert {each.label: each.note for each in page.figures}["Import"].startswith(note)
    texts = next((section.texts for section in page.sections if section.name == "fleet"), ("",))
    assert ("sums over the meters" in texts[0]) == note.startswith("net")
