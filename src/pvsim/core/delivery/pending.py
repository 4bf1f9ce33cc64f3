"""Messages that are decided but not yet accounted for, in two orders: of their positions and of their offsets.

Readings leave in the order of their positions, whole averaging periods at a time; all else leaves in the order
of the log. Where the log is in order the two are one.
"""

import heapq
from collections import deque
from dataclasses import dataclass, field
from itertools import takewhile

import numpy as np

from pvsim.core.quantities.types import Ints

__all__ = ["NO_MESSAGE", "Pending", "Segment"]

NO_MESSAGE = -1
"""The offset of readings that are known to be missing: no message stands for them."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Messages of one fate at consecutive offsets.

    Attributes:
        values: Values in 0.1 W where the messages take positions, else None (duplicates, foreign messages).
        rejection: The line that is kept of a rejected message.
    """

    offset: int
    count: int
    values: Ints | None = None
    rejection: bytes = b""

    @property
    def end(self) -> int:
        """The offset after the last message."""
        return self.offset + self.messages

    @property
    def messages(self) -> int:
        """How many messages of the log it stands for."""
        return 0 if self.offset == NO_MESSAGE else self.count

    def split(self, n: int) -> tuple["Segment", "Segment"]:
        """The first `n` readings and the others."""
        values = None if self.values is None else (self.values[:n], self.values[n:])
        head, tail = values or (None, None)
        rest = self.offset if self.offset == NO_MESSAGE else self.offset + n
        return Segment(self.offset, n, head), Segment(rest, self.count - n, tail)


@dataclass(slots=True)
class Pending:
    """Two queues of segments: readings in the order of their positions, and all else by offset."""

    _readings: deque[Segment] = field(default_factory=deque)
    _minima: deque[int] = field(default_factory=deque)  # offsets of `_readings` with no smaller one behind them
    _others: list[tuple[int, Segment]] = field(default_factory=list)  # a heap

    @property
    def lowest_offset(self) -> int | None:
        """The lowest offset of a pending reading, None where there is none: the price is one comparison."""
        return self._minima[0] if self._minima else None

    @property
    def others(self) -> int:
        """How many segments are no readings."""
        return len(self._others)

    @property
    def missing_first(self) -> int:
        """How many readings without a message stand before all others."""
        missing = takewhile(lambda segment: segment.offset == NO_MESSAGE, self._readings)
        return sum(segment.count for segment in missing)

    def values(self) -> Ints:
        """The values of all readings, in the order of their positions."""
        values = [segment.values for segment in self._readings if segment.values is not None]
        return np.concatenate(values) if values else np.empty(0, np.int64)

    def append(self, segment: Segment) -> None:
        """Take what was decided next."""
        if segment.values is None:
            heapq.heappush(self._others, (segment.offset, segment))
            return
        self._readings.append(segment)
        if segment.offset != NO_MESSAGE:
            while self._minima and self._minima[-1] > segment.offset:
                self._minima.pop()
            self._minima.append(segment.offset)

    def pop_readings(self, n: int) -> list[Segment]:
        """The next readings, at most `n`."""
        popped: list[Segment] = []
        while n and self._readings:
            segment = self._readings.popleft()
            if self._minima and self._minima[0] == segment.offset:
                self._minima.popleft()
            if segment.count > n:
                segment, rest = segment.split(n)
                self._put_first(rest)
            popped.append(segment)
            n -= segment.count
        return popped

    def put_back(self, popped: list[Segment]) -> None:
        """Undo `pop_readings`."""
        for segment in reversed(popped):
            self._put_first(segment)

    def pop_others(self, before_offset: int) -> list[Segment]:
        """All that are no readings and stand before an offset."""
        popped: list[Segment] = []
        while self._others and self._others[0][0] < before_offset:
            popped.append(heapq.heappop(self._others)[1])
        return popped

    def _put_first(self, segment: Segment) -> None:
        self._readings.appendleft(segment)
        if segment.offset != NO_MESSAGE and not (self._minima and self._minima[0] < segment.offset):
            self._minima.appendleft(segment.offset)
