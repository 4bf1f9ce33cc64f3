"""What scripts write into pages stands between marks, which name the script and are found by it."""

import re
import runpy
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
BEGIN = re.compile(r"<!-- ([\w-]+): written by (scripts/[\w/]+\.py) -->")
PAGE = "Before.\n\n<!-- months: written by scripts/a.py -->\n\nold\n\n<!-- months: end -->\n\nAfter.\n"


@pytest.fixture(scope="module")
def filled():
    return runpy.run_path(str(REPOSITORY / "scripts" / "marks.py"))["filled"]


def test_a_part_stands_between_its_marks_and_nothing_else_is_changed(filled):
    new = filled(PAGE, {"months": "| a\\1 |\n|---|\n"})
    assert new == PAGE.replace("old", "| a\\1 |\n|---|")
    assert filled(new, {"months": "old"}) == PAGE


@pytest.mark.parametrize("page", ["", PAGE + PAGE, PAGE.replace("months: end", "days: end")])
def test_a_page_without_a_single_place_for_a_part_is_refused(filled, page):
    with pytest.raises(SystemExit, match="no single place for months"):
        filled(page, {"months": "new"})


def test_each_page_has_the_places_that_its_scripts_fill(filled, pages):
    found = [(name, script, text) for text in pages.values() for name, script in BEGIN.findall(text)]
    assert {"windows", "munich", "munich-months"} <= {name for name, _, _ in found}
    for name, script, text in found:
        between = text.partition(f"<!-- {name}: written by {script} -->")[2].partition(f"<!-- {name}: end -->")[0]
        assert filled(text, {name: between}) == text, "the part is set off by blank lines"
        assert name in (REPOSITORY / script).read_text("utf-8")
