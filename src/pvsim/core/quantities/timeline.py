"""The seconds of a run: whole local days or a part of one, with the clock changes of their zone (I6)."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise
from math import gcd

import numpy as np

from pvsim.core.quantities.clock_span import DAY_MIN, ClockSpan, clock_text, parse_hours
from pvsim.core.quantities.typed import DURATION_S, parse_quantity
from pvsim.core.quantities.types import Ints
from pvsim.errors import UsageError

__all__ = ["DAY_S", "HOUR_S", "Timeline", "parse_period"]

HOUR_S = 3_600
DAY_S = 86_400
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Timeline:
    """`days` local days from `first_date` on, second by second; or a part of one.

    A local day starts at its first instant and ends where the next one starts: 86,400 seconds, or 82,800 and
    90,000 on the days the clocks change (other lengths in zones that shift by half an hour).

    Attributes:
        midnights_utc: Unix time of the start of each day and of the end of the last one; of a part of a day
            where it begins and ends.
        changes_utc: Unix times from which on `offsets_s` hold; the first is the start of the run.
        offsets_s: Local time minus UTC.
        is_whole: Whether all of each day is there.
        clock: Of a part of a day that does not begin with it: its times by the local clock; else None.
        skipped_s: Seconds of the day before such a part.
        twice: Whether the clock of the day shows the beginning and the end of such a part twice.
    """

    first_date: date
    days: int
    zone: str
    midnights_utc: tuple[int, ...] = field(repr=False)
    changes_utc: tuple[int, ...] = field(repr=False)
    offsets_s: tuple[int, ...] = field(repr=False)
    is_whole: bool = True
    clock: ClockSpan | None = None
    skipped_s: int = 0
    twice: tuple[bool, bool] = (False, False)

    @classmethod
    def of_days(cls, first_date: date, days: int, zone: tzinfo) -> "Timeline":
        """The timeline of `days` days from `first_date` on.

        Raises:
            UsageError: if `days` is not positive, the calendar ends, a day does not exist in the zone, or the
                zone's offset is not in whole minutes (local mean times of the 19th century).
        """
        return _of_days(first_date, days, zone)

    def part(self, hours: int | str) -> "Timeline":
        """A part of the only day: its first hours, or `12-13` by the local clock.

        A time that the clock of the day shows twice is the first one; an end is the first one after the beginning.

        Raises:
            UsageError: if there are several days, the text means no part, the clock of this day does not show one
                of its times, or the part is the whole day.
        """
        asked = parse_hours(hours, "hours")
        if self.days != 1:
            what = f"`hours` is a part of the only day of a run, and this one has {self.days:,} days"
            raise UsageError(what, field="hours", fix="leave it out, or give `days` 1")
        day_h = self.seconds / HOUR_S
        no_part = f"`hours` is a part of {self.first_date} in {self.zone}, a day of {day_h:g} h"
        fix = f"give 1 to {(self.seconds - 1) // HOUR_S}, or leave it out for the whole day"
        if isinstance(asked, int):
            if not 1 <= asked < day_h:
                raise UsageError(f"{no_part}, not {asked:,} h", field="hours", fix=fix)
            return self._between(self.start_utc, self.start_utc + asked * HOUR_S, None)
        begin_utc, end_utc = self._ends_of(asked)
        if (begin_utc, end_utc) == (self.start_utc, self.end_utc):
            raise UsageError(f"{no_part}; {asked} is all of it", field="hours", fix=fix)
        is_first_hours = begin_utc == self.start_utc and not (end_utc - begin_utc) % HOUR_S
        if is_first_hours:
            return self._between(begin_utc, end_utc, None)
        first, end = (len(self.instants(minute)) > 1 for minute in (asked.first_min, asked.end_min))
        return replace(self._between(begin_utc, end_utc, asked), twice=(first, end))

    @property
    def hours(self) -> int | str | None:
        """The part of the day as `part` takes it, in one form for each part; None for whole days."""
        if self.is_whole:
            return None
        return self.seconds // HOUR_S if self.clock is None else str(self.clock)

    def instants(self, minute: int) -> tuple[int, ...]:
        """Unix times at which the clock of the first day is so many minutes after 00:00: none, one or two."""
        found = (self._wall_utc(minute) - offset for offset in self.offsets_s)
        spans = pairwise((*self.changes_utc, self.end_utc))
        return tuple(t for t, (start, end) in zip(found, spans, strict=True) if start <= t < end)

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

    def _between(self, begin_utc: int, end_utc: int, clock: ClockSpan | None) -> "Timeline":
        kept = [
            (max(change, begin_utc), offset)
            for change, until, offset in zip(
                self.changes_utc, (*self.changes_utc[1:], self.end_utc), self.offsets_s, strict=True
            )
            if change < end_utc and until > begin_utc
        ]
        changes, offsets = zip(*kept, strict=True)
        return replace(
            self,
            midnights_utc=(begin_utc, end_utc),
            changes_utc=changes,
            offsets_s=offsets,
            is_whole=False,
            clock=clock,
            skipped_s=begin_utc - self.start_utc,
        )

    def _ends_of(self, span: ClockSpan) -> tuple[int, int]:
        """Unix times at which a part by the clock begins and ends."""
        begins = self.instants(span.first_min)
        if not begins:
            first_min = self._next_shown(span.first_min)
            fix = ClockSpan(first_min, max(span.end_min, min(first_min + HOUR_S // 60, DAY_MIN)))
            if first_min == DAY_MIN:
                fix = ClockSpan(span.first_min - HOUR_S // 60, DAY_MIN)
            raise self._never_shown(span.first_min, first_min, fix)
        if span.end_min == DAY_MIN:
            return begins[0], self.end_utc
        ends = [t for t in (*self.instants(span.end_min), *self._skipping(span.end_min)) if t > begins[0]]
        if not ends:
            end_min = self._next_shown(span.end_min)
            raise self._never_shown(span.end_min, end_min, ClockSpan(span.first_min, end_min))
        return begins[0], ends[0]

    def _skipping(self, minute: int) -> tuple[int, ...]:
        """Unix times at which the clock, about to show so many minutes after 00:00, is changed instead."""
        wall_utc = self._wall_utc(minute)
        changes = zip(self.changes_utc[1:], self.offsets_s, strict=False)
        return tuple(change for change, before in changes if change + before == wall_utc)

    def _next_shown(self, minute: int) -> int:
        """The first minute after one that the clock of the day skips."""
        walls = (change + offset for change, offset in zip(self.changes_utc, self.offsets_s, strict=True))
        minutes = ((wall_utc - self._wall_utc(0)) // 60 for wall_utc in walls)
        return min((each for each in minutes if minute < each < DAY_MIN), default=DAY_MIN)

    def _never_shown(self, minute: int, next_minute: int, fix: ClockSpan) -> UsageError:
        what = f"`hours`: the clock of {self.zone} does not show {clock_text(minute)} on {self.first_date}"
        return UsageError(
            f"{what}; the next that it shows is {clock_text(next_minute)}", field="hours", fix=f"give {fix}"
        )

    def _wall_utc(self, minute: int) -> int:
        """The Unix time of so many minutes after 00:00 of the first day, were its clock UTC."""
        return (self.first_date.toordinal() - _EPOCH) * DAY_S + minute * 60

    def check_period(self, every_s: int) -> None:
        """Refuse an averaging period that does not divide each day of the run, or what is before a part of one.

        So the rows of a part of a day are rows of the whole day.

        Raises:
            UsageError: naming the day that is not divided.
        """
        fix = "for example 1s, 2s, 1min, 15min, 1h"
        if every_s < 1:
            raise UsageError(f"`every` is at least 1 s, not {every_s} s", field="every", fix=fix)
        if self.skipped_s % every_s or (self.clock is not None and self.seconds % every_s):
            longest_s = gcd(self.skipped_s, self.seconds)
            what = (
                f"`every`: rows of {every_s:,} s, counted from the beginning of the day, do not fit {self.clock}"
            )
            raise UsageError(what, field="every", fix=f"give {longest_s // 60}min, or 1s")
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
