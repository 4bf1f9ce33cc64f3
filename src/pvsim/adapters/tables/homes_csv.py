"""The homes of a street from a CSV file: a row a home."""

import csv
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import chain
from math import isnan
from pathlib import Path
from typing import Final

from pvsim.adapters.tables.text import opened_lines
from pvsim.core.run.plan import MAX_METERS
from pvsim.core.site.home_rows import COLUMNS, home_of_row
from pvsim.core.site.schema import Home, Site
from pvsim.core.tables import NumberColumns
from pvsim.errors import BadInputError

__all__ = ["HomeRows", "read_homes"]

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_TAKEN: Final = ("pv", "weather", "places_m")
_SHOWN: Final = 10
_FIX: Final = f"the columns are {', '.join(COLUMNS)}; each may be left out"
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
        rows = list(_rows(rest, mark, header_line, path))
    while rows and not any(rows[-1][1]):  # what programs leave at the end
        rows.pop()
    rows = [(number, cells) for number, cells in rows if any(cells) or len(cells) > 1 or len(columns) == 1]
    if not rows:
        raise BadInputError("only a header, no homes", where=f"{path}:{header_line}", fix="add rows of homes")
    if len(rows) > MAX_METERS:
        what = f"{len(rows):,} homes, where a run has at most {MAX_METERS:,} meters"
        raise BadInputError(what, where=str(path), fix="leave some out")
    found = [
        f"line {number}: {len(cells)} cells, where {len(columns)} belong"
        for number, cells in rows
        if len(cells) != len(columns) and any(cells)
    ]
    found += [
        f"line {number}: it is empty: for a home that is as the site is, write its name or a 0; else leave it out"
        for number, cells in rows
        if not any(cells)
    ]
    _refuse(found, path)
    names = [cells[columns.index("name")] for _, cells in rows] if "name" in columns else []
    found += _name_problems(names, [number for number, _ in rows])
    numeric = [name for name in columns if name != "name"]
    numbers = NumberColumns(numeric, str(path))
    at = [columns.index(name) for name in numeric]
    numbers.add([number for number, _ in rows], [[cells[place] for _, cells in rows] for place in at])
    _, values = numbers.read(mark)
    homes = []
    for index, (number, _) in enumerate(rows):
        cells = {name: _number(column[index]) for name, column in zip(numeric, values, strict=True)}
        home, problems = home_of_row(cells, site)
        homes.append(home)
        found += [f"line {number}: {problem}" for problem in problems]
    _refuse(found, path)
    return HomeRows(homes, [number for number, _ in rows], names)


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
    for column in columns:
        if column not in COLUMNS:
            near = get_close_matches(column, COLUMNS, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise BadInputError(f"there is no column {column[:40]!r}", where=where, fix=hint + _FIX)
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


def _name_problems(names: Sequence[str], lines: Sequence[int]) -> Iterator[str]:
    """What is wrong with the names of the homes."""
    known: dict[str, int] = {}
    for name, line in zip(names, lines, strict=bool(names)):
        if not name:
            yield f"line {line}: name: it is empty; give each home a name, or leave the column out"
        elif not _NAME.fullmatch(name):
            allowed = "use up to 32 letters, digits, - and _, beginning with a letter or digit"
            yield f"line {line}: name: {name[:40]!r} cannot be a name; {allowed}"
        elif name in _TAKEN:
            yield f"line {line}: name: {name!r} is what the manifest calls another input; choose another"
        elif name in known:
            yield f"line {line}: name: {name!r} is also in line {known[name]}"
        known.setdefault(name, line)


def _number(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _refuse(found: Sequence[str], path: Path) -> None:
    if not found:
        return
    more = [f"and {len(found) - _SHOWN:,} more"] if len(found) > _SHOWN else []
    what = found[0]
    if len(found) > 1:
        what = "\n  ".join([f"{len(found):,} things are wrong:", *found[:_SHOWN], *more])
    raise BadInputError(what, where=str(path), fix=_FIX)
