# ruff: noqa: INP001 - stands beside the scripts that import it
"""Puts what a script computes into a page of the documentation, between marks that name the script.

<!-- months: written by scripts/clouds_months.py -->
<!-- months: end -->
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["MARKS", "fill", "filled"]

MARKS = "<!-- {}: written by [^ ]+ -->", "<!-- {}: end -->"
"""What a part stands between, as patterns with a place for its name."""


def fill(page: Path, parts: Mapping[str, str], marks: tuple[str, str] = MARKS) -> None:
    """Write parts of a page by the names at their marks."""
    page.write_text(filled(page.read_text("utf-8"), parts, marks), encoding="utf-8")


def filled(text: str, parts: Mapping[str, str], marks: tuple[str, str] = MARKS) -> str:
    """The text of a page with each part between its marks."""
    for name, part in parts.items():
        begin, end = (mark.format(re.escape(name)) for mark in marks)
        place = re.compile(f"({begin}\n).*?({end})", re.DOTALL)
        if len(place.findall(text)) != 1:
            sys.exit(f"the page has no single place for {name}")
        before, first, last, after = place.split(text)
        text = f"{before}{first}\n{part.strip()}\n\n{last}{after}"
    return text
