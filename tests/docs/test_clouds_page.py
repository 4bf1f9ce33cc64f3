"""The page about the clouds: its picture can be read by everybody, its script finds its place."""

from pathlib import Path
from xml.etree import ElementTree as ET

REPOSITORY = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_can_be_read_without_seeing_it_and_in_the_dark():
    tree = ET.fromstring((REPOSITORY / "docs" / "images" / "clouds.svg").read_text("utf-8"))  # noqa: S314 - our own
    ids = {element.get("id"): element.tag.removeprefix(SVG) for element in tree.iter() if element.get("id")}
    assert [ids[name] for name in tree.get("aria-labelledby", "").split()] == ["title", "desc"]
    style = tree.findtext(f"{SVG}style") or ""
    assert "prefers-color-scheme: dark" in style
    assert "stroke-dasharray" in style


def test_the_page_has_one_place_for_what_each_script_writes():
    page = (REPOSITORY / "docs" / "explanation" / "validation.md").read_text("utf-8")
    for part, name in (("clouds", "validate_clouds.py"), ("months", "clouds_months.py")):
        assert f'{{"{part}": ' in (REPOSITORY / "scripts" / name).read_text("utf-8")
        for mark in (f"<!-- {part}: written by scripts/{name} -->", f"<!-- {part}: end -->"):
            assert page.count(mark) == 1
