"""Times of day as people write them: 12:05, 9:05, 1205, 12:05:00, 12:05 PM, 24:00."""

import re
from dataclasses import dataclass
from typing import Final

from pvsim.core.times.zones import Mark, read_mark

__all__ = ["ClockForm", "Clocks"]

_HOUR_S, _DAY_S, _NOON = 3_600, 86_400, 12
_CLOCK: Final = re.compile(
    r"(?:T|:|,? *)"
    r"(?:(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?|(\d\d)(\d\d)?(\d\d)?)"
    r"(?: ?([AaPp])\.?[Mm]\.?(?![A-Za-z]))?(?: Uhr)?"
    r"(.*)",
    re.ASCII | re.DOTALL,
)
_MINUTE: Final = re.compile(r"[T ]\d\d:\d\d", re.ASCII)
_MINUTE_LENGTH: Final = 6
_REMEMBERED: Final = 100_000


@dataclass(frozen=True, slots=True)
class ClockForm:
    """How a time of day is written.

    Args:
        mark: The zone, as far as the text tells.
        twelve_hours: Whether AM or PM is written.
        ends_day: Whether it is 24:00.
    """

    mark: Mark
    twelve_hours: bool = False
    ends_day: bool = False


class Clocks:
    """Reads what stands behind the dates of a file.

    Minutes and what follows them recur from line to line: each distinct one is read once, and a file of 1-s
    samples needs no table of all the seconds of a day.

    Attributes:
        forms: The forms that were met.
        minutes: The second of the day of each minute, written with two digits for hour and minute.
        tails: Of what follows such a minute: the second, and the number of the form.
    """

    def __init__(self) -> None:
        self.forms: list[ClockForm] = []
        self._numbers: dict[ClockForm, int] = {}
        self.minutes: dict[str, int] = {}
        self.tails: dict[str, tuple[int, int]] = {}

    def read(self, text: str) -> tuple[int, int]:
        """The second of the day, 0 to 86,400, and the number of the form.

        Raises:
            ValueError: no such time of day, or one finer than a second.
        """
        minute, tail = self.minutes.get(text[:_MINUTE_LENGTH]), self.tails.get(text[_MINUTE_LENGTH:])
        if minute is not None and tail is not None:
            return minute + tail[0], tail[1]
        of_day, form = _read(text)
        number = self._numbers.setdefault(form, len(self.forms))
        if number == len(self.forms):
            self.forms.append(form)
        if _MINUTE.match(text) and len(self.tails) < _REMEMBERED and not (form.twelve_hours or form.ends_day):
            second = of_day % 60
            self.minutes[text[:_MINUTE_LENGTH]] = of_day - second
            self.tails[text[_MINUTE_LENGTH:]] = second, number
        return of_day, number


def _read(text: str) -> tuple[int, ClockForm]:
    if not text:  # R writes midnight so
        return 0, ClockForm(Mark())
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(f"not a time of day after the date: {text[:40]!r}")
    hour, minute, second = (
        int(match[colon] or match[compact] or 0) for colon, compact in ((1, 5), (2, 6), (3, 7))
    )
    if (match[4] or "").strip("0"):
        raise ValueError(f"finer than one second: {text[:40]!r}; resample the file to steps of 1 s to 1 h")
    twelve_hours = match[8] is not None
    if twelve_hours and not 1 <= hour <= _NOON:
        raise ValueError(f"no such time of day: {text[:40].strip()!r}")
    if twelve_hours:
        hour = hour % _NOON + (_NOON if match[8] in "Pp" else 0)
    of_day = hour * _HOUR_S + minute * 60 + second
    if minute > 59 or second > 59 or of_day > _DAY_S:  # noqa: PLR2004 - the clock's own numbers
        raise ValueError(f"no such time of day: {text[:40].lstrip('T ')!r}")
    return of_day, ClockForm(read_mark(match[9]), twelve_hours, of_day == _DAY_S)
