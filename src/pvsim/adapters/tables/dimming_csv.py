"""Times in which devices are dimmed, from a CSV file with the columns from, to and limit_kw."""

import csv
from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path

from pvsim.adapters.tables.text import opened_lines
from pvsim.core.site.dimming import window_utc
from pvsim.core.site.problems import listed
from pvsim.core.site.schema import MAX_POWER_KW, DimmingWindow
from pvsim.errors import BadInputError

__all__ = ["read_dimming"]

_COLUMNS = ("from", "to", "limit_kw")
_SHOWN = 10
_FIX = "write a header from,to,limit_kw and a line such as 2025-01-15T17:00,2025-01-15T19:00,4.2 for each window"


def read_dimming(path: Path, zone: tzinfo) -> tuple[DimmingWindow, ...]:
    """The windows of a file.

    Args:
        path: The file; its cells are parted by commas or semicolons.
        zone: Whose clock its times are by.

    Raises:
        BadInputError: if it cannot be read, or is wrong: the first ten things that are, each with its line.
    """
    with opened_lines(path, fix="check the path: grid.dimming_file in the site file") as lines:
        header = next(lines, "")
        mark = ";" if ";" in header else ","
        if [cell.strip().lower() for cell in header.split(mark)] != list(_COLUMNS):
            what = f"the columns are {', '.join(_COLUMNS)}, not {header.strip()[:80]!r}"
            raise BadInputError(what, where=f"{path}, line 1", fix=_FIX)
        windows, problems = [], []
        for number, cells in _rows(lines, mark):
            window, problem = _window(cells, zone)
            if window is not None:
                windows.append(window)
            else:
                problems.append(f"line {number}: {problem}")
    if problems:
        raise BadInputError(listed(problems, "lines", most=_SHOWN), where=str(path), fix=_FIX)
    return tuple(windows)


def _rows(lines: Iterator[str], mark: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line that is not empty, with its number."""
    for number, cells in enumerate(csv.reader(lines, delimiter=mark), start=2):
        if any(cell.strip() for cell in cells):
            yield number, [cell.strip() for cell in cells]


def _window(cells: list[str], zone: tzinfo) -> tuple[DimmingWindow | None, str]:
    """The window of a line, or what is wrong with it."""
    if len(cells) != len(_COLUMNS):
        return None, f"{len(cells)} cells, where {len(_COLUMNS)} belong"
    start, end, text = cells
    try:
        limit_kw = float(text.replace(",", "."))
    except ValueError:
        return None, f"limit_kw: {text!r} is not a number"
    if not 0 <= limit_kw <= MAX_POWER_KW:  # also refuses NaN
        return None, f"limit_kw: {limit_kw:g} is outside 0..{MAX_POWER_KW:,g}"
    window = DimmingWindow(start, end, limit_kw)
    try:
        window_utc(window, zone)
    except ValueError as error:
        return None, str(error)
    return window, ""
