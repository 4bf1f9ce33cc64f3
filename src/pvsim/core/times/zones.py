"""Zones as files name them: offsets, UTC, abbreviations, and IANA names."""

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from typing import Final, TypeAlias

__all__ = ["UTC_NAMES", "HeaderZone", "Mark", "Zones", "family_of", "read_mark", "zone_in_header"]

Zones: TypeAlias = Callable[[str], tzinfo | None]
"""The zone of an IANA name, None where there is none: the table of zones is on disk, not in here."""

_HOUR_S: Final = 3_600
_MOST_OFFSET_S: Final = 18 * _HOUR_S
UTC_NAMES: Final = frozenset(
    {"Z", "UTC", "GMT", "UT", "Etc/UTC", "Etc/GMT", "Etc/UCT", "UCT", "Zulu", "Universal"}
)
_OFFSETS_H: Final = {
    "WET": 0.0, "WEST": 1.0, "CET": 1.0, "CEST": 2.0, "MEZ": 1.0, "MESZ": 2.0, "EET": 2.0, "EEST": 3.0, "MSK": 3.0,
    "SAST": 2.0, "JST": 9.0, "KST": 9.0, "HKT": 8.0, "AWST": 8.0, "ACST": 9.5, "ACDT": 10.5, "AEST": 10.0,
    "AEDT": 11.0, "NZST": 12.0, "NZDT": 13.0, "AKST": -9.0, "AKDT": -8.0, "HST": -10.0,
}  # fmt: skip
"""Abbreviations that mean one offset. EST, CST, MST, PST, their summer times, BST, IST, AST, GST and others are
used for several (BST: Britain, Bangladesh, Bougainville): they need the zone's name."""

FAMILIES: Final = {
    frozenset({"CET", "CEST"}): "CET",
    frozenset({"MEZ", "MESZ"}): "CET",
    frozenset({"WET", "WEST"}): "WET",
    frozenset({"EET", "EEST"}): "EET",
}
"""Abbreviations of a clock that is changed, and the zone that changes it."""

_OFFSET: Final = re.compile(r"([+\-\u2212])(\d\d?)(?::?(\d\d))?", re.ASCII)
_FROM_UTC: Final = re.compile(r"(?:UTC|GMT) ?(.+)", re.ASCII)
_WITH_NAME: Final = re.compile(r"(.*?) ?[\[(]([A-Za-z][\w/+-]*)[\])]", re.ASCII)
_NAME: Final = re.compile(r"[A-Z][A-Za-z]+(?:/[A-Za-z][\w+-]*)+", re.ASCII)
_ABBREVIATION: Final = re.compile(r"[A-Z]{2,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands behind a time.

    Args:
        offset_s: Seconds east of UTC; None where only a zone's name is there, or nothing.
        name: An abbreviation or IANA name; "" where there is none.
    """

    offset_s: int | None = None
    name: str = ""


@lru_cache(maxsize=4096)
def read_mark(text: str) -> Mark:
    """The zone behind a time.

    Raises:
        ValueError: if the text is no zone.
    """
    text = text.strip(" ")
    if not text:
        return Mark()
    named = _WITH_NAME.fullmatch(text)
    if named and named[1]:
        mark = read_mark(named[1])  # an offset decides; what follows in brackets is the same again
        return mark if mark.offset_s is not None else read_mark(named[2])
    plain = text.strip("()[]")
    if plain.upper() in UTC_NAMES or plain in UTC_NAMES:
        return Mark(0)
    from_utc = _FROM_UTC.fullmatch(plain)
    offset = _OFFSET.fullmatch(from_utc[1] if from_utc else plain)
    if offset:
        return Mark(_seconds(offset, text))
    if plain in _OFFSETS_H:
        return Mark(round(_OFFSETS_H[plain] * _HOUR_S), plain)
    if _NAME.fullmatch(plain) or _ABBREVIATION.fullmatch(plain):
        return Mark(None, plain)
    raise ValueError(f"not seconds, an offset from UTC or a zone after the minute: {text[:40]!r}")


def _seconds(offset: re.Match[str], text: str) -> int:
    minutes = int(offset[3] or 0)
    seconds = int(offset[2]) * _HOUR_S + minutes * 60
    if minutes > 59 or seconds > _MOST_OFFSET_S:  # noqa: PLR2004 - the clock's own number
        raise ValueError(f"no such offset from UTC: {text[:40]!r}")
    return seconds if offset[1] == "+" else -seconds


@dataclass(frozen=True, slots=True)
class HeaderZone:
    """The zone that a header names.

    Args:
        text: As the header has it.
        offset_s: Seconds east of UTC, None where a zone is named.
        zone: The zone; of one abbreviation the one whose clock it may mean; "" where there is none.
    """

    text: str
    offset_s: int | None
    zone: str = ""

    @property
    def certain(self) -> bool:
        """Whether it cannot mean both a fixed clock and one that is changed."""
        return self.offset_s is None or not self.zone


def zone_in_header(header: str, zones: Zones) -> HeaderZone | None:
    """The zone that the header of a column of times names, None if it names none.

    `timestamp UTC`, `time_utc`, `Time [GMT]`, `Time (UTC+2)`, `Zeit (MEZ/MESZ)`, `Time (Europe/Berlin)`.
    """
    for name in _NAME.findall(header):
        if zones(name) is not None:  # `Date/Time` is none
            return HeaderZone(name, None, name)
    if shifted := re.search(r"(?:UTC|GMT) ?" + _OFFSET.pattern, header, re.ASCII):
        return HeaderZone(shifted[0], read_mark(shifted[0]).offset_s)
    words = {word.upper() for word in re.findall(r"[A-Za-z]+", header)}
    if words & {"UTC", "GMT"}:
        return HeaderZone("UTC", 0)
    found = words & _OFFSETS_H.keys()
    for family, zone in FAMILIES.items():
        if family <= found:
            return HeaderZone("/".join(sorted(family, key=len)), None, zone)
    if len(found) != 1:
        return None
    (abbreviation,) = found
    return HeaderZone(abbreviation, round(_OFFSETS_H[abbreviation] * _HOUR_S), family_of(found))


def family_of(abbreviations: AbstractSet[str]) -> str:
    """The zone whose clock some abbreviations may mean, if all are of one that is changed; else ""."""
    return next((zone for family, zone in FAMILIES.items() if abbreviations <= family), "")
