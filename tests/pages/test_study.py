"""The page of a study in a browser: nothing fails or is fetched, all fits, and the map is that of the table."""

import re

import pytest
from tests.made_studies import AXES, a_study_page, drawn, swept
from tests.pages.conftest import Case
from tests.pages.opened import Watched, check_looks, check_theme

from pvsim.adapters.html import rendered
from pvsim.core.study.ranking import Objective

KWH = "site.battery.capacity_kwh"
LONG = "a name that is far too long for a chart, <b>and</b> not HTML"
CASES = {
    "swept": ("en", {}, lambda: swept(seeds=3)),
    "gezogen": ("de", {"drawn": {*AXES, "meter.source"}}, lambda: drawn(60)),
    "one setting": (
        "en",
        {},
        lambda: swept({"meter.source": [LONG, "walk"]}, variants=("",), seeds=2, failing={1}),
    ),
}


@pytest.fixture(scope="module", params=CASES)
def case(request, tmp_path_factory):
    language, facts, records = CASES[request.param]
    page = a_study_page(records(), language=language, **facts)
    path = tmp_path_factory.mktemp("page") / "study.html"
    path.write_bytes(rendered(page, language=language, version="0.2.0", kind="study"))
    return Case(path, page, request.param)


def test_it_fits_can_be_read_and_asks_for_nothing(opened, case):
    watched = opened(reduced_motion="reduce")
    assert watched.page.locator("[data-chart]").count() in {2, 3}
    assert watched.page.locator("b").count() == 0
    check_looks(watched, case.url)


def shown_map(page):
    """The numbers in the cells of the map."""
    texts = page.locator("[data-chart=map] svg text").all_text_contents()
    return {text for text in texts if text.replace(".", "").isdigit() and "." in text}


@pytest.mark.parametrize("case", ["swept"], indirect=True)
def test_the_map_shows_the_numbers_of_its_table_and_can_be_turned(opened):
    page = opened().page
    table = page.locator("#map table td").all_text_contents()
    assert shown_map(page) >= set(table)
    choices = page.locator("#picks select")
    assert choices.count() == 5
    assert choices.nth(1).input_value() == "0"
    choices.nth(1).select_option("1")  # along what was up: they change places
    assert choices.nth(2).input_value() == "0"
    assert shown_map(page) >= set(table)
    choices.nth(3).select_option(label="0.35")
    assert not shown_map(page) & set(table)
    choices.nth(0).select_option(label="Self-sufficiency")
    assert not shown_map(page) & set(table)
    page.locator("#day-picks select").first.select_option("2")
    assert page.locator("[data-chart=hours] svg path").count() > 10


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(
    "shares", [(1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (0.4, 0.9, 1.0), (0.0, 0.02, 0.1), (0.5, 0.5, 0.6)]
)
def test_axes_of_shares_end_at_0_and_100_percent(browser, tmp_path, shares, width):
    records = swept({KWH: [0, 5, 10]}, variants=("",), seeds=2, of=lambda _variant, parameters, _repeat: {
        "self_sufficiency": shares[parameters[KWH] // 5]
    })  # fmt: skip
    page = a_study_page(records, objective=Objective("self_sufficiency", "max"))
    path = tmp_path / "study.html"
    path.write_bytes(rendered(page, language="en", version="0.2.0", kind="study"))
    watched = Watched(browser.new_page(viewport={"width": width, "height": 900}), path.as_uri())
    for chart in ("profile", "effects"):
        texts = watched.page.locator(f"[data-chart={chart}] svg text").all_text_contents()
        numbers = [float(text.replace("\u2212", "-")) for text in texts if re.fullmatch(r"\u2212?[\d.]+", text)]
        assert len(numbers) >= 2, texts
        assert 0 <= min(numbers) <= max(numbers) <= 100, texts
    assert watched.problems == []


def test_without_scripts_the_tables_are_there(opened):
    page = opened(scripts=False).page
    assert page.locator("#best table").first.is_visible()
    assert page.locator("#effects").is_visible()
    assert page.locator("[data-chart]").first.is_hidden()
    command = page.locator("#best code").first
    assert command.inner_text().startswith("pvsim run --case ")
    assert command.evaluate("e => getComputedStyle(e).userSelect") == "all"


@pytest.mark.parametrize("case", ["gezogen"], indirect=True)
def test_the_theme_can_be_switched_and_it_prints(opened, tmp_path):
    watched = opened(color_scheme="light")
    check_theme(watched)
    watched.page.pdf(path=tmp_path / "study.pdf", format="A4", prefer_css_page_size=True)
    assert watched.problems == []
