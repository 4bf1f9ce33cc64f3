"""A table as wide as the terminal: which columns it has, and what is said of the others."""

import pytest

from pvsim.cli.answers import print_table

COLUMNS = ("run", "status", "config", "kwh")
ROWS = [("one", "complete", "{" + "x" * 40 + "}", 1.5), ("two", "partial", "{}", 12.25)]
SHOWN = "run  status      kwh\n---  --------  -----\none  complete    1.5\ntwo  partial   12.25\n"
HIDDEN = "name those you want in place of *; --csv, --json or | less -S show all\n"
WHOLE = sum(map(len, ("one", "complete", ROWS[0][2], "12.25"))) + 3 * 2


def printed(capsys, rows, *, room, columns=COLUMNS):
    print_table(columns, iter([rows]), room=room)
    said = capsys.readouterr()
    return said.out, said.err


@pytest.mark.parametrize("room", [None, WHOLE, 10 * WHOLE])
@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], []])
def test_where_it_goes_to_a_program_or_fits_all_is_shown_side_by_side(capsys, room, rows):
    out, err = printed(capsys, rows, room=room)
    head, line, *cells = out.splitlines()
    assert head.split() == list(COLUMNS)
    assert set(line) == {"-", " "}
    assert [cell.split() for cell in cells] == [[str(value) for value in row] for row in rows]
    assert err == ""


@pytest.mark.parametrize("room", [56, 20])
def test_of_several_rows_the_columns_that_fit_are_shown_and_the_others_told(capsys, room):
    out, err = printed(capsys, ROWS, room=room)
    assert out == SHOWN
    assert max(map(len, out.splitlines())) <= room
    assert err == f"· no room for 1 of 4 columns: config; {HIDDEN}"


def test_the_first_column_is_shown_wherever_and_many_others_are_counted(capsys):
    columns = tuple("abcdefghij")
    out, err = printed(capsys, [(9_876_543, *range(9))] * 2, room=5, columns=columns)
    assert out == "      a\n-------\n9876543\n9876543\n"
    assert err == f"· no room for 9 of 10 columns: b, c, d, e, f, g and 3 more; {HIDDEN}"


def test_behind_a_column_for_which_there_is_no_room_come_no_others_unless_it_is_wide(capsys):
    columns, row = ("a", "b", "c"), ("x" * 10, "y" * 8, "z")
    assert printed(capsys, [row] * 2, room=18, columns=columns)[0].splitlines()[2] == "xxxxxxxxxx"
    assert printed(capsys, [row] * 2, room=15, columns=columns)[0].splitlines()[2] == "xxxxxxxxxx  z"


def test_one_row_is_a_list_of_names_and_values_and_nothing_is_left_out(capsys):
    out, err = printed(capsys, [("one", None, ROWS[0][2], 1.5)], room=30)
    assert out == f"run     one\nstatus\nconfig  {ROWS[0][2]}\nkwh     1.5\n"
    assert err == ""


def test_rows_that_are_too_many_are_told_as_well(capsys):
    rows = [(i, "x" * 30) for i in range(1_001)]
    out, err = printed(capsys, rows, room=20, columns=("number", "text"))
    assert len(out.splitlines()) == 1_002
    assert err.splitlines() == [
        "· 1 more rows; --csv and --json print all",
        f"· no room for 1 of 2 columns: text; {HIDDEN}".strip(),
    ]
