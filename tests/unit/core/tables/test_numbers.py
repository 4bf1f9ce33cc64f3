import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.tables import NumberColumns
from pvsim.errors import BadInputError


def read(cells, delimiter=",", block=1000, **options):
    numbers = NumberColumns(["power"], "f.csv")
    for first in range(0, len(cells), block):
        part = cells[first : first + block]
        numbers.add(range(first + 2, first + 2 + len(part)), [part])
    form, (values,) = numbers.read(delimiter, **options)
    return form, values.tolist(), numbers.missing


def written(value, decimals, thousands, decimal):
    """A Decimal as a program with such settings writes it."""
    text = f"{value:,.{decimals}f}"
    return text.translate(str.maketrans({",": thousands, ".": decimal}))


FORMS = [
    (",", "."),
    (".", ","),
    (" ", "."),
    (" ", ","),
    ("'", "."),
    ("\u00a0", ","),
    ("\u202f", ","),
    ("\u2019", "."),
]


@given(
    st.lists(st.decimals(-10_000_000, 10_000_000, places=2), min_size=1, max_size=20),
    st.sampled_from([*FORMS, ("", "."), ("", ",")]),
    st.sampled_from(";,\t|"),
    st.integers(1, 7),
)
def test_numbers_of_any_form_are_read_back(values, marks, delimiter, block):
    cells = [written(value, 2, *marks) for value in values]
    form, found, missing = read(cells, delimiter, block)
    assert form.decimal == marks[1]
    assert found == [float(value) for value in values]
    assert not missing


@given(
    st.lists(st.decimals(0, 10_000_000, places=3), min_size=1, max_size=8),
    st.sampled_from([*FORMS, ("", "."), ("", ",")]),
    st.sampled_from(";,\t|"),
)
def test_numbers_of_three_decimals_are_read_back_or_refused(values, marks, delimiter):
    """`1.250` alone may be two numbers: then the usual mark beside the delimiter decides, or nothing does."""
    cells = [written(value, 3, *marks) for value in values]
    usual = {",": ".", ";": ","}.get(delimiter)
    if any(value < 1 or value >= 1000 for value in values) or usual == marks[1]:
        form, found, _ = read(cells, delimiter)
        assert form.decimal == marks[1]
        assert found == [float(value) for value in values]
    else:
        with pytest.raises(BadInputError, match="which may be"):
            read(cells, delimiter)


@pytest.mark.parametrize(
    ("cells", "delimiter", "values"),
    [
        (["1250.5"], ",", [1250.5]),
        (["1.250,5", "7"], ";", [1250.5, 7]),
        (["1,250.5", "1,250"], ",", [1250.5, 1250]),
        (["1 250,5", "1\u202f250"], "\t", [1250.5, 1250]),
        (["1'250'000.5", "1\u2019250"], ",", [1_250_000.5, 1250]),
        (["950", "1.250", "0,5"], ";", [950, 1250, 0.5]),
        (["950", "1.250.000"], "\t", [950, 1_250_000]),
        (["1.250", "0.5"], ";", [1.25, 0.5]),
        (["1.250", "0.350"], ";", [1.25, 0.35]),
        (["1.250", "1250"], ";", [1.25, 1250]),
        (["1.250", "1 250"], ";", [1.25, 1250]),
        (["1.250", "2.125", "0"], ",", [1.25, 2.125, 0]),
        (["1,250", "0"], ";", [1.25, 0]),
        (["+5", "-5", "\u22125", "1e3", "2E-2", ".5", "5."], ",", [5, -5, -5, 1000, 0.02, 0.5, 5]),
        (["0,5", "1e3", "1,5e3", "-1.000"], ";", [0.5, 1000, 1500, -1000]),
        (["7", "8"], ";", [7, 8]),
        ([""], ",", [math.nan]),
    ],
)
def test_how_numbers_are_read(cells, delimiter, values):
    assert read(cells, delimiter)[1] == pytest.approx(values, nan_ok=True, rel=1e-15)
    assert read(cells, delimiter, block=1)[1] == pytest.approx(values, nan_ok=True, rel=1e-15)


@pytest.mark.parametrize("decimal", [".", ","])
def test_the_user_s_word_decides(decimal):
    form, values, _ = read(["950", "1.250"], ";", decimal=decimal)
    assert form.decimal == decimal
    assert values == [950, 1.25 if decimal == "." else 1250]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["0.5", "0,5"], "'0,5', which is not a number with a decimal point as in line 2 ('0.5')"),
        (["0,5", "0.5"], "'0.5', which is not a number with a decimal comma as in line 2 ('0,5')"),
        (["1.250,5", "12.50"], "'12.50', which is not a number with a decimal comma as in line 2 ('1.250,5')"),
        (["0.5", "1,25,000"], "'1,25,000', which is not a number with a decimal point"),
        (["0.5", "1 25"], "'1 25', which is not a number"),
        (["0.5", "1 250'000"], "not a number"),
        (["0.5", "1.2.3"], "not a number"),
        (["1", "inf"], "'inf', which is not a number"),
        (["1", "-Infinity"], "not a number"),
        (["1", "1_000"], "not a number"),
        (["1", "\uff11\uff12"], "not a number"),
        (["1", "\u0661"], "not a number"),
        (["1", "1e999"], "not a number"),
        (["1", "9" * 400], "not a number"),
        (["1", "0x1F"], "not a number"),
        (["1", "5 kW"], "not a number"),
        (["1", "5-"], "not a number"),
        (["1", "#REF!"], "not a number"),
        (["1", "1\n250"], r"'1\\n250', which is not a number"),
        (["1", "."], "not a number"),
        (["1", "e5"], "not a number"),
        (["1", "--5"], "not a number"),
    ],
)
def test_what_is_no_number_is_named_with_its_line(cells, says):
    with pytest.raises(BadInputError) as caught:
        read(cells, ";")
    assert says in caught.value.what
    assert caught.value.where == "f.csv:3"
    assert caught.value.fix


def test_words_for_a_missing_value_are_counted():
    cells = ["1.5", "", "NaN", "nan", "n/a", "N/A", "null", "-", "#N/A", "?", "NaN"]
    _, values, missing = read(cells)
    assert values[0] == 1.5
    assert all(math.isnan(value) for value in values[1:])
    assert missing == {"NaN": 2, "nan": 1, "n/a": 1, "N/A": 1, "null": 1, "-": 1, "#N/A": 1, "?": 1}


def test_columns_of_a_file_share_one_form():
    numbers = NumberColumns(["light", "temperature"], "f.csv")
    numbers.add([2, 3], [["950", "1.050"], ["12,5", "13,0"]])
    form, (light, temperature) = numbers.read(";")
    assert (form.decimal, form.line, form.example) == (",", 2, "12,5")
    assert light.tolist() == [950, 1050]
    assert temperature.tolist() == [12.5, 13]


def test_no_rows():
    _, (values,) = NumberColumns(["power"], "f.csv").read(",")
    assert values.tolist() == []


def test_a_value_is_the_nearest_float():
    cells = ["0.1", "1234567.89", "2.675"]
    assert read(cells)[1] == [float(Decimal(cell)) for cell in cells]


def test_all_cells_that_are_no_numbers_are_found():
    columns = NumberColumns(["a", "b"], "f.csv")
    columns.add([2, 3], [["1,5", "x"], ["", "2 kW"]])
    columns.add([4], [["-"], ["7"]])
    form, wrong = columns.wrong(";")
    assert (form.decimal, wrong) == (",", [(3, "a", "x"), (3, "b", "2 kW")])
