"""The report in a browser: nothing fails or is fetched, everything fits and can be read, figures are right."""

import pytest

SIZES = [(390, 844), (768, 1024), (1440, 900)]
CONTRAST = """() => {
  const parse = (text) => (text.match(/[0-9.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const part = (x) => (x / 255 <= 0.03928 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim()) continue;
    if (["SCRIPT", "STYLE", "NOSCRIPT", "OPTION"].includes(element.tagName)) continue;
    if (!element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const ink = parse(element.closest("svg") ? style.fill : style.color);
    const [a, b] = [light(ink), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push([walker.currentNode.data.trim().slice(0, 40), ratio.toFixed(2), style.color]);
  }
  return found;
}"""
FOCUS = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  return [e.tagName, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
}"""
DRAWN = """() => new Promise(done => {
  requestAnimationFrame(() => requestAnimationFrame(done));
  setTimeout(done, 5000);
})"""
"""A browser without a screen may draw no frame where it sees nothing to draw: then none is waited for."""


AXES = {
    "day": ("06:00", "24:00"),
    "grid alone": ("−0.05", "−0.1", "−0.15"),
    "battery": ("21\u00a0June", "22\u00a0June"),
    "money": ("21.\u00a0Juni", "22.\u00a0Juni", "12:00"),
    "clock change": ("27\u00a0Oct", "28\u00a0Oct", "29\u00a0Oct"),
    "new year": ("31\u00a0Dec\u00a02024", "1\u00a0Jan\u00a02025"),
    "two winters": ("Dec 2024", "Jan 2025"),
}


class Watched:
    """A page that has been opened, and what happened meanwhile."""

    def __init__(self, page, url) -> None:
        self.page, self.problems, self.requests = page, [], []
        page.on("console", lambda message: self.problems.append(message.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(url)


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


def test_it_fits_can_be_read_and_asks_for_nothing(opened, case):
    watched = opened(reduced_motion="reduce")
    page = watched.page
    for scheme in ("light", "dark"):
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            page.evaluate(DRAWN)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (scheme, width)
            assert page.evaluate(CONTRAST) == [], (scheme, width)
    charts = page.locator("[data-chart]")
    assert charts.count() > 0
    for i in range(charts.count()):
        assert charts.nth(i).locator("svg path").count() > 2
    assert watched.problems == []
    assert watched.requests == [case.url]


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


def test_without_scripts_the_tables_are_there(opened):
    page = opened(scripts=False).page
    rows = page.locator("#hours tbody tr")
    assert rows.count() == 24
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
    page.locator("[data-zoom=hours]:visible, [data-zoom=day]:visible").first.press("Enter")
    hour = shown.inner_text()
    page.locator("[data-zoom=earlier]").press("Enter")
    assert len({whole, hour, shown.inner_text()}) == 3
    page.locator("[data-zoom=whole]").press("Enter")
    assert shown.inner_text() == whole


def test_the_theme_can_be_switched(opened):
    watched = opened(color_scheme="light")
    before = watched.page.evaluate("getComputedStyle(document.body).backgroundColor")
    watched.page.locator("#theme").press("Enter")
    assert watched.page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    assert watched.page.evaluate(CONTRAST) == []
    assert watched.problems == []


def test_it_prints_on_a4(opened, tmp_path):
    watched = opened(color_scheme="dark")
    path = tmp_path / "report.pdf"
    watched.page.pdf(path=path, format="A4", prefer_css_page_size=True)
    assert path.read_bytes()[:5] == b"%PDF-"
    assert watched.problems == []


LABELS = "#power .chart.power svg text"


def test_the_axis_has_round_times_and_the_year_where_there_are_two(opened, case):
    page = opened().page
    texts = page.locator(LABELS).all_text_contents()
    for wanted in AXES.get(case.name, ()):
        assert wanted in texts, texts
    if case.name == "new year":
        assert "27\u00a0Dec\u00a02024 00:00" in page.locator("#shown").inner_text()
