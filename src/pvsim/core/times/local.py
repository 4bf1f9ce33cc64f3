"""From a wall clock to instants."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

import numpy as np
from numpy.typing import NDArray

from pvsim.core.times.wallclock import DAY_S, WallClock
from pvsim.errors import BadInputError

__all__ = ["to_utc"]


def to_utc(wall_s: NDArray[np.int64], zone: tzinfo, where: Callable[[int], str], fix: str) -> NDArray[np.int64]:
    """Unix times of the wall clock of a zone; in the hour that a zone has twice, the order of the file decides.

    Args:
        wall_s: Seconds since 1970-01-01T00:00 of that clock.
        zone: Whose clock it is.
        where: The place of the time with an index, for messages.
        fix: For messages.

    Raises:
        BadInputError: a time that the zone's clock skips.
    """
    clock = WallClock.over(zone, int(wall_s.min()) - DAY_S, int(wall_s.max()) + DAY_S)
    # a change at s splits the wall clock: before it the old offset holds, from s + the larger one on the new
    t_utc: NDArray[np.int64] = wall_s - clock.offsets[0]
    for start, old, new in zip(clock.starts[1:], clock.offsets[:-1], clock.offsets[1:], strict=True):
        skipped = (wall_s >= start + old) & (wall_s < start + new)
        if skipped.any():
            index = int(np.argmax(skipped))
            when = datetime.fromtimestamp(int(wall_s[index]), UTC).replace(tzinfo=None)
            raise BadInputError(f"the clock of {zone} never shows {when}", where=where(index), fix=fix)
        after = wall_s >= start + max(old, new)
        twice = np.flatnonzero((wall_s >= start + new) & (wall_s < start + old))
        again = twice[1:][np.diff(wall_s[twice]) <= 0][:1]
        after[twice] = (twice >= again[0]) if len(again) else False
        t_utc[after] = wall_s[after] - new
    return t_utc
