"""The comparison in a browser: nothing fails or is fetched, everything fits and can be read, figures are right."""

import msgspec
import pytest
from tests.made_pages import FACTS, figures_of
from tests.pages.conftest import BATTERY, Case, a_plan, with_battery
from tests.pages.opened import check_looks, check_theme

from pvsim.adapters.html import rendered, words_of
from pvsim.app.report.comparison import RunOnPage, comparison_page
from pvsim.app.report.forms import Forms
from pvsim.core.quantities.types import MeterRange
from pvsim.core.results.comparison import compared

GRID = a_plan(meter_range=MeterRange.up_to(9_000, grid=True))
LONG = "a name that is far too long for a small chart, <b>and</b> not HTML"
CASES = {
    "two": ("en", [("south", a_plan(days=3), {}), ("with a battery", BATTERY, with_battery(BATTERY))]),
    "fünf": ("de", [(f"{LONG} {i}", a_plan(), {"pv_dw": 1_000 * i}) for i in range(5)]),
    "grid": (
        "en",
        [("20261126T035605Z-942ac73b", GRID, {}), ("20261126T035620Z-8976252a", GRID, {"load_dw": -2_000})],
    ),
}


@pytest.fixture(scope="module", params=CASES)
def case(request, tmp_path_factory):
    language, made = CASES[request.param]
    runs = [RunOnPage(name, plan, *figures_of(plan, **rows), FACTS) for name, plan, rows in made]
    comparison = compared([run.name for run in runs], [run.summary for run in runs])
    page = comparison_page(runs, comparison, Forms(words_of(language)), version="0.1.0")
    path = tmp_path_factory.mktemp("page") / "compare.html"
    path.write_bytes(rendered(page, language=language, version="0.1.0", kind="compare"))
    return Case(path, [msgspec.to_builtins(run.summary) for run in runs])


def test_it_fits_can_be_read_and_asks_for_nothing(opened, case):
    watched = opened(reduced_motion="reduce")
    assert watched.page.locator("[data-chart]").count() == 3
    check_looks(watched, case.url)


def figure(summaries, path):
    """A figure of one of the summaries; None where that run has not what it is about."""
    number, *names = path.split(".")
    found = summaries[int(number)]
    for name in names:
        found = None if found is None else found[name]
    return found


@pytest.mark.parametrize("scripts", [True, False])
def test_each_figure_is_that_of_a_summary_with_and_without_scripts(opened, case, scripts):
    page = opened(scripts=scripts).page
    assert page.locator("#figures table").first.is_visible()
    shown = page.locator("data[data-path]").evaluate_all("all => all.map(e => [e.dataset.path, e.value])")
    assert len(shown) > 20
    for path, value in shown:
        assert (None if value == "" else float(value)) == figure(case.summary, path), path
    assert page.locator("[data-chart]").first.is_visible() == scripts


def test_the_theme_can_be_switched_and_it_prints(opened, tmp_path):
    watched = opened(color_scheme="light")
    check_theme(watched)
    watched.page.pdf(path=tmp_path / "compare.pdf", format="A4", prefer_css_page_size=True)
    assert watched.problems == []
