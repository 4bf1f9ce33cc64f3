"""The wall clock, and clocks that go on beside it: the only place that asks what time it is."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from pvsim.core.run.pacing import Pacing

__all__ = ["PacedClock", "utc_now"]


def utc_now() -> datetime:
    """The present time in UTC."""
    return datetime.now(UTC)


class PacedClock:
    """Simulated time that goes a number of times as fast as time does; see `ports.Clock`.

    Args:
        speed: How many times.
        now_s: Tells the time, which never goes back.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self,
        speed: float,
        now_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._speed, self._now_s, self._sleep = speed, now_s, sleep
        self._pacing: Pacing | None = None  # until it begins

    @property
    def speed(self) -> float:
        """See `ports.Clock.speed`."""
        return self._speed

    def begin(self, t_utc: int) -> None:
        """See `ports.Clock.begin`."""
        self._begun(t_utc)

    async def until(self, t_utc: int) -> int:
        """See `ports.Clock.until`."""
        pacing = self._begun(t_utc)
        if (wait_s := pacing.due_s(t_utc) - self._now_s()) > 0:
            await self._sleep(wait_s)
        return max(t_utc, pacing.shown_utc(self._now_s()))

    def _begun(self, t_utc: int) -> Pacing:
        if self._pacing is None:
            self._pacing = Pacing(self._speed, t_utc, self._now_s())
        return self._pacing
