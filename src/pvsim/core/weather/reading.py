"""What was read of a weather file, for its line on the terminal and for the manifest."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pvsim.core.series.findings import FileReading, Known, Taken
from pvsim.core.weather.names import Column, looks_like_weather
from pvsim.core.weather.series import WeatherSeries
from pvsim.core.weather.values import Cleaned

__all__ = ["reading_of"]


def reading_of(
    series: WeatherSeries,
    columns: Mapping[str, Column],
    values: Mapping[str, Cleaned],
    ignored: Sequence[str],
    *,
    rows: int,
    zone: tuple[str, Known],
    stamp: tuple[Literal["start", "middle", "end", "moment"], Known],
    remarks: Sequence[str] = (),
) -> FileReading:
    """How a weather file was read.

    Args:
        series: What came of it.
        columns: What was taken, by what it is.
        values: The numbers of these columns.
        ignored: Headers of the other columns; those that seem to be weather are reported.
        rows: Of the file.
        zone: Whose clock its times are, and how that is known.
        stamp: What of its interval a time is, and how that is known.
        remarks: What else is worth saying.
    """
    taken = [Taken(column.header, name, column.unit, column.unit_from) for name, column in columns.items()]
    marked = [
        f"{count:,} of {name} {'is' if count == 1 else 'are'} {marker}, read as missing"
        for name, column in values.items()
        for marker, count in column.marked.items()
    ]
    return FileReading(
        series.source,
        tuple(taken),
        tuple(name for name in ignored if looks_like_weather(name)),
        rows=rows,
        step_s=series.step_s,
        zone=zone[0],
        zone_from=zone[1],
        stamp=stamp[0],
        stamp_from=stamp[1],
        clipped_low=sum(column.below_zero for column in values.values()),
        remarks=(*remarks, *marked),
    )
