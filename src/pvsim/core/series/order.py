"""RawSeries put on one grid: their step, their order, and the hours that daylight saving repeats or skips."""

from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pvsim.core.series.findings import Known
from pvsim.core.series.intervals import interval_starts, seconds_before, stamp_of
from pvsim.core.series.passings import Spans
from pvsim.core.series.types import DAY_S, HOUR_S, Quantity, RawSeries, SeriesOptions, wall_time
from pvsim.core.times import Stamp
from pvsim.core.times.wallclock import WallClock, change_of_clock
from pvsim.errors import BadInputError

__all__ = ["OrderedSeries", "put_in_order"]

_RESAMPLE: Final = "resample the file to one step that divides an hour, from 1 s to 1 h"
_CHANGE_MONTHS: Final = frozenset({3, 4, 9, 10, 11})  # in which zones north and south change their clocks
_SUNDAY: Final = 6
_CHANGE_HOURS: Final = 4
_JUMPS_S: Final = (HOUR_S // 2, HOUR_S)  # half an hour on Lord Howe Island
_AS_THE_FILE_SHOWS: Final = SeriesOptions()


@dataclass(frozen=True, slots=True)
class OrderedSeries:
    """RawSeries whose wall clock lies on one grid.

    Args:
        samples: The samples, with `wall_s` the local wall clock.
        step_s: Seconds from sample to sample, a divisor of 3600.
        elapsed_s: Seconds of real time of each sample, counted from anywhere, int64.
        again: Which samples show a wall clock for the second time, bool.
        repeated: Wall-clock intervals (start, end) in seconds that the file's clock shows twice.
        skipped: Wall-clock intervals that it never shows.
        stamp: What of its interval a time was; None where a sample is the power at its time.
        stamp_from: How that was known.
        shown: Whether the samples have another clock in the file than here.
    """

    samples: RawSeries
    step_s: int
    elapsed_s: NDArray[np.int64]
    again: NDArray[np.bool_]
    repeated: Spans
    skipped: Spans
    stamp: Stamp | None = "start"
    stamp_from: Known = "assumed"
    shown: bool = False


def put_in_order(
    samples: RawSeries, zone: tzinfo, options: SeriesOptions = _AS_THE_FILE_SHOWS, quantity: Quantity = "meter"
) -> OrderedSeries:
    """Check the times of a file, and lay its samples at the starts of their intervals.

    Args:
        samples: As read; instants without a local time (`utc`) are shown on the clock of `zone`.
        zone: The run's zone, which also tells whether a naive clock may jump at a moment.
        options: What the user says.
        quantity: For messages.

    Raises:
        BadInputError: times that go back or repeat (but for daylight saving), an irregular step, a step
            above 1 h or one that does not divide an hour, fewer than two samples, unstated ends of intervals.
    """
    wall = samples.wall_s
    if len(wall) < 2:  # noqa: PLR2004 - a step needs two
        fix = "give a file of two samples or more: the time between them is the length of an interval"
        raise BadInputError("there is only one sample", where=samples.at(0), fix=fix)
    offset = samples.offset_s
    if samples.utc:
        clock = WallClock.over(zone, int(wall.min()), int(wall.max()))
        local, _ = clock.wall(wall)
        wall, offset = local, local - wall
    _refuse_disorder(samples, wall, offset)
    step = _step(samples, wall if offset is None else wall - offset)
    naive = offset is None
    if offset is None:
        offset = _guessed_offsets(wall, step, zone)
    _refuse_not_rising(samples, wall, wall - offset)
    stamp, stamp_from = stamp_of(samples, step, options, quantity)
    placed = None if naive else _of_zone(samples, wall, offset, zone, step=step, stamp=stamp)
    if placed is None:
        placed = _with_changes(samples, *interval_starts(wall, offset, step, stamp, zone), step)
    _refuse_off_grid(samples, placed.samples.wall_s, step)
    return replace(placed, stamp=stamp, stamp_from=stamp_from, shown=samples.utc)


def _refuse_disorder(samples: RawSeries, wall: NDArray[np.int64], offset: NDArray[np.int64] | None) -> None:
    """Refuse what no daylight saving explains, before the step is known."""
    back = np.diff(wall) < -HOUR_S if offset is None else np.diff(wall - offset) <= 0
    if back.any():
        raise _disorder(samples, wall, int(np.argmax(back)) + 1)


def _refuse_not_rising(samples: RawSeries, wall: NDArray[np.int64], elapsed: NDArray[np.int64]) -> None:
    still = np.diff(elapsed) <= 0
    if still.any():
        raise _disorder(samples, wall, int(np.argmax(still)) + 1)


def _disorder(samples: RawSeries, wall: NDArray[np.int64], index: int) -> BadInputError:
    now, before = wall_time(wall[index]), wall_time(wall[index - 1])
    if now == before and not (samples.wall_s % DAY_S).any() and samples.offset_s is None:
        what = f"the times are dates without a time of day, and {now.date()} occurs more than once"
        fix = "write date and time of day in each row, as 2024-06-21 13:00; a column of hours as 13 is not read"
        return BadInputError(what, where=samples.at(index), fix=fix)
    what = f"time {now} occurs twice" if now == before else f"time {now} comes after {before}: not in order"
    fix = "sort the file by time, each time once (but for the hour that daylight saving repeats)"
    return BadInputError(what, where=samples.at(index), fix=fix)


def _step(samples: RawSeries, elapsed: NDArray[np.int64]) -> int:
    """The most frequent distance of neighbours, the smallest of equally frequent ones."""
    distances = np.diff(elapsed)
    if not (distances > 0).any():
        raise _disorder(samples, samples.wall_s, 1)
    values, counts = np.unique(distances[distances > 0], return_counts=True)
    step = int(values[np.argmax(counts)])
    if HOUR_S % step:
        kind = "coarser than an hour" if step > HOUR_S else "it does not divide an hour"
        raise BadInputError(f"the step of the samples is {step} s: {kind}", where=samples.at(1), fix=_RESAMPLE)
    return step


def _guessed_offsets(wall: NDArray[np.int64], step: int, zone: tzinfo) -> NDArray[np.int64]:
    """Offsets, counted from the first, of a naive clock: it jumps where clocks are changed."""
    jumps = np.diff(wall) - step
    change = np.zeros(len(wall), np.int64)
    for before in np.flatnonzero(np.isin(np.abs(jumps), _JUMPS_S)):
        jumped = int(jumps[before])
        moment = int(wall[before]) + step if jumped > 0 else int(wall[before + 1])
        if _may_change(moment, jumped, zone):
            change[before + 1] = jumped
    return np.cumsum(change)


def _may_change(wall_s: int, jumped: int, zone: tzinfo) -> bool:
    """Whether a clock may jump so far: as that of the zone, or of another early on a Sunday of spring or autumn.

    Of an hour that the zone's clock shows twice or never it is known in which direction that clock jumps.
    """
    wall = wall_time(wall_s)
    if own := change_of_clock(zone, wall):
        return jumped == own
    early_sunday = wall.weekday() == _SUNDAY and wall.hour < _CHANGE_HOURS
    return abs(jumped) == HOUR_S and early_sunday and wall.month in _CHANGE_MONTHS


def _refuse_off_grid(samples: RawSeries, wall: NDArray[np.int64], step: int) -> None:
    off = (wall - wall[0]) % step != 0
    if off.any():
        index = int(np.argmax(off))
        between = int(wall[index] - wall[index - 1]) % DAY_S
        what = f"the step is irregular: {between} s after the line before, while most samples are {step} s apart"
        raise BadInputError(what, where=samples.at(index), fix=_RESAMPLE)


def _of_zone(
    samples: RawSeries,
    wall: NDArray[np.int64],
    offset: NDArray[np.int64],
    zone: tzinfo,
    *,
    step: int,
    stamp: Stamp | None,
) -> OrderedSeries | None:
    """Samples whose times are those of the clock of the zone, which tells when it changed; None of another's.

    So it is known which hours were passed twice, though the file lack one or both of their passings.
    """
    ends = wall - offset
    starts = ends - seconds_before(stamp, step)
    clock = WallClock.over(zone, int(starts[0]) - DAY_S, int(ends[-1]) + DAY_S)
    shown, again = clock.wall(starts)
    zone_offset = shown - starts
    if not samples.utc:
        same = offset == zone_offset
        if stamp in {"middle", "end"}:  # of an interval that ends with a change, some files write the new offset
            same |= offset == clock.wall(ends)[0] - ends
        if not same.all():
            return None
    placed = replace(samples, wall_s=shown, offset_s=zone_offset, utc=False)
    repeated = clock.again(int(clock.starts[0]), int(ends[-1]) + DAY_S)
    return OrderedSeries(placed, step, starts, again, repeated, clock.skipped())


def _with_changes(
    samples: RawSeries, wall: NDArray[np.int64], offset: NDArray[np.int64], step: int
) -> OrderedSeries:
    """Samples of a clock of which no more is known than that the offset of some is another than of those before.

    Where samples are missing in between, it is taken to have changed after the last one before them.
    """
    again = np.zeros(len(wall), np.bool_)
    repeated, skipped = [], []
    changes = np.flatnonzero(np.diff(offset)) + 1
    for index, end in zip(changes, np.append(changes, len(wall))[1:], strict=True):
        jumped, resumed = int(offset[index] - offset[index - 1]), int(wall[index - 1]) + step
        if jumped > 0:
            skipped.append((resumed, resumed + jumped))
            continue
        repeated.append((resumed + jumped, resumed))
        again[index : index + np.searchsorted(wall[index:end], resumed)] = True
    placed = replace(samples, wall_s=wall, offset_s=offset, utc=False)
    return OrderedSeries(placed, step, wall - offset, again, tuple(repeated), tuple(skipped))
