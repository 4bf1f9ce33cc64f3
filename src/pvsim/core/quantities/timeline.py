"""The seconds of a run: whole local days, with the clock changes of their zone (I6)."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise

import numpy as np

from pvsim.core.quantities.typed import DURATION_S, parse_quantity
from pvsim.core.quantities.types import Ints
from pvsim.errors import UsageError

__all__ = ["DAY_S", "HOUR_S", "Timeline", "parse_period"]

HOUR_S = 3_600
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Timeline:
    """`days` local days from `first_date` on, second by second; or the first hours of one.

    A local day starts at its first instant and ends where the next one starts: 86,400 seconds, or 82,800 and
    90,000 on the days the clocks change (other lengths in zones that shift by half an hour).

    Attributes:
        midnights_utc: Unix time of the start of each day and of the end of the last one, or of its part.
        changes_utc: Unix times from which on `offsets_s` hold; the first is the start of the run.
        offsets_s: Local time minus UTC.
        is_whole: Whether the last day is there to its end.
    """

    first_date: date
    days: int
    zone: str
    midnights_utc: tuple[int, ...] = field(repr=False)
    changes_utc: tuple[int, ...] = field(repr=False)
    offsets_s: tuple[int, ...] = field(repr=False)
    is_whole: bool = True

    @classmethod
    def of_days(cls, first_date: date, days: int, zone: tzinfo) -> "Timeline":
        """The timeline of `days` days from `first_date` on.

        Raises:
            UsageError: if `days` is not positive, the calendar ends, a day does not exist in the zone, or the
                zone's offset is not in whole minutes (local mean times of the 19th century).
        """
        return _of_days(first_date, days, zone)

    def first_hours(self, hours: int) -> "Timeline":
        """The beginning of the only day: so many hours of it.

        Raises:
            UsageError: if there are several days, or the day is no longer than that.
        """
        if self.days != 1:
            what = f"`hours` ends the only day of a run, and this one has {self.days:,} days"
            raise UsageError(what, field="hours", fix="leave it out, or give `days` 1")
        day_h = self.seconds / HOUR_S
        if not 1 <= hours < day_h:
            what = f"`hours` is a part of {self.first_date} in {self.zone}, a day of {day_h:g} h, not {hours:,} h"
            raise UsageError(what, field="hours", fix="give 1 to 22, or leave it out for the whole day")
        end_utc = self.start_utc + hours * HOUR_S
        kept = sum(change < end_utc for change in self.changes_utc)
        return replace(
            self,
            midnights_utc=(self.start_utc, end_utc),
            changes_utc=self.changes_utc[:kept],
            offsets_s=self.offsets_s[:kept],
            is_whole=False,
        )

    @property
    def start_utc(self) -> int:
        """Unix time of the first second."""
        return self.midnights_utc[0]

    @property
    def end_utc(self) -> int:
        """Unix time just after the last second."""
        return self.midnights_utc[-1]

    @property
    def seconds(self) -> int:
        """How many seconds the run has."""
        return self.end_utc - self.start_utc

    def offset_s(self, t_utc: Ints) -> Ints:
        """Local time minus UTC at each of the Unix times `t_utc`, in seconds."""
        index = np.searchsorted(np.asarray(self.changes_utc), t_utc, side="right") - 1
        offsets: Ints = np.asarray(self.offsets_s, dtype=np.int64)[np.maximum(index, 0)]
        return offsets

    def check_period(self, every_s: int) -> None:
        """Refuse an averaging period that does not divide each day of the run.

        Raises:
            UsageError: naming the day that is not divided.
        """
        fix = "for example 1s, 2s, 1min, 15min, 1h"
        if every_s < 1:
            raise UsageError(f"`every` is at least 1 s, not {every_s} s", field="every", fix=fix)
        for i, (start, end) in enumerate(pairwise(self.midnights_utc)):
            if (end - start) % every_s:
                day = self.first_date + timedelta(days=i)
                what = f"`every`: {every_s} s does not divide the {end - start:,} seconds of {day} in {self.zone}"
                raise UsageError(what, field="every", fix=fix)


@lru_cache(maxsize=4)  # a year takes 9,000 look-ups, and a run asks more than once
def _of_days(first_date: date, days: int, zone: tzinfo) -> Timeline:
    name = str(zone)
    if days < 1:
        raise UsageError(f"a run has at least one day, not {days}", field="days")
    try:
        dates = [first_date + timedelta(days=i) for i in range(days + 1)]
        midnights = [int(datetime(d.year, d.month, d.day, tzinfo=zone).timestamp()) for d in dates]
        changes, offsets = _offset_changes(midnights[0], midnights[-1], zone)
    except (OverflowError, ValueError) as error:
        what = f"{days:,} {'day' if days == 1 else 'days'} from {first_date} on leave the calendar"
        fix = "choose a date between the years 1 and 9999, and fewer days"
        raise UsageError(what, field="date", fix=fix) from error
    for day, (start, end) in zip(dates, pairwise(midnights), strict=False):
        if end <= start:
            raise UsageError(f"the day {day} does not exist in {name}", field="date", fix="choose another day")
    if any(offset % 60 for offset in offsets):
        fix = "choose a later date"
        raise UsageError(f"{name} has no offset in whole minutes on {first_date}", field="tz", fix=fix)
    return Timeline(first_date, days, name, tuple(midnights), tuple(changes), tuple(offsets))


def _offset_changes(start_utc: int, end_utc: int, zone: tzinfo) -> tuple[list[int], list[int]]:
    """Where the offset of `zone` changes: looked up each hour, then found to the second by halving."""

    def offset_at(t: int) -> int:
        offset = datetime.fromtimestamp(t, UTC).astimezone(zone).utcoffset()
        return 0 if offset is None else int(offset.total_seconds())

    changes, offsets = [start_utc], [offset_at(start_utc)]
    for hour in range(start_utc, end_utc, HOUR_S):
        low, high = hour, min(hour + HOUR_S, end_utc - 1)
        while offset_at(high) != offsets[-1]:
            before, after = low, high
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (middle, after) if offset_at(middle) == offsets[-1] else (before, middle)
            changes.append(after)
            offsets.append(offset_at(after))
            low = after
    return changes, offsets


def parse_period(text: str, field: str) -> int:
    """Seconds of a period such as `2s`, `15min`, `15 m`, `1h` or `30`.

    Raises:
        UsageError: if the text is of another form, or no whole number of seconds.
    """
    seconds = parse_quantity(text, DURATION_S, field)
    if seconds.denominator != 1:
        what = f"`{field}` is a whole number of seconds, not {text!r}"
        raise UsageError(what, field=field, fix="for example 1s, 2s, 1min, 15min, 1h")
    return int(seconds)
