"""Pages in a real browser: Debian's Chromium, driven by Playwright."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from playwright.sync_api import sync_playwright
from tests.made_pages import FACTS, figures_of
from tests.pages.opened import SIZES, Watched

from pvsim.adapters.html import rendered, words_of
from pvsim.app.report.compose import page_of
from pvsim.app.report.forms import Forms
from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.results.emissions import Emissions
from pvsim.core.results.money import Amount, Money, PeriodAmount
from pvsim.core.run.plan import RunPlan

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SPAN = {"meter": "m1", "from": "2024-06-21T00:00:05+02:00", "to": "2024-06-21T00:00:09+02:00", "rows": 4}


@pytest.fixture(scope="module")
def browser():
    """One for each module: while it is open, this thread has an event loop, and no other can run."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield found
        found.close()


def a_plan(days=1, every_s=900, meters=("m1",), first=date(2024, 6, 21), **more):
    timeline = Timeline.of_days(first, days, ZoneInfo("Europe/Berlin"))
    return RunPlan("r", timeline, meters, every_s, **more)


def with_battery(plan):
    hour = np.arange(plan.rows) * plan.every_s // 3600 % 24
    power = np.where((hour > 9) & (hour < 15), 2_000, np.where(hour > 18, -1_500, 0))
    return {"battery_dw": power, "soc_steps": hour * 400, "curtailed_dw": np.where(hour == 13, 500, 0)}


A_PART = replace(a_plan(every_s=10), timeline=a_plan().timeline.part("12:30-14:00"))
BATTERY = a_plan(days=3, balance=Balance((BatteryModel(5.0, 2.5, 2.5),), export_limit_dw=3_000))
BILL = {"energy": 30.5, "fees": 1.25, "demand": 0.0, "feed_in": 2.5, "total": 29.25}
MONEY = Money(
    **BILL,
    currency="EUR",
    references={"no_pv_no_battery": Amount(40.0, 1.25, 0.0, 0.0, 41.25)},
    saving=12.0,
    days=(PeriodAmount(**BILL, period="2024-06-21"),),
)
CASES = {
    "day": (a_plan(every_s=10), "en", FACTS, {}),
    "tag": (A_PART, "de", replace(FACTS, random_meter=True, command="pvsim run --every 10"), {}),
    "battery": (BATTERY, "en", FACTS, with_battery(BATTERY)),
    "fleet": (a_plan(meters=tuple(f"m{i}" for i in range(12))), "de", FACTS, {}),
    "money": (a_plan(days=2), "de", FACTS, {}),
    "no pv": (a_plan(days=25), "de", replace(FACTS, pv=False), {"pv_dw": 0}),
    "grid alone": (
        a_plan(meter_range=MeterRange.up_to(9_000, grid=True)),
        "en",
        replace(FACTS, pv=False),
        {"pv_dw": 0, "load_dw": -2_000},
    ),
    "months": (a_plan(days=45, every_s=3_600), "en", FACTS, {}),
    "clock change": (a_plan(days=5, first=date(2024, 10, 25)), "en", FACTS, {}),
    "new year": (a_plan(days=8, first=date(2024, 12, 27)), "en", FACTS, {}),
    "two winters": (a_plan(days=150, every_s=3_600, first=date(2024, 11, 10)), "en", FACTS, {}),
    "partial": (
        a_plan(),
        "en",
        replace(
            FACTS, status="partial", counts={"missing": 900}, missing={"first": [SPAN]}, not_promised=("no fsync",)
        ),
        {"kept": np.arange(95)},
    ),
}


class Case:
    """A page as a file, and the summary that it is about."""

    def __init__(self, path: Path, summary: dict, name: str = "") -> None:
        self.url, self.summary, self.name = path.as_uri(), summary, name

    def figure(self, path: str):
        found = self.summary
        for part in path.split("."):
            found = found[int(part) if part.isdigit() else part]
        return found


@pytest.fixture(scope="session", params=CASES)
def case(request, tmp_path_factory):
    plan, language, facts, rows = CASES[request.param]
    summary, profile = figures_of(plan, **rows)
    if request.param == "money":
        summary = msgspec.structs.replace(summary, money=MONEY, emissions=Emissions(5.0, 1.0, saving_kg=4.0))
    page = page_of(plan, summary, profile, facts, Forms(words_of(language)))
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_bytes(rendered(page, language=language, version="0.1.0"))
    return Case(path, json.loads(msgspec.json.encode(summary)), request.param)


@pytest.fixture(scope="session")
def autumn(tmp_path_factory):
    """The page of 2-3 on the day on which the clock shows this hour twice."""
    day = a_plan(first=date(2024, 10, 27))
    plan = replace(day, every_s=60, timeline=day.timeline.part("2-3"))
    summary, profile = figures_of(plan)
    path = tmp_path_factory.mktemp("autumn") / "report.html"
    page = page_of(plan, summary, profile, FACTS, Forms(words_of("en")))
    path.write_bytes(rendered(page, language="en", version="0.1.0"))
    return Case(path, {}, "autumn")


@pytest.fixture
def opened(browser, case):
    pages = []

    def open_it(size=SIZES[2], *, scripts=True, **options):
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=scripts, **options
        )
        pages.append(context)
        watched = Watched(context.new_page(), case.url)
        if scripts:
            watched.page.wait_for_selector("html[data-ready]")
        return watched

    yield open_it
    for context in pages:
        context.close()
