"""The scripts that compare homes with measured ones: what they compute is what they say."""

import importlib
import re
import sys
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts" / "validation"
SVG = "{http://www.w3.org/2000/svg}"
DAY_S = 86_400


@pytest.fixture(scope="module")
def scripts():
    sys.path.insert(0, str(SCRIPTS))
    try:
        yield importlib.import_module
    finally:
        sys.path.remove(str(SCRIPTS))


@pytest.fixture(scope="module")
def script(scripts):
    return scripts("homes")


@pytest.fixture(scope="module")
def page(scripts):
    return scripts("page")


def test_a_span_has_the_local_hours_of_days_with_a_change_of_the_clock(script):
    span = script.Span.days(date(2023, 3, 25), 2)
    assert [n for _, n in span.portions] == [DAY_S, DAY_S - 3_600]
    month, hour, day = span.calendar
    assert set(month) == {3}
    assert 2 not in hour[day == 1]


def test_every_third_week_is_whole_and_begins_on_a_monday(script):
    span = script.Span.weeks(3)
    assert len(span.portions) == 18
    assert {first.weekday() for first in span.first_days} == {0}
    assert np.bincount(span.calendar[0])[1:].min() >= 672


def test_a_home_under_a_roof_uses_what_both_have_at_the_same_second(script):
    span = script.Span.days(date(2023, 6, 21), 2)
    (load,) = script.alike(3_500.0, seeds=[1])
    least = script.home_of(load, span).quantiles_w[0]
    roof = [np.full(n, 300) for _, n in span.portions]  # below all that the home takes
    found = script.home_of(load, span, roof)
    assert found.base_w > 30
    assert found.self_consumption == pytest.approx(1, abs=1e-9)
    assert found.self_sufficiency == pytest.approx(30 * 8.76 / found.annual_kwh)
    assert found.quantiles_w[0] == least
    assert len(found.quarters_w) == 192


def test_coincident_peaks_are_those_of_the_sum(script):
    one, other = np.array([100.0, 0.0, 50.0]), np.array([0.0, 100.0, 50.0])
    assert script.coincident_w([one, other], 2) == 50
    assert script.coincident_w([one, other], 1) == 100
    assert script.pair_correlation([one, other, one]) == pytest.approx((1 - 1 - 1) / 3)


def test_a_street_is_that_of_the_command(script):
    first, other = script.street(2, annual_kwh=3_500, seed=1)
    (alone,) = script.street(1, annual_kwh=3_500, seed=1)
    assert script.in_two(lambda load: load.power_dw(0, 60).sum(), [first, other]) == [
        first.power_dw(0, 60).sum(),
        other.power_dw(0, 60).sum(),
    ]
    assert alone.power_dw(0, 60).tolist() != other.power_dw(0, 60).tolist()


def test_the_page_has_one_place_for_each_table(page, tmp_path):
    text = page.PAGE.read_text("utf-8")
    place = re.compile(
        r"<!-- table: (\w+), written by scripts/validation/page.py -->\n(.*?)<!-- end of table -->", re.DOTALL
    )
    now = dict(place.findall(text))
    assert sorted(now) == sorted({"differences", "street", "seasons", "seconds", "house", "energies", "worse"})
    copy = tmp_path / "page.md"
    copy.write_text(text, "utf-8")
    page.fill(copy, dict.fromkeys(now, "| new |"), page.MARKS)
    assert [table for _, table in place.findall(copy.read_text("utf-8"))] == ["\n| new |\n\n"] * len(now)
    page.fill(copy, now, page.MARKS)
    assert copy.read_bytes() == page.PAGE.read_bytes(), "the same tables give the same bytes"
    with pytest.raises(SystemExit, match="no single place for moons"):
        page.fill(copy, {"moons": ""}, page.MARKS)


@pytest.mark.parametrize("name", ["street", "homes"])
def test_the_pictures_can_be_read_without_seeing_them_and_in_the_dark(page, name):
    tree = ET.fromstring((page.IMAGES / f"{name}.svg").read_text("utf-8"))  # noqa: S314 - our own
    ids = {element.get("id"): element.tag.removeprefix(SVG) for element in tree.iter() if element.get("id")}
    assert [ids[name] for name in tree.get("aria-labelledby", "").split()] == ["title", "desc"]
    assert "prefers-color-scheme: dark" in (tree.findtext(f"{SVG}style") or "")


def test_a_figure_is_worse_that_is_farther_from_the_measured_range(scripts):
    compared = scripts("worse").Compared
    assert compared("inside before", 1.0, 2.0, 2.2, 1.5, "").is_worse
    assert compared("nearer", 1.0, 2.0, 2.2, 2.5, "").is_worse is False
    assert compared("the other side, as far", 4.0, 4.0, 8.0, 2.0, "").is_worse is False
    assert compared("below", 4.0, 4.0, 1.0, 8.0, "").is_worse
