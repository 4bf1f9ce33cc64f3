"""The page of study files: its examples are studies, and it names every section and setting."""

import re
import tomllib

import pytest
from tests.docs.conftest import blocks

from pvsim.config.study import MAX_CASES, Page, StudyFile
from pvsim.core.study.axes import axis_of
from pvsim.core.study.plain import plain_of
from pvsim.wiring.study.file import check_all, read_study

PAGE = "docs/reference/study.md"


@pytest.fixture
def studies(pages, tmp_path):
    """The studies on the page."""
    found = []
    for number, block in enumerate(each for each in blocks(pages[PAGE]) if each.language == "toml"):
        path = tmp_path / f"{number}.toml"
        path.write_text(block.text)
        found.append(read_study(path))
    return found


def test_its_examples_are_studies_of_as_many_cases_as_it_says(pages, studies):
    whole, sampled = studies
    assert "These are 8 seeds × 2 variants × 36 combinations = 576 cases." in pages[PAGE]
    assert check_all(whole).count == 576
    assert check_all(sampled).count == 100
    assert f"At most {MAX_CASES:,} cases" in pages[PAGE]


def test_every_section_and_setting_has_its_row(pages):
    named = re.findall(r"^\| `(\w+)` \|", pages[PAGE], re.MULTILINE)
    assert set(named) == {*StudyFile.__struct_encode_fields__, *Page.__struct_encode_fields__, "n"}


def test_its_values_are_what_it_says(pages):
    rows = dict(re.findall(r"^\| `([\[{].*?[\]}])` \| (.*) \|$", pages[PAGE], re.MULTILINE))
    counts = {}
    for text, said in rows.items():
        given = plain_of(tomllib.loads(f"x = {text}")["x"])
        axis = axis_of("x", given)
        counts[said[:12]] = axis.count
        if "0.1" in text:
            assert said.startswith(", ".join(str(axis.at(number)) for number in range(axis.count)))
    assert list(counts.values()) == [3, 5, 5, 12]
