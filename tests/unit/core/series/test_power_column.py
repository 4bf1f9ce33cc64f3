"""Which columns may hold the power that is wanted, whatever their order and what stands beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.quantities.types import MeterRange
from pvsim.core.series.headers import heading_of
from pvsim.core.series.power_column import candidates
from pvsim.core.series.types import SeriesOptions

METER, PV = ["meter_kw", "Verbrauch (kWh)", "load (W)"], ["pv_kw", "Erzeugung [kWh]", "AC yield (Wh)"]
OTHERS = ["price (ct/kWh)", "temperature", "reactive power (kvar)", "irradiance (W/m²)", "humidity", "status"]
NET = SeriesOptions(meter_range=MeterRange.up_to(9_000, grid=True))


def fitting(names, quantity="meter", options=None, **said):
    """The names of the columns that would be taken."""
    found = candidates(
        [heading_of(name) for name in names], range(len(names)), options or SeriesOptions(**said), quantity
    )
    return [names[i] for i in found]


@given(
    own=st.sampled_from([*((name, "meter") for name in METER), *((name, "pv") for name in PV)]),
    others=st.lists(st.sampled_from(OTHERS), unique=True), data=st.data(),
)  # fmt: skip
def test_one_column_of_its_name_is_taken_wherever_it_stands(own, others, data):
    name, quantity = own
    names = data.draw(st.permutations([name, *others]))
    assert fitting(names, quantity) == [name]
    if quantity == "pv":
        assert fitting(names) == []  # a meter takes no column of PV for want of another


@given(st.permutations([*METER[:1], *PV[:1], "net_kw", "battery_kw", *OTHERS]))
def test_meter_and_pv_are_told_apart_in_any_order(names):
    assert fitting(names) == ["meter_kw"]
    assert fitting(names, "pv") == ["pv_kw"]
    assert sorted(fitting(names, options=NET)) == ["meter_kw", "net_kw"]


@pytest.mark.parametrize(
    ("names", "quantity", "options", "found"),
    [
        (["Active power(kW)", "Reactive power(kvar)", "Total yield(kWh)"], "pv", {}, ["Active power(kW)"]),
        (["Plant/Total Active Power(W)", "Plant/Daily Yield(Wh)"], "pv", {}, ["Plant/Total Active Power(W)"]),
        (["Peak demand (kW)", "Usage (kWh)"], "meter", {}, ["Usage (kWh)"]),
        (["load min (W)", "load (W)", "load max (W)"], "meter", {}, ["load (W)"]),
        (["installed capacity (kW)", "output (kW)"], "pv", {}, ["output (kW)"]),
        (["kW per min"], "meter", {}, ["kW per min"]),
        (["inverter", "power"], "pv", {"unit": "kW"}, ["power"]),
        (["meter", "pv"], "meter", {"unit": "W"}, ["meter"]),
        (["meter"], "meter", {"unit": "W"}, ["meter"]),
        (["Einspeisung (kWh)"], "pv", {}, ["Einspeisung (kWh)"]),
        (["load (kW)", "load (kWh)"], "meter", {}, ["load (kW)"]),
        (["load (kW)", "load (kWh)"], "meter", {"kind": "counter"}, ["load (kWh)"]),
        (["load (kWh)", "meter reading (kWh)"], "meter", {"kind": "counter"}, ["meter reading (kWh)"]),
        (["load_1 (kW)", "load_2 (kW)"], "meter", {}, ["load_1 (kW)", "load_2 (kW)"]),
        (["value"], "meter", {}, ["value"]),
        (["Einspeisung (kWh)"], "meter", {}, []),
        (["pv_kw"], "meter", {}, []),
        (["L1 max W"], "meter", {}, []),
        (["Meter", "Value"], "meter", {"unit": "kW"}, []),
        (["volts", "amps"], "meter", {}, []),
    ],
)
def test_columns_by_hand(names, quantity, options, found):
    assert fitting(names, quantity, **options) == found
