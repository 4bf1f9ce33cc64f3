"""Each way of writing a table, for each reader: meter, PV, weather, and the table of `pvsim fit`."""

import gzip
import re
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pvsim.adapters.tables.curves import read_curve
from pvsim.adapters.tables.series_csv import read_samples, read_series
from pvsim.adapters.tables.weather_files import read_weather
from pvsim.core.series import LocalDays, SeriesOptions
from pvsim.core.site.schema import FileWeather
from pvsim.errors import BadInputError

CASES = Path(__file__).parents[2] / "data" / "cases"
DAY = LocalDays(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin"))


def power(quantity):
    return lambda path: read_samples(path, SeriesOptions(), quantity=quantity).values.tolist()


def light(path):
    series = read_weather(FileWeather(path=str(path)))
    return [series.ghi.tolist(), series.dhi.tolist(), series.dni.tolist()]


def curve(path):
    return [part.tolist() for part in read_curve(path)]


def table(header, row, values):
    return header + "\n" + "".join(row(i, value) + "\n" for i, value in enumerate(values))


VALUES = [0.5, 950, 0, 1250.5, 870.25, 1001]
TABLES = {
    "meter": (
        power("meter"),
        table("time,load_w", lambda i, value: f"2024-06-21 {i:02}:00,{value}", VALUES),
    ),
    "pv": (
        power("pv"),
        table("time,ac_w", lambda i, value: f"2024-06-21 {i:02}:00,{value}", VALUES),
    ),
    "weather": (
        light,
        table("time,ghi,dhi,dni", lambda i, value: f"2024-06-21 {i:02}:00,{value},{value / 2},5", VALUES),
    ),
    "fit": (
        curve,
        table("time_of_day,pv_kw", lambda i, value: f"{[0, 5, 8, 12, 18, 24][i]:02}:00,{value}", VALUES),
    ),
}


def numbers(text, rewrite):
    """The text with each value after the first cell of a row rewritten."""
    header, *rows = text.splitlines()
    cells = [row.split(",") for row in rows]
    return "\n".join([header, *(",".join([row[0], *map(rewrite, row[1:])]) for row in cells)]) + "\n"


def comma(cell):
    return cell.replace(".", ",")


def grouped(mark, decimal="."):
    return lambda cell: f"{float(cell):,.3f}".translate(str.maketrans({",": mark, ".": decimal}))


def semicolons(text, rewrite=comma):
    return numbers(text, lambda cell: cell).replace(",", ";") if rewrite is None else _semicolons(text, rewrite)


def _semicolons(text, rewrite):
    header, *rows = text.splitlines()
    lines = [";".join([row.split(",")[0], *map(rewrite, row.split(",")[1:])]) for row in rows]
    return "\n".join([header.replace(",", ";"), *lines]) + "\n"


READ = {
    "plain": lambda text: text,
    "byte order mark": lambda text: "\ufeff" + text,
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 big end first": lambda text: ("\ufeff" + text).encode("utf-16-be"),
    "gzip": lambda text: gzip.compress(text.encode()),
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "cr": lambda text: text.replace("\n", "\r"),
    "no last end of line": lambda text: text.rstrip("\n"),
    "blank lines": lambda text: text.replace("\n", "\n\n"),
    "tabs": lambda text: text.replace(",", "\t"),
    "pipes": lambda text: text.replace(",", "|"),
    "blanks around": lambda text: text.replace(",", " , "),
    "quotes": lambda text: re.sub(r"[^,\n]+", r'"\g<0>"', text),
    "sep=": lambda text: "sep=;\n" + semicolons(text),
    '"sep=,"': lambda text: '"sep=,"\n' + text,
    "a preamble": lambda text: "House 1\nAddress,1 Street\n\nUnit: see below\n" + text,
    "comments": lambda text: "# house 1\n#,,\n" + text,
    "a padded preamble": lambda text: "House 1,,\n,,\nFrom,2024-06-21,\n" + text.replace("\n", ",\n"),
    "byte 0x85 in a comment": lambda text: "# \x85 x\n" + text,
    "an empty last cell": lambda text: text.replace("\n", ",\n"),
    "an empty last cell below the header": lambda text: text.replace("\n", ",\n").replace(",\n", "\n", 1),
    "an empty last name": lambda text: text.replace("\n", ",\n", 1),
    "semicolons, decimal comma": semicolons,
    "thousands points, decimal comma": lambda text: semicolons(text, grouped(".", ",")),
    "thousands blanks": lambda text: semicolons(text, grouped(" ", ",")),
    "thousands narrow blanks": lambda text: semicolons(text, grouped("\u202f", ",")),
    "thousands no-break blanks": lambda text: semicolons(text, grouped("\u00a0")),
    "thousands apostrophes": lambda text: numbers(text, grouped("'")),
    "thousands commas in quotes": lambda text: numbers(text, lambda cell: f'"{grouped(",")(cell)}"'),
    "exponents": lambda text: numbers(text, lambda cell: f"{float(cell):.6e}"),
    "plus signs": lambda text: numbers(text, lambda cell: f"+{cell}"),
}


@pytest.mark.parametrize("reader", TABLES)
@pytest.mark.parametrize("dialect", READ)
def test_a_table_says_the_same_in_each_dialect(tmp_path, reader, dialect):
    read, text = TABLES[reader]
    plain, other = tmp_path / "plain.csv", tmp_path / "other.csv"
    plain.write_text(text)
    written = READ[dialect](text)
    other.write_bytes(written if isinstance(written, bytes) else written.encode())
    assert read(other) == read(plain)


REFUSED = {
    "decimal comma in a comma file": (lambda text: numbers(text, comma), "cells, the header (line 1) names"),
    "a cell more": (lambda text: text.replace("950", "950,1"), "cells, the header (line 1) names"),
    "a cell less": (lambda text: re.sub(r",950.*", "", text), "cell(s) only, the header (line 1) names"),
    "an open quote": (lambda text: text.replace(",950", ',"950'), "a quote is opened and not closed"),
    "an open quote in the header": (lambda text: text.replace(",", ',"', 1), "a quote is opened and not closed"),
    "text after a quote": (lambda text: text.replace(",950", ',"950"x'), "a quote is closed within a cell"),
    "thousands points": (
        lambda text: semicolons(numbers(text.replace("1001", "901"), lambda c: "1.250" if "." in c else c), str),
        "a thousands point or a decimal point",
    ),
    "thousands points in a tab file": (
        lambda text: numbers(text.replace("1001", "901"), lambda c: "1.250" if "." in c else c).replace(",", "\t"),
        "a thousands point or a decimal point",
    ),
    "two forms": (lambda text: semicolons(text).replace("950", "950.25"), "not a number with a decimal comma"),
    "infinite": (lambda text: text.replace(",950", ",inf"), "'inf', which is not a number"),
    "a digit of another script": (lambda text: text.replace(",950", ",\uff19"), "which is not a number"),
    "an underscore": (lambda text: text.replace(",950", ",9_5"), "'9_5', which is not a number"),
    "latin-1": (lambda text: text.encode().replace(b",950", b",95\xb0"), "not UTF-8 text|which is not a number"),
    "utf-16 without a mark": (lambda text: text.encode("utf-16-le"), "UTF-16-LE text without a byte order mark"),
    "NUL": (lambda text: text.replace("950", "9\x0050"), "a NUL byte"),
    "an Excel workbook": (lambda _: b"PK\x03\x04\0\0xl/workbook.xml", "an Excel workbook (.xlsx), not a CSV file"),
    "gzip cut off": (lambda text: gzip.compress(text.encode())[:-9], "the gzip data is damaged or cut off"),
}


@pytest.mark.parametrize("reader", TABLES)
@pytest.mark.parametrize("fault", REFUSED)
def test_what_a_table_cannot_mean_is_refused(tmp_path, reader, fault):
    read, text = TABLES[reader]
    change, says = REFUSED[fault]
    path, changed = tmp_path / "x.csv", change(text)
    path.write_bytes(changed if isinstance(changed, bytes) else changed.encode())
    with pytest.raises(BadInputError) as caught:
        read(path)
    assert any(words in caught.value.what for words in says.split("|"))
    assert caught.value.where.startswith(str(path))
    assert caught.value.fix


@pytest.mark.parametrize(
    ("name", "quantity", "kwh", "says"),
    [
        ("07-cr-line-ends", "meter", 12.0, "24 rows"),
        ("08-lines-before-header", "pv", 22.9168, "'Power Analog' as power in kW (by units row)"),
        (
            "08-lines-before-header",
            "pv",
            22.9168,
            "header in line 8, decimal comma",
        ),
        ("08-sep-line", "pv", 22.9168, "header in line 2"),
        ("08-units-row", "pv", 22.9168, "'PV Produktion' as power in W (by units row)"),
        ("08-units-row", "meter", 9.6, "'Verbrauch' as power in W (by units row)"),
        ("08-utf16", "meter", 12.0, "96 rows"),
        ("24-trailing-comma", "meter", 30.0, "96 rows"),
    ],
)
def test_files_that_people_have(name, quantity, kwh, says):
    series = read_series(CASES / f"{name}.csv", SeriesOptions(), quantity=quantity, run=DAY)
    assert series.power_dw(DAY.seconds()[0], 86_400).sum() / 3.6e7 == pytest.approx(kwh, abs=1e-4)
    assert says in series.findings.reading.line()


def test_thousands_points_are_read_where_the_user_says_so():
    options = SeriesOptions(decimal="comma")
    series = read_series(CASES / "06-thousands.csv", options, quantity="meter", run=DAY)
    assert series.power_dw(DAY.seconds()[0], 86_400).sum() / 3.6e7 == pytest.approx(26.4)


@pytest.mark.parametrize(
    ("name", "line", "says"),
    [
        ("06-thousands", 14, "'1.250', which may be 1250 or 1.250: a thousands point or a decimal point"),
        ("24-extra-cells", 2, "3 cells, the header (line 1) names 2"),
    ],
)
def test_files_that_mean_two_things(name, line, says):
    for quantity in ("meter", "pv"):
        with pytest.raises(BadInputError) as caught:
            read_series(CASES / f"{name}.csv", SeriesOptions(), quantity=quantity, run=DAY)
        assert says in caught.value.what
        assert caught.value.where.endswith(f"{name}.csv:{line}")
