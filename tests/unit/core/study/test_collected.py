"""Records as columns."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.study.made import FAILED, a_record, a_study

from pvsim.core.study.collected import collected

AXES = {"site.battery.capacity_kwh": [0, 5], "meter.source": ["walk", "uniform"]}


@given(st.integers(1, 4), st.sets(st.integers(0, 15)))
def test_each_case_stands_once_at_its_combination_and_repeat(seeds, failing):
    found = a_study(AXES, lambda *_: {"rows": 1}, seeds=seeds, failing=failing)
    assert len(found.combinations) == 4
    assert sorted(case for each in found.combinations for case in each.cases) == list(range(4 * seeds))
    assert all([found.repeats[case] for case in each.cases] == list(range(seeds)) for each in found.combinations)
    assert set(found.failed) == {case for case in failing if case < 4 * seeds}
    matrix = found.matrix("rows")
    assert matrix.shape == (4, seeds)
    assert np.isnan(matrix).sum() == len(found.failed)


def test_figures_by_hand():
    records = [
        a_record(0, {"days": 1}, money_total=4.5, money_currency="EUR"),
        a_record(1, {"days": 2}, error=FAILED),
        a_record(2, {"days": 1}, repeat=1, money_total=5.5, money_currency="EUR", self_consumption=0.5),
        a_record(3, {"days": 2}, repeat=1, money_total=6.5, money_currency="EUR", energy_kwh_meter=None),
    ]
    found = collected(records)
    assert found.columns() == ["self_consumption", "money_total", "money_currency"]
    np.testing.assert_array_equal(found.values("money_total"), [4.5, np.nan, 5.5, 6.5])
    np.testing.assert_array_equal(found.matrix("money_total"), [[4.5, 5.5], [np.nan, 6.5]])
    np.testing.assert_array_equal(found.values("self_consumption"), [np.nan, np.nan, 0.5, np.nan])
    assert np.isnan(found.values("energy_kwh_pv")).all()
    assert found.texts == {"money_currency": {"EUR": None}}
    assert found.seeds == {0: 23, 1: 24}
    assert list(found.parameters) == ["days"]


def test_no_record_is_no_combination():
    found = collected([])
    assert found.matrix("rows").shape == (0, 0)
    assert found.columns() == []


def test_counts_of_inputs_by_hand():
    counts = {"inputs_clipped_s": 40, "inputs_gap_s": 0}, {"inputs_clipped_s": 192, "inputs_cut_kwh": 1.5}, {}
    found = collected(a_record(number, {"days": 1 + number}, inputs=each) for number, each in enumerate(counts))
    assert found.inputs == {"inputs_clipped_s": (2, 192), "inputs_gap_s": (0, 0), "inputs_cut_kwh": (1, 1.5)}
    assert found.input_columns() == {"inputs_gap_s": int, "inputs_clipped_s": int, "inputs_cut_kwh": float}
