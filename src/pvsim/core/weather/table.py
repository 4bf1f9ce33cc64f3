"""A weather table made into a series: units, markers, clock and stamp; dated, or a typical year by its dates."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np

from pvsim.core.quantities.physics import Floats
from pvsim.core.quantities.timeline import DAY_S, HOUR_S
from pvsim.core.quantities.types import Ints
from pvsim.core.series.findings import Known
from pvsim.core.times import Times
from pvsim.core.weather.grid import on_grid, without_beam_on_the_level
from pvsim.core.weather.header import STAMP_SHARE, Head, Stamp
from pvsim.core.weather.names import LIGHT, Column
from pvsim.core.weather.reading import reading_of
from pvsim.core.weather.series import WeatherSeries
from pvsim.core.weather.values import Cleaned, cleaned
from pvsim.core.weather.year_order import DAYS, year_order
from pvsim.errors import BadInputError

__all__ = ["weather_of"]

_YEAR_H: Final = (DAYS * DAY_S // HOUR_S, (DAYS + 1) * DAY_S // HOUR_S)
_DIM_W: Final = 2.0  # kW/m² never exceed it; W/m² do on any day with a sun
_Zone: TypeAlias = tuple[str, Known]


def weather_of(
    head: Head,
    times: Times,
    raw: Mapping[str, Floats],
    *,
    source: str,
    stamp: Stamp | None,
    zone_said: bool,
    remarks: Sequence[str] = (),
) -> WeatherSeries:
    """The series of a table.

    Args:
        head: What its head says.
        times: Of its rows.
        raw: The numbers of its columns, as the file has them.
        source: The file's name.
        stamp: What of its interval a time is, if the site says it.
        zone_said: Whether the site says the zone.
        remarks: Of the reader of the text.

    Raises:
        BadInputError: times out of order or off a grid, a value that there is not on Earth, light too dim.
    """
    t_utc = times.t_utc
    step_s = _step(t_utc, source)
    taken = head.columns.taken
    columns = {
        name: _in_units(name, taken[name], raw[name], times, step_s=step_s, source=source) for name in taken
    }
    _refuse_dim(head.columns.taken, columns, source)
    stamped: tuple[Stamp, Known] = (stamp, "site file") if stamp else _stamped(head, times, step_s, source)
    values = without_beam_on_the_level({name: column.values for name, column in columns.items()})
    years = np.unique(t_utc.astype("datetime64[s]").astype("datetime64[Y]"))
    remarks = (*remarks, *times.remarks)
    by_dates = head.typical or (len(years) > 1 and bool((np.diff(t_utc) <= 0).any()))
    if by_dates and step_s == HOUR_S and len(t_utc) in _YEAR_H:
        series = _typical(head, times, values, source=source, stamp=stamped[0])
        remarks = (*remarks, "a typical year by its months, days and hours: it serves for any year")
    else:
        series = on_grid(source, t_utc, values, stamp_share=STAMP_SHARE[stamped[0]])
    reading = reading_of(
        series,
        head.columns.taken,
        columns,
        head.columns.ignored,
        rows=len(t_utc),
        zone=_zone(head, times, said=zone_said),
        stamp=stamped,
        remarks=remarks,
    )
    return replace(series, station=head.station, reading=reading)


def _step(t_utc: Ints, source: str) -> int:
    """The most frequent step."""
    if len(t_utc) < 2:  # noqa: PLR2004 - a step needs two
        fix = "give a file of two lines or more: the time between them is the length of an interval"
        raise BadInputError("there is only one line of data", where=source, fix=fix)
    steps, counts = np.unique(np.diff(t_utc), return_counts=True)
    return int(steps[np.argmax(counts)])


def _stamped(head: Head, times: Times, step_s: int, source: str) -> tuple[Stamp, Known]:
    """What of its interval a time is: hours at half past are middles, where nothing is known of their clock.

    Raises:
        BadInputError: the file goes from one step after midnight to midnight, as files of ends do.
    """
    if head.stamp_from != "assumed":
        return head.stamp, head.stamp_from
    if times.ends_day:
        return "end", "times"
    first, last = (int(times.wall_s[row]) % DAY_S for row in (0, -1))
    if first == step_s and last == 0:
        what = "the times go from one step after midnight to midnight: each may be the end of its interval"
        fix = 'write stamp = "end" under [weather], or stamp = "start" if they are its starts'
        raise BadInputError(what, where=f"{source}:{times.lines[0]}", fix=fix)
    if step_s == HOUR_S and (head.dated or head.offset_s or times.zone_from == "assumed"):
        half_past = bool((times.wall_s % HOUR_S == HOUR_S // 2).all())
        return ("middle", "values") if half_past else ("start", "assumed")
    return "start", "assumed"


def _in_units(name: str, column: Column, raw: Floats, times: Times, *, step_s: int, source: str) -> Cleaned:
    values = raw * column.factor + column.offset
    if column.energy:
        values = values / max(step_s, 1)
    return cleaned(name, raw, values, lambda row: f"{source}:{times.lines[row]}")


def _refuse_dim(taken: Mapping[str, Column], columns: Mapping[str, Cleaned], source: str) -> None:
    light = [name for name in LIGHT if name in columns]
    brightest = max(float(np.fmax.reduce(columns[name].values, initial=0.0)) for name in light)
    if 0 < brightest <= _DIM_W and all(taken[name].unit_from == "assumed" for name in light):
        what = f"the light is never more than {brightest:g} W/m²: is it in kW/m²?"
        fix = f"write the unit into the header: {taken[light[0]].header} (kW/m²), or (W/m²)"
        raise BadInputError(what, where=source, fix=fix)


def _typical(
    head: Head, times: Times, values: Mapping[str, Floats], *, source: str, stamp: Stamp
) -> WeatherSeries:
    """The hours in the order of their dates on the file's own clock."""
    offset_s = head.offset_s or 0
    if times.offset_s is not None and not times.utc:
        offset_s = int(times.offset_s[0])
    begin = times.t_utc + offset_s - (HOUR_S if stamp == "end" else 0)
    moments = begin.astype("datetime64[s]")
    late = begin % HOUR_S
    if (late != late[0]).any():
        fix = "write all times with the same minutes"
        raise BadInputError("the hours of a typical year begin at different minutes", where=source, fix=fix)
    month = moments.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (moments.astype("datetime64[D]") - moments.astype("datetime64[M]").astype("datetime64[D]")).astype(
        np.int64
    ) + 1
    order = year_order(month, day, begin % DAY_S // HOUR_S, times.lines.tolist(), source)
    shift_s = int(late[0]) - (HOUR_S // 2 if stamp in {"middle", "moment"} else 0)
    series = WeatherSeries(source, HOUR_S, shift_s - offset_s, typical=True)
    return replace(series, **{name: column[order] for name, column in values.items()})  # type: ignore[arg-type]  # arrays


def _zone(head: Head, times: Times, *, said: bool) -> _Zone:
    if times.zone_from == "assumed":
        return "UTC", "assumed"
    if times.zone_from != "option":
        return times.zone, times.zone_from
    if said:
        return times.zone, "site file"
    hours = (head.offset_s or 0) / HOUR_S
    return (f"UTC{hours:+g} h" if hours else "UTC"), "header"
