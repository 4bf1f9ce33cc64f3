"""Prices by local time of day, day of the week and month: one window for each minute of a week of each month."""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.timeline import DAY_S, Timeline
from pvsim.core.quantities.types import Ints
from pvsim.core.site.tariff import PriceWindow
from pvsim.core.tariff.prices import Prices, nano, union

__all__ = ["DAYS", "minute_of_day", "prices_of_windows", "window_problems"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMED = {"all": DAYS, "weekdays": DAYS[:5], "weekend": DAYS[5:]}
_MINUTES = 1_440
_CLOCK = re.compile(r"(\d\d):(\d\d)", re.ASCII)
_THURSDAY = 3  # 1970-01-01


def minute_of_day(text: str) -> int | None:
    """The minute of `06:30`, 0 to 1,440 (`24:00`); None if the text is no such time."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2])
    total = 60 * hour + minute
    return total if minute < 60 and total <= _MINUTES else None  # noqa: PLR2004 - the clock's own number


def window_problems(windows: Sequence[PriceWindow]) -> list[str]:
    """What is wrong with windows: times that are none, hours that have no price or two, by local time."""
    found = [problem for number, window in enumerate(windows, start=1) for problem in _no_times(number, window)]
    return found or list(_holes_and_overlaps(tuple(windows)))


@lru_cache(maxsize=16)  # many runs of a study have the same
def _holes_and_overlaps(windows: tuple[PriceWindow, ...]) -> tuple[str, ...]:
    """Local times that have no window, or two."""
    if not windows:
        return ()
    counts = np.zeros((12, 7, _MINUTES), dtype=np.int64)
    owner = np.zeros((2, 12, 7, _MINUTES), dtype=np.int64)  # the first and the last window of each minute
    for number, covered in enumerate(map(_covered, windows), start=1):
        owner[0][covered & (counts == 0)] = number
        owner[1][covered] = number
        counts += covered
    holes = [f"tariff.windows: no window has {when}" for when in _whens(counts == 0)]
    twice = counts > 1
    pairs = sorted({(int(a), int(b)) for a, b in zip(owner[0][twice], owner[1][twice], strict=True)})
    overlaps = [
        f"tariff.windows: windows {a} and {b} both have {when}"
        for a, b in pairs
        for when in _whens(twice & (owner[0] == a) & (owner[1] == b))
    ]
    return (*holes, *overlaps)


def prices_of_windows(windows: Sequence[PriceWindow], timeline: Timeline) -> Prices:
    """The prices of a run; the windows are without holes and overlaps.

    The price changes where the local clock passes the edge of a window, or is changed itself. So the hour that a
    zone has twice in autumn has its price twice, and the one that spring skips has none.
    """
    table = np.zeros((12, 7, _MINUTES), dtype=np.int64)
    for window in windows:
        table[_covered(window)] = nano(window.per_kwh)
    edges = {minute_of_day(text) or 0 for window in windows for text in (window.from_, window.to)} | {0}
    midnights = np.asarray(timeline.midnights_utc)
    walls = np.unique((midnights + timeline.offset_s(midnights)) // DAY_S) * DAY_S
    of_day = np.array(sorted(edges), dtype=np.int64) * 60
    at_wall = (walls[:, None] + of_day[None, :]).ravel()
    times = union([np.asarray(timeline.changes_utc), *(at_wall - offset for offset in set(timeline.offsets_s))])
    times = times[(times >= timeline.start_utc) & (times < timeline.end_utc)]
    return Prices.of(times, _at_local(table, times + timeline.offset_s(times)))


def _no_times(number: int, window: PriceWindow) -> list[str]:
    path, first, end = f"tariff window {number}", minute_of_day(window.from_), minute_of_day(window.to)
    times = (("from", window.from_, first), ("to", window.to, end))
    found = [
        f"{path}: {name}: {text[:40]!r} is not a time of day; write 00:00 to 24:00"
        for name, text, minute in times
        if minute is None
    ]
    if not found and first == end:
        found = [f"{path}: from and to are both {window.from_}; leave both out for a whole day"]
    return found


def _at_local(table: Ints, local_s: Ints) -> Ints:
    day = local_s // DAY_S
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    values: Ints = table[month, (day + _THURSDAY) % 7, local_s % DAY_S // 60]
    return values


def _covered(window: PriceWindow) -> NDArray[np.bool_]:
    """Which minutes a window has, shape (months, days of the week, minutes)."""
    first, end = minute_of_day(window.from_) or 0, minute_of_day(window.to) or 0
    minute = np.arange(_MINUTES)
    inside = (minute >= first) & (minute < end) if first < end else (minute >= first) | (minute < end)
    names = _NAMED[window.days] if isinstance(window.days, str) else window.days
    days = np.array([name in names for name in DAYS])
    months = np.array([window.months is None or number in window.months for number in range(1, 13)])
    covered: NDArray[np.bool_] = months[:, None, None] & days[None, :, None] & inside[None, None, :]
    return covered


def _whens(minutes: NDArray[np.bool_]) -> list[str]:
    """Minutes in words: `06:00 to 22:00 on sat, sun in Jan, Feb`, one text for each part of a day."""
    parts: dict[tuple[int, int], dict[int, list[int]]] = {}
    for month, day in np.argwhere(minutes.any(axis=2)).tolist():
        edges = np.flatnonzero(np.diff(minutes[month, day], prepend=False, append=False)).tolist()
        for part in zip(edges[::2], edges[1::2], strict=True):
            parts.setdefault(part, {}).setdefault(month, []).append(day)
    texts = []
    for (first, end), by_month in parts.items():
        same: dict[tuple[int, ...], list[int]] = {}
        for month, days in by_month.items():
            same.setdefault(tuple(days), []).append(month)
        for on_days, months in same.items():
            on = "" if len(on_days) == len(DAYS) else " on " + ", ".join(DAYS[day] for day in on_days)
            within = "" if len(months) == len(_MONTHS) else " in " + ", ".join(_MONTHS[month] for month in months)
            texts.append(f"{first // 60:02}:{first % 60:02} to {end // 60:02}:{end % 60:02}{on}{within}")
    return texts
