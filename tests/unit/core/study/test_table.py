"""The tables of a study."""

import csv
import io
import math

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.study.made import FAILED, a_record, a_study

from pvsim.core.study.collected import collected
from pvsim.core.study.record import CaseError
from pvsim.core.study.table import (
    band_columns,
    band_rows,
    case_columns,
    case_row,
    csv_line,
    error_text,
    parameter_text,
)

CELLS = st.lists(
    st.one_of(st.text(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)), min_size=2, max_size=6
)


@given(CELLS)
def test_what_is_written_is_read_again_and_no_text_is_a_formula(cells):
    (read,) = csv.reader(io.StringIO(csv_line(cells), newline=""))
    for cell, text in zip(cells, read, strict=True):
        if isinstance(cell, str):
            assert text.removeprefix("'") == cell.removeprefix("'")
            assert not text.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        else:
            assert type(cell)(text) == cell


def test_cells_by_hand():
    line = csv_line([None, True, -3, 0.1, 412.0, '=HYPERLINK("x")', "a,b", "two\nlines", "plain"])
    assert line == ',true,-3,0.1,412.0,"\'=HYPERLINK(""x"")","a,b","two\nlines",plain\n'


def test_rows_of_cases_by_hand():
    records = [
        a_record(0, {"site.battery.capacity_kwh": 0, "rows": None}, variant="south", rows=9, money_total=4.5),
        a_record(1, {"site.battery.capacity_kwh": 2.5, "rows": [1, 2]}, variant="east", error=FAILED),
    ]
    columns = case_columns(collected(records))
    assert columns.kinds == {
        "number": int,
        "id": str,
        "variant": str,
        "site.battery.capacity_kwh": float,
        "parameter.rows": str,
        "repeat": int,
        "seed": int,
        "rows": int,
        "money_total": float,
        "error": str,
    }
    first, second = (case_row(record, columns) for record in records)
    assert first == {
        "number": 0,
        "id": "0000000000",
        "variant": "south",
        "site.battery.capacity_kwh": 0,
        "repeat": 0,
        "seed": 23,
        "rows": 9,
        "money_total": 4.5,
    }
    assert second["parameter.rows"] == "[1,2]"
    assert second["error"] == "the file ends too early (load.csv); take a longer one"
    assert list(first) == [name for name in columns.kinds if name in first]


def test_the_kind_of_a_parameter_is_that_of_all_its_values():
    values = {"a": [1, 2], "b": [1, 2.5], "c": [True, True], "d": [1, "office"], "e": [None, None], "f": [None, 1]}
    records = [a_record(i, {path: both[i] for path, both in values.items()}) for i in range(2)]
    kinds = case_columns(collected(records)).kinds
    assert [kinds[path] for path in values] == [int, float, bool, str, str, int]


def test_bands_are_of_each_combination_and_number():
    def figures(_, parameters, repeat):
        return {"money_total": parameters["days"] * 10.0 + repeat, "money_currency": "EUR"}

    found = a_study({"days": [1, 2]}, figures, seeds=3, failing={1, 3, 5})  # no case of two days is there
    columns = band_columns(found)
    assert list(columns.kinds) == ["number", "variant", "days", "figure", "cases", "mean", "p5", "p50", "p95"]
    (row,) = band_rows(found, columns)
    assert row == {
        "number": 0,
        "variant": "",
        "days": 1,
        "figure": "money_total",
        "cases": 3,
        "mean": 11.0,
        "p5": 10.1,
        "p50": 11.0,
        "p95": 11.9,
    }


def test_texts_of_errors_and_values():
    assert error_text(CaseError("InternalError", "it broke")) == "it broke"
    assert [parameter_text(each) for each in ("a", 0.5, None, {"kwh": 5})] == ["a", "0.5", "null", '{"kwh":5}']
    assert not math.isnan(float(parameter_text(10)))
