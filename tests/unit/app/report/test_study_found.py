"""What records of a study come to."""

import pytest
from tests.made_pages import ENGLISH
from tests.made_studies import AXES, figures, swept

from pvsim.app.report.study_facts import StudyFacts
from pvsim.app.report.study_found import objective_of, shown_by_hour, study_found
from pvsim.core.study.collected import collected
from pvsim.core.study.factors import VARIANT
from pvsim.core.study.ranking import Objective

KWH, TILT, PRICE = AXES
PERIOD = ("2024-06-21", 1)


def found_of(records, **facts):
    return study_found(collected(records), StudyFacts("roof", PERIOD, **facts), ENGLISH)


@pytest.mark.parametrize(
    ("x", "y", "axes"),
    [
        (None, None, [KWH, TILT]),
        (TILT, None, [TILT, KWH]),
        (None, KWH, [TILT, KWH]),
        (PRICE, KWH, [PRICE, KWH]),
        ("nowhere", VARIANT, [KWH, VARIANT]),
    ],
)
def test_the_axes_are_those_asked_for_else_the_first_that_vary(x, y, axes):
    found = found_of(swept(seeds=1), x=x, y=y)
    assert [axis.path for axis in found.cells.axes[:2]] == axes
    assert {axis.path for axis in found.cells.axes} == {VARIANT, *AXES}


def test_one_parameter_stands_beside_the_variants():
    found = found_of(swept({KWH: [0, 5]}, seeds=2))
    assert [axis.path for axis in found.cells.axes] == [KWH, VARIANT]
    assert found.seeds == 2
    assert found.figure.label == "Cost"
    assert found.largest == max(found.ranking.means)
    assert found.band("self_consumption", 0).mean == 0.4
    assert [axis.path for axis in found_of(swept({KWH: [0, 5]}, variants=("",))).cells.axes] == [KWH]


def test_the_objective_is_that_of_the_study_where_a_case_has_it():
    cases = collected(swept(seeds=1))
    wanted, missing = Objective("self_consumption", "max"), Objective("money_npv", "max")
    assert objective_of(cases, StudyFacts("roof", PERIOD, objective=wanted)) == wanted
    for facts in (StudyFacts("roof", PERIOD, objective=missing), StudyFacts("roof", PERIOD)):
        assert objective_of(cases, facts) == Objective("money_total", "min")


def test_money_in_several_currencies_is_not_shown():
    def of(variant, parameters, repeat):
        return figures(variant, parameters, repeat) | {"money_currency": variant}

    found = found_of(swept(variants=("EUR", "USD"), of=of, seeds=1))
    assert "money_total" not in found.matrices
    assert found.ranking.objective.figure == "self_sufficiency"
    asked = StudyFacts("roof", PERIOD, objective=Objective("money_total", "min"))
    assert objective_of(found.cases, asked) == Objective("self_sufficiency", "max")


def test_the_days_of_the_best_and_the_last_are_shown():
    assert len(shown_by_hour(found_of(swept({KWH: [0, 5]}, seeds=1)).ranking)) == 4
    ranking = found_of(swept(seeds=1)).ranking
    assert shown_by_hour(ranking) == (*ranking.order[:6], ranking.order[-1])
