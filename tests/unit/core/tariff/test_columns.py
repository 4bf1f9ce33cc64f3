import pytest

from pvsim.core.site.tariff import DataSeries
from pvsim.core.tables import find_layout
from pvsim.core.tariff.columns import choose_value_columns
from pvsim.errors import BadInputError

SMARD = "Datum von;Datum bis;DE/LU [€/MWh] Originalauflösungen;Dänemark 1 [€/MWh] Originalauflösungen"
ENTSOE = '"MTU (UTC)","Area","Sequence","Day-ahead Price (EUR/MWh)","Intraday Period (UTC)"'
ENTSOE_ROW = '"21/06/2024 00:00 - 21/06/2024 01:00","BZN|DE-LU","Without Sequence",50.25,""'


def choose(header, row, quantity="price", **said):
    layout = find_layout([f"{header}\n", f"{row}\n", f"{row}\n"], "f.csv")
    series = DataSeries("f.csv", **said)
    return choose_value_columns(
        layout, series, quantity, currency="EUR" if quantity == "price" else "", setting="tariff.s", source="f.csv"
    )


@pytest.mark.parametrize(
    ("header", "row", "said", "found"),
    [
        (ENTSOE, ENTSOE_ROW, {}, ("Day-ahead Price (EUR/MWh)", 10**6, "header")),
        ("time,price,level", "2024-06-21 00:00,30,2", {"unit": "ct/kWh"}, ("price", 10**7, "site file")),
        ("startsAt,total", "2024-06-21T00:00+02:00,0.3", {"unit": "EUR/kWh"}, ("total", 10**9, "site file")),
        ("t,a EUR/kWh,b", "2024-06-21 00:00,1,2", {"column": "b", "unit": "EUR/MWh"}, ("b", 10**6, "site file")),
        ("t,price EUR/MWh", "2024-06-21 00:00,1", {"unit": "EUR/MWh"}, ("price EUR/MWh", 10**6, "site file")),
    ],
)
def test_the_column_and_its_unit(header, row, said, found):
    columns = choose(header, row, **said)
    assert (columns.name, columns.unit.nano_per_kwh, columns.unit_from) == found


def test_columns_of_the_same_quantity_are_told():
    columns = choose(SMARD, "21.06.2024 00:00;21.06.2024 01:00;50,25;40,1", column=SMARD.split(";")[2])
    assert columns.ignored == (SMARD.split(";")[3],)
    assert (columns.times.places, columns.times.end, columns.times.stamp) == ((0,), 1, "start")


def test_emissions_have_units_of_their_own():
    columns = choose("time,g CO2eq/kWh,price EUR/MWh", "2024-06-21 00:00,380,50", quantity="co2")
    assert (columns.value, columns.unit.nano_per_kwh) == (1, 10**6)


@pytest.mark.parametrize(
    ("header", "row", "said", "what", "fix"),
    [
        (
            "2024-06-21 00:00,1",
            "2024-06-21 01:00,1",
            {},
            "the file has no header line",
            "add a first line such as time",
        ),
        (
            SMARD,
            "21.06.2024 00:00;21.06.2024 01:00;50,25;40,1",
            {},
            "several columns would fit",
            'column = "DE/LU',
        ),
        ("t,a,b", "2024-06-21 00:00,1,2", {}, "several columns would fit: 'a', 'b'", 'column = "a"'),
        (
            "t,p",
            "2024-06-21 00:00,1",
            {},
            "the unit of column 'p' cannot be told",
            'write unit = "EUR/MWh" under [t',
        ),
        (
            "t,p",
            "2024-06-21 00:00,1",
            {"column": "q"},
            "no column is called 'q'; the columns are 't', 'p'",
            "correct",
        ),
        (
            "t,p,p",
            "2024-06-21 00:00,1,1",
            {"column": "p"},
            "several columns are called 'p'",
            "correct column under",
        ),
        (
            "t",
            "2024-06-21 00:00",
            {},
            "there is no column of values beside the times",
            "give a file with times and v",
        ),
        ("t,p GBP/kWh", "2024-06-21 00:00,1", {}, "is in GBP/kWh, the tariff in EUR", "tariff.currency to GBP"),
        (
            "t,p EUR/MWh",
            "2024-06-21 00:00,1",
            {"unit": "ct/kWh"},
            "the header says EUR/MWh, but tariff.s.unit says ct/kWh",
            "leave out unit under [tariff.s]",
        ),
        ("time,date,p", "a,b,1", {}, "several columns would fit: 'time', 'date'", "leave one of them in the file"),
    ],
)
def test_what_means_two_things_is_refused(header, row, said, what, fix):
    with pytest.raises(BadInputError) as caught:
        choose(header, row, **said)
    assert what in caught.value.what
    assert fix in caught.value.fix
    assert caught.value.where == "f.csv:1"
