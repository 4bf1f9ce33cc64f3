"""Files of prices and emissions: a value for each interval of a market."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pvsim.adapters.tables.text import opened_table
from pvsim.adapters.tables.zones import zone_named
from pvsim.core.series.findings import FileReading, Known, Taken
from pvsim.core.site.tariff import DataSeries
from pvsim.core.tables import Footer, NumberColumns, remarks_on, start_of_period
from pvsim.core.tariff.columns import ValueColumns, choose_value_columns
from pvsim.core.tariff.steps import ValueSeries
from pvsim.core.tariff.units import Quantity
from pvsim.core.times import Said, Stamps, Times, TimeWords
from pvsim.errors import BadInputError

__all__ = ["ReadValues", "read_values"]

_BLOCK_ROWS: Final = 10_000


@dataclass(frozen=True, slots=True)
class ReadValues:
    """A file of values, and how it was read; its step is not known yet."""

    series: ValueSeries
    reading: FileReading


def read_values(series: DataSeries, quantity: Quantity, *, setting: str, currency: str, tz: str) -> ReadValues:
    """Read the file that a site names.

    Args:
        series: What the site file says.
        quantity: What the values are.
        setting: Path of the series in the site file, for messages.
        currency: That of the tariff.
        tz: Zone of the site, for times of which nothing else is known.

    Raises:
        BadInputError: the file cannot be read, or is not what the site says: where, and what to do.
    """
    path = Path(series.path)
    with opened_table(path, fix=f"check path under [{setting}]; it is relative to the site file") as table:
        columns = choose_value_columns(
            table.layout, series, quantity, currency=currency, setting=setting, source=table.source
        )
        words = TimeWords(
            column="put them in the first column",
            zone=f'write tz = "{{}}" under [{setting}]',
            no_zone=f"leave out tz under [{setting}]",
            order="write dates as 2024-06-21",
        )
        header = " ".join(table.layout.label(place) for place in columns.times.places)
        said = Said(table.source, words, zone_named, header, ZoneInfo(series.tz or tz), tz_yields=True)
        stamps, footer = Stamps(said), Footer(columns.times.places[0])
        numbers = NumberColumns([columns.name], table.source)
        zone = () if columns.times.zone is None else (columns.times.zone,)
        for whole in table.blocks(_BLOCK_ROWS):
            block = footer.data_of(whole)
            if block.rows:
                texts = block.joined((*columns.times.places, *zone))
                stamps.take([start_of_period(text) for text in texts], block.lines)
                numbers.add(block.lines, [block.column(columns.value)])
    if not stamps:
        where = f"{table.source}:{table.layout.header_line or 1}"
        raise BadInputError("only a header, no data", where=where, fix="give a file with the days of the run")
    times = stamps.settle()
    form, (values,) = numbers.read(table.layout.delimiter)
    stamp, stamp_from = _stamp(series, columns, times, setting=setting, source=table.source)
    read = ValueSeries(table.source, times.lines, times.t_utc, values, columns.unit, stamp_is_end=stamp == "end")
    remarks = (*remarks_on(table.layout, columns.times.places, form, numbers.missing), *footer.remarks())
    zone_name, zone_from = _zone(series, times, tz)
    reading = FileReading(
        table.source,
        (Taken(columns.name, quantity, columns.unit.text, columns.unit_from),),
        columns.ignored,
        rows=len(values),
        step_s=0,
        zone=zone_name,
        zone_from=zone_from,
        stamp=stamp,
        stamp_from=stamp_from,
        remarks=(*remarks, *times.remarks),
    )
    return ReadValues(read, reading)


def _stamp(
    series: DataSeries, columns: ValueColumns, times: Times, *, setting: str, source: str
) -> tuple[Literal["start", "end"], Known]:
    if series.stamp is not None:
        return series.stamp, "site file"
    if times.ends_day:
        return "end", "times"
    if columns.times.stamp == "middle":
        what = "the header says that each time is the middle of its interval"
        fix = f'give a file with starts or ends, or write stamp = "start" under [{setting}] if they are'
        raise BadInputError(what, where=source, fix=fix)
    return ("start", "assumed") if columns.times.stamp is None else (columns.times.stamp, "header")


def _zone(series: DataSeries, times: Times, tz: str) -> tuple[str, Known]:
    if times.zone_from != "option":
        return times.zone, times.zone_from
    return (series.tz, "site file") if series.tz is not None else (tz, "assumed")
