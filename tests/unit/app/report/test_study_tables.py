"""The tables of a study's page."""

import re

import pytest
from tests.made_studies import a_study_page, drawn, swept

from pvsim.app.report.study_tables import MOST_ROWS

KWH = "site.battery.capacity_kwh"


def tables(page, name):
    return next(each for each in page.sections if each.name == name).tables


def texts(table):
    return [[cell.text for cell in row] for row in table.rows]


def test_the_best_stand_in_order_with_a_command_each():
    first, more = tables(a_study_page(swept(seeds=2)), "best")
    assert (len(first.rows), first.folded, len(more.rows), more.folded) == (12, False, MOST_ROWS, True)
    assert more.caption == "The best 50 of 120 combinations; all are in cases.csv"
    assert first.head[:6] == ("#", "Variant", "capacity, kWh", "surface tilt", "import per kWh", "Cost, EUR")
    cost, behind, run = (first.head.index(name) for name in ("Cost, EUR", "Against the best, EUR", "Its run"))
    costs = [row[cost].value for row in more.rows]
    assert costs == sorted(costs)
    assert first.rows[0][behind].text == "="
    assert first.rows[2][behind].text.startswith("+")
    for row in more.rows:
        assert re.fullmatch(r"pvsim run --case [0-9a-f]{10}", row[run].text)
        assert row[run].code


def test_few_combinations_are_one_table_without_spread_of_one_seed():
    (table,) = tables(a_study_page(swept({KWH: [0, 5]}, variants=("",), seeds=1)), "best")
    assert table.caption == "All 2 combinations, the best first"
    assert "P5 to P95" not in table.head
    assert texts(table)[0][:3] == ["1", "5", "254.33"]
    assert texts(table)[1][3] == "+12.07"


def test_a_combination_without_a_further_figure_has_a_dash():
    def of(_, parameters, __):
        more = {"energy_kwh_export": 2.0} if parameters[KWH] else {}
        return {"self_sufficiency": parameters[KWH] / 10, **more}

    (table,) = tables(a_study_page(swept({KWH: [0, 5]}, variants=("",), seeds=1, of=of)), "best")
    assert [row[-1] for row in texts(table)] == ["2.000", "–"]


def test_effects_by_hand():
    (table,) = tables(a_study_page(swept({KWH: [0, 5]}, variants=("south", "flat"), seeds=1)), "effects")
    change, flat = "12.07\u00a0EUR", "8.40\u00a0EUR"
    assert texts(table) == [
        ["capacity, kWh", "0: 262.20", "5: 250.13", f"−{change}", "5: 250.13", "0: 262.20", change],
        ["flat", "251.96", "260.36", f"+{flat}", "–", "–", "–"],
    ]


def test_of_many_variants_those_are_shown_that_change_most():
    """Twelve to be seen at once, fifty on request; the other ones are in the table of cases."""

    def of(variant, _, __):
        return {"self_sufficiency": int(variant or 0) / 100}

    names = tuple(map(str, range(70)))
    first, more = tables(a_study_page(swept({KWH: [5]}, variants=names, seeds=1, of=of)), "effects")
    assert (len(first.rows), first.folded, len(more.rows), more.folded) == (12, False, MOST_ROWS, True)
    assert [row[0].text for row in first.rows[:3]] == ["69", "68", "67"]
    assert first.caption.endswith("how it changes with the 12 of 69 settings and variants that change it most")
    assert more.caption.endswith("with the 50 of 69 settings and variants that change it most")


def test_a_map_that_is_too_large_has_no_table():
    wide = {KWH: list(range(24)), "site.plants.0.surface_tilt": list(range(26))}
    page = a_study_page(swept(wide, variants=("",), seeds=1))
    assert tables(page, "map") != ()
    names = {KWH: list(range(24)), "site.name": list(map(str, range(26)))}
    assert tables(a_study_page(swept(names, variants=("",), seeds=1)), "map") == ()


@pytest.mark.parametrize(("seeds", "columns"), [(1, 5), (3, 7)])
def test_the_mean_day_has_24_hours(seeds, columns):
    (table,) = tables(a_study_page(swept({KWH: [0, 5]}, variants=("",), seeds=seeds)), "hours")
    assert (len(table.rows), len(table.head)) == (24, columns)
    assert texts(table)[12][:2] == ["12:00", "0.600"]


def test_failed_cases_are_listed_with_their_reason():
    page = a_study_page(swept({KWH: [0, None]}, variants=("", "flat"), seeds=1, failing={1, 2}))
    (table,) = tables(page, "failed")
    assert table.caption == "All 2 cases that have failed"
    reason = "the file ends too early (load.csv); take a longer one"
    assert texts(table) == [
        ["1 (0000000001)", "–", f"{KWH} = null", "23", reason],
        ["2 (0000000002)", "flat", f"{KWH} = 0", "23", reason],
    ]
    many = a_study_page(swept({"days": list(range(60))}, variants=("",), seeds=1, failing=set(range(1, 60))))
    assert tables(many, "failed")[0].caption == "50 of 59 cases that have failed; all are in cases.csv"


def test_how_it_was_made():
    (table,) = tables(a_study_page(drawn(60, seeds=60)), "made")
    made = dict(texts(table))
    assert made["Cases"] == "3,600"
    assert made["Seeds"].startswith("23, 24")
    assert made["Seeds"].endswith("72 …")
    assert made["pvsim"] == "0.2.0"
