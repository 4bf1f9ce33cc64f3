"""The page about a battery's delay and losses: its picture and its table of part load are what the model gives."""

import importlib
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts" / "validation"


@pytest.fixture(scope="module")
def script():
    sys.path.insert(0, str(SCRIPTS))
    try:
        yield importlib.import_module("battery")
    finally:
        sys.path.remove(str(SCRIPTS))


def test_the_table_of_part_load_is_on_the_page(script, pages):
    table = script.part_load()
    assert len(table) == 8
    assert "\n".join(table) in pages["docs/explanation/battery.md"]


def test_the_kettles_minute_is_as_the_page_tells_it(script):
    """2 kW for the 3 s of the delay are bought, and given away again."""
    load, given = script.kettle()
    grid = load - given
    assert grid[grid > 0].sum() == pytest.approx(60_000, rel=0.002)
    assert -grid[grid < 0].sum() == pytest.approx(60_000, rel=0.002)
    assert given.sum() == pytest.approx(load.sum(), rel=0.001)


def test_the_picture_is_drawn(script, tmp_path):
    script.picture(tmp_path / "kettle.svg")
    drawn = SCRIPTS.parents[1] / "docs" / "images" / "kettle.svg"
    assert (tmp_path / "kettle.svg").read_bytes() == drawn.read_bytes()
    assert "prefers-color-scheme: dark" in drawn.read_text()
