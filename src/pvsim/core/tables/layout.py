"""Where a table begins in a text: its delimiter, its header, a row of units under it, and what stands before.

Programs put names, addresses, settings and empty lines before the header. The data is found first: the longest
run of lines that have a time in the same column. The header is the line above it.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from pvsim.core.tables.cells import Look, holds_rows, is_unit, look_of
from pvsim.errors import BadInputError

__all__ = ["DATE_PARTS", "HEAD_LINES", "Layout", "find_layout"]

HEAD_LINES: Final = 120
"""Lines that are looked at: more than any preamble that we met, and few enough to cost no time."""

DATE_PARTS: Final = (("year", "yr", "y"), ("month", "mo", "m"), ("day", "dm", "d", "dy"))
"""Names of columns that make a date together, in small letters; `dy` beside `dm` is the day of the year."""

_DELIMITERS: Final = ",;\t|"
_SEPARATOR_LINE: Final = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_TIME_NAME: Final = re.compile(r"time|date|stamp|zeit|datum|epoch|hour|stunde", re.IGNORECASE)
_COMMENT: Final = "#"
_LONGEST_NAME: Final = 300


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is laid out.

    Args:
        delimiter: The character between cells.
        header_line: Line number of the header; 0 if there is none.
        data_line: Line number after the header and its units; the first line of data, or an empty one before it.
        names: The header's cells without surrounding blanks, the rows of a header of several rows joined.
        units: Of each column, as a row under the header has them; empty texts where there is no such row.
        times: The columns in which the data has times; of a date and a time of day in two columns, both.
        preamble: What stands before the header: line number and cells.
    """

    delimiter: str
    header_line: int
    data_line: int
    names: tuple[str, ...]
    units: tuple[str, ...]
    times: tuple[int, ...]
    preamble: tuple[tuple[int, tuple[str, ...]], ...]

    def label(self, column: int) -> str:
        """A column's name with its unit, as `Verbrauch [W]`."""
        return f"{self.names[column]} [{self.units[column]}]" if self.units[column] else self.names[column]

    @property
    def labels(self) -> tuple[str, ...]:
        """Names with units, of all columns."""
        return tuple(self.label(column) for column in range(len(self.names)))


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: tuple[str, ...]
    looks: tuple[Look, ...]

    @property
    def comment(self) -> bool:
        return self.cells[0].startswith(_COMMENT)


@dataclass(frozen=True, slots=True)
class _Run:
    """Rows that have a time in one column: index of the first one, their number, and the column."""

    first: int
    rows: int
    column: int


def find_layout(lines: Sequence[str], source: str) -> Layout:
    """Find the layout of a table from its first lines.

    Args:
        lines: At most `HEAD_LINES`, each with its end.
        source: The file's name.

    Raises:
        BadInputError: a quote is opened before the data and not closed.
    """
    said = _SEPARATOR_LINE.fullmatch(lines[0].strip()) if lines else None
    first = 2 if said else 1
    marks = (
        said[1] if said else "".join(mark for mark in _DELIMITERS if any(mark in line for line in lines)) or ","
    )
    parted = {mark: _rows(lines[first - 1 :], first, mark) for mark in marks}
    tables = {mark: rows for mark, (rows, _) in parted.items()}
    runs = {mark: _longest_run(rows) for mark, rows in tables.items()}
    mark = max(
        marks, key=lambda mark: (runs[mark].rows, runs[mark].rows and len(tables[mark][runs[mark].first].cells))
    )
    if runs[mark].rows:
        layout = _layout_of(mark, tables[mark], _extended(tables[mark], runs[mark]))
        return _with_usable_names(layout, source)
    unclosed = min((line for _, line in parted.values() if line), default=0)
    if unclosed:
        what, fix = "a quote is opened and not closed", "check the quotes of this line"
        raise BadInputError(what, where=f"{source}:{unclosed}", fix=fix)
    return _with_usable_names(_without_times(marks, tables), source)


def _with_usable_names(layout: Layout, source: str) -> Layout:
    longest = max(map(len, layout.names), default=0)
    if longest > _LONGEST_NAME:
        what = f"the header has a name of {longest:,} characters: is a quote opened and not closed?"
        where = f"{source}:{layout.header_line}"
        raise BadInputError(what, where=where, fix="check the quotes of this line")
    return layout


def _rows(lines: Sequence[str], first_line: int, mark: str) -> tuple[list[_Row], int]:
    """The rows that hold something, and the line of a quote that swallows rows: 0, or where the rows end."""
    rows: list[_Row] = []
    reader = csv.reader(lines, delimiter=mark, skipinitialspace=True)
    line = first_line
    try:
        for cells in reader:
            if holds_rows(cells, mark):
                return rows, line
            if any(cell and not cell.isspace() for cell in cells):
                rows.append(_Row(line, tuple(cells), tuple(look_of(cell) for cell in cells)))
            line = first_line + reader.line_num
    except csv.Error:  # a cell of more than 131,072 characters
        return rows, line
    return rows, 0


