import pytest

from pvsim.core.tables.cells import Look, holds_rows, is_missing, is_unit, look_of, start_of_period


@pytest.mark.parametrize(
    ("cells", "look"),
    [
        (["", " ", "\t"], Look.EMPTY),
        (["2024-06-21", "6/21/24", "21-Jun-2024", "2024/6/1"], Look.DATE),
        (["20240621", "21.06.2024"], Look.DATE | Look.NUMBER),
        (["12:00", "0:00", "24:00:00", "12:00:00 AM", "9:05 p.m.", "12:00 CEST"], Look.CLOCK),
        (
            [
                "2024-06-21T12:00:00+02:00",
                "2024-06-21 12:00",
                "21.06.2024 0:00",
                "2024-06-21T12:00:00.000Z",
                "06/21/2024 12:00 PM",
                "20240621:1210",
                "2024-06-21 12:00 Europe/Berlin",
                "2024-06-21 12:00 CEST",
                "2024-06-21T12",
            ],
            Look.MOMENT,
        ),
        (["1718928000", "1718928000.0", "1718928000000"], Look.MOMENT | Look.NUMBER),
        (["0", "-1.5", "+7", "1.250,5", "1 250", "1e3", ".5", "\u22125", "NaN", "-", "n/a"], Look.NUMBER),
        (["time", "2024", "H0-A", "12:0x", "kW", "Version 1.0"], None),
    ],
)
def test_what_cells_look_like(cells, look):
    for cell in cells:
        assert look_of(cell) == (look or (Look.NUMBER if cell.isdigit() else Look.WORDS)), cell


@pytest.mark.parametrize("text", ["", "-", "NaN", "N/A", "#N/A", "NULL", "?"])
def test_words_for_a_missing_value(text):
    assert is_missing(text)
    assert not is_missing(text + "0")


@pytest.mark.parametrize(
    "cell", ["W", "[kW]", "(kWh)", "°C", " W/m² ", "[dd.MM.yyyy HH:mm]", "yyyy-MM-dd", "%", "€"]
)
def test_units(cell):
    assert is_unit(cell)


@pytest.mark.parametrize("cell", ["Power", "time", "Zeit", "12", "[Verbrauch]", "", "s1"])
def test_no_units(cell):
    assert not is_unit(cell)


def test_a_quoted_cell_that_holds_rows():
    assert holds_rows(["1", "a\n2024-06-21 12:00,5\n"], ",")
    assert holds_rows(['x\n"12:00";5'], ";")
    assert not holds_rows(["two\nlines", "2024-06-21 12:00"], ",")
    assert not holds_rows(["2024-06-21 12:00\n"], ",")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2024-06-21T12:00:00/2024-06-21T13:00:00", "2024-06-21T12:00:00"),
        ("21.06.2024 12:00 - 21.06.2024 13:00", "21.06.2024 12:00"),
        ("27/10/2024 02:00:00 (CEST) - 27/10/2024 02:15:00 (CEST)", "27/10/2024 02:00:00 (CEST)"),
    ],
)
def test_periods_look_like_times_and_have_a_start(text, start):
    assert look_of(text) == Look.MOMENT
    assert start_of_period(text) == start
    assert start_of_period(start) == start
