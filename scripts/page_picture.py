#!/usr/bin/env python3
"""Takes a picture of a page: scripts/page_picture.py PAGE.html PICTURE.png [WIDTH HEIGHT [HIDDEN]].

Those of the documentation (needs Debian's chromium, and Playwright, which the tests use):

    ./run run --site home-battery --date 2024-04-08
    scripts/page_picture.py runs/latest/report.html docs/images/report.png 1120 1210

and `docs/images/compare.png`, of the page that docs/how-to/compare.md makes, without its tables of figures:

    scripts/page_picture.py compare.html docs/images/compare.png 1200 1684 "nav, #figures"

and `docs/images/study.png`, of the page that docs/how-to/study-four-weeks.md makes, without its tables:

    cd studies/four-weeks
    page_picture.py study.html study.png 1200 2010 "nav, #best, #made, #effects .scroll, details"
"""

import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]


def main(page: str, picture: str, width: str = "1120", height: str = "1210", hidden: str = "") -> None:
    """Open the page, and take what is seen of it without the elements that are hidden (a CSS selector)."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        shown = browser.new_page(viewport={"width": int(width), "height": int(height)}, reduced_motion="reduce")
        shown.goto(Path(page).resolve().as_uri())
        shown.wait_for_load_state("networkidle")
        if hidden:
            shown.add_style_tag(content=f"{hidden} {{ display: none !important }}")
        shown.wait_for_timeout(1_500)  # charts are drawn bit by bit
        shown.screenshot(path=picture, animations="disabled")
        browser.close()
    with Image.open(picture) as taken:
        small = taken.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    small.save(picture, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
