"""Files of homes as people's programs write them, and what is wrong with one, by its line."""

import gzip

import pytest
from msgspec import UNSET, convert

from pvsim.adapters.tables.homes_csv import read_homes
from pvsim.core.site.schema import Site
from pvsim.errors import BadInputError

PLACE = {"latitude_deg": 48.14, "longitude_deg": 11.58, "tz": "Europe/Berlin"}
ROOF = {"tilt_deg": 30, "azimuth_deg": 180, "peak_kw": 8}
SITE = convert({"name": "s", "location": PLACE, "plants": [ROOF]}, Site)


def read(tmp_path, content):
    path = tmp_path / "homes.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_homes(path, SITE)


def refused(tmp_path, content):
    with pytest.raises(BadInputError) as caught:
        read(tmp_path, content)
    return caught.value


@pytest.mark.parametrize(
    "content",
    [
        "name,annual_kwh,pv_kw\nanna,4100.5,5.5\nbert,,\n",
        "sep=;\nname;annual_kwh;pv_kw\nanna;4.100,5;5,5\nbert;;\n",
        "\ufeffName;Annual_kWh ;PV_kW\r\nanna;4100,5;5,5\r\n\r\nbert;;\r\n",
        "\n\nname\tannual_kwh\tpv_kw\nanna\t4100.5\t5.50\nbert\t\t\n",
        gzip.compress(b'name,annual_kwh,pv_kw\n"anna","4,100.5",5.5\nbert,-,-\n'),
    ],
)
def test_a_table_is_read_as_programs_write_it(tmp_path, content):
    rows = read(tmp_path, content)
    assert rows.names == ("anna", "bert")
    anna, bert = rows.homes
    assert (anna.annual_kwh, anna.plants[0].peak_kw) == (4_100.5, 5.5)
    assert (bert.annual_kwh, bert.plants) == (UNSET, ())


def test_names_may_be_left_out(tmp_path):
    rows = read(tmp_path, "people\n2\n5\n\n\n")
    assert (rows.names, rows.lines, [home.people for home in rows.homes]) == ((), (2, 3), [2, 5])


@pytest.mark.parametrize(
    ("content", "says", "fix"),
    [
        ("", "the file is empty", "the columns are name"),
        ("people\n", "only a header", "add rows"),
        ("annual_kwh,pv_peak\n1,2\n", "there is no column 'pv_peak'", "did you mean"),
        ("a,b\n1,2\n", "there are no columns 'a', 'b'", "the columns are name"),
        ("people,people\n1,2\n", "two columns are called people", "leave one out"),
        ("people,pv_kw\n1,2,3\n", "line 2: 3 cells, but the header has 2 columns", "semicolons"),
        (
            "people;pv_kw\n1\n",
            "line 2: 1 cell, but the header has 2 columns",
            "a cell for each column, empty ones too",
        ),
        ("people,,pv_kw\n1,,3\n", "column 2 has no name", "name it, or remove it"),
        ("name,people\n,2\n", "line 2: name: it is empty", "give each home a name"),
        ("name,people\na b,2\n", "line 2: name: 'a b' cannot be a name", "use up to 32"),
        ("name,people\npv,2\n", "line 2: name: 'pv' is what the manifest calls", "choose another"),
        ("name,people\na,2\nb,1\na,3\n", "line 4: name: 'a' is also in line 2", "a name of its own"),
        ("people,tilt_deg\n2,30\n2,130\n", "line 3: tilt_deg: 130 is outside 0..90", "correct it in that line"),
        ("pv_kw\n5\n\n5\n", "line 3: it is empty", ""),
        ("pv_kw,people\n5,2\n,\n5,3\n", "line 3: it is empty", ""),
        ("people\nmany\n", "line 2: people: 'many' is not a number", "write numbers without a unit"),
        ("people\n" + "2\n" * 100_001, "100,001 homes, where a run has at most 100,000", "leave some out"),
        (b"people\n" + b'"' + b"2" * 200_000 + b"\n", "is a quote opened", "quotes"),
        (b"PK\x03\x04xl/", "an Excel workbook", "CSV"),
        ("people\n" + "99\n" * 12, "12 things are wrong", ""),
    ],
)
def test_what_is_wrong_is_named(tmp_path, content, says, fix):
    error = refused(tmp_path, content)
    assert says in str(error)
    assert fix in error.fix


def test_everything_that_is_wrong_is_reported_with_its_line(tmp_path):
    error = refused(tmp_path, "name,people,pv_kw\na,99,5\na,two,3 kW\nc,1,abc\nd,0,5\n")
    assert [line.strip() for line in str(error).splitlines()[1:]] == [
        "line 2: people: 99 is outside 1..12",
        "line 3: name: 'a' is also in line 2",
        "line 3: people: 'two' is not a number",
        "line 3: pv_kw: '3 kW' is not a number",
        "line 4: pv_kw: 'abc' is not a number",
        "line 5: people: 0 is outside 1..12",
    ]
    assert error.fix.startswith("correct it in that line; give each home a name of its own; write numbers")


def test_delimiters_behind_the_last_name_are_no_columns(tmp_path):
    rows = read(tmp_path, "name;people;;\na;2;;\nb;3;;\n;;;\n")
    assert (rows.names, [home.people for home in rows.homes]) == (("a", "b"), [2, 3])
    assert read(tmp_path, "name,people\na,2,\n").names == ("a",)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadInputError) as caught:
        read_homes(tmp_path / "none.csv", SITE)
    assert "homes_file in the site file" in caught.value.fix
