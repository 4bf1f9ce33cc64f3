"""The page of the figures says what their docstrings say."""

import re
import runpy
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = "docs/reference/figures.md"


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(REPOSITORY / "scripts" / "figures_page.py"))


def test_the_page_is_what_the_script_writes(pages, script):
    assert pages[PAGE] == script["page"](), "run scripts/figures_page.py"


def test_each_field_of_a_summary_has_its_row(pages, script):
    found = list(dict.fromkeys(script["structs"]()))
    assert len(found) >= 10
    for struct in found:
        section = re.split(r"^## ", pages[PAGE].partition(f"\n## {struct.__name__}\n")[2], flags=re.MULTILINE)[0]
        rows = set(re.findall(r"^\| `(\w+)` \| \S", section, re.MULTILINE))
        inherited = struct.__base__.__struct_encode_fields__ if struct.__base__ in found else ()
        assert rows == set(struct.__struct_encode_fields__) - set(inherited), struct.__name__
