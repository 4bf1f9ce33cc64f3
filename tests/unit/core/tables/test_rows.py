import pytest

from pvsim.core.tables import find_layout, read_rows
from pvsim.errors import BadInputError

DATA = ["2024-06-21 00:00,1\n", "2024-06-21 00:15,2\n", "2024-06-21 00:30,3\n"]


def read(lines, block_rows=2):
    layout = find_layout(lines, "f.csv")
    blocks = list(read_rows(lines[layout.data_line - 1 :], layout, source="f.csv", block_rows=block_rows))
    assert all(0 < len(block.rows) <= block_rows for block in blocks)
    return [pair for block in blocks for pair in zip(block.lines, block.rows, strict=True)]


@pytest.mark.parametrize(
    ("lines", "numbers"),
    [
        (["time,kw\n", *DATA], [2, 3, 4]),
        (["time,kw\n", "\n", DATA[0], " \n", "\n", "\n", ",\n", *DATA[1:], ",,,\n"], [3, 8, 9]),
        (["time,kw,\n", *DATA], [2, 3, 4]),
        (["time,kw\n", *(line.replace("\n", ",\n") for line in DATA)], [2, 3, 4]),
        (["time,kw\n", DATA[0], DATA[1].replace("\n", ", \n"), DATA[2]], [2, 3, 4]),
        (["# a plant\n", "sep=,\n", "time,kw\n", *DATA], [4, 5, 6]),
        (["time,kw\n", "[yyyy-MM-dd HH:mm],[kW]\n", "\n", *DATA], [4, 5, 6]),
    ],
    ids=["plain", "blank", "header-with-an-empty-cell", "an-empty-cell-more", "one-more", "preamble", "units"],
)
@pytest.mark.parametrize("block_rows", [1, 2, 100])
def test_rows_with_their_line_numbers(lines, numbers, block_rows):
    found = read(lines, block_rows)
    assert [number for number, _ in found] == numbers
    assert [row[:2] for _, row in found] == [line.strip().split(",") for line in DATA]
    assert len({len(row) for _, row in found}) == 1


def test_quoted_cells_over_several_lines():
    lines = ["time,kw,note\n", *(line.replace("\n", ',"two\nlines"\n') for line in DATA)]
    lines = "".join(lines).splitlines(keepends=True)
    assert [(number, row[2]) for number, row in read(lines)] == [(n, "two\nlines") for n in (2, 4, 6)]


@pytest.mark.parametrize(
    ("change", "what", "line"),
    [
        (lambda lines: [*lines, "2024-06-21 00:45,1,25\n"], "3 cells, the header (line 1) names 2", 5),
        (lambda lines: [*lines, "2024-06-21 00:45\n"], "1 cell(s) only, the header (line 1) names 2", 5),
        (lambda lines: [*lines, '2024-06-21 00:45,"1\n'], "a quote is opened and not closed", 5),
        (lambda lines: [*lines, '"2024-06-21 00:45,1\n', "2024-06-21 01:00,1\n"], "a quote is opened and not", 5),
        (lambda lines: [*lines, '2024-06-21 00:45,"1"2\n'], "a quote is closed within a cell", 5),
        (
            lambda lines: [*lines, '2024-06-21 00:45,"a\n', '2024-06-21 01:00,b"\n', "2024-06-21 01:15,3\n"],
            "a quoted cell goes over 2 lines and holds rows of the table",
            5,
        ),
        (lambda lines: [*lines, '2024-06-21 00:45,"' + "1" * 200_000 + "\n"], "a cell longer than 131,072", 5),
    ],
)  # fmt: skip
def test_rows_that_are_refused(change, what, line):
    with pytest.raises(BadInputError) as caught:
        read(change(["time,kw\n", *DATA]))
    assert caught.value.what.startswith(what)
    assert caught.value.where == f"f.csv:{line}"
    assert caught.value.fix


@pytest.mark.parametrize(("delimiter", "says"), [(",", "with a decimal comma"), (";", "remove the cells")])
def test_the_likely_reason_of_more_cells(delimiter, says):
    lines = ["time,kw\n", *DATA, "2024-06-21 00:45,1,25\n"]
    with pytest.raises(BadInputError) as caught:
        read([line.replace(",", delimiter) for line in lines])
    assert caught.value.fix.startswith(says)


def test_a_date_and_a_time_of_day_are_joined():
    lines = ["Date,x,Time\n", "2024-06-21, 5 , 12:00 \n"]
    layout = find_layout(lines, "f.csv")
    (block,) = read_rows(lines[1:], layout, source="f.csv")
    assert block.joined(layout.times) == ["2024-06-21 12:00"]
    assert block.column(1) == ["5"]
