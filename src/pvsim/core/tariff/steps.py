"""Values of a file by their times, made into prices: in order, without a gap, over the whole run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.timeline import HOUR_S, Timeline
from pvsim.core.quantities.types import Ints
from pvsim.core.series.findings import span_text
from pvsim.core.tariff.prices import NANO, Prices
from pvsim.core.tariff.units import Unit
from pvsim.errors import BadInputError

__all__ = ["ValueSeries", "prices_of_series"]

_LEAST_STEP_S = 60
_HOURS_BEFORE = 24  # a shorter part in a longer step would be missing values


@dataclass(frozen=True, slots=True)
class ValueSeries:
    """What a file has, in its order; arrays of one length, not empty.

    Args:
        source: The file's name.
        lines: Line number of each value.
        t_utc: Unix time of each, as it is written: the start or the end of its interval.
        values: As in the file; NaN where there is none.
        unit: Their unit.
        stamp_is_end: Whether a time is the end of its interval.
    """

    source: str
    lines: Ints
    t_utc: Ints
    values: NDArray[np.float64]
    unit: Unit
    stamp_is_end: bool = False

    def at(self, index: int) -> str:
        """Where a value stands, as `file:line`."""
        return f"{self.source}:{self.lines[index]}"


def prices_of_series(
    series: ValueSeries, timeline: Timeline, zone: tzinfo, *, lowest: float, highest: float, fix: str
) -> tuple[Prices, int]:
    """The prices of a run, and the seconds that one of them holds in the beginning.

    Args:
        series: The file.
        timeline: The run's.
        zone: The run's, for messages.
        lowest: The least that a kWh may cost, or emit in kg.
        highest: The most.
        fix: What to do where one is beyond them.

    Raises:
        BadInputError: times out of order, a value that is missing, a file that does not reach over the run, a
            value that is probably in another unit.
    """

    def local(t_utc: int) -> str:
        try:
            return datetime.fromtimestamp(t_utc, UTC).astimezone(zone).isoformat(sep=" ", timespec="minutes")
        except (OverflowError, ValueError):  # a time in the year 1 or 9999 may be none in another zone
            return f"{t_utc:,} s since 1970"

    _refuse_disorder(series, local)
    steps = np.diff(series.t_utc)
    step_s = _most_frequent(steps, series)
    starts = series.t_utc
    if series.stamp_is_end:  # an interval begins where the one before it ends
        starts = np.concatenate([[series.t_utc[0] - steps[0]], series.t_utc[:-1]])
    end_utc = int(starts[-1] + (steps[-1] if series.stamp_is_end else min(int(steps[-1]), step_s)))
    if starts[0] > timeline.start_utc or end_utc < timeline.end_utc:
        what = (
            f"the values go from {local(int(starts[0]))} to {local(end_utc)}, "
            f"the run from {local(timeline.start_utc)} to {local(timeline.end_utc)}"
        )
        raise BadInputError(what, where=series.source, fix="get a file of these days, or choose days that it has")
    first = int(np.searchsorted(starts, timeline.start_utc, side="right")) - 1
    last = int(np.searchsorted(starts, timeline.end_utc, side="left"))
    used = slice(first, last)
    lengths = np.diff(np.append(starts, end_utc))[used]
    _refuse_gaps(series, starts[used], lengths, first, local)
    missing = np.flatnonzero(np.isnan(series.values[used]))
    if missing.size:
        index = first + int(missing[0])
        what = f"there is no value for {local(int(starts[index]))}"
        raise BadInputError(what, where=series.at(index), fix="put the value there; it is not guessed")
    values = series.values[used] * series.unit.nano_per_kwh
    odd = np.flatnonzero((values > highest * NANO) | (values < lowest * NANO))
    if odd.size:
        index = int(odd[0])
        per_kwh, limit = values[index] / NANO, highest if values[index] > 0 else lowest
        which = "more" if values[index] > 0 else "less"
        value = f"{series.values[first + index]:g} {series.unit.text}"
        what = f"{value} is {per_kwh:g} for a kWh, {which} than {limit:g}: is it in another unit?"
        raise BadInputError(what, where=series.at(first + index), fix=fix)
    return Prices.of(starts[used], np.rint(values).astype(np.int64)), int(lengths[0])


def _refuse_disorder(series: ValueSeries, local: Callable[[int], str]) -> None:
    if len(series.t_utc) == 1:
        fix = "give a file of two lines or more: the time between them is the length of an interval"
        raise BadInputError("there is only one value", where=series.at(0), fix=fix)
    back = np.flatnonzero(np.diff(series.t_utc) <= 0)
    if back.size:
        index = int(back[0]) + 1
        same = series.t_utc[index] == series.t_utc[index - 1]
        time = local(int(series.t_utc[index]))
        what = f"{time} is there twice" if same else f"{time} is before the time of the line above"
        fix = "leave one of the two in the file" if same else "sort the file by its times"
        raise BadInputError(what, where=series.at(index), fix=fix)


def _most_frequent(steps: Ints, series: ValueSeries) -> int:
    found, counts = np.unique(steps, return_counts=True)
    step_s = int(found[np.argmax(counts)])
    if HOUR_S % step_s or step_s < _LEAST_STEP_S:
        what = f"there is a value every {span_text(step_s)}"
        fix = "give a file with one every hour, 15 min or another part of an hour of 1 min or more"
        raise BadInputError(what, where=series.source, fix=fix)
    return step_s


def _refuse_gaps(
    series: ValueSeries, starts: Ints, lengths: Ints, first: int, local: Callable[[int], str]
) -> None:
    """Refuse a value that holds longer than others; hours may become quarters once, as in 2025."""
    changes = np.flatnonzero(np.diff(lengths)) + 1
    before, after = int(lengths[0]), int(lengths[-1])
    finer = len(changes) == 1 and after < before <= HOUR_S and before % after == 0 and changes[0] >= _HOURS_BEFORE
    if not changes.size or finer:
        return
    found, counts = np.unique(lengths, return_counts=True)
    step_s = int(found[np.argmax(counts)])
    index = int(np.argmax(lengths != step_s))
    lacking = int(starts[index]) + step_s
    what = f"there is no value for {local(lacking)}"
    if lengths[index] < step_s:
        here, there = (local(int(time)) for time in (starts[index], starts[index] + lengths[index]))
        what = f"{here} is followed by {there}, which is less than {span_text(step_s)} later"
    fix = f"put all intervals of {span_text(step_s)} into the file; none is guessed"
    raise BadInputError(what, where=series.at(first + index), fix=fix)
