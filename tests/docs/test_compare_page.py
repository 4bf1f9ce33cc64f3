"""The how-to on comparing runs: its commands work, and its table has the figures that are printed."""

import re

import pytest
from tests.docs.conftest import REPOSITORY, blocks

PAGE = "docs/how-to/compare.md"
NAMES = ["south", "east-west", "south-battery", "east-west-battery"]


def labels(table):
    """What the rows of a table are about."""
    return [line[:30].split("  ")[0] for line in table.splitlines() if re.match(r"\S.* (kWh|kW|h|%|–|EUR) ", line)]


@pytest.mark.broker
def test_its_commands_make_the_table_and_the_page(pages, shell):
    runs, comparison, table = blocks(pages[PAGE])[:3]
    (shell.directory / "docs").symlink_to(REPOSITORY / "docs")
    assert "--days 28" in runs.text
    done = shell(runs.text.replace("--days 28", "--days 3"))  # until one has exported; 28 days take a minute
    assert done.returncode == 0, done.stderr
    done = shell(comparison.text)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[2:6] == [f"run {i}: {name}" for i, name in enumerate(NAMES, start=1)]
    assert len(labels(done.stdout)) > 20
    assert labels(done.stdout) == labels(table.text)
    page = (shell.directory / "compare.html").read_text("utf-8")
    assert "4 runs compared" in page
    assert all(name in page for name in NAMES)
