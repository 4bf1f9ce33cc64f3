"""How things of a study are called."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.made_pages import ENGLISH

from pvsim.app.report.study_words import FigureForm, Naming
from pvsim.core.study.factors import VARIANT, Factor

WORDS = st.sampled_from(["site", "battery", "plants", "0", "1", "peak_kw", "tilt"])


def a_naming(*factors):
    return Naming(ENGLISH, [Factor(path, values, np.zeros(1, dtype=np.int64)) for path, values in factors], "EUR")


@pytest.mark.parametrize(
    ("path", "values", "label", "setting"),
    [
        ("site.battery.capacity_kwh", (0, 7.5), "capacity, kWh", "capacity\u00a00\u00a0kWh"),
        ("site.battery.capacity_kwh", (None, 5), "capacity kwh", "capacity\u00a0none"),
        ("site.tariff.import_per_kwh", (0.2, 0.3), "import per kWh", "import per kWh\u00a00.2"),
        ("site.tariff.fee_per_day", (0.2, 0.3), "fee per day", "fee per day\u00a00.2"),
        ("meter.source", ("walk", "office"), "source", "source\u00a0walk"),
        ("meters", (1000, 2000), "meters", "meters\u00a01,000"),
        (VARIANT, ("south", "east"), "Variant", "south"),
        ("site.rules", ([1, 2], True), "rules", "rules\u00a01, 2"),
    ],
)
def test_parameters_are_called_by_name_value_and_unit(path, values, label, setting):
    naming = a_naming((path, values))
    (factor,) = naming.factors
    assert naming.factor(factor).replace(", kWh", "").startswith(label.split(",")[0].split(" kwh")[0])
    assert naming.setting(factor, 0) == setting
    assert naming.combination(0) == setting


def test_labels_of_numbers_have_their_unit():
    naming = a_naming(("a.capacity_kwh", (1, 2)), ("b.capacity_kwh", ("x", "y")))
    assert [naming.factor(factor) for factor in naming.factors] == ["a.capacity, kWh", "b.capacity"]
    assert a_naming().combination(0) == "the only combination"


@given(st.lists(st.dictionaries(WORDS, st.integers(0, 3), max_size=3), min_size=2, max_size=4))
def test_no_two_values_look_the_same(tables):
    naming = a_naming(("site.tariff", tuple(tables)))
    texts = [naming.value(naming.factors[0], code) for code in range(len(tables))]
    assert len(set(texts)) == len(tables)


def test_values_that_are_long_or_tables_by_hand():
    flat, night = (
        {"per_kwh": 0.25, "feed_in": 0.08},
        {"windows": [{"from": "22:00", "per_kwh": 0.1}, {"from": "6:00"}], "feed_in": 0.08},
    )
    naming = a_naming(
        ("site.tariff", (flat, night)),
        ("meter.source", ("x" * 50, "x" * 60, "y")),
        ("site.grid", ({"kw": 5}, None)),
    )
    texts = [[naming.value(each, code) for code in range(len(each.values))] for each in naming.factors]
    long = "x" * 39 + "…"
    assert texts == [
        ["per_kwh 0.25", "windows from 22:00 per_kwh 0.1, from 6:…"],
        [f"1: {long}", f"2: {long}", "y"],
        ['{"kw":5}', "none"],
    ]


@pytest.mark.parametrize(
    ("name", "label", "unit"),
    [
        ("money_total", "Cost", "EUR"),
        ("money_payback_years", "Payback time", ""),
        ("money_demand_kw", "money_demand_kw", "kW"),
        ("self_sufficiency", "Self-sufficiency", "%"),
        ("energy_kwh_import", "Import", "kWh"),
        ("peak_of_all_kw_import_15min", "15-min peak of the import", "kW"),
        ("hours_with_export", "Hours with export", "h"),
        ("emissions_import_kg", "CO2 of the import", "kg"),
        ("yield_among_years_kwh_per_kwp", "yield_among_years_kwh_per_kwp", "kWh/kWp"),
        ("battery_full_cycles", "Battery full cycles", ""),
    ],
)
def test_figures_have_their_label_and_unit(name, label, unit):
    form = a_naming().figure(name)
    assert (form.label, form.unit) == (label, unit)


def test_values_by_hand():
    cost, share, energy = (a_naming().figure(n) for n in ("money_total", "self_consumption", "energy_kwh_pv"))
    assert cost.full(1234.5, ENGLISH) == "1,234.50\u00a0EUR"
    assert share.full(0.5, ENGLISH) == "50.0%"
    assert [energy.text(v, ENGLISH) for v in (1234.5, 12.3456, 0.5)] == ["1,234", "12.35", "0.500"]
    assert energy.text(0.5, ENGLISH, like=123.0) == "0.5"
    assert energy.full(None, ENGLISH) == energy.text(float("nan"), ENGLISH) == "–"
    assert cost.difference(2, ENGLISH, like=9, sign=True) == "+2.00\u00a0EUR"
    assert cost.difference(-2, ENGLISH, like=9, sign=True) == "−2.00\u00a0EUR"
    assert cost.difference(0.004, ENGLISH, like=9, sign=True) == "0.00\u00a0EUR"
    assert (cost.vanishes(-0.004, like=9), cost.vanishes(0.005, like=9)) == (True, False)
    assert [each.precision(ENGLISH, like=123.0) for each in (cost, share)] == ["0.005\u00a0EUR", "0.05 points"]
    assert FigureForm("battery_full_cycles", "Cycles", "").precision(ENGLISH, like=20.0) == "0.005"
    assert share.difference(0.021, ENGLISH, like=1) == "2.1 points"
    assert FigureForm("battery_full_cycles", "Cycles", "").full(3.0, ENGLISH) == "3.000"
