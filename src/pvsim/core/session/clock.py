"""A clock for tests and demonstrations: the times of arrival of a log, moved and stretched."""

import re
from datetime import datetime
from fractions import Fraction

import msgspec

from pvsim.core.messages.entry import Entry
from pvsim.core.run.pacing import MAX_SPEED, parse_speed, speed_text
from pvsim.errors import UsageError

__all__ = ["ServiceClock", "parse_clock"]

_EXAMPLE = "--clock 60x@2024-06-21T00:00:00+02:00"


class ServiceClock(msgspec.Struct, frozen=True):
    """Shows `start_ms` when the first message of the log comes, and goes `speed` times as fast from then on.

    Attributes:
        speed: As it was typed, such as `60x`.
        start_ms: What it shows first, in Unix ms.
        first_ms: When the first message came, in Unix ms; None before it did.
    """

    speed: str
    start_ms: int
    first_ms: int | None = None

    def begun(self, first_ms: int) -> "ServiceClock":
        """The same, if it has begun; else as it begins with a message."""
        return self if self.first_ms is not None else msgspec.structs.replace(self, first_ms=first_ms)

    def shown(self, entry: Entry) -> Entry:
        """The message as if it had come when the clock shows it.

        Only of a clock that has begun.
        """
        after_ms = entry.arrived_ms - (self.first_ms or 0)
        at_ms = self.start_ms + int(after_ms * Fraction(self.speed.removesuffix("x")) // 1)
        return Entry(entry.offset, at_ms, entry.routing_key, entry.body, entry.encoding)

    def __str__(self) -> str:
        """As it is typed."""
        start = datetime.fromtimestamp(self.start_ms / 1_000).astimezone()
        return f"{self.speed}@{start.isoformat()}"


def parse_clock(text: str) -> ServiceClock:
    """The clock of `60x@2024-06-21T00:00:00+02:00`.

    Raises:
        UsageError: if it is not one.
    """
    speed_part, at, start_part = text.partition("@")
    if not at:
        what = f"--clock is a speed and what the clock shows first, not {text!r}"
        raise UsageError(what, where="--clock", fix=f"for example {_EXAMPLE}")
    speed = parse_speed(speed_part.strip(), "--clock")
    if speed == MAX_SPEED:
        what = "--clock of a service stretches the time between messages: max is no speed of it"
        raise UsageError(what, where="--clock", fix=f"for example {_EXAMPLE}")
    try:
        start = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", start_part.strip()))
    except ValueError as error:
        what = f"--clock: {start_part!r} is not a time"
        raise UsageError(what, where="--clock", fix=f"for example {_EXAMPLE}") from error
    if start.tzinfo is None:
        what = f"--clock: {start_part!r} has no offset from UTC, so that it may be any hour"
        raise UsageError(what, where="--clock", fix=f"write {start.isoformat()}+02:00, or {start.isoformat()}Z")
    return ServiceClock(speed_text(speed), round(start.timestamp() * 1_000))
