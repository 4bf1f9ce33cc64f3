"""The homes of a street from a CSV file: a row a home."""

import csv
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import chain
from math import isnan
from pathlib import Path
from typing import Final, TypeAlias

from pvsim.adapters.tables.text import opened_lines
from pvsim.core.run.plan import NAME, NAME_RULE, TAKEN_NAMES
from pvsim.core.site.energy import MAX_HOMES
from pvsim.core.site.home_rows import COLUMNS, home_of_row
from pvsim.core.site.problems import listed
from pvsim.core.site.schema import Home, Site
from pvsim.core.tables import NumberColumns
from pvsim.errors import BadInputError

__all__ = ["HomeRows", "read_homes"]

_SHOWN: Final = 10
_FIX: Final = f"the columns are {', '.join(COLUMNS)}; each may be left out"
_NONE: Final = "an empty cell of pv_kw, battery_kwh, car_kwh or heat_pump_kwh is none, else the site's"
_NO_NUMBER: Final = f"write numbers without a unit; {_NONE}"
_VALUE: Final = "correct it in that line"
_Problem: TypeAlias = tuple[int, str, str]
"""A line, what is wrong with it, and what helps."""
_SEPARATOR: Final = re.compile(r'"?sep=(.)"?', re.IGNORECASE)


class HomeRows:
    """The rows of a file.

    Attributes:
        homes: One entry of a site for each.
        lines: The line of each.
        names: The name of each; () where the file has no names.
    """

    def __init__(self, homes: Sequence[Home], lines: Sequence[int], names: Sequence[str]) -> None:
        self.homes, self.lines, self.names = tuple(homes), tuple(lines), tuple(names)


def read_homes(path: Path, site: Site) -> HomeRows:
    """The homes of a file; its cells are parted by commas, semicolons or tabs.

    Args:
        path: The file.
        site: What stands where a row says nothing.

    Raises:
        BadInputError: if it cannot be read, or is wrong: the first ten things that are, each with its line.
    """
    with opened_lines(path, fix="check the path: homes_file in the site file") as lines:
        mark, columns, header_line, rest = _header(lines, path)
        rows = [(number, _trimmed(cells, len(columns))) for number, cells in _rows(rest, mark, header_line, path)]
    while rows and not any(rows[-1][1]):  # what programs leave at the end
        rows.pop()
    rows = [(number, cells) for number, cells in rows if any(cells) or len(cells) > 1 or len(columns) == 1]
    if not rows:
        raise BadInputError("only a header, no homes", where=f"{path}:{header_line}", fix="add rows of homes")
    if len(rows) > MAX_HOMES:
        what = f"{len(rows):,} homes, where a run has at most {MAX_HOMES:,} meters"
        raise BadInputError(what, where=str(path), fix="leave some out: several runs can share them")
    _refuse(_shape_problems(rows, columns, mark), path)
    line_of = [number for number, _ in rows]
    names = [cells[columns.index("name")] for _, cells in rows] if "name" in columns else []
    found = [*_name_problems(names, line_of)]
    values, wrong = _numbers(rows, columns, mark, path)
    found += wrong
    homes, unread = [], {line for line, _, _ in wrong}
    for number, cells in zip(line_of, values, strict=True):
        home, problems = home_of_row(cells, site)
        homes.append(home)
        if number not in unread:  # of one that is, not all is known
            found += [(number, problem, _VALUE) for problem in problems]
    _refuse(found, path)
    return HomeRows(homes, line_of, names)


def _numbers(
    rows: Sequence[tuple[int, Sequence[str]]], columns: Sequence[str], mark: str, path: Path
) -> tuple[list[dict[str, float | None]], list[_Problem]]:
    """The numbers of each row by their columns, and the cells that are none, which are empty then."""
    lines = [number for number, _ in rows]
    texts = {name: [cells[at] for _, cells in rows] for at, name in enumerate(columns) if name != "name"}
    numbers = NumberColumns(list(texts), str(path))
    numbers.add(lines, list(texts.values()))
    form, wrong = numbers.wrong(mark)
    if wrong:
        bad = {(line, name) for line, name, _ in wrong}
        numbers = NumberColumns(list(texts), str(path))
        blank = [
            ["" if (line, name) in bad else cell for line, cell in zip(lines, cells, strict=True)]
            for name, cells in texts.items()
        ]
        numbers.add(lines, blank)
    _, values = numbers.read(mark, decimal=form.decimal)
    found = [(line, f"{name}: {cell[:40]!r} is not a number", _NO_NUMBER) for line, name, cell in wrong]
    return [
        {name: _number(column[index]) for name, column in zip(texts, values, strict=True)}
        for index in range(len(rows))
    ], found


