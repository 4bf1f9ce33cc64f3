"""The days of a file that a run uses, on a grid without gaps, in deciwatts."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pvsim.core.series.order import OrderedSeries
from pvsim.core.series.types import (
    DAY_S,
    HOUR_S,
    Filling,
    Gap,
    Quantity,
    SeriesOptions,
    date_of,
    day_number,
    wall_time,
)
from pvsim.errors import BadInputError

__all__ = ["Days", "Repeat", "choose_days", "fill_days", "rounded_share", "season_days"]

_SHORT_GAP_S: Final = HOUR_S
_YEAR_DAYS: Final = 365
_DARK: Final = 0.1
"""Of the highest power: no more is beside a gap that is a night."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """The second passing of a wall clock: its first second, and powers (0.1 W) with one more at the end."""

    first_wall: int
    power_dw: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Days:
    """Powers of whole days on the file's wall clock.

    Args:
        first_wall: Wall-clock second of the first power, at most one step before the first day.
        power_dw: Powers in 0.1 W, one for each step, with one more after the last day.
        repeats: What the file has for hours that its clock passes twice.
        gaps: Missing samples and how they were filled.
    """

    first_wall: int
    power_dw: NDArray[np.int64]
    repeats: tuple[Repeat, ...]
    gaps: tuple[Gap, ...]


def choose_days(file: OrderedSeries, options: SeriesOptions, days: int, quantity: Quantity) -> int:
    """The number (since 1970-01-01) of the file's day that becomes the first of `days` days.

    Whole days only, unless the user said how to fill gaps: then the days that the file touches.

    Raises:
        BadInputError: the file does not cover the days; says which it covers and which options would fit.
    """
    first, after = int(file.samples.wall_s[0]), int(file.samples.wall_s.max()) + file.step_s
    whole = (-(-first // DAY_S), after // DAY_S)
    filling = options.gaps not in {None, "error"}
    have = (first // DAY_S, -(-after // DAY_S)) if filling else whole
    start = whole[0] if days <= whole[1] - whole[0] else have[0]
    if options.start is not None:
        start = day_number(options.start)
    if have[0] <= start and start + days <= have[1]:
        return start
    if have[0] >= have[1]:
        clock = f" on the run's clock (its own times are {file.samples.zone})" if file.shown else ""
        what = f"the file does not cover a whole day: it goes from {wall_time(first)} to {wall_time(after)}{clock}"
        whole_day = "a file that covers the run's whole day" if file.shown else "at least one whole day"
        own_clock = ", run on the file's clock (`tz` UTC)" if _has_utc_day(file) else ""
        fix = f"give {whole_day}{own_clock}, or fill the rest of it: {_ways_to_fill(options, quantity)}"
        raise BadInputError(what, where=file.samples.source, fix=fix)
    count = have[1] - have[0]
    what = (
        f"the run needs {days} day(s) of the file from {date_of(start)}, but the file covers {count}: "
        f"{date_of(have[0])} to {date_of(have[1] - 1)}"
    )
    fits = f"{options.option('start', quantity)} {date_of(have[0])}"
    if days < count:
        fits += f" (or a day up to {date_of(have[1] - days)})"
    elif days > count:
        fits += f" with `days` {count} or fewer"
    raise BadInputError(what, where=file.samples.source, fix=f"pass {fits}")


def season_days(one: date, other: date) -> int:
    """How many days of the year lie between two dates, whichever way is shorter."""
    apart = abs(one.timetuple().tm_yday - other.timetuple().tm_yday)
    return min(apart, _YEAR_DAYS - apart)


def fill_days(
    file: OrderedSeries,
    power_dw: NDArray[np.int64],
    first: int,
    after: int,
    *,
    options: SeriesOptions,
    quantity: Quantity,
) -> Days:
    """Lay the samples of the wall clock [first, after) on a grid and fill its gaps.

    Args:
        file: The samples.
        power_dw: Their powers in 0.1 W (any value where the sample is empty), int64.
        first: Wall-clock second of the first day's midnight.
        after: Wall-clock second of the midnight after the last day.
        options: How to fill.
        quantity: For messages.

    Raises:
        BadInputError: no value at all, or a gap that the options do not fill.
    """
    samples, step = file.samples, file.step_s
    valued = ~np.isnan(samples.values)
    once = np.flatnonzero(valued & ~file.again)
    if not len(once):
        fix = f"choose another column with {options.option('column', quantity)} NAME"
        raise BadInputError(f"column {samples.column!r} has no value", where=samples.source, fix=fix)
    base = first - (first - int(samples.wall_s[0])) % step
    grid = np.arange(base, after + step, step, dtype=np.int64)
    known_wall, known_dw = samples.wall_s[once], power_dw[once]
    last = np.searchsorted(known_wall, grid, side="right") - 1
    held = known_dw[np.maximum(last, 0)]
    gaps = _find_gaps(file, grid[:-1], known_wall[np.maximum(last[:-1], 0)] != grid[:-1])
    values = held.copy()
    filled = []
    for low, high, seconds in gaps:
        where = samples.at(int(once[max(int(last[low]), 0)]))
        following = int(np.searchsorted(known_wall, grid[low], side="right"))
        beside = known_dw[[i for i in (int(last[low]), following) if 0 <= i < len(known_dw)]]
        if options.gaps == "night" and seconds and beside.max() <= known_dw.max() * _DARK:
            way: Filling = "zero"
        else:
            way = _way_to_fill(wall_time(grid[low]).isoformat(sep=" "), seconds, options, quantity, where)
        values[low:high] = _filling(way, grid[low:high], known_wall, known_dw, held[low:high])
        if seconds:
            filled.append(Gap(wall_time(grid[low]), seconds, way))
    repeats = _repeats(file, power_dw, valued, base, values)
    return Days(base, values, repeats, tuple(filled))


def rounded_share(
    difference: NDArray[np.int64], part: NDArray[np.int64], whole: NDArray[np.int64] | int
) -> NDArray[np.int64]:
    """`difference * part / whole` in integers, halves rounded up: the same on every machine."""
    return (2 * difference * part + whole) // (2 * whole)


def _find_gaps(
    file: OrderedSeries, grid: NDArray[np.int64], missing: NDArray[np.bool_]
) -> list[tuple[int, int, int]]:
    """Runs of missing steps: first index, index after the last, seconds that the file's clock did pass."""
    lost = missing.copy()
    for start, end in file.skipped:
        lost[(grid >= start) & (grid < end)] = False
    edges = np.flatnonzero(np.diff(missing, prepend=False, append=False))
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [(low, high, int(lost[low:high].sum()) * file.step_s) for low, high in pairs]


