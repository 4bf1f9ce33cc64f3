"""From a file with a day's PV power to the plant behind it, as a site file."""

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from pvsim.adapters.tables.curves import read_curve
from pvsim.adapters.tables.series_csv import read_samples
from pvsim.adapters.turbidity import linke_turbidity
from pvsim.core.pv.curve import CurvePv
from pvsim.core.pv.fit import Day, fit_plant, profile
from pvsim.core.pv.fit.fitted import FittedPlant
from pvsim.core.quantities.physics import Floats, physics_extra
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import DW_PER_KW, Ints
from pvsim.core.series import FileReading, LocalDays, SeriesOptions, choose_days, date_of, put_in_order, replay
from pvsim.core.weather.sun import Place
from pvsim.errors import BadInputError, UsageError

__all__ = ["FitRequest", "find_plant"]

_POINT_S = 300
_MIDSUMMER = date(2024, 6, 21)
_MOST_KW = 9_999.0


@dataclass(frozen=True, slots=True)
class FitRequest:
    """What `pvsim fit` is to fit: a measured day, and what the user knows about it.

    Attributes:
        path: A CSV file: `time_of_day,pv_kw`, or times with dates.
        place: Where the plant is.
        tz: Zone of the file's times.
        date: The day; None is the file's first whole one, or 21 June where the file has no dates.
        turbidity: Linke turbidity of the day; None takes the world table's.
        temp_air_c: Mean temperature of the day.
        losses_percent: On the DC side.
        options: How to read a file that has dates.
    """

    path: Path
    place: Place
    tz: ZoneInfo
    date: date | None
    turbidity: float | None
    temp_air_c: float
    losses_percent: float
    options: SeriesOptions = field(default_factory=SeriesOptions)


def find_plant(request: FitRequest) -> FittedPlant:
    """Find the plant behind a day.

    Raises:
        BadInputError: the file cannot be read, has no such day, or no power.
        UsageError: an option is impossible, or pvlib is missing.
    """
    physics_extra()
    points = read_curve(request.path)
    day, t_utc, power_kw, reading = _measured(request) if points is None else _curve(request, *points)
    if power_kw.max() > _MOST_KW:
        what = f"a power of {power_kw.max():g} kW is outside 0..{_MOST_KW:g} kW"
        raise BadInputError(what, where=str(request.path), fix="is the column in W? pass `pv.unit` W")
    turbidity = request.turbidity
    if turbidity is None:
        months = linke_turbidity(request.place.latitude_deg, request.place.longitude_deg)
        turbidity = months[day.month - 1]
    known = Day(
        str(request.path),
        request.place,
        day,
        t_utc,
        power_kw,
        turbidity,
        temp_air_c=request.temp_air_c,
        losses_percent=request.losses_percent,
    )
    fit = fit_plant(known)
    return FittedPlant(known, fit, profile(known, fit), str(request.tz), reading)


def _curve(request: FitRequest, times: Floats, powers: Floats) -> tuple[date, Ints, Floats, FileReading | None]:
    """A table by local time of day; its points are powers at their times."""
    usual = SeriesOptions()
    for name in (*("column", "time_column", "unit", "kind", "sign", "scale"), *("gaps", "date_order", "stamp")):
        if getattr(request.options, name) != getattr(usual, name):
            field, fix = f"pv.{name}", "leave it out; the table is time_of_day,pv_kw"
            what = f"`{field}` says how to read a file with dates; this one has none"
            raise UsageError(what, field=field, fix=fix)
    day = request.date or _MIDSUMMER
    timeline = Timeline.of_days(day, 1, request.tz)
    curve = CurvePv.of_points(times, powers, timeline)
    t_utc = np.arange(timeline.start_utc, timeline.end_utc, _POINT_S, dtype=np.int64)
    return day, t_utc, curve.power_dw(timeline.start_utc, timeline.seconds)[::_POINT_S] / DW_PER_KW, None


def _measured(request: FitRequest) -> tuple[date, Ints, Floats, FileReading | None]:
    """A file with dates: means over five minutes, at their middles."""
    options = replace(request.options, start=request.date, gaps=request.options.gaps or "night")
    samples = read_samples(request.path, options, quantity="pv")
    if samples.offset_s is not None:  # the sun shines at instants, whatever the clock is called
        wall_s = samples.wall_s - samples.offset_s
        samples = replace(samples, wall_s=wall_s, offset_s=None, utc=True)
    file = put_in_order(samples, request.tz, options, "pv")
    day = date_of(choose_days(file, options, 1, "pv"))
    series = replay(samples, replace(options, start=day), quantity="pv", run=LocalDays(day, 1, request.tz))
    timeline = Timeline.of_days(day, 1, request.tz)
    power = series.power_dw(timeline.start_utc, timeline.seconds).reshape(-1, _POINT_S).mean(axis=1) / DW_PER_KW
    middles = timeline.start_utc + np.arange(len(power), dtype=np.int64) * _POINT_S + _POINT_S // 2
    return day, middles, power, series.findings.reading
