"""Files of measured data: .csv and .csv.gz, as `text` reads them.

The file is read once, in blocks, into the times, the line numbers and the text of the powers (about 30 bytes a
line): a file of 50 MB takes a few seconds and tens of megabytes.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from pvsim.adapters.tables.text import Table, opened_table
from pvsim.core.series import (
    Columns,
    MeasuredSeries,
    Quantity,
    Run,
    Samples,
    SeriesOptions,
    Style,
    choose_columns,
    parse_stamps,
    replay,
    style_of,
    to_watts,
)
from pvsim.core.series.timestamps import FORMATS
from pvsim.core.tables import Block, NumberColumns
from pvsim.errors import BadInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["read_samples", "read_series"]

_BLOCK_ROWS: Final = 16_384


def read_series(path: Path, options: SeriesOptions, *, quantity: Quantity, run: Run) -> MeasuredSeries:
    """Read a file and replay it on the days of a run.

    Raises:
        BadInputError: the file cannot be read or used; says where and what to do.
    """
    return replay(read_samples(path, options, quantity=quantity), options, run=run, quantity=quantity)


def read_samples(path: Path, options: SeriesOptions, *, quantity: Quantity) -> Samples:
    """Read the times and powers of a file, in its order.

    Raises:
        BadInputError: the file cannot be read, has no such column, or a line cannot be understood.
    """
    with opened_table(path) as table:
        layout = table.layout
        if not layout.names and not layout.times:
            fix = f"give a CSV file such as:\n  timestamp,{quantity}_kw\n  2024-06-21T00:00:00+02:00,0.35"
            raise BadInputError("the file is empty", where=table.source, fix=fix)
        columns = choose_columns(
            layout.names,
            options,
            quantity=quantity,
            source=table.source,
            line=layout.header_line,
            units=layout.units,
            times=layout.times,
        )
        reading = _Reading(table, columns, options, quantity)
        for block in table.blocks(_BLOCK_ROWS):
            reading.take(block)
    return reading.samples()


class _Reading:
    """The times and the powers of a table, block by block."""

    def __init__(self, table: Table, columns: Columns, options: SeriesOptions, quantity: Quantity) -> None:
        self._source = table.source
        self._layout = table.layout
        self._columns = columns
        self._options = options
        self._quantity = quantity
        self._style: Style | None = None
        self._blocks: list[tuple[NDArray[np.int64], ...]] = []
        self._numbers = NumberColumns([columns.name], table.source)
        times = table.layout.times
        self._times = times if columns.time in times else (columns.time,)

    def take(self, block: Block) -> None:
        """Take in a block."""
        stamps = block.joined(self._times)
        if self._style is None:
            self._style = self._style_of(stamps[0], block.lines[0])
        wall, offset = parse_stamps(stamps, self._style, lines=block.lines, source=self._source)
        self._blocks.append((np.array(block.lines, np.int64), wall, offset))
        self._numbers.add(block.lines, [block.column(self._columns.power)])

    def samples(self) -> Samples:
        """What was read, in watts."""
        if self._style is None:
            fix = "give a file with at least one whole day of samples"
            where = f"{self._source}:{self._layout.header_line}"
            raise BadInputError("only a header, no data", where=where, fix=fix)
        lines, wall, offset = (np.concatenate(parts) for parts in zip(*self._blocks, strict=True))
        _, (power,) = self._numbers.read(self._layout.delimiter)
        most = lines[np.argmax(np.nan_to_num(power))]
        where = f"{self._source}:{most}"
        power_w = to_watts(power, self._columns, options=self._options, quantity=self._quantity, where=where)
        return Samples(
            self._source,
            self._columns.name,
            lines,
            wall,
            offset if self._style.offset == "written" else None,
            utc=self._style.offset == "utc",
            power_w=power_w,
            unit=self._columns.unit,
            unit_from=self._columns.unit_from,
            ignored=self._columns.ignored,
        )

    def _style_of(self, stamp: str, line: int) -> Style:
        try:
            return style_of(stamp)
        except ValueError as error:
            option = self._options.option("time_column", self._quantity)
            fix = f"write times as {FORMATS}, or name the column of times with {option} NAME"
            raise BadInputError(str(error), where=f"{self._source}:{line}", fix=fix) from error
