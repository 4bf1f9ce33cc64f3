"""How simulated time goes on beside the time of a stopwatch."""

import re
from dataclasses import dataclass
from math import floor, inf

from pvsim.errors import UsageError

__all__ = ["FASTEST", "MAX_SPEED", "SLOWEST", "Pacing", "at_once_s", "parse_speed", "speed_text"]

MAX_SPEED = inf
"""The speed of a run that waits for nothing."""

SLOWEST, FASTEST = 0.01, 1_000_000.0
_SPEED = re.compile(r"(\d{1,7}(?:\.\d{1,6})?)x", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pacing:
    """A clock that goes `speed` times as fast as a stopwatch.

    Attributes:
        speed: Simulated seconds in a second of the stopwatch.
        start_utc: What it shows at `start_s`.
        start_s: What the stopwatch shows then.
    """

    speed: float
    start_utc: int
    start_s: float

    def due_s(self, t_utc: int) -> float:
        """What the stopwatch shows when the clock shows `t_utc`."""
        return self.start_s + (t_utc - self.start_utc) / self.speed

    def shown_utc(self, now_s: float) -> int:
        """The last whole second that the clock has shown when the stopwatch shows `now_s`."""
        return self.start_utc + floor((now_s - self.start_s) * self.speed)


def at_once_s(speed: float) -> int:
    """How many simulated seconds make a block: about a tenth of a second of the stopwatch, and at least one."""
    return max(1, round(speed / 10))


def parse_speed(text: str, where: str) -> float:
    """Read a clock: `max`, or a speed such as `1x`, `60x` or `0.5x`.

    Args:
        text: What was typed.
        where: The option, for the message.

    Raises:
        UsageError: if it is neither, or out of range.
    """
    if text == "max":
        return MAX_SPEED
    if (found := _SPEED.fullmatch(text)) is None:
        fix = f"{where} {text}x" if _SPEED.fullmatch(f"{text}x") else f"for example {where} 60x, or {where} max"
        raise UsageError(f"{where} is max or a speed such as 60x, not {text!r}", where=where, fix=fix)
    speed = float(found[1])
    if not SLOWEST <= speed <= FASTEST:
        what = f"{where} is {SLOWEST:g}x to {FASTEST:,.0f}x, not {text}"
        raise UsageError(what, where=where, fix=f"for example {where} 60x; as fast as possible: {where} max")
    return speed


def speed_text(speed: float) -> str:
    """A speed as `parse_speed` reads it."""
    return "max" if speed == MAX_SPEED else f"{speed:f}".rstrip("0").rstrip(".") + "x"
