"""Measured data for replay: from a file's times and powers to the power of each second of a run.

The way of a file: `columns` finds what to read, `pvsim.core.times` reads the times, `order` checks the order and
finds the step and the changes of the clock, `days` chooses the days and fills the gaps, `replay` answers for
seconds.
"""

from pvsim.core.series.columns import Columns, choose_columns
from pvsim.core.series.days import choose_days
from pvsim.core.series.findings import FileReading, Known, Taken
from pvsim.core.series.order import put_in_order
from pvsim.core.series.replay import LocalDays, MeasuredSeries, replay
from pvsim.core.series.types import Filling, Gap, Quantity, RawSeries, SeriesFindings, SeriesOptions, Unit, date_of

__all__ = [
    "Columns",
    "FileReading",
    "Filling",
    "Gap",
    "Known",
    "LocalDays",
    "MeasuredSeries",
    "Quantity",
    "RawSeries",
    "SeriesFindings",
    "SeriesOptions",
    "Taken",
    "Unit",
    "choose_columns",
    "choose_days",
    "date_of",
    "put_in_order",
    "replay",
]
