"""The parts of a page: there for what a run has, and left out for what it has not."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from tests.made_pages import ENGLISH, FACTS, a_page, figures_of

from pvsim.app.report.compose import page_of
from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.results.distribution import Distribution, OverMeters
from pvsim.core.results.summary import BatteryUse, Duration, FuseLoad, Ramp, Resolution, YieldAmongYears
from pvsim.core.run.plan import RunPlan

BARE = ["power", "energies", "hours", "quality", "provenance"]
NEWER = {
    "fuse": None,
    "resolution": None,
    "ramps": None,
    "duration": None,
    "hours_with_export": None,
    "battery": None,
    "over_meters": None,
}
USE = BatteryUse(5.0, 0.5, 0.1, 2.0, 3.0, 1.0, 2.5, 1.5)


def a_plan(days=1, every_s=900, meters=("m1",), first=date(2024, 6, 21), **more):
    return RunPlan("r", Timeline.of_days(first, days, ZoneInfo("Europe/Berlin")), meters, every_s, **more)


def sections_of(plan, facts=FACTS, replaced=None, **rows):
    summary, profile = figures_of(plan, **rows)
    page = page_of(plan, msgspec.structs.replace(summary, **NEWER | (replaced or {})), profile, facts, ENGLISH)
    return {section.name: section for section in page.sections}


def test_a_plain_day_has_the_plain_parts():
    found = sections_of(a_plan())
    assert list(found) == BARE
    assert [chart.name for chart in found["energies"].charts] == ["flows"]
    assert found["provenance"].command == ""
    repeated = sections_of(a_plan(), replace(FACTS, command="pvsim run"))["provenance"]
    assert (repeated.command, repeated.texts) == ("pvsim run", (ENGLISH.words["text.repeat"],))


@pytest.mark.parametrize(
    ("days", "first", "charts"),
    [
        (2, date(2024, 6, 21), ["days"]),
        (3, date(2024, 6, 21), ["days", "shapes"]),
        (30, date(2024, 6, 21), ["calendar", "months", "shapes"]),
        (1_101, date(2024, 6, 21), ["calendar", "months"]),
    ],
)
def test_the_charts_of_several_days(days, first, charts):
    plan = a_plan(days=days, first=first, every_s=3_600)
    summary, profile = figures_of(plan)
    known = tuple(msgspec.structs.replace(day, self_sufficiency=0.5) for day in summary.days)
    page = page_of(plan, msgspec.structs.replace(summary, days=known), profile, FACTS, ENGLISH)
    (section,) = [section for section in page.sections if section.name == "days"]
    assert [chart.name for chart in section.charts] == charts


def test_a_year_says_where_its_yield_lies():
    among = YieldAmongYears(1_012.4, 17.5, 40, 1_054.6, 985.0, 1_050.0, 1_120.2)
    assert sections_of(a_plan())["energies"].texts == ()
    (text,) = sections_of(a_plan(), replaced={"yield_among_years": among})["energies"].texts
    assert text.startswith(
        "PV yield 1,012 kWh/kWp: percentile 18 of 40 years of this site (mean 1,055, P10 985, P90 1,120)."
    )


def test_a_random_meter_is_named_as_one():
    found = sections_of(a_plan(), replace(FACTS, random_meter=True), {"resolution": RESOLUTION})
    assert ENGLISH.words["text.random_meter"] in found["power"].texts
    assert ENGLISH.words["text.resolution.random"] in found["resolution"].texts


RESOLUTION = (
    Resolution(1, 0.859, 0.212, 84.99, 3.762, 9.0, 3.248),
    Resolution(3_600, 1.0, 0.247, 81.2, 0.0, 4.5, 0.0),
)


def test_the_resolution_table_and_its_sentence():
    section = sections_of(a_plan(), replaced={"resolution": RESOLUTION})["resolution"]
    assert "over 1 h instead of 1 s" in section.texts[0]
    assert "100.0% instead of 85.9%" in section.texts[0]
    assert [row[0].text for row in section.tables[0].rows] == ["1 s", "1 h"]
    assert section.tables[0].rows[1][2].path == "resolution.1.self_sufficiency"
    assert "resolution" not in sections_of(a_plan(), replaced={"resolution": RESOLUTION[:1]})
    (same,) = sections_of(a_plan(), replaced={"resolution": RESOLUTION[:1] * 2})["resolution"].texts
    assert "stays 85.9%" in same


def test_battery_grid_and_fleet():
    ramps = (Ramp("load", 1, 10, 0.1, 0.2, 0.3, 0.4), Ramp("grid", 60, 10, 0.1, 0.2, 0.3, 0.4))
    found = sections_of(
        a_plan(),
        replaced={
            "battery": USE,
            "ramps": ramps,
            "duration": Duration((0, 100), (1.0, -1.0)),
            "hours_with_export": 6.5,
        },
    )
    assert found["battery"].tables[0].rows[1][1].path == "battery.full_cycles"
    assert found["grid"].tables[0].rows[1][0].text == "grid within 1 min"
    assert "for 6.50 h." in found["grid"].texts[0]
    assert [chart.name for chart in found["grid"].charts] == ["duration"]
    only_ramps = sections_of(a_plan(), replaced={"ramps": ramps})["grid"]
    assert (only_ramps.charts, only_ramps.texts) == ((), ())
    fuse = sections_of(a_plan(), replaced={"fuse": FuseLoad(14.5, 12)})["grid"]
    assert (fuse.texts, fuse.charts) == (
        ("The main fuses carry more than their rated 14.50 kW for 12 seconds.",),
        (),
    )
    only_curve = sections_of(a_plan(), replaced={"duration": Duration((0, 100), (1.0, -1.0))})["grid"]
    assert only_curve.tables == ()
    over = OverMeters(Distribution(1, 2, 3), None, None, None, Distribution(0.1, 0.2, 0.3), None, None, None)
    plan = a_plan(meters=("a", "b"))
    differing = sections_of(plan, replaced={"over_meters": over})
    assert [row[2].text for row in differing["fleet"].tables[0].rows] == ["2.000", "20.0%"]
    assert len(differing["fleet"].texts) == 1
    assert differing["coincidence"].texts[0].startswith("The highest quarter of an hour of the first meters")
    (together,) = differing["coincidence"].tables
    assert together.head[1:3] == ("Load, W by meter", "Coincidence of load")
    assert [row[0].text for row in together.rows] == ["1", "2"]
    assert together.rows[1][1].path == "coincidence.1.load_w_per_meter"
    hours = sections_of(a_plan(meters=("a", "b"), every_s=3_600))
    assert [table.caption for table in hours["fleet"].tables] == ["Each meter"]
    assert "coincidence" not in hours
    grid = sections_of(a_plan(meters=("a", "b"), meter_range=MeterRange.up_to(9_000, grid=True)))
    assert grid["coincidence"].tables[0].head == (
        "First meters",
        "Net import, W by meter",
        "Coincidence of import",
    )
    assert (grid["fleet"].charts, grid["energies"].charts) == ((), ())


def test_hours_that_are_longer_are_marked():
    found = sections_of(a_plan(first=date(2024, 10, 27)))["hours"]
    assert found.texts == (ENGLISH.words["text.hours_mark"],)
    assert found.tables[0].rows[2][0].text.endswith("*")
    assert sections_of(a_plan(days=2))["hours"].texts == (ENGLISH.words["text.hours_days"],)


@pytest.mark.parametrize(
    ("hours", "shown"),
    [
        ("12-14", ["12:00–13:00", "13:00–14:00"]),
        ("12:30-14", ["12:00–13:00 *", "13:00–14:00"]),
        ("2-3", ["02:00–03:00 *"]),  # twice
        (1, ["00:00–01:00"]),
    ],
)
def test_of_a_part_of_a_day_only_its_hours_are_listed(hours, shown):
    plan = a_plan(first=date(2024, 10, 27))
    found = sections_of(replace(plan, timeline=plan.timeline.part(hours)))["hours"]
    assert [row[0].text for row in found.tables[0].rows] == shown
    assert bool(found.texts) == any("*" in text for text in shown)


def test_a_battery_and_a_limit_have_columns_of_their_own():
    plan = a_plan(balance=Balance((BatteryModel(5.0, 2.5, 2.5),), export_limit_dw=0))
    steps = np.arange(plan.rows)
    page = a_page(plan, battery_dw=steps, soc_steps=steps, curtailed_dw=steps)
    (hours,) = [section for section in page.sections if section.name == "hours"]
    assert hours.tables[0].head[-3:] == ("Battery charge, kWh", "Battery discharge, kWh", "Curtailed, kWh")


NO_PV = replace(FACTS, pv=False)
GRID = MeterRange.up_to(9_000, grid=True)
RAMPS = tuple(Ramp(of, 1, 10, 0.1, 0.2, 0.3, 0.4) for of in ("load", "pv", "grid"))


def test_a_run_without_pv_has_nothing_about_pv():
    plan = a_plan(days=30, every_s=3_600)
    replaced = {"resolution": RESOLUTION, "hours_with_export": 0.0, "ramps": RAMPS}
    found = sections_of(plan, NO_PV, replaced, pv_dw=0)
    assert "resolution" not in found
    assert found["energies"].charts == ()
    assert found["power"].texts == (ENGLISH.words["text.period.no_pv"],)
    assert [chart.name for chart in found["days"].charts] == ["calendar", "months"]
    assert (found["grid"].texts, len(found["grid"].tables[0].rows)) == ((), 1)
    heads = [name for section in found.values() for table in section.tables for name in table.head]
    names = [row[0].text for section in found.values() for table in section.tables for row in table.rows]
    assert not [name for name in (*heads, *names) if "PV" in name or "Self" in name]


def test_a_meter_at_the_grid_connection_without_pv_still_has_two_directions():
    known = tuple(
        msgspec.structs.replace(each, self_consumption=None, self_sufficiency=None) for each in RESOLUTION
    )
    replaced = {"resolution": known, "hours_with_export": 3.5, "ramps": RAMPS}
    found = sections_of(a_plan(meter_range=GRID), NO_PV, replaced, pv_dw=0, load_dw=-2_000)
    assert found["resolution"].tables[0].head[:2] == ("Window", "Import, kWh")
    assert found["resolution"].texts == ()
    assert "3.50 h" in found["grid"].texts[0]
    assert found["hours"].tables[0].head[1:] == ("Import, kWh", "Export, kWh")


def test_meters_without_pv_have_no_shares():
    ten = Distribution(1, 2, 3)
    over = OverMeters(ten, ten, ten, ten, ten, ten, ten, None)
    found = sections_of(a_plan(meters=("a", "b")), NO_PV, {"over_meters": over}, pv_dw=0)["fleet"]
    assert [row[0].text for row in found.tables[0].rows] == [
        "Load, kWh",
        "Import, kWh",
        "Export, kWh",
        "Peak import, kW",
    ]
    assert found.charts == ()
    assert not [name for name in found.tables[1].head if "PV" in name or "Self" in name]
