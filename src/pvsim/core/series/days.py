"""The days of a file that a run uses, on a grid without gaps, in deciwatts."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pvsim.core.series.day_part import DayPart
from pvsim.core.series.order import OrderedSeries
from pvsim.core.series.passings import Passings, Spans, seconds_in
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

__all__ = ["Days", "choose_days", "fill_days", "has_days", "rounded_share", "season_days"]

_SHORT_GAP_S: Final = HOUR_S
_YEAR_DAYS: Final = 365
_NEITHER: Final = Passings()  # twice nor never: of a clock that is not changed
_DARK: Final = 0.1
"""Of the highest power: no more is beside a gap that is a night."""


@dataclass(frozen=True, slots=True)
class Days:
    """Powers of whole days, in the order in which the file's clock passes them.

    Args:
        first: Place of the first power, at most one step before the first day.
        power_dw: Powers in 0.1 W, one for each step, with one more after the last day.
        passings: Where a wall clock has its place, such as one that file and run pass twice.
        gaps: Missing samples and how they were filled.
    """

    first: int
    power_dw: NDArray[np.int64]
    passings: Passings
    gaps: tuple[Gap, ...]


def choose_days(
    file: OrderedSeries, options: SeriesOptions, days: int, quantity: Quantity, part: DayPart | None = None
) -> int:
    """The number (since 1970-01-01) of the file's day that becomes the first of `days` days.

    Whole days, else those whose part the file covers; where the user said how to fill gaps, the days that the file
    touches.

    Raises:
        BadInputError: the file does not cover the days; says which it covers and which options would fit.
    """
    first, after = _reach(file)
    whole, have = _whole_days(first, after), _usable_days(first, after, options, part)
    start = whole[0] if days <= whole[1] - whole[0] else have[0]
    if options.start is not None:
        start = day_number(options.start)
    if have[0] <= start and start + days <= have[1]:
        return start
    if have[0] >= have[1]:
        raise _covers_nothing(file, options, quantity, part, (first, after))
    count = have[1] - have[0]
    of_part = f" {part} of" if part else ""
    what = (
        f"the run needs{of_part} {days} day(s) of the file from {date_of(start)}, but the file covers {count}: "
        f"{date_of(have[0])} to {date_of(have[1] - 1)}"
    )
    fits = f"{options.option('start', quantity)} {date_of(have[0])}"
    if days < count:
        fits += f" (or a day up to {date_of(have[1] - days)})"
    elif days > count:
        fits += f" with `days` {count} or fewer"
    raise BadInputError(what, where=file.samples.source, fix=f"pass {fits}")


def has_days(file: OrderedSeries, options: SeriesOptions, first_day: int, days: int, part: DayPart | None) -> bool:
    """Whether `days` days of the file from `first_day` on may be taken, as `choose_days` takes them."""
    begin, end = _usable_days(*_reach(file), options, part)
    return begin <= first_day and first_day + days <= end


def _usable_days(first: int, after: int, options: SeriesOptions, part: DayPart | None) -> tuple[int, int]:
    """The days that may be taken of the wall clock [first, after): the first, and the one after the last."""
    if options.gaps not in {None, "error"}:
        return first // DAY_S, -(-after // DAY_S)
    return part.days_within(first, after) if part else _whole_days(first, after)


def _whole_days(first: int, after: int) -> tuple[int, int]:
    return -(-first // DAY_S), after // DAY_S


def _reach(file: OrderedSeries) -> tuple[int, int]:
    """The wall clock that the file covers, with what its clock skips just before it and just after."""
    first, after = int(file.samples.wall_s[0]), int(file.samples.wall_s.max()) + file.step_s
    before, beyond = ({end: begin for begin, end in file.skipped}, dict(file.skipped))
    return before.get(first, first), beyond.get(after, after)


def _covers_nothing(
    file: OrderedSeries, options: SeriesOptions, quantity: Quantity, part: DayPart | None, have: tuple[int, int]
) -> BadInputError:
    """The error that a file, which goes from one wall clock to another, has no day of a run."""
    first, after = have
    clock = f" on the run's clock (its own times are {file.samples.zone})" if file.shown else ""
    needed = f"{part} of any day" if part else "a whole day"
    what = f"the file does not cover {needed}: it goes from {wall_time(first)} to {wall_time(after)}{clock}"
    fits = f"a file that covers {part}" if part else "at least one whole day"
    if file.shown and not part:
        fits = "a file that covers the run's whole day"
        fits += ", run on the file's clock (`tz` UTC)" if _has_utc_day(file) else ""
    if part and file.stamp_from == "assumed" and _covers(part, first - file.step_s, after - file.step_s):
        fits += f", pass {options.option('stamp', quantity)} end if each time ends its interval"
    fix = f"give {fits}, or fill the rest of it: {_ways_to_fill(options, quantity)}"
    return BadInputError(what, where=file.samples.source, fix=fix)


def _covers(part: DayPart, first: int, after: int) -> bool:
    """Whether the part of some day lies in the wall clock [first, after)."""
    start, end = part.days_within(first, after)
    return start < end


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
    part: DayPart | None = None,
    run: Passings = _NEITHER,
) -> Days:
    """Lay the samples of the wall clock [first, after) on a grid and fill its gaps.

    What both the file and the run pass twice is there twice, and what both skip is not there. Gaps beside the part
    of a day that a run needs are filled too, but neither refused nor reported.

    Args:
        file: The samples.
        power_dw: Their powers in 0.1 W (any value where the sample is empty), int64.
        first: Wall-clock second of the first day's midnight.
        after: Wall-clock second of the midnight after the last day.
        options: How to fill.
        quantity: For messages.
        part: What the run needs of the day; None is all of it.
        run: What the clock of the run shows twice in these days, and what it never shows, in wall-clock seconds.

    Raises:
        BadInputError: no value at all, or a gap that the options do not fill.
    """
    samples, step = file.samples, file.step_s
    passings = Passings(file.repeated, file.skipped).both(run, (first, after))
    once, known = _known(file, passings)
    if not len(once):
        fix = f"choose another column with {options.option('column', quantity)} NAME"
        raise BadInputError(f"column {samples.column!r} has no value", where=samples.source, fix=fix)
    origin = passings.place(int(samples.wall_s[0]), again=bool(file.again[0]))
    base = first - (first - origin) % step
    grid = np.arange(base, passings.place(after) + step, step, dtype=np.int64)
    known_dw = power_dw[once]
    last = np.searchsorted(known, grid, side="right") - 1
    held = known_dw[np.maximum(last, 0)]
    needed = _needed(passings, (first, after), (base, int(grid[-1])), part, run)
    missing = known[np.maximum(last[:-1], 0)] != grid[:-1]
    gaps = _find_gaps(grid[:-1], missing, step, passings.first(file.skipped), needed)
    values = held.copy()
    filled = []
    for low, high, seconds, needed_s in gaps:
        where = samples.at(int(once[max(int(last[low]), 0)]))
        following = int(np.searchsorted(known, grid[low], side="right"))
        beside = known_dw[[i for i in (int(last[low]), following) if 0 <= i < len(known_dw)]]
        if options.gaps == "night" and seconds and beside.max() <= known_dw.max() * _DARK:
            way: Filling = "zero"
        else:
            when = _when(*passings.shown(int(grid[low]))) if needed_s else None
            way = _way_to_fill(when, seconds, options, quantity, where)
        values[low:high] = _filling(way, grid[low:high], known, known_dw, held[low:high])
        if needed_s:
            begins = min(max(begin, int(grid[low])) for begin, end in needed if end > grid[low])
            begins, again = passings.shown(begins)
            filled.append(Gap(wall_time(begins), needed_s, way, again))
    return Days(base, values, passings, tuple(filled))


def _known(file: OrderedSeries, passings: Passings) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """The samples that have a value and a place of their own, by their indices, and their places.

    A second passing that the run does not have stands where the file has no value of the first one.
    """
    wall, again = file.samples.wall_s, file.again
    places = passings.places(wall, again)
    valued = ~np.isnan(file.samples.values)
    second = np.zeros_like(again)
    for begin, end in file.repeated:
        if (begin, end) not in passings.twice:
            second |= again & (wall >= begin) & (wall < end)
    known, others = np.flatnonzero(valued & ~second), np.flatnonzero(valued & second)
    others = others[~np.isin(places[others], places[known])]
    if len(others):
        known = np.concatenate((known, others))
        known = known[np.argsort(places[known], kind="stable")]
    return known, places[known]


def _needed(
    passings: Passings, days: tuple[int, int], grid: tuple[int, int], part: DayPart | None, run: Passings
) -> Spans:
    """The places that a run needs; of whole days from the first one of the grid to its last."""
    first, again = days[0], run.twice
    if part is None:
        whole = passings.first([days])
        ends = (*(end for _, end in whole[:-1]), grid[1])
        spans = tuple(zip((grid[0], *(begin for begin, _ in whole[1:])), ends, strict=True))
    else:
        spans = passings.first((first + begin, first + end) for begin, end in part.spans)
        again = tuple((first + begin, first + end) for begin, end in part.again)
    return (*spans, *passings.second(again))


def _when(wall_s: int, again: bool) -> str:
    clock = "wall clock of the file" + (", passed for the second time" if again else "")
    return f"{wall_time(wall_s).isoformat(sep=' ')} ({clock})"


def rounded_share(
    difference: NDArray[np.int64], part: NDArray[np.int64], whole: NDArray[np.int64] | int
) -> NDArray[np.int64]:
    """`difference * part / whole` in integers, halves rounded up: the same on every machine."""
    return (2 * difference * part + whole) // (2 * whole)


def _find_gaps(
    grid: NDArray[np.int64], missing: NDArray[np.bool_], step: int, skipped: Spans, needed: Spans
) -> list[tuple[int, int, int, int]]:
    """Runs of missing steps: first index, index after the last, seconds that the file's clock did pass.

    And how many of those the run needs.
    """
    lost = missing.copy()
    for start, end in skipped:
        lost[(grid >= start) & (grid < end)] = False
    edges = np.flatnonzero(np.diff(missing, prepend=False, append=False))
    found = []
    for low, high in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        here = lost[low:high]
        needed_s = int(seconds_in(needed, grid[low:high], step)[here].sum())
        found.append((low, high, int(here.sum()) * step, needed_s))
    return found


def _way_to_fill(
    when: str | None, seconds: int, options: SeriesOptions, quantity: Quantity, where: str
) -> Filling:
    """How a gap is filled that begins at `when`; None: no second of the run is in it."""
    if seconds == 0:
        return options.fill
    if options.gaps not in {None, "error", "night"}:
        return options.gaps  # type: ignore[return-value]
    if when is None or (options.gaps != "error" and seconds <= _SHORT_GAP_S):
        return options.fill
    what = f"a gap of {seconds} s from {when}"
    start_option = options.option("start", quantity)
    ways = _ways_to_fill(options, quantity)
    fix = f"say how to fill gaps: {ways}; or take other days: {start_option} DATE"
    raise BadInputError(what, where=where, fix=fix)


def _has_utc_day(file: OrderedSeries) -> bool:
    """Whether times shown on the run's clock are of UTC, and cover a whole day of it."""
    samples = file.samples
    if samples.zone != "UTC" or samples.offset_s is None:
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
    known: NDArray[np.int64],
    known_dw: NDArray[np.int64],
    held: NDArray[np.int64],
) -> NDArray[np.int64]:
    if way == "zero":
        return np.zeros_like(held)
    following = int(np.searchsorted(known, grid[0], side="right"))
    if way == "hold" or following in {0, len(known)}:
        return held
    left, right = known[following - 1], known[following]
    return held + rounded_share(known_dw[following] - held, grid - left, int(right - left))
