"""The part of a day that a run needs of a file, by the wall clock."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.clock_span import clock_text
from pvsim.core.series.passings import Spans, seconds_in
from pvsim.core.series.types import DAY_S, day_number
from pvsim.core.times.wallclock import WallClock

__all__ = ["DayPart"]


@dataclass(frozen=True, slots=True)
class DayPart:
    """The wall clock that a part of a day shows, in seconds since the day's midnight.

    Attributes:
        spans: All that it shows; an hour that the day repeats is there once.
        again: What it shows for the second time; the first one need not be in the part.
    """

    spans: Spans
    again: Spans = ()

    @classmethod
    def shown(cls, clock: WallClock, day: date, begin_utc: int, end_utc: int) -> "DayPart":
        """What `clock` shows on `day` from one UTC epoch second to another, which is not within."""
        midnight = day_number(day) * DAY_S
        cuts = [begin_utc, *(each for each in clock.starts.tolist() if begin_utc < each < end_utc), end_utc]
        walls, _ = clock.wall(np.array(cuts[:-1], np.int64))
        begins = (walls - midnight).tolist()
        lengths = np.diff(cuts).tolist()
        found: list[tuple[int, int]] = []
        for begin, length in sorted(zip(begins, lengths, strict=True)):
            if found and begin <= found[-1][1]:
                before, until = found.pop()
                found.append((before, max(until, begin + length)))
            else:
                found.append((begin, begin + length))
        passed = ((low - midnight, high - midnight) for low, high in clock.again(begin_utc, end_utc))
        return cls(tuple(found), tuple(passed))

    @property
    def begin(self) -> int:
        """Its first second since midnight."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """The second after its last one."""
        return self.spans[-1][1]

    def days_within(self, first: int, after: int) -> tuple[int, int]:
        """The days whose part lies in the wall clock [first, after): the first, and the one after the last."""
        return -(-(first - self.begin) // DAY_S), (after - self.end) // DAY_S + 1

    def seconds_of(self, starts: NDArray[np.int64], step_s: int) -> NDArray[np.int64]:
        """How many seconds of it each of the intervals has that start so many seconds after midnight."""
        return seconds_in(self.spans, starts, step_s)

    def __str__(self) -> str:
        """As `12:00 to 13:00`, to the minute."""
        return f"{clock_text(self.begin // 60)} to {clock_text(-(-self.end // 60))}"
