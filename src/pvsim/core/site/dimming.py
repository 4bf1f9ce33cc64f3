"""Times in which devices are dimmed: from the site's clock to Unix time, and what is wrong with one."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from pvsim.core.site.schema import DimmingWindow

__all__ = ["dimming_problems", "seconds_at", "window_utc"]

_SHOWN = 40


def seconds_at(text: str, zone: tzinfo) -> int:
    """The Unix time of a text such as `2025-01-15T17:00`, by the clock of the zone, or with an offset.

    Raises:
        ValueError: if it is no such time, or none or two by a clock that goes forward or back.
    """
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError as error:
        shown = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
        what = f"{shown!r} is not a time such as 2025-01-15T17:00"
        raise ValueError(what) from error
    if time.microsecond:
        what = f"{text!r} is not a whole second"
        raise ValueError(what)
    if time.tzinfo is not None:
        return int(time.timestamp())
    first, second = (int(time.replace(tzinfo=zone, fold=fold).timestamp()) for fold in (0, 1))
    if datetime.fromtimestamp(first, zone).replace(tzinfo=None) != time:
        what = f"{text!r} is not a time in {zone}: the clock goes forward over it"
        raise ValueError(what)
    if first != second:
        offset = datetime.fromtimestamp(first, zone).isoformat()
        what = f"{text!r} is there twice in {zone}, where the clock goes back; write for example {offset}"
        raise ValueError(what)
    return first


def window_utc(window: DimmingWindow, zone: tzinfo) -> tuple[int, int]:
    """First second of a window and the one after its last, in Unix time.

    Raises:
        ValueError: if they are no times, or not in this order.
    """
    times = []
    for name, text in (("from", window.from_), ("to", window.to)):
        try:
            times.append(seconds_at(text, zone))
        except ValueError as error:
            what = f"{name}: {error}"
            raise ValueError(what) from error
    if times[1] <= times[0]:
        what = f"to, {window.to}, is not after from, {window.from_}"
        raise ValueError(what)
    return times[0], times[1]


def dimming_problems(windows: Sequence[DimmingWindow], zone: tzinfo) -> list[str]:
    """What is wrong with the windows of a site file."""
    found = []
    for number, window in enumerate(windows, start=1):
        try:
            window_utc(window, zone)
        except ValueError as error:
            found.append(f"grid dimming window {number}: {error}")
    return found
