"""How a page is opened, and what must hold of its looks: nothing is fetched, all fits and can be read."""

__all__ = ["CONTRAST", "SIZES", "Watched", "check_looks", "check_theme"]

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
DRAWN = """() => new Promise(done => {
  requestAnimationFrame(() => requestAnimationFrame(done));
  setTimeout(done, 5000);
})"""
"""A browser without a screen may draw no frame where it sees nothing to draw: then none is waited for."""

FITS = "width => document.documentElement.scrollWidth <= width"
"""Charts follow the width of the page some frames later, how many is the machine's affair."""


class Watched:
    """A page that has been opened, and what happened meanwhile."""

    def __init__(self, page, url) -> None:
        self.page, self.problems, self.requests = page, [], []
        page.on("console", lambda message: self.problems.append(message.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(url)


def check_looks(watched, url):
    page = watched.page
    for scheme in ("light", "dark"):
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            page.evaluate(DRAWN)
            page.wait_for_function(FITS, arg=width, polling=50)
            assert page.evaluate(CONTRAST) == [], (scheme, width)
    charts = page.locator("[data-chart]")
    for i in range(charts.count()):
        assert charts.nth(i).locator("svg path").count() > 2
    assert watched.problems == []
    assert watched.requests == [url]


def check_theme(watched):
    before = watched.page.evaluate("getComputedStyle(document.body).backgroundColor")
    watched.page.locator("#theme").press("Enter")
    assert watched.page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    assert watched.page.evaluate(CONTRAST) == []
