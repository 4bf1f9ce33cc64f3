"""The best of a study, and the second."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tests.unit.core.study.made import a_study

from pvsim.core.results.figure_tables import FIGURES, figure_columns
from pvsim.core.study import ranking
from pvsim.core.study.bands import Band
from pvsim.core.study.ranking import Objective, default_objective, goal_of, lead_of, ranked

LEAST, MOST = Objective("money_total", "min"), Objective("self_sufficiency", "max")
SMALL = st.integers(-50, 50).map(float) | st.just(np.nan)


@given(arrays.arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=SMALL))
def test_the_best_has_the_lowest_mean_or_the_highest_and_each_stands_once(matrix):
    low, high = ranked(matrix, LEAST), ranked(-matrix, MOST)
    assert low.order == high.order
    assert low.incomplete == high.incomplete
    kept = [low.means[i] for i in low.order]
    assert kept == sorted(kept)
    assert sorted(low.order + low.incomplete) == [i for i, row in enumerate(matrix) if not np.isnan(row).all()]
    for i in low.order[1:]:
        lead = lead_of(matrix, LEAST, low.order[0], i)
        assert lead.by.mean == pytest.approx(low.means[i] - low.means[low.order[0]], abs=1e-6)
        assert 0 <= lead.better_in <= lead.by.cases


def test_three_combinations_and_four_seeds_by_hand():
    matrix = np.array([[10.0, 20, 30, 40], [12, 21, 33, 42], [9, 25, 28, 42], [1, np.nan, 1, 1]])
    found = ranked(matrix, LEAST)
    assert (found.order, found.incomplete, found.ties) == ((0, 2, 1), (3,), 1)
    assert found.means.tolist() == [25, 27, 26, 1]
    steady = lead_of(matrix, LEAST, 0, 1)  # by 2, 1, 3 and 2: less than the years differ, but each year the same
    assert steady.by == Band(4, 2.0, 1.15, 2.0, 2.85)
    assert steady.better_in == 4
    assert steady.clear
    chance = lead_of(matrix, LEAST, 0, 2)  # by −1, 5, −2 and 2
    assert chance.by.mean == 1.0
    assert chance.better_in == 2
    assert not chance.clear
    assert lead_of(matrix, LEAST, 0, 3).by.cases == 3
    half = lead_of(np.array([[1.0, 1.0], [1.0, 3.0]]), LEAST, 0, 1)  # P5 is 0.1, and yet one of two is equal
    assert (half.by.p5, half.better_in, half.clear) == (0.1, 1, False)
    assert not lead_of(matrix[:, :1], LEAST, 0, 1).clear  # one seed has no spread


def test_equals_are_in_the_order_of_the_study():
    assert ranked(np.array([[2.0], [1.0], [1.0]]), LEAST).order == (1, 2, 0)
    assert ranked(np.array([[2.0], [1.0], [1.0]]), LEAST).ties == 2


def test_without_figures_nothing_is_ranked():
    found = ranked(np.full((2, 2), np.nan), LEAST)
    assert (found.order, found.incomplete, found.ties) == ((), (), 0)
    assert lead_of(np.array([[1.0, np.nan], [np.nan, 1.0]]), LEAST, 0, 1) is None


MONEY = {"money_total": 1.0, "money_currency": "EUR", "self_sufficiency": 0.5, "energy_kwh_import": 1.0}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, LEAST),
        ({"money_currency": "USD"}, MOST),
        ({"money_total": None}, MOST),
        ({"money_total": None, "self_sufficiency": None}, Objective("energy_kwh_import", "min")),
        (dict.fromkeys(MONEY), Objective("energy_kwh_import", "min")),
    ],
)
def test_the_objective_is_one_that_all_cases_have(changed, expected):
    found = a_study({"days": [1, 2, 3]}, lambda _, p, __: MONEY | (changed if p["days"] == 1 else {}), failing={2})
    assert default_objective(found) == expected


def test_less_of_a_figure_is_better_but_of_what_one_wants():
    assert [goal_of(figure) for figure in ("money_total", "money_npv", "self_sufficiency")] == [
        "min",
        "max",
        "max",
    ]
    assert goal_of("over_meters_self_sufficiency_p50") == "max"
    assert goal_of("over_meters_import_kwh_p95") == "min"
    assert set(figure_columns()[FIGURES]) >= ranking._MORE_IS_BETTER
