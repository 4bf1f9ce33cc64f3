"""The zone of a file's times: as they are written, as its header says, or as the user says."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pvsim.core.times.clocks import ClockForm
from pvsim.core.times.dates import DateOrder
from pvsim.core.times.local import to_utc
from pvsim.core.times.wallclock import DAY_S, WallClock
from pvsim.core.times.zones import UTC_NAMES, Mark, Zones, family_of, zone_in_header
from pvsim.errors import BadInputError

__all__ = ["Said", "TimeWords", "Times", "Written", "ZoneFrom", "settle"]

ZoneFrom: TypeAlias = Literal["option", "header", "times", "offset", "assumed"]
_SHOWN_OFFSETS: Final = 3
_EXAMPLES: Final = {
    "E": "America/New_York",
    "C": "America/Chicago",
    "M": "America/Denver",
    "P": "America/Los_Angeles",
}
_OTHER_EXAMPLES: Final = {"BST": "Europe/London", "IST": "Asia/Kolkata", "AST": "America/Halifax"}


@dataclass(frozen=True, slots=True)
class TimeWords:
    """How a command or a setting is called that says something of a file's times; for messages.

    Args:
        column: To name the column of times; "" where nothing does.
        zone: To say the zone, `{}` being its name.
        no_zone: To say nothing of the zone.
        order: To say which number of a date is the day.
    """

    column: str
    zone: str
    no_zone: str
    order: str


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of a column of times beside its texts.

    Args:
        source: The file's name.
        words: How to say more.
        zones: Finds a zone by its name.
        header: Of the column.
        tz: The zone of the file's clock, if the user says one.
        tz_yields: Whether `tz` is for times only that tell no zone themselves.
        order: Of day and month, if the user says one.
    """

    source: str
    words: TimeWords
    zones: Zones
    header: str = ""
    tz: tzinfo | None = None
    tz_yields: bool = False
    order: DateOrder | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """Times as they are written: seconds since 1970-01-01T00:00 of their clock, and numbers of their forms."""

    lines: NDArray[np.int64]
    wall_s: NDArray[np.int64]
    forms: NDArray[np.int64]
    names: tuple[ClockForm, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """The times of a file; arrays of one length.

    Args:
        lines: Line number of each.
        wall_s: Wall clock in seconds since 1970-01-01T00:00 of that clock; UTC where `utc`.
        offset_s: What that clock is ahead of UTC, in seconds; None where nothing says it.
        utc: The times are instants without a local clock.
        zone: Whose clock the file has: UTC, offsets, or a zone; "" where nothing says it.
        zone_from: How that was known.
        ends_day: Whether a day's end is written as 24:00.
        remarks: What else was decided.
    """

    lines: NDArray[np.int64]
    wall_s: NDArray[np.int64]
    offset_s: NDArray[np.int64] | None
    utc: bool
    zone: str
    zone_from: ZoneFrom
    ends_day: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def t_utc(self) -> NDArray[np.int64]:
        """Unix times; of a clock of which nothing is known, as if it were UTC."""
        return self.wall_s if self.offset_s is None else self.wall_s - self.offset_s


def settle(written: Written, said: Said, remark: str) -> Times:
    """Find the zone.

    Raises:
        BadInputError: the times are written in different ways, or may be of two zones.
    """
    used = [written.names[number] for number in np.unique(written.forms)]
    _refuse_mixed(written, said)
    times = Times(
        written.lines,
        written.wall_s,
        None,
        False,
        "",
        "assumed",
        ends_day=any(form.ends_day for form in used),
        remarks=(remark,) if remark else (),
    )
    marks = {form.mark for form in used}
    if any(mark.offset_s is None and mark.name for mark in marks):
        return _named(times, written, said, marks)
    if all(mark.offset_s is not None for mark in marks):
        offsets = np.array([form.mark.offset_s or 0 for form in written.names], np.int64)[written.forms]
        return _with_offsets(times, offsets, said, marks)
    return _naive(times, said)


def _refuse_mixed(written: Written, said: Said) -> None:
    """Refuse times of which some have a zone and some none, or some AM or PM and some not."""
    zoned = np.array([form.mark != Mark() for form in written.names])[written.forms]
    halves = np.array([form.twelve_hours for form in written.names])[written.forms]
    for what, has in (("an offset from UTC or a zone", zoned), ("AM or PM", halves)):
        if has.all() or not has.any():
            continue
        first = bool(has[0])
        index = int(np.argmax(has != first))
        problem = f"the time has {'no' if first else 'an'} {what.removeprefix('an ')}, other than those before it"
        raise BadInputError(problem, where=_at(said, written.lines, index), fix="write all times in the same way")


def _at(said: Said, lines: NDArray[np.int64], index: int) -> str:
    return f"{said.source}:{lines[index]}"


def _where(said: Said, times: Times) -> Callable[[int], str]:
    return lambda index: _at(said, times.lines, index)


def _naive(times: Times, said: Said) -> Times:
    """Times without a zone: of the user's, of the header's, else not known."""
    header = zone_in_header(said.header, said.zones)
    if said.tz is not None and not (said.tz_yields and header is not None and header.certain):
        return _as_instants(times, said.tz, said)
    if header is None:
        return times
    if header.offset_s is None:
        return replace(_of_zone(times, header.zone, said, "header"), zone=header.text)
    offsets = np.full_like(times.wall_s, header.offset_s)
    placed = replace(times, offset_s=offsets, zone=header.text, zone_from="header", utc=header.offset_s == 0)
    _refuse_sloppy(placed, header.zone, header.text, said)
    return placed


def _as_instants(times: Times, tz: tzinfo, said: Said) -> Times:
    """Instants of times without a zone, on the clock that the user says."""
    fix = f"{said.words.zone.format('Area/City')} with the right zone, or write the offset with each time"
    t_utc = to_utc(times.wall_s, tz, _where(said, times), fix)
    return _instants(times, t_utc, tz)


def _instants(times: Times, t_utc: NDArray[np.int64], tz: tzinfo) -> Times:
    return replace(times, wall_s=t_utc, offset_s=np.zeros_like(t_utc), utc=True, zone=str(tz), zone_from="option")


def _of_zone(times: Times, name: str, said: Said, zone_from: ZoneFrom) -> Times:
    """Times on the clock of a zone that the file names."""
    zone = said.zones(name)
    if zone is None:
        what = f"the times are said to be of {name!r}, which is not a zone"
        fix = said.words.zone.format("Europe/Berlin")
        raise BadInputError(what, where=_at(said, times.lines, 0), fix=fix)
    fix = "write the offset with each time, or the right zone"
    offset_s = times.wall_s - to_utc(times.wall_s, zone, _where(said, times), fix)
    return replace(times, offset_s=offset_s, utc=name in UTC_NAMES, zone=name, zone_from=zone_from)


def _with_offsets(times: Times, offset_s: NDArray[np.int64], said: Said, marks: set[Mark]) -> Times:
    """Times with offsets: all of them UTC, or the local clock of a place."""
    names = {mark.name for mark in marks if mark.name}
    offsets = sorted({mark.offset_s or 0 for mark in marks})
    if said.tz is not None and not (said.tz_yields and not names):
        t_utc = times.wall_s - offset_s
        other = _other_offset(times, t_utc, said.tz)
        if other and len(names) == 1 == len(marks):  # `CET` all the year: the user's word tells what is meant
            return _as_instants(times, said.tz, said)
        if other:
            raise BadInputError(other[1], where=_at(said, times.lines, other[0]), fix=said.words.no_zone)
        return _instants(times, t_utc, said.tz)
    times = replace(times, offset_s=offset_s)
    if offsets == [0] and not names:
        return replace(times, utc=True, zone="UTC", zone_from="times")
    written = "/".join(sorted(names)) if len(names) == len(offsets) else _offsets_text(offsets)
    placed = replace(times, zone=written, zone_from="times" if names else "offset")
    if len(names) == 1 == len(offsets):
        _refuse_sloppy(placed, family_of(names), written, said)
    return placed


def _offsets_text(offsets: list[int]) -> str:
    texts = [f"{'-' if s < 0 else '+'}{abs(s) // 3600:02}:{abs(s) // 60 % 60:02}" for s in offsets]
    return "/".join(texts[:_SHOWN_OFFSETS]) + ("/…" if len(texts) > _SHOWN_OFFSETS else "")


def _other_offset(times: Times, t_utc: NDArray[np.int64], tz: tzinfo) -> tuple[int, str] | None:
    """Index of the first time that a zone's clock does not show at its instant, and what to say of it."""
    wall, _ = WallClock.over(tz, int(t_utc.min()), int(t_utc.max()) + 1).wall(t_utc)
    other = wall != times.wall_s
    if not other.any():
        return None
    index = int(np.argmax(other))
    written, has = (int(seconds[index] - t_utc[index]) for seconds in (times.wall_s, wall))
    what = f"the time has the offset {_offsets_text([written])}, the clock of {tz} has {_offsets_text([has])} then"
    return index, what


def _refuse_sloppy(times: Times, zone_name: str, written: str, said: Said) -> None:
    """Refuse a summer's times under the name of winter time only: a fixed clock, or one that nobody renamed?"""
    zone = said.zones(zone_name) if zone_name else None
    if zone is None or times.offset_s is None:
        return
    t_utc = times.wall_s - times.offset_s
    wall, _ = WallClock.over(zone, int(t_utc.min()), int(t_utc.max()) + 1).wall(t_utc)
    other = wall != times.wall_s
    if other.any():
        index = int(np.argmax(other))
        hours = int(times.offset_s[0]) // 3600
        fixed, changed = (said.words.zone.format(name) for name in (f"Etc/GMT-{hours}", "Europe/Berlin"))
        what = f"the times are said to be {written}, but on this day clocks there show another time"
        fix = f"if the file's clock is never changed, {fixed}; if it is, {changed} or the zone of its place"
        raise BadInputError(what, where=_at(said, times.lines, index), fix=fix)


def _named(times: Times, written: Written, said: Said, marks: set[Mark]) -> Times:
    """Times with the name of a zone, or with abbreviations that only a zone gives a meaning."""
    names = sorted({mark.name for mark in marks if mark.offset_s is None})
    if said.tz is not None and (len(names) > 1 or "/" not in names[0]):
        return _by_abbreviations(times, written, said, said.tz)
    if len(names) > 1 and any("/" in name for name in names):
        what = f"the times are of several zones: {', '.join(names)}"
        raise BadInputError(what, where=said.source, fix="give a file with the times of one zone, or in UTC")
    (name, *_) = names
    if "/" not in name:
        example = _OTHER_EXAMPLES.get(name) or _EXAMPLES.get(name[0], "Area/City")
        what = f"{name} is used for the clocks of more than one zone, or is none"
        index = int(np.argmax([form.mark.name == name for form in written.names]))
        at = int(np.argmax(written.forms == index))
        raise BadInputError(what, where=_at(said, times.lines, at), fix=said.words.zone.format(example))
    if said.tz is None or said.tz_yields:
        return _of_zone(times, name, said, "times")
    if str(said.tz) != name:
        what = f"the times are said to be of {name}"
        raise BadInputError(what, where=_at(said, times.lines, 0), fix=said.words.no_zone)
    return _as_instants(times, said.tz, said)


def _by_abbreviations(times: Times, written: Written, said: Said, tz: tzinfo) -> Times:
    """Instants of times with abbreviations that the user's zone gives a meaning."""
    clock = WallClock.over(tz, int(times.wall_s.min()) - DAY_S, int(times.wall_s.max()) + DAY_S)
    called: dict[str, int] = {}
    for start, offset_s in zip(clock.starts.tolist(), clock.offsets.tolist(), strict=True):
        called[datetime.fromtimestamp(start, UTC).astimezone(tz).tzname() or ""] = offset_s
    offsets = [form.mark.offset_s or called.get(form.mark.name, 0) for form in written.names]
    t_utc = times.wall_s - np.array(offsets, np.int64)[written.forms]
    unknown = [form.mark.offset_s is None and form.mark.name not in called for form in written.names]
    at = np.array(unknown)[written.forms]
    if at.any():
        index = int(np.argmax(at))
        name = written.names[written.forms[index]].mark.name
        what = f"the time is said to be {name}, but the clock of {tz} is called {' and '.join(called)}"
        fix = f"{said.words.zone.format('Area/City')} with the zone of the file"
        raise BadInputError(what, where=_at(said, times.lines, index), fix=fix)
    other = _other_offset(times, t_utc, tz)
    if other:
        raise BadInputError(other[1], where=_at(said, times.lines, other[0]), fix=said.words.no_zone)
    return _instants(times, t_utc, tz)
