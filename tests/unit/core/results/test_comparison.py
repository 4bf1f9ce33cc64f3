"""Figures of runs beside each other."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.results.comparison import compared
from pvsim.core.results.emissions import Emissions
from pvsim.core.results.money import Money
from pvsim.core.results.summary import BatteryUse, Energies, Peaks, Summary


def a_summary(imported, *, self_consumption=0.5, multiple=None, of_all=None, battery=None):
    energies = Energies(4.0, 2.0, 1.0, imported, 1.0, battery, battery)
    return Summary(9, 1, energies, self_consumption, None, multiple, Peaks(1, 1, 1, 1, None, None), of_all)


def figures(*summaries):
    names = [f"run {i}" for i in range(len(summaries))]
    return {figure.field: figure for figure in compared(names, summaries).figures}


@given(st.lists(st.integers(0, 10**12).map(lambda x: x / 10**6), min_size=2, max_size=5))
def test_differences_are_those_from_the_first_run_and_take_the_values_back_to_it(imports):
    found = figures(*map(a_summary, imports))["energy_kwh.import"]
    assert found.values == tuple(imports)
    assert found.differences[0] == 0
    for value, difference, relative in zip(found.values, found.differences, found.relative, strict=True):
        assert value - difference == pytest.approx(imports[0], abs=1e-6)
        if imports[0]:
            assert relative * imports[0] == pytest.approx(difference, rel=1e-3, abs=1e-6 * imports[0])
        else:
            assert relative is None


def test_two_runs_by_hand():
    found = figures(a_summary(3.0, battery=1.0), a_summary(2.4, self_consumption=0.62))
    imported = found["energy_kwh.import"]
    assert (imported.label, imported.unit) == ("import", "kWh")
    assert (imported.differences, imported.relative) == ((0, -0.6), (0, -0.2))
    share = found["self_consumption"]
    assert (share.differences, share.relative) == ((0, 0.12), (None, None))  # points, not a share of a share
    battery = found["energy_kwh.battery_charge"]
    assert (battery.values, battery.differences) == ((1.0, None), (0, None))


def test_what_no_run_has_is_left_out():
    assert {"self_sufficiency", "energy_kwh.curtailed", "generation_multiple"}.isdisjoint(figures(a_summary(1)))
    assert "generation_multiple" in figures(a_summary(1), a_summary(1, multiple=0.5))


def test_several_meters_are_compared_by_the_peaks_of_all():
    of_all = Peaks(7, 7, 7, 7, 7, 7)
    both = figures(a_summary(1, of_all=of_all), a_summary(1, of_all=of_all))
    assert "peak_of_all_kw.import_15min" in both
    assert not any(field.startswith("peak_kw") for field in both)
    one = figures(a_summary(1, of_all=of_all), a_summary(1))
    assert one["peak_kw.import"].values == (1, 1)


def a_bill(currency="EUR", **more):
    return Money(300.0, 10.0, 0.0, 20.0, 290.0, currency=currency, **more)


def test_money_is_compared_in_one_currency():
    plain = a_summary(1)
    one, two = (msgspec.structs.replace(plain, money=a_bill(saving=saving)) for saving in (30.0, 33.0))
    found = figures(one, two)
    assert (found["money.saving"].differences, found["money.saving"].unit) == ((0, 3.0), "EUR")
    assert found["money.total"].values == (290.0, 290.0)
    assert "money.demand" not in found  # nobody pays one
    assert figures(one, plain)["money.total"].values == (290.0, None)
    francs = msgspec.structs.replace(plain, money=a_bill("CHF"))
    assert not any(field.startswith("money") for field in figures(one, francs))


def test_emissions_and_the_payback_time_are_compared():
    saving = a_bill(saving_per_year=900.0, payback_years=12.5, npv=-100.0)
    summary = msgspec.structs.replace(a_summary(1), money=saving, emissions=Emissions(300.0, 9.0, saving_kg=70.0))
    found = figures(summary, summary)
    assert (found["money.payback_years"].values, found["money.payback_years"].unit) == ((12.5, 12.5), "years")
    assert (found["emissions.saving_kg"].values, found["emissions.saving_kg"].unit) == ((70.0, 70.0), "kg")


def test_every_energy_share_and_peak_of_a_summary_is_compared():
    full = Energies(*(1.0,) * 10)
    peaks = Peaks(*(1.0 for _ in Peaks.__struct_fields__))
    summary = Summary(9, 1, full, 0.5, 0.5, 0.5, peaks, hours_with_export=1, battery=BatteryUse(5, *(1.0,) * 12))
    names = set(figures(summary))
    assert {f"energy_kwh.{name}" for name in msgspec.to_builtins(full)} <= names
    assert {f"peak_kw.{name}" for name in msgspec.to_builtins(peaks)} <= names
    assert {"self_consumption", "self_sufficiency", "generation_multiple", "hours_with_export"} <= names
    named = {name.partition(".")[2] for name in names if name.startswith("battery.")}
    assert named == set(BatteryUse.__struct_fields__) - {
        "capacity_kwh", "stored_start_kwh", "stored_end_kwh",
        "standby_kwh", "no_load_kwh", "conversion_kwh",  # what losses_kwh consists of
    }  # fmt: skip
