import numpy as np
import pytest

from pvsim.core.series import SeriesOptions, choose_columns, to_watts
from pvsim.core.series.columns import Columns, unit_of
from pvsim.errors import BadInputError

SAMPLES_CSV = "timestamp,meter_kw,pv_kw,net_kw"
SIMBENCH = "time,G0-A_pload,H0-A_pload,PV1"
UCI = "local_time,global_active_power_kw,global_reactive_power_kvar,voltage_v,sub1_kitchen_wh"


def choose(header, quantity="meter", **options):
    return choose_columns(header.split(","), SeriesOptions(**options), quantity=quantity, source="house.csv")


@pytest.mark.parametrize(
    ("header", "quantity", "options", "expected"),
    [
        (SAMPLES_CSV, "meter", {}, Columns(0, 1, "meter_kw", "kW")),
        (SAMPLES_CSV, "pv", {}, Columns(0, 2, "pv_kw", "kW")),
        ("timestamp,meter,meter_kw,pv_kw,net_kw", "meter", {}, Columns(0, 2, "meter_kw", "kW")),
        (UCI, "meter", {}, Columns(0, 1, "global_active_power_kw", "kW")),
        ("power_w,zeit", "meter", {}, Columns(1, 0, "power_w", "W")),
        ("t,P [kW],U [V]", "pv", {}, Columns(0, 1, "P [kW]", "kW")),
        ("t,house", "meter", {"unit": "W"}, Columns(0, 1, "house", "W")),
        ("measured_on,ac_power__752", "pv", {"unit": "W"}, Columns(0, 1, "ac_power__752", "W")),
        (SIMBENCH, "meter", {"column": "H0-A_pload", "unit": "kW"}, Columns(0, 2, "H0-A_pload", "kW")),
        ("utc_time,local_time,kw", "meter", {"time_column": "local_time"}, Columns(1, 2, "kw", "kW")),
        ("a,b,c_kw", "meter", {"time_column": "b", "unit": "W"}, Columns(1, 2, "c_kw", "W")),
    ],
)
def test_columns_are_found_by_header_or_option(header, quantity, options, expected):
    found = choose(header, quantity, **options)
    assert (found.time, found.power, found.name, found.unit) == (
        expected.time,
        expected.power,
        expected.name,
        expected.unit,
    )
    assert found.unit_from == ("option" if "unit" in options else "header")


def test_other_columns_of_power_or_energy_are_named():
    assert choose(UCI).ignored == ("global_reactive_power_kvar", "sub1_kitchen_wh")
    assert choose(SAMPLES_CSV).ignored == ("pv_kw", "net_kw")


@pytest.mark.parametrize(
    ("header", "quantity", "options", "what", "fix"),
    [
        (
            SIMBENCH,
            "meter",
            {},
            "several columns would fit: 'G0-A_pload', 'H0-A_pload'",
            "choose one, for example --meter-column G0-A_pload",
        ),
        (
            "time,P 1 [kW],P 2 [kW]",
            "pv",
            {},
            "several columns would fit: 'P 1 [kW]', 'P 2 [kW]'",
            "choose one, for example --pv-column 'P 1 [kW]'",
        ),
        (
            "utc_time,local_time,kw",
            "pv",
            {},
            "several columns would fit: 'utc_time', 'local_time'",
            "choose one, for example --pv-time-column utc_time",
        ),
        (
            "time,volts,amps",
            "meter",
            {},
            "no column looks like meter power; the columns are 'time', 'volts', 'amps'",
            "name one with --meter-column NAME",
        ),
        (
            UCI,
            "meter",
            {"column": "power"},
            "no column is called 'power'; the columns are 'local_time', ",
            "pass --meter-column with",
        ),
        (
            "time,kw,kw",
            "meter",
            {"column": "kw"},
            "2 columns are called 'kw'; the columns are 'time', 'kw', 'kw'",
            "pass --meter-column with",
        ),
        (
            "time,kw",
            "pv",
            {"time_column": "t"},
            "no column is called 't'; the columns are 'time', 'kw'",
            "pass --pv-time-column with",
        ),
        (
            "measured_on,ac_power__752",
            "pv",
            {},
            "the unit of column 'ac_power__752' cannot be told from its header",
            "pass --pv-unit W or --pv-unit kW",
        ),
        (
            "2024-06-21 00:00,0.35",
            "meter",
            {},
            "the file has no header line",
            "put a first line such as timestamp,meter_kw before the data",
        ),
    ],
)
def test_what_cannot_be_told_is_asked_for_with_the_option_to_type(header, quantity, options, what, fix):
    with pytest.raises(BadInputError) as caught:
        choose(header, quantity, **options)
    assert caught.value.what.startswith(what)
    assert caught.value.where == "house.csv:1"
    assert caught.value.fix.startswith(fix)


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("meter_kw", "kW"),
        ("Power (W)", "W"),
        ("P [kW] total", "kW"),
        ("power watts", "W"),
        ("energy_kwh", None),
        ("q_kvar", None),
        ("123", None),
    ],
)
def test_units_of_headers(header, unit):
    assert unit_of(header) == unit


def watts(most, unit, quantity, options):
    columns = Columns(0, 1, "power", unit)
    power = np.array([0.0, most, np.nan])
    return to_watts(power, columns, options=SeriesOptions(**options), quantity=quantity, where="house.csv:7")


@pytest.mark.parametrize(
    ("most", "unit", "quantity", "options", "expected"),
    [
        (50, "W", "meter", {}, 50),
        (1000, "kW", "meter", {}, 1e6),
        (0, "W", "meter", {}, 0),
        (4.2, "W", "pv", {"unit": "W"}, 4.2),
    ],
)
def test_powers_become_watts(most, unit, quantity, options, expected):
    np.testing.assert_array_equal(watts(most, unit, quantity, options), [0, expected, np.nan])


@pytest.mark.parametrize(
    ("most", "unit", "quantity", "other", "options"),
    [
        (9.272, "W", "meter", "kW", {}),
        (9.272, "W", "meter", "kW", {"unit": "W"}),
        (4.6, "W", "pv", "kW", {}),
        (4628.5, "kW", "pv", "W", {"unit": "kW"}),
        (1000.5, "kW", "meter", "W", {}),
    ],
)
def test_a_wrong_unit_shows_in_the_maximum(most, unit, quantity, other, options):
    with pytest.raises(BadInputError) as caught:
        watts(most, unit, quantity, options)
    assert caught.value.what == f"column 'power' looks like {other}: read as {unit}, its maximum is {most:g}"
    assert caught.value.where == "house.csv:7"
    assert caught.value.fix == f"pass --{quantity}-unit {other}"
