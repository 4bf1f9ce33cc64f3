import pytest

from pvsim.core.series import SeriesOptions, choose_columns
from pvsim.core.series.columns import Columns
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


@pytest.mark.parametrize(
    ("header", "quantity", "options"),
    [
        ("Zeit,Einspeisung (kWh)", "meter", {}),
        ("time,pv_kw", "meter", {}),
        ("time,L1 max W", "meter", {}),
        ("Meter,Time,Value", "meter", {"unit": "kW"}),
    ],
)
def test_the_opposite_a_maximum_or_a_number_is_not_taken_for_want_of_another(header, quantity, options):
    with pytest.raises(BadInputError) as caught:
        choose(header, quantity, **options)
    assert caught.value.what.startswith(f"no column looks like {quantity} power or energy")


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
            "choose one, for example `meter.column` G0-A_pload",
        ),
        (
            "time,P 1 [kW],P 2 [kW]",
            "pv",
            {},
            "several columns would fit: 'P 1 [kW]', 'P 2 [kW]'",
            "choose one, for example `pv.column` 'P 1 [kW]'",
        ),
        (
            "utc_time,local_time,kw",
            "pv",
            {},
            "several columns would fit: 'utc_time', 'local_time'",
            "choose one, for example `pv.time_column` utc_time",
        ),
        (
            "time,volts,amps",
            "meter",
            {},
            "no column looks like meter power or energy; the columns are 'time', 'volts', 'amps'",
            "name one with `meter.column` NAME",
        ),
        (
            "Date," + ",".join(f"{i // 2:02}:{i % 2 * 30:02}" for i in range(48)),
            "meter",
            {},
            "the table has a column for each time of day, '00:00' to '23:30'",
            "make a row of each: one column of times",
        ),
        (
            "Delivery day," + ",".join(f"Hour {i}" for i in (1, 2, "3A", "3B", *range(4, 25))),
            "meter",
            {"unit": "kWh"},
            "the table has a column for each time of day, 'Hour 1' to 'Hour 24'",
            "make a row of each: one column of times",
        ),
        (
            UCI,
            "meter",
            {"column": "power"},
            "no column is called 'power'; the columns are 'local_time', ",
            "pass `meter.column` with",
        ),
        (
            "time,kw,kw",
            "meter",
            {"column": "kw"},
            "2 columns are called 'kw'; the columns are 'time', 'kw', 'kw'",
            "pass `meter.column` with",
        ),
        (
            "time,kw",
            "pv",
            {"time_column": "t"},
            "no column is called 't'; the columns are 'time', 'kw'",
            "pass `pv.time_column` with",
        ),
        (
            "measured_on,ac_power__752",
            "pv",
            {},
            "the unit of column 'ac_power__752' cannot be told from its header",
            "pass `pv.unit` W, kW or MW (power), Wh, kWh or MWh (energy)",
        ),
        (
            "2024-06-21 00:00,0.35",
            "meter",
            {},
            "the file has no header line",
            "add a first line such as timestamp,meter_kw before the data",
        ),
    ],
)
def test_what_cannot_be_told_is_asked_for_with_the_option_to_type(header, quantity, options, what, fix):
    with pytest.raises(BadInputError) as caught:
        choose(header, quantity, **options)
    assert caught.value.what.startswith(what)
    assert caught.value.where == "house.csv:1"
    assert caught.value.fix.startswith(fix)
