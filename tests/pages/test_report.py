"""The report in a browser: nothing fails or is fetched, everything fits and can be read, figures are right."""

from contextlib import closing

import pytest
from tests.pages.opened import SIZES, Watched, check_looks, check_theme

FOCUS = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  return [e.tagName, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
}"""
AXES = {
    "day": ("06:00", "24:00"),
    "tag": ("12:30", "13:00", "13:30", "14:00"),
    "grid alone": ("−0.05", "−0.1", "−0.15"),
    "battery": ("21\u00a0June", "22\u00a0June"),
    "money": ("21.\u00a0Juni", "22.\u00a0Juni", "12:00"),
    "clock change": ("27\u00a0Oct", "28\u00a0Oct", "29\u00a0Oct"),
    "new year": ("31\u00a0Dec\u00a02024", "1\u00a0Jan\u00a02025"),
    "two winters": ("Dec 2024", "Jan 2025"),
}


def test_it_fits_can_be_read_and_asks_for_nothing(opened, case):
    watched = opened(reduced_motion="reduce")
    assert watched.page.locator("[data-chart]").count() > 0
    check_looks(watched, case.url)


def test_each_figure_is_that_of_the_summary(opened, case):
    page = opened().page
    shown = page.eval_on_selector_all(
        "data[data-path]", "all => all.map(e => [e.dataset.path, e.value, e.innerText])"
    )
    assert len(shown) > 10
    for path, value, text in shown:
        figure = case.figure(path)
        assert (None if value == "" else float(value)) == figure, path
        assert (text == "–") == (figure is None), path


def test_without_scripts_the_tables_are_there(opened, case):
    page = opened(scripts=False).page
    rows = page.locator("#hours tbody tr")
    assert rows.count() == (2 if case.name == "tag" else 24)
    assert rows.first.is_visible()
    assert page.locator("#energies table").is_visible()
    assert page.locator("noscript p").is_visible()
    assert page.locator("[data-chart]").first.is_hidden()


def test_the_keyboard_reaches_everything_and_shows_where_it_is(opened):
    page = opened().page
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        tag, visible = page.evaluate(FOCUS)
        assert visible, tag
        seen.append(tag)
    assert {"A", "BUTTON"} <= set(seen)


def test_the_view_can_be_narrowed_and_moved(opened):
    page = opened().page
    shown = page.locator("#shown")
    whole = shown.inner_text()
    page.locator("[data-zoom=hours]:visible, [data-zoom=day]:visible, [data-zoom=hour]:visible").first.press(
        "Enter"
    )
    hour = shown.inner_text()
    page.locator("[data-zoom=earlier]").press("Enter")
    assert len({whole, hour, shown.inner_text()}) == 3
    page.locator("[data-zoom=whole]").press("Enter")
    assert shown.inner_text() == whole


def test_the_theme_can_be_switched(opened):
    watched = opened(color_scheme="light")
    check_theme(watched)
    assert watched.problems == []


def test_it_prints_on_a4(opened, tmp_path):
    watched = opened(color_scheme="dark")
    path = tmp_path / "report.pdf"
    watched.page.pdf(path=path, format="A4", prefer_css_page_size=True)
    assert path.read_bytes()[:5] == b"%PDF-"
    assert watched.problems == []


LABELS = "#power .chart.power svg text"


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        (SIZES[0], ["02:00", "+02:00", "02:00", "+01:00", "03:00"]),
        (
            SIZES[2],
            [*(x for z in ("+02:00", "+01:00") for q in (0, 15, 30, 45) for x in (f"02:{q:02}", z)), "03:00"],
        ),
    ],
)
def test_an_hour_that_the_clock_shows_twice_is_labelled_twice(browser, autumn, size, wanted):
    with closing(browser.new_context(viewport=dict(zip(("width", "height"), size, strict=True)))) as context:
        watched = Watched(context.new_page(), autumn.url)
        watched.page.wait_for_selector("html[data-ready]")
        texts = watched.page.locator(LABELS).all_text_contents()
        assert [each for each in texts if ":" in each] == wanted
        assert watched.page.locator("#shown").inner_text().startswith("02:00\u00a0+02:00 to 03:00")
        assert watched.problems == []


def test_axes_have_round_times_the_year_where_there_are_two_and_a_name(opened, case):
    page = opened().page
    texts = page.locator(LABELS).all_text_contents()
    for wanted in AXES.get(case.name, ()):
        assert wanted in texts, texts
    if case.name == "fleet":
        assert "Autarkiegrad, %" in page.locator("[data-chart=fleet] text").all_text_contents()
    if case.name == "tag":
        assert "24:00" not in texts
        assert page.locator("#shown").inner_text().startswith("12:30:00 bis 14:00:00")
        assert page.locator("#hours tbody th, #hours tbody td:first-child").all_inner_texts() == [
            "12:00–13:00 *",
            "13:00–14:00",
        ]
    if case.name == "new year":
        assert "27\u00a0Dec\u00a02024 00:00" in page.locator("#shown").inner_text()
