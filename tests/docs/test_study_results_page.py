"""The page on the results of a study names the columns that there are."""

import re

from tests.made_studies import swept

from pvsim.core.results.input_counts import INPUT_COUNTS
from pvsim.core.study.collected import collected
from pvsim.core.study.table import band_columns, case_columns
from pvsim.wiring.study import results as study_results

PAGE = "docs/reference/study-results.md"


def named(text, heading):
    """What the rows of the table under a heading are about."""
    part = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    cells = (row.partition(" | ")[0] for row in part.splitlines() if row.startswith("| "))
    return {name for cell in cells for name in re.findall(r"`([\w.]+)`", cell)}


def test_each_column_is_described(pages):
    cases = collected(swept(seeds=2, failing={0}))
    cases.inputs = dict.fromkeys(INPUT_COUNTS, (1, 1))
    figures = {*cases.columns(), *cases.parameters}
    assert named(pages[PAGE], "cases.csv") - figures == set(case_columns(cases).kinds) - figures
    assert named(pages[PAGE], "bands.csv") == set(band_columns(cases).kinds) - figures


def test_each_file_is_described(pages):
    headings = re.findall(r"^## (\S+\.\w+)$", pages[PAGE], re.MULTILINE)
    names = (study_results.CASES, study_results.CASES_PARQUET, study_results.BANDS, study_results.PAGE)
    assert headings == list(names)
