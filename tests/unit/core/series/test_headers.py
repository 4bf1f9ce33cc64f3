"""What headers say, by hand from files that people have."""

import pytest

from pvsim.core.series.headers import heading_of


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("meter_kw", "kW"),
        ("Power (W)", "W"),
        ("P [kW] total", "kW"),
        ("power watts", "W"),
        ("power_w_l1", "W"),
        ("gridPowerW", "W"),
        ("Leistung in kW", "kW"),
        ("P_MW", "MW"),
        ("load_mw", "MW"),
        ("Current power (W)", "W"),
        ("Load w/o PV [kW]", "kW"),
        ("kWh/h", "kW"),
        ("Consumption (kWh)", "kWh"),
        ("energy_kwh", "kWh"),
        ("totalKWh", "kWh"),
        ("loadkWh", "kWh"),
        ("KWH/hh (per half hour) ", "kWh"),
        ("kWh/15min", "kWh"),
        ("Energy (kilowatt-hours)", "kWh"),
        ("Megawatt hours", "MWh"),
        ("Watt hours", "Wh"),
        ("Wirkarbeit kW·h", "kWh"),
        ("Verbrauch [kW h]", "kWh"),
        ("sub1_kitchen_wh", "Wh"),
        ("Amount (kWh)", "kWh"),
        ("Stromverbrauch in kWh", "kWh"),
        ("Consumption [kWh] (estimated)", "kWh"),
        ("H0-A_pload", None),
        ("PV1", None),
        ("power_mW", None),
        ("power kW / energy kWh", None),
        ("energy (MJ)", None),
        ("123", None),
    ],
)
def test_units_of_powers_and_energies(header, unit):
    heading = heading_of(header)
    assert (heading.unit, heading.other) == (unit, False)
    assert heading.energy == ((unit is not None and unit.endswith("h")) or header == "energy (MJ)")


@pytest.mark.parametrize(
    "header",
    [
        "Estimated Cost Inc. Tax (p)",
        "Standing Charge Inc. Tax (p)",
        "Rate (p/kWh)",
        "ct/kWh",
        "EUR/MWh",
        "price_eur_per_kwh",
        "price per kWh",
        "Betrag €",
        "cost_gbp",
        "Stromkosten",
        "Preis pro kWh",
        "$",
        "SOC (%)",
        "battery_soc_kwh",
        "Temp (°C)",
        "Außentemperatur",
        "U [V]",
        "voltage_v",
        "I [A]",
        "current_a",
        "Frequency",
        "f [Hz]",
        "Power Factor",
        "cos phi",
        "q_kvar",
        "Reactive power",
        "S (kVA)",
        "Blindleistung",
        "W/m²",
        "GHI (W/m^2)",
        "ghi_w_m2",
        "poa_kwh_m2",
        "kWh/kWp",
        "kWh pro Tag",
        "Start",
        "End",
    ],
)
def test_money_weather_and_other_electric_quantities_are_no_power(header):
    heading = heading_of(header)
    assert heading.other
    assert not heading.quantity


def test_a_header_without_unit_may_still_name_a_power_or_an_energy():
    assert heading_of("activePower").quantity
    assert not heading_of("activePower").energy
    assert heading_of("current power").quantity
    assert heading_of("Energy").energy
    assert not heading_of("house").quantity
