"""The examples in Python run, and come to what they say."""

import runpy
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((REPOSITORY / "docs" / "examples").glob("*.py"))
ARGUMENTS = {"which_battery.py": ("tests/data/simbench_2016_march.csv", "5000", "2024-03-29", "3")}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs_as_the_page_shows_it(pages, monkeypatch, capsys, path):
    monkeypatch.chdir(REPOSITORY)
    arguments = ARGUMENTS[path.name]
    monkeypatch.setattr(sys, "argv", [path.name, *arguments])
    runpy.run_path(str(path), run_name="__main__")
    printed = capsys.readouterr().out
    page = pages["docs/reference/api.md"]
    assert f"docs/examples/{path.name} {' '.join(arguments)}\n" in page
    assert printed.splitlines()
    for line in printed.splitlines():
        assert f"\n{line}\n" in page