def _way_to_fill(start: str, seconds: int, options: SeriesOptions, quantity: Quantity, where: str) -> Filling:
    if seconds == 0:
        return options.fill
    if options.gaps not in {None, "error", "night"}:
        return options.gaps  # type: ignore[return-value]
    if options.gaps != "error" and seconds <= _SHORT_GAP_S:
        return options.fill
    what = f"a gap of {seconds} s from {start} (wall clock of the file)"
    start_option = options.option("start", quantity)
    ways = _ways_to_fill(options, quantity)
    fix = f"say how to fill gaps: {ways}; or take other days: {start_option} DATE"
    raise BadInputError(what, where=where, fix=fix)


def _has_utc_day(file: OrderedSeries) -> bool:
    """Whether times of UTC, shown on the run's clock, cover a whole day of their own."""
    samples = file.samples
    if not file.shown or samples.zone != "UTC" or samples.offset_s is None:
        return False
    t_utc = samples.wall_s - samples.offset_s
    return -(-int(t_utc[0]) // DAY_S) < (int(t_utc[-1]) + file.step_s) // DAY_S


def _ways_to_fill(options: SeriesOptions, quantity: Quantity) -> str:
    """What may be typed to fill gaps, the likeliest first."""
    option = options.option("gaps", quantity)
    if quantity == "pv":
        return f"{option} zero (an inverter may write nothing by night), hold or interpolate"
    return f"{option} hold, interpolate or zero"


def _filling(
    way: Filling,
    grid: NDArray[np.int64],
    known_wall: NDArray[np.int64],
    known_dw: NDArray[np.int64],
    held: NDArray[np.int64],
) -> NDArray[np.int64]:
    if way == "zero":
        return np.zeros_like(held)
    following = int(np.searchsorted(known_wall, grid[0], side="right"))
    if way == "hold" or following in {0, len(known_wall)}:
        return held
    left, right = known_wall[following - 1], known_wall[following]
    return held + rounded_share(known_dw[following] - held, grid - left, int(right - left))


def _repeats(
    file: OrderedSeries,
    power_dw: NDArray[np.int64],
    valued: NDArray[np.bool_],
    base: int,
    values: NDArray[np.int64],
) -> tuple[Repeat, ...]:
    """Second passings; where a sample is missing, the first passing's value stands in."""
    found = []
    places = (file.samples.wall_s - base) // file.step_s
    inside = file.again & (places >= 0) & (places < len(values) - 1)
    edges = np.flatnonzero(np.diff(inside, prepend=False, append=False))
    for low, high in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        start, end = int(places[low]), int(places[high - 1]) + 1
        part = values[start : end + 1].copy()
        here = np.arange(low, high)[valued[low:high]]
        part[places[here] - start] = power_dw[here]
        found.append(Repeat(base + start * file.step_s, part))
    return tuple(found)
