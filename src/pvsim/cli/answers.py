"""The answer of a query as text: a table for people, JSON and CSV for programs."""

import csv
import json
import math
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias

import click

__all__ = ["one_line", "print_csv", "print_json", "print_table"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""What a terminal obeys instead of showing it: escapes, ends of lines, directions of writing."""

_TABLE_ROWS = 1_000
_BETWEEN = "  "
_SHOW_ALL = "--csv, --json or | less -S show all"
_NAMED = 6
"""So many columns that do not fit are named."""

Portions: TypeAlias = Iterator[list[tuple[Any, ...]]]


def print_json(columns: Sequence[str], portions: Portions) -> None:
    """One object a line."""
    before = "["
    for rows in portions:
        for row in rows:
            values = dict(zip(columns, map(_plain, row), strict=True))
            click.echo(f"{before}\n  {json.dumps(values, ensure_ascii=False)}", nl=False)
            before = ","
    click.echo("\n]" if before == "," else "[]")


def print_csv(columns: Sequence[str], portions: Portions) -> None:
    """A line of names, and one for each row."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for rows in portions:
        writer.writerows([_plain(value) for value in row] for row in rows)


def print_table(columns: Sequence[str], portions: Portions, *, room: int | None = None) -> None:
    """Columns side by side, numbers to the right.

    Args:
        columns: Their names.
        portions: The rows.
        room: Characters of a line of the terminal. Where the columns do not fit, a single row is shown as a list
            of names and values, and of several rows the columns that fit. None shows all: a file or a program
            takes it.
    """
    shown: list[tuple[Any, ...]] = []
    more = 0
    for rows in portions:
        left = _TABLE_ROWS - len(shown)
        shown += rows[:left]
        more += len(rows[left:])
    cells = [[_cell(value) for value in row] for row in shown]
    heads = [one_line(name) for name in columns]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    fits = _fitting(widths, room)
    if len(fits) < len(columns) and len(cells) == 1:
        _print_row(heads, cells[0])
        return
    right = [any(isinstance(row[i], int | float | Decimal) for row in shown) for i in range(len(columns))]
    for line in (heads, ["-" * width for width in widths], *cells):
        texts = (line[i].rjust(widths[i]) if right[i] else line[i].ljust(widths[i]) for i in fits)
        click.echo(_BETWEEN.join(texts).rstrip())
    if more:
        click.echo(f"· {more:,} more rows; --csv and --json print all", err=True)
    if hidden := [head for i, head in enumerate(heads) if i not in fits]:
        names = ", ".join(hidden[:_NAMED]) + (f" and {len(hidden) - _NAMED:,} more" if hidden[_NAMED:] else "")
        which = f"no room for {len(hidden):,} of {len(heads):,} columns: {names}"
        click.echo(f"· {which}; name those you want in place of *; {_SHOW_ALL}", err=True)


def _fitting(widths: Sequence[int], room: int | None) -> list[int]:
    """The first columns that have room in a line, at least one; one that would take half of it is passed over."""
    if room is None or sum(widths) + len(_BETWEEN) * (len(widths) - 1) <= room:
        return list(range(len(widths)))
    fits, used = [0], widths[0]
    for i, width in enumerate(widths[1:], start=1):
        if used + len(_BETWEEN) + width <= room:
            fits.append(i)
            used += len(_BETWEEN) + width
        elif width <= room // 2:
            break
    return fits


def _print_row(heads: Sequence[str], cells: Sequence[str]) -> None:
    """One row as a list: each column in a line of its own."""
    width = max(map(len, heads))
    for head, cell in zip(heads, cells, strict=True):
        click.echo(f"{head.ljust(width)}{_BETWEEN}{cell}".rstrip())


def one_line(text: str) -> str:
    """A text of somebody else's in one line, which does nothing to the terminal."""
    return _CONTROL.sub(" ", text)


def _cell(value: Any) -> str:
    value = _plain(value)
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else one_line(str(value))


def _plain(value: Any) -> Any:
    """A value as JSON has it: times as ISO 8601, what is no number as none."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value if isinstance(value, bool | int | str | None) else str(value)
