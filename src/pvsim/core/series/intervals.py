"""Which interval the value of a time is of: the one that it starts, that it ends, or that it is the middle of."""

from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray

from pvsim.core.series.counter import is_said_counter
from pvsim.core.series.findings import Known
from pvsim.core.series.types import DAY_S, HOUR_S, Quantity, RawSeries, SeriesOptions, wall_time
from pvsim.core.times import Stamp, changes_clock
from pvsim.errors import BadInputError

__all__ = ["interval_starts", "seconds_before", "stamp_of"]


def stamp_of(
    samples: RawSeries, step_s: int, options: SeriesOptions, quantity: Quantity
) -> tuple[Stamp | None, Known]:
    """What of its interval a time is, and how that is known; None where a sample is the power at its time.

    Raises:
        BadInputError: the times look like ends and nobody says so; half a step is no whole second.
    """
    if options.fill == "interpolate":
        return None, "option"
    if is_said_counter(samples, options):
        return _of_counter(samples, options, quantity)
    if options.stamp == "middle" and step_s % 2:
        what = f"the middle of {step_s} s is between two seconds"
        fix = f"give the times of starts or ends, with {options.option('stamp', quantity)} start or end"
        raise BadInputError(what, where=samples.source, fix=fix)
    if options.stamp is not None:
        return options.stamp, "option"
    if samples.stamp is not None:
        return samples.stamp, "header"
    if samples.ends_day:
        return "end", "times"
    first, last = int(samples.wall_s[0]), int(samples.wall_s[-1])
    if first % DAY_S == step_s and last % DAY_S == 0:
        what = f"the times go from {wall_time(first)} to {wall_time(last)}: whole days if each ends its interval"
        option = options.option("stamp", quantity)
        fix = f"pass {option} end, or {option} start if the value of a time is of the interval after it"
        raise BadInputError(what, where=samples.at(0), fix=fix)
    return "start", "assumed"


def _of_counter(samples: RawSeries, options: SeriesOptions, quantity: Quantity) -> tuple[Stamp | None, Known]:
    """A reading is the state at its time."""
    if options.stamp is not None:
        option = options.option("stamp", quantity)
        what = f"column {samples.column!r} has readings of a counter, which are of a moment, not of an interval"
        raise BadInputError(what, where=samples.source, fix=f"leave {option} out")
    return None, "option" if options.kind == "counter" else "header"


def seconds_before(stamp: Stamp | None, step_s: int) -> int:
    """How long before its time an interval starts."""
    return {"middle": step_s // 2, "end": step_s}.get(stamp or "start", 0)


def interval_starts(
    wall_s: NDArray[np.int64], offset_s: NDArray[np.int64], step_s: int, stamp: Stamp | None, zone: tzinfo
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The wall clock at which the intervals start, and its offsets, from those of their middles or ends.

    Where the clock is changed, programs write the end of the last interval before in one of two ways: on the new
    clock (03:00 after 01:00 in spring, 02:00 again in autumn), so that the interval started on the old one; or
    on the old clock, so that the next one starts on its own. The first label after the change tells: it is on
    the hour of the change only in the first way.
    """
    offset, elapsed_s = offset_s.copy(), wall_s - offset_s
    if stamp == "end":
        changes = np.flatnonzero(np.diff(offset_s)) + 1
        for index in changes.tolist():
            jumped = int(offset_s[index] - offset_s[index - 1])
            moment = int(wall_s[index - 1]) + step_s if jumped > 0 else int(wall_s[index])
            follows = int(elapsed_s[index] - elapsed_s[index - 1]) == step_s  # else 03:00 may be of a later hour
            if _is_change(moment, zone, sure=step_s < abs(jumped)) and (jumped > 0 or follows):
                offset[index] = offset_s[index - 1]
    return elapsed_s + offset - seconds_before(stamp, step_s), offset


def _is_change(moment: int, zone: tzinfo, *, sure: bool) -> bool:
    """Whether clocks are changed at a wall clock, not before: the zone's own one, or on the hour any."""
    own = changes_clock(zone, wall_time(moment))
    if moment % HOUR_S:
        return own and not changes_clock(zone, wall_time(moment - 1))
    return own or sure
