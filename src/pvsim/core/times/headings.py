"""What the header of a column of times says: that it is one, and what of its interval a time is."""

import re
from typing import Final, Literal, TypeAlias

__all__ = ["Stamp", "is_date_heading", "is_time_heading", "is_zone_heading", "stamp_in_header"]

Stamp: TypeAlias = Literal["start", "middle", "end"]
"""What of the interval of its values a time is."""

_TIMES: Final = frozenset(
    {
        "time",
        "timestamp",
        "datetime",
        "date",
        "epoch",
        "measured",
        "zeit",
        "zeitstempel",
        "zeitpunkt",
        "uhrzeit",
        "datum",
        "ts",
    }
)
_DATES: Final = frozenset({"date", "datum"})
_STARTS: Final = frozenset(
    {"von", "from", "start", "starting", "starts", "begin", "begins", "beginn", "beginnt", "beginning", "ab"}
)
_MIDDLES: Final = frozenset({"mid", "middle", "midpoint", "mitte", "center", "centre"})
_ENDS: Final = frozenset(
    {"bis", "to", "until", "till", "end", "ende", "ending", "ends", "endet", "stop", "finish"}
)
_ZONES: Final = frozenset({"tz", "zone", "timezone", "zeitzone", "offset", "utcoffset"})
_BESIDE_ZONE: Final = frozenset({"time", "utc", "gmt"})
_BESIDE_STAMP: Final = frozenset(
    {"period", "interval", "intervall", "hour", "stunde", "local", "utc", "gmt", "of", "the", "des", "der"}
)
_WORD: Final = re.compile(r"[A-ZÄÖÜ]+(?![a-zäöü])|[A-ZÄÖÜ]?[a-zäöü]+")
_TIME_PART: Final = "period|interval|datetime|timestamp|time|date|zeitpunkt|zeit|datum"
_COMPOUND: Final = re.compile(rf"(?:{_TIME_PART})?(start|begin|end)(?:{_TIME_PART})?")


def _words(header: str) -> set[str]:
    """The words in small letters; of `periodEnd` and `endtime` the parts."""
    words: set[str] = set()
    for word in (found.lower() for found in _WORD.findall(header)):
        compound = _COMPOUND.fullmatch(word)
        words |= {compound[1], "time"} if compound and word != compound[1] else {word}
    return words


def stamp_in_header(header: str) -> Stamp | None:
    """What a header says of its times (`Zeit (bis)`, `period_end`, `Hour ending`, `from`); None if nothing."""
    words = _words(header)
    found: list[Stamp] = []
    found += ["start"] if words & _STARTS else []
    found += ["middle"] if words & _MIDDLES else []
    found += ["end"] if words & _ENDS else []
    return found[0] if len(found) == 1 else None


def is_time_heading(header: str) -> bool:
    """Whether a header is that of a column of times."""
    words = _words(header)
    if is_zone_heading(header):
        return False
    edges = words & (_STARTS | _ENDS)
    return bool(words & _TIMES) or bool(edges and words - edges <= _BESIDE_STAMP)


def is_date_heading(header: str) -> bool:
    """Whether a header is that of a column of dates without a time of day."""
    words = _words(header)
    return bool(words & _DATES) and not words & (_TIMES - _DATES)


def is_zone_heading(header: str) -> bool:
    """Whether a header is that of a column of time zones."""
    words = _words(header)
    return bool(words & _ZONES) and words <= _ZONES | _BESIDE_ZONE