def _trimmed(cells: list[str], width: int) -> list[str]:
    """The cells of a line without empty ones after those of the header, which spreadsheets write."""
    return cells if any(cells[width:]) else cells[:width]


def _shape_problems(
    rows: Sequence[tuple[int, Sequence[str]]], columns: Sequence[str], mark: str
) -> list[_Problem]:
    """Lines of another width than the header's, and empty ones, each with what helps."""
    width, found = len(columns), []
    for number, cells in rows:
        count = f"{len(cells)} cell{'' if len(cells) == 1 else 's'}"
        if any(cells) and len(cells) != width:
            more = "; a decimal comma needs semicolons between cells" if mark == "," and len(cells) > width else ""
            names = "1 column" if width == 1 else f"{width} columns"
            fix = f"write a cell for each column, empty ones too{more}"
            found.append((number, f"{count}, but the header has {names}", fix))
    empty = "for a home that is as the site is, write its name or a 0; else leave the line out"
    return found + [(number, "it is empty", empty) for number, cells in rows if not any(cells)]


def _header(lines: Iterator[str], path: Path) -> tuple[str, list[str], int, Iterator[str]]:
    """The delimiter, the names of the columns, the line that they are in, and the lines after it."""
    number, line = 1, next(lines, "")
    said = _SEPARATOR.fullmatch(line.strip())
    if said:
        number, line = 2, next(lines, "")
    while line and not line.strip():
        number, line = number + 1, next(lines, "")
    mark = said[1] if said else max(",;\t", key=line.count)
    columns = [cell.strip().lower() for cell in next(csv.reader([line], delimiter=mark), [])]
    where = f"{path}:{number}"
    while columns and not columns[-1]:  # spreadsheets write delimiters behind the last name
        columns.pop()
    if "" in columns:
        what = f"column {columns.index('') + 1} has no name"
        raise BadInputError(what, where=where, fix=f"name it, or remove it; {_FIX}")
    if unknown := [column for column in columns if column not in COLUMNS]:
        near = get_close_matches(unknown[0], COLUMNS, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        shown = ", ".join(repr(column[:40]) for column in unknown[:_SHOWN])
        what = f"there is no column {shown}" if len(unknown) == 1 else f"there are no columns {shown}"
        raise BadInputError(what, where=where, fix=hint + _FIX)
    if not columns:
        raise BadInputError("the file is empty", where=str(path), fix=_FIX)
    if twice := next((column for column in columns if columns.count(column) > 1), ""):
        raise BadInputError(f"two columns are called {twice}", where=where, fix="leave one out")
    return mark, columns, number, chain(lines)


def _rows(lines: Iterator[str], mark: str, header_line: int, source: Path) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line, with its number."""
    reader = csv.reader(lines, delimiter=mark)
    try:
        for cells in reader:
            yield header_line + reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:  # a cell of more than 131,072 characters
        what = f"line {header_line + reader.line_num}: {error}: is a quote opened and not closed?"
        raise BadInputError(what, where=str(source), fix="check the quotes") from error


def _name_problems(names: Sequence[str], lines: Sequence[int]) -> Iterator[_Problem]:
    """What is wrong with the names of the homes, each with what helps."""
    known: dict[str, int] = {}
    for name, line in zip(names, lines, strict=bool(names)):
        if not name:
            yield line, "name: it is empty", "give each home a name, or leave the column out"
        elif not NAME.fullmatch(name):
            yield line, f"name: {name[:40]!r} cannot be a name", NAME_RULE
        elif name in TAKEN_NAMES:
            yield line, f"name: {name!r} is what the manifest calls another input", "choose another name"
        elif name in known:
            yield line, f"name: {name!r} is also in line {known[name]}", "give each home a name of its own"
        known.setdefault(name, line)


def _number(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _refuse(found: Sequence[_Problem], path: Path) -> None:
    """Refuse what was found, with what helps where that is the same for all that is shown."""
    if not found:
        return
    in_order = sorted(found, key=lambda problem: problem[0])
    what = listed([f"line {line}: {problem}" for line, problem, _ in in_order], "things", most=_SHOWN)
    fix = "; ".join(dict.fromkeys(fix for _, _, fix in in_order[:_SHOWN]))
    raise BadInputError(what, where=str(path), fix=fix)