def _longest_run(rows: Sequence[_Row]) -> _Run:
    best, open_runs = _Run(0, 0, 0), dict[int, _Run]()
    for index, row in enumerate(rows):
        times = [] if row.comment else [c for c, look in enumerate(row.looks) if look & Look.TIME]
        known = {column: open_runs.get(column, _Run(index, 0, column)) for column in times}
        open_runs = {column: _Run(run.first, run.rows + 1, column) for column, run in known.items()}
        best = max([best, *open_runs.values()], key=lambda run: run.rows)
    return best


def _extended(rows: Sequence[_Row], run: _Run) -> _Run:
    """The run with the rows above it that are data with a damaged time: they must be named, not passed over."""
    first, sample = run.first, rows[run.first]
    while first > 1 and _is_damaged(rows[first - 1], sample, run.column):
        first -= 1
    return _Run(first, run.rows + run.first - first, run.column)


def _is_damaged(row: _Row, sample: _Row, column: int) -> bool:
    if row.comment or len(row.cells) != len(sample.cells) or _TIME_NAME.search(row.cells[column]):
        return False
    pairs = [pair for i, pair in enumerate(zip(row.looks, sample.looks, strict=True)) if i != column]
    return any(here & there & Look.NUMBER for here, there in pairs)


def _layout_of(mark: str, rows: Sequence[_Row], run: _Run) -> Layout:
    data = rows[run.first]
    above = [row for row in rows[: run.first] if not row.comment] or [
        _Row(row.line, (row.cells[0].lstrip(_COMMENT).strip(), *row.cells[1:]), row.looks)
        for row in rows[: run.first][-1:]
        if len(row.cells) == len(data.cells)
    ]
    if not above:
        return Layout(mark, 0, data.line, (), (), _times(data, run.column, ()), ())
    units = above.pop() if len(above) > 1 and _has_units(above[-1], run.column) else None
    header = above[-1]
    upper = list(takewhile(lambda row: _belongs_above(row, header, run.column), reversed(above[:-1])))
    joined = [*reversed(upper), header]
    width = len(header.cells)
    names = tuple(" ".join(filter(None, (_name(row.cells[i]) for row in joined))) for i in range(width))
    cells = units.cells if units else ()
    return Layout(
        mark,
        header.line,
        (units or header).line + 1,
        names,
        tuple(_unit(cells[i]) if i < len(cells) and i != run.column else "" for i in range(width)),
        _times(data, run.column, names),
        tuple((row.line, row.cells) for row in rows if row.line < joined[0].line),
    )


def _name(cell: str) -> str:
    return " ".join(cell.split())


def _unit(cell: str) -> str:
    return cell.strip().strip("[]()").strip()


def _has_units(row: _Row, column: int) -> bool:
    """Whether a row under a header holds units, and perhaps the pattern of the times."""
    others = [cell for i, cell in enumerate(row.cells) if i != column and cell.strip()]
    time = row.cells[column] if column < len(row.cells) else ""
    return bool(others) and all(is_unit(cell) for cell in others) and (not time.strip() or is_unit(time))


def _belongs_above(row: _Row, header: _Row, column: int) -> bool:
    """Whether a row is the upper part of a header of several rows: words, and like it none over the times."""
    if len(row.cells) != len(header.cells) or row.cells[column].strip() or header.cells[column].strip():
        return False
    return all(look in {Look.WORDS, Look.EMPTY} for look in row.looks)


def _times(data: _Row, column: int, names: Sequence[str]) -> tuple[int, ...]:
    """The column of times; beside a column of dates also the first one with the time of day."""
    if not data.looks[column] & Look.DATE:
        return (column,)
    clocks = [i for i, look in enumerate(data.looks) if look & Look.CLOCK and i < (len(names) or i + 1)]
    return (column, *clocks[:1])


def _without_times(marks: str, tables: dict[str, list[_Row]]) -> Layout:
    """The layout of a text in which no line has a time: a header with year, month and day, else its first row."""
    for mark in marks:
        for row in tables[mark]:
            names = {cell.strip().lower() for cell in row.cells}
            if all(names.intersection(words) for words in DATE_PARTS):
                return _headed(mark, tables[mark], row)
    firsts = {mark: next((row for row in tables[mark] if not row.comment), None) for mark in marks}
    found = [(mark, row) for mark, row in firsts.items() if row is not None]
    if not found:
        return Layout(marks[0], 0, 1, (), (), (), ())
    mark, row = max(found, key=lambda pair: len(pair[1].cells))
    return _headed(mark, tables[mark], row)


def _headed(mark: str, rows: Sequence[_Row], header: _Row) -> Layout:
    names = tuple(_name(cell) for cell in header.cells)
    preamble = tuple((row.line, row.cells) for row in rows if row.line < header.line)
    return Layout(mark, header.line, header.line + 1, names, ("",) * len(names), (), preamble)
