import pytest

from pvsim.core.tables import find_layout
from pvsim.errors import BadInputError

ROWS = [f"2024-06-21 {hour:02}:00,0.5\n" for hour in range(9)]


def found(*lines):
    return find_layout([line if line.endswith("\n") else line + "\n" for line in lines], "f.csv")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_between_times_and_values(mark):
    layout = found("time,kw,note".replace(",", mark), *(row.replace(",", mark) for row in ROWS))
    assert (layout.delimiter, layout.names, layout.header_line, layout.data_line) == (
        mark,
        ("time", "kw", "note"),
        1,
        2,
    )
    assert layout.times == (0,)


def test_other_marks_in_cells_do_not_deceive():
    layout = found("time;kw, net|gross", *(row.replace(",", ";").replace(".", ",") for row in ROWS))
    assert (layout.delimiter, layout.names) == (";", ("time", "kw, net|gross"))


@pytest.mark.parametrize(
    ("preamble", "lines"),
    [
        (["Name,X", "Address: 1 Street", "", ",,,"], 2),
        (["# a comment", "# time,of,day"], 2),
        (["Exported;21.06.2024 12:00", "From;2024-06-01", "To;2024-06-30"], 3),
        (["latitude,longitude", "48.14,11.58", ""], 2),
        (["latitude,timezone", "48.14,GMT"], 2),
        (['"a note, quoted', 'over two lines"', "x"], 2),
    ],
)
def test_lines_before_the_header(preamble, lines):
    layout = found(*preamble, "time,kw", *ROWS)
    assert layout.names == ("time", "kw")
    assert (layout.header_line, layout.data_line) == (len(preamble) + 1, len(preamble) + 2)
    assert len(layout.preamble) == lines


def test_a_line_that_says_the_delimiter():
    layout = found("SEP=#", "time#kw", "2024-06-21 12:00#1")
    assert (layout.delimiter, layout.names, layout.header_line) == ("#", ("time", "kw"), 2)


@pytest.mark.parametrize(
    ("units", "labels"),
    [
        ("[dd.MM.yyyy HH:mm],[W]", ("time", "power [W]")),
        (",kW", ("time", "power [kW]")),
        ("yyyy-MM-dd HH:mm:ss,(kWh)", ("time", "power [kWh]")),
    ],
)
def test_a_row_of_units(units, labels):
    layout = found("time,power", units, *ROWS)
    assert layout.labels == labels
    assert layout.names == ("time", "power")
    assert (layout.header_line, layout.data_line) == (1, 3)


def test_units_without_a_header_above_are_the_header():
    assert found(",kW", *ROWS).names == ("", "kW")
    assert found("time,kW", *ROWS).labels == ("time", "kW")


def test_a_header_of_several_rows():
    layout = found(
        "Plant,X,Y", "1,2,3", ",Yield,Power", ",Counter,", "HH:mm,kWh,kW", *(r[:-1] + ",1" for r in ROWS)
    )
    assert layout.labels == ("", "Yield Counter [kWh]", "Power [kW]")
    assert (layout.header_line, layout.data_line) == (4, 6)
    assert [line for line, _ in layout.preamble] == [1, 2]


def test_a_name_over_two_lines_is_one():
    layout = found('time,"power\n[kW]"', *ROWS)
    assert layout.names == ("time", "power [kW]")


@pytest.mark.parametrize("first", ["2024-06-2x 00:00,1", "2024-06-21,1", "00,1", "noon,1"])
def test_a_damaged_first_row_is_data(first):
    layout = found("time,kw", first, *ROWS)
    assert (layout.header_line, layout.data_line) == (1, 2)


def test_numbers_as_names_and_damaged_rows_are_told_apart():
    assert found("time,2023", *ROWS).names == ("time", "2023")
    assert found("Kunde,Berg", "Zeit,2023", *ROWS).names == ("Zeit", "2023")
    assert found("time,kw", "# a note", "x", *ROWS).header_line == 3


def test_a_header_in_a_comment():
    assert found("# time,kw", *ROWS).names == ("time", "kw")
    assert found("# a note", *ROWS).header_line == 0


def test_no_header():
    layout = found(*ROWS)
    assert (layout.header_line, layout.data_line, layout.names, layout.times) == (0, 1, (), (0,))


@pytest.mark.parametrize(
    ("header", "row", "times"),
    [
        ("id,Date,Start Time,kWh", "5,06/21/2024,12:00:00 AM,1", (1, 2)),
        ("Date,kWh,Time", "2024-06-21,1,12:00", (0, 2)),
        ("kWh,Start,End", "1,2024-06-21 12:00,2024-06-21 13:00", (1,)),
        ("Date,kWh", "2024-06-21,1", (0,)),
        ("epoch,kW", "1718928000,1", (0,)),
        ("time_of_day,pv_kw", "12:00,1", (0,)),
        ("Date,kWh", "2024-06-21,1,12:00", (0,)),
    ],
)
def test_the_columns_of_times(header, row, times):
    assert found(header, row).times == times


@pytest.mark.parametrize(
    ("lines", "header_line", "names"),
    [
        (["Source,ID", "PSM,7", "Year,Month,Day,Hour", "2023,1,1,0"], 3, ("Year", "Month", "Day", "Hour")),
        (["# note", "a;b", "1;2"], 2, ("a", "b")),
        (["time,ghi"], 1, ("time", "ghi")),
        (["words only"], 1, ("words only",)),
        ([], 0, ()),
        (["", " "], 0, ()),
        (["# a"], 0, ()),
    ],
)
def test_a_text_without_times(lines, header_line, names):
    layout = found(*lines)
    assert (layout.header_line, layout.names) == (header_line, names)


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (['time,"kw', *ROWS], 1),
        (["Name,X", '"time,kw', *ROWS], 2),
        (["time,kw", 'x,"' + "1" * 140_000, "2"], 2),
    ],
)
def test_an_open_quote_before_the_data_is_refused(lines, line):
    with pytest.raises(BadInputError, match="a quote is opened and not closed") as caught:
        found(*lines)
    assert caught.value.where == f"f.csv:{line}"
    assert caught.value.fix


@pytest.mark.parametrize("rows", [ROWS, ["a,b"] * 100])
def test_a_name_that_nobody_would_write_is_refused(rows):
    with pytest.raises(BadInputError, match="the header has a name of") as caught:
        found('time,"' + "power " * 60, '"', *rows)
    assert caught.value.where == "f.csv:1"
