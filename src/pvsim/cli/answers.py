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


def print_table(columns: Sequence[str], portions: Portions) -> None:
    """Columns side by side, numbers to the right."""
    shown: list[tuple[Any, ...]] = []
    more = 0
    for rows in portions:
        room = _TABLE_ROWS - len(shown)
        shown += rows[:room]
        more += len(rows[room:])
    cells = [[_cell(value) for value in row] for row in shown]
    heads = [one_line(name) for name in columns]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    right = [any(isinstance(row[i], int | float | Decimal) for row in shown) for i in range(len(columns))]
    for line in (heads, ["-" * width for width in widths], *cells):
        texts = (
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(line, widths, right, strict=True)
        )
        click.echo("  ".join(texts).rstrip())
    if more:
        click.echo(f"· {more:,} more rows; --csv and --json print all", err=True)


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
