"""Files of measured data: .csv and .csv.gz, as `text` reads them.

The file is read once, in blocks, into the times, the line numbers and the text of the powers (about 30 bytes a
line): a file of 50 MB takes a few seconds and tens of megabytes.
"""

from pathlib import Path
from typing import Final

from pvsim.adapters.tables.text import Table, opened_table
from pvsim.adapters.tables.zones import zone_named
from pvsim.core.series import (
    Columns,
    LocalDays,
    MeasuredSeries,
    Quantity,
    RawSeries,
    SeriesOptions,
    choose_columns,
    replay,
)
from pvsim.core.tables import Block, Footer, NumberColumns, remarks_on
from pvsim.core.times import Said, Stamps, TimeWords
from pvsim.errors import BadInputError

__all__ = ["read_samples", "read_series"]

_BLOCK_ROWS: Final = 16_384


def read_series(path: Path, options: SeriesOptions, *, quantity: Quantity, run: LocalDays) -> MeasuredSeries:
    """Read a file and replay it on the days of a run.

    Raises:
        BadInputError: the file cannot be read or used; says where and what to do.
    """
    return replay(read_samples(path, options, quantity=quantity), options, run=run, quantity=quantity)


def read_samples(path: Path, options: SeriesOptions, *, quantity: Quantity) -> RawSeries:
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
        self._numbers = NumberColumns([columns.name], table.source)
        times = columns.times
        said = Said(
            table.source,
            _words_of(options, quantity),
            zone_named,
            " ".join(table.layout.label(place) for place in times.places),
            options.tz,
            tz_yields=options.tz_yields,
            order=options.date_order,
        )
        zone = () if times.zone is None else (times.zone,)
        self._places = (*times.places, *zone)
        self._stamps = Stamps(said)
        self._end_places = () if times.end is None else (times.end, *zone)
        self._ends = Stamps(said)
        self._footer = Footer(times.places[0])

    def take(self, block: Block) -> None:
        """Take in a block."""
        block = self._footer.data_of(block)
        if not block.rows:
            return
        self._stamps.take(block.joined(self._places), block.lines)
        if self._end_places:
            self._ends.take(block.joined(self._end_places), block.lines)
        self._numbers.add(block.lines, [block.column(self._columns.power)])

    def samples(self) -> RawSeries:
        """What was read."""
        if not self._stamps:
            fix = "give a file with at least one whole day of samples"
            where = f"{self._source}:{self._layout.header_line}"
            raise BadInputError("only a header, no data", where=where, fix=fix)
        times = self._stamps.settle()
        option, said = self._options.option("decimal", self._quantity), self._options.decimal
        form, (power,) = self._numbers.read(
            self._layout.delimiter,
            decimal={"point": ".", "comma": ","}[said] if said else None,  # type: ignore[arg-type]  # the two marks
            option=option,
        )
        table_remarks = remarks_on(self._layout, self._columns.times.places, form, self._numbers.missing)
        return RawSeries(
            self._source,
            self._columns.name,
            times.lines,
            times.wall_s,
            times.offset_s,
            utc=times.utc,
            values=power,
            unit=self._columns.unit,
            unit_from=self._columns.unit_from,
            ignored=self._columns.ignored,
            zone=times.zone,
            zone_from=times.zone_from,
            stamp=self._columns.times.stamp,
            ends_day=times.ends_day,
            length_s=self._ends.settle().t_utc - times.t_utc if self._ends else None,
            remarks=(*table_remarks, *self._footer.remarks(), *times.remarks),
        )


def _words_of(options: SeriesOptions, quantity: Quantity) -> TimeWords:
    """How the command calls what says something of a file's times."""
    column, tz, order = (options.option(name, quantity) for name in ("time_column", "tz", "date_order"))
    return TimeWords(
        column=f"name the column of times with {column} NAME",
        zone=f"pass {tz} {{}}",
        no_zone=f"leave {tz} out",
        order=f"pass {order} {{}}",
    )
