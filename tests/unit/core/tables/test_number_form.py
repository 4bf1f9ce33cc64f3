"""Which mark is the decimal one, as all cells together show it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.tables.number_form import GROUP_MARKS, Evidence, Form, grouped
from pvsim.errors import BadInputError


def form_of(cells, delimiter=",", option=""):
    evidence = Evidence()
    evidence.take("\n".join(cells), range(2, len(cells) + 2), 0)
    return evidence.form(delimiter, ["power"], "f.csv", option)


def outcome(cells, delimiter):
    try:
        return form_of(cells, delimiter)
    except BadInputError as error:
        return error.what, error.where, error.fix


cell = st.sampled_from(
    ["", "7", "950", "1250", "0.5", "0,5", "1.250", "1,250", "1.250,5", "1 250", "1.250.000", "n/a"]
)


@given(st.lists(cell, min_size=1, max_size=8), st.sampled_from(",;\t"), st.data())
def test_what_cells_show_does_not_depend_on_how_they_are_parted(cells, delimiter, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(cells)))) | {0, len(cells)})
    evidence = Evidence()
    for start, stop in pairwise(cuts):
        evidence.take("\n".join(cells[start:stop]), range(start + 2, stop + 2), 0)
    try:
        in_parts = evidence.form(delimiter, ["power"], "f.csv", "")
    except BadInputError as error:
        in_parts = error.what, error.where, error.fix
    assert in_parts == outcome(cells, delimiter)


@given(st.integers(-(10**12), 10**12), st.sampled_from(GROUP_MARKS), st.sampled_from(["", ".5", ",25"]))
def test_thousands_parted_by_blanks_or_apostrophes(number, mark, fraction):
    text = f"{number:,}".replace(",", mark) + fraction
    assert grouped(text) == (abs(number) >= 1_000)
    assert not grouped(text + mark + "1")


@pytest.mark.parametrize(
    ("cells", "delimiter", "form"),
    [
        (["7", "8"], ";", Form(".")),
        ([""], ",", Form(".")),
        (["7", "0,5"], ";", Form(",", 3, "0,5")),
        (["1.250,5"], ";", Form(",", 2, "1.250,5")),
        (["1,250.5"], ",", Form(".", 2, "1,250.5")),
        (["1.250.000"], "\t", Form(",", 2, "1.250.000")),
        (["1 250,5"], "\t", Form(",", 2, "1 250,5")),
        (["1.250", "0.5", "1,5"], ";", Form(".", 3, "0.5")),  # the first that decides; the last is refused later
        (["1,250", "0"], ";", Form(",", 2, "1,250")),  # the usual mark beside this delimiter
        (["1.250", "1250"], ";", Form(".", 2, "1.250")),  # else it would be 1.250 too
        (["1.250", "1 250"], ";", Form(".", 2, "1.250")),
        (["$1.250", "5 kW", "1.2.3x"], ";", Form(".")),  # no numbers: they show nothing
    ],
)
def test_forms_by_hand(cells, delimiter, form):
    assert form_of(cells, delimiter) == form


@pytest.mark.parametrize(
    ("cells", "delimiter", "option", "fix"),
    [
        (["950", "1.250"], ";", "", "write 1250 or, with more or fewer decimals, 1.2500"),
        (["950", "1.250"], ",", "--decimal", "pass --decimal comma for 1250, or --decimal point for 1.250"),
        (["1,250"], ",", "--decimal", "pass --decimal point for 1250, or --decimal comma for 1.250"),
        (["1.250", "1,250"], ";", "", "write 1250 or, with more or fewer decimals, 1.2500"),
    ],
)
def test_cells_that_may_be_read_in_two_ways_are_refused(cells, delimiter, option, fix):
    with pytest.raises(BadInputError, match="no other line shows which") as caught:
        form_of(cells, delimiter, option)
    shown = next(cell for cell in cells if cell != "950")
    assert caught.value.what.startswith(f"column 'power' has {shown!r}, which may be 1250 or 1.250: a thousands")
    assert (caught.value.where, caught.value.fix) == (f"f.csv:{cells.index(shown) + 2}", fix)
