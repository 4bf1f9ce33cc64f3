"""A day's PV power as a table by local time of day: `time_of_day,pv_kw`."""

from pathlib import Path
from typing import Final

import numpy as np

from pvsim.adapters.tables.text import Table, opened_table
from pvsim.core.pv.curve import checked_curve, second_of_day
from pvsim.core.quantities.physics import Floats
from pvsim.core.tables import NumberColumns
from pvsim.errors import BadInputError

__all__ = ["read_curve"]

_TIME: Final = "time_of_day"
_POWER: Final = "pv_kw"
_BLOCK_ROWS: Final = 4096


def read_curve(path: Path) -> tuple[Floats, Floats] | None:
    """Seconds of the day and kW of each point; None if the file is no such table.

    Raises:
        BadInputError: the file cannot be read, or the table is malformed: with its line.
    """
    with opened_table(path) as table:
        names = [name.lower() for name in table.layout.names]
        if _TIME not in names:
            return None
        if _POWER not in names:
            where = f"{table.source}:{table.layout.header_line}"
            what = f"the table by time_of_day has no column {_POWER}"
            raise BadInputError(what, where=where, fix="name its columns time_of_day,pv_kw")
        return _points(table, names.index(_TIME), names.index(_POWER))


def _points(table: Table, time: int, power: int) -> tuple[Floats, Floats]:
    seconds: list[float] = []
    numbers = NumberColumns([_POWER], table.source)
    for block in table.blocks(_BLOCK_ROWS):
        for text, line in zip(block.column(time), block.lines, strict=True):
            seconds.append(_second(text, f"{table.source}:{line}"))
        numbers.add(block.lines, [block.column(power)])
    _, (powers,) = numbers.read(table.layout.delimiter)
    return checked_curve(np.array(seconds), powers, table.source)


def _second(text: str, where: str) -> float:
    try:
        return second_of_day(text)
    except ValueError as error:
        what = f"{text[:40]!r} is not a time of day"
        raise BadInputError(what, where=where, fix="write times as 00:00 to 24:00") from error
