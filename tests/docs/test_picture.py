"""The picture of a day: drawn again from the same run, it is the same."""

import runpy
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PICTURE = REPOSITORY / "docs" / "images" / "day.svg"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(REPOSITORY / "scripts" / "draw_day.py"))


@pytest.mark.broker
def test_the_picture_is_what_the_script_makes_of_the_run(shell, script):
    house = REPOSITORY / "tests" / "data" / "uci_sceaux_20061221.csv.gz"
    done = shell(f"pvsim run --quiet --every 5min --meter '{house}'")
    assert done.returncode == 0, done.stderr
    day = script["read_day"](shell.directory / "runs" / "latest")
    assert script["draw"](day) == PICTURE.read_text("utf-8")


def test_the_picture_can_be_read_without_seeing_it_and_without_colour():
    tree = ET.fromstring(PICTURE.read_text("utf-8"))  # noqa: S314 - our own file
    ids = {element.get("id"): element.tag.removeprefix(SVG) for element in tree.iter() if element.get("id")}
    assert tree.get("role") == "img"
    assert [ids[name] for name in tree.get("aria-labelledby", "").split()] == ["title", "desc"]
    style = tree.findtext(f"{SVG}style") or ""
    assert "prefers-color-scheme: dark" in style
    assert "stroke-dasharray" in style
    assert ids["hatch"] == "pattern"


def test_a_day_without_pv_can_be_drawn(script):
    day = script["Day"]("2024-06-21", "UTC", 21_600, ("00:00", "06:00", "12:00", "18:00"), (1, 2, 3, 4), (0,) * 4)
    tree = ET.fromstring(script["draw"](day))  # noqa: S314 - our own text
    assert tree.findtext(f"{SVG}text") == "21 June 2024: no PV energy"
