"""The rows of a table after its header, each with as many cells as the header names."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from pvsim.core.tables.cells import holds_rows
from pvsim.core.tables.layout import Layout
from pvsim.errors import BadInputError

if TYPE_CHECKING:
    import _csv

__all__ = ["BLOCK_ROWS", "Block", "read_rows"]

BLOCK_ROWS: Final = 16_384
_DECIMAL_COMMA: Final = "with a decimal comma, separate the cells with semicolons, or write 1.25 for 1,25"


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows: their line numbers in the file and their cells, of one width."""

    lines: list[int]
    rows: list[list[str]]

    def column(self, place: int) -> list[str]:
        """The cells of a column, without surrounding blanks."""
        return [row[place].strip() for row in self.rows]

    def joined(self, places: Sequence[int]) -> list[str]:
        """The cells of a column, or of a date and a time of day in two columns, with a blank between."""
        first, *others = (self.column(place) for place in places)
        for more in others:
            first = [f"{date} {clock}" for date, clock in zip(first, more, strict=True)]
        return first


def read_rows(
    lines: Iterable[str], layout: Layout, *, source: str, block_rows: int = BLOCK_ROWS
) -> Iterator[Block]:
    """Part lines into rows, block by block; empty ones are left out.

    Args:
        lines: From the layout's `data_line` on, each with its end.
        layout: What the file's first lines show.
        source: The file's name.
        block_rows: Most rows of a block: rows as texts take ten times the memory of their numbers.

    Raises:
        BadInputError: a row with more or fewer cells than the header, or a quote that is not closed.
    """
    reader = csv.reader(lines, delimiter=layout.delimiter, skipinitialspace=True, strict=True)
    width, shorter = len(layout.names), _may_be_shorter(layout)
    always = layout.times[0] if layout.times and layout.times[0] < width else 0  # a cell that is never empty
    while raw := _raw_rows(reader, layout, source, block_rows):
        first, rows = raw
        spans = len(rows) != reader.line_num + layout.data_line - first
        numbers = _numbered(rows, first, layout, source) if spans else list(range(first, first + len(rows)))
        good = all(len(row) == width and row[always] for row in rows)
        block = Block(numbers, rows) if good else _checked(numbers, rows, layout, source, shorter=shorter)
        if block.rows:
            yield block


def _raw_rows(
    reader: "_csv.Reader", layout: Layout, source: str, block_rows: int
) -> tuple[int, list[list[str]]] | None:
    """The line number of the first of the next rows, and the rows as they are; None after the last one."""
    first = reader.line_num + layout.data_line
    rows: list[list[str]] = []
    try:
        for row in islice(reader, block_rows):
            rows.append(row)  # noqa: PERF402 - what was read before an error says where it begins
    except csv.Error as error:
        line = first + sum(_span(row) for row in rows)
        raise BadInputError(
            _csv_problem(str(error)), where=f"{source}:{line}", fix="check the quotes of this line"
        ) from error
    return (first, rows) if rows else None


def _csv_problem(error: str) -> str:
    if error.startswith("field larger"):
        return f"a cell longer than {csv.field_size_limit():,} characters: is a quote opened and not closed?"
    if error.startswith("unexpected end"):
        return "a quote is opened and not closed"
    return f"a quote is closed within a cell: {error}"


def _span(row: list[str]) -> int:
    return 1 + sum(cell.count("\n") for cell in row)


def _numbered(rows: list[list[str]], first: int, layout: Layout, source: str) -> list[int]:
    """Line numbers where quoted cells go over several lines; refused where such a cell has swallowed rows."""
    numbers = []
    line = first
    for row in rows:
        numbers.append(line)
        span = _span(row)
        if holds_rows(row, layout.delimiter):
            what = f"a quoted cell goes over {span} lines and holds rows of the table"
            raise BadInputError(what, where=f"{source}:{line}", fix="close the quote in this line, or remove it")
        line += span
    return numbers


def _may_be_shorter(layout: Layout) -> bool:
    return len(layout.names) > 1 and not layout.names[-1] and not layout.units[-1]


def _checked(numbers: list[int], rows: list[list[str]], layout: Layout, source: str, *, shorter: bool) -> Block:
    """The rows with the header's width: empty ones left out, an empty last cell too many or too few aside."""
    width, kept_numbers, kept = len(layout.names), list[int](), list[list[str]]()
    for number, row in zip(numbers, rows, strict=True):
        count = len(row)
        if not any(cell.strip() for cell in row):
            continue
        if count != width:
            if count == width + 1 and not row[-1].strip():
                row.pop()
            elif shorter and count == width - 1:
                row.append("")
            else:
                raise _wrong_width(f"{source}:{number}", count, layout)
        kept_numbers.append(number)
        kept.append(row)
    return Block(kept_numbers, kept)


def _wrong_width(where: str, count: int, layout: Layout) -> BadInputError:
    width, line = len(layout.names), layout.header_line
    if count < width:
        what = f"{count} cell(s) only, the header (line {line}) names {width}"
        return BadInputError(what, where=where, fix="complete the line or remove it")
    what = f"{count} cells, the header (line {line}) names {width}"
    fix = "remove the cells that belong to no column, or name their columns in the header"
    if layout.delimiter == ",":
        fix = f"{_DECIMAL_COMMA}; else {fix}"
    return BadInputError(what, where=where, fix=fix)
