#!/usr/bin/env python3
"""Takes a picture of a page: scripts/page_picture.py PAGE.html PICTURE.png [WIDTH HEIGHT].

Those of the documentation (needs Debian's chromium, and Playwright, which the tests use):

    ./run run --site home-battery --date 2024-04-08
    scripts/page_picture.py runs/latest/report.html docs/images/report.png 1120 1210

and `docs/images/compare.png`, of the page that docs/how-to/compare.md makes, 1200 by 1684.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]


def main(page: str, picture: str, width: str = "1120", height: str = "1210") -> None:
    """Open the page, and take what is seen of it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        shown = browser.new_page(viewport={"width": int(width), "height": int(height)}, reduced_motion="reduce")
        shown.goto(Path(page).resolve().as_uri())
        shown.wait_for_load_state("networkidle")
        shown.wait_for_timeout(1_500)  # charts are drawn bit by bit
        shown.screenshot(path=picture, animations="disabled")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
