"""The time that a body says: ISO 8601 with its offset, or counted since 1970."""

import re
from datetime import UTC, datetime, timedelta
from math import floor
from typing import Any

from pvsim.core.metering.refusals import BodyError, Refusal, shown

__all__ = ["moment_ms", "unix_ms"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_ISO = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[Tt ](?P<clock>\d{2}:\d{2})(?P<second>:\d{2})?(?:[.,](?P<part>\d{1,9}))?"
    r" ?(?P<zone>Z|z|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)
_COUNT = re.compile(r"\d{1,19}(?:\.\d{1,9})?", re.ASCII)
_SECONDS = (10**8, 10**10)
"""1973 to 2286: so the four units cannot be taken for each other."""

_PER_SECOND = (1, 10**3, 10**6, 10**9)


def moment_ms(value: Any) -> int | None:
    """A time of a body in Unix milliseconds; None where it is null: a device that does not know the time.

    Raises:
        BodyError: if it is no time, or means two.
    """
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        if found := _ISO.fullmatch(text):
            return _iso_ms(found, text)
        if _COUNT.fullmatch(text):
            return _count_ms(float(text) if "." in text else int(text))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        return _count_ms(value)
    raise BodyError(Refusal.TIME, f"{shown(value)}; send ISO 8601 with its offset, or seconds since 1970")


def _iso_ms(found: re.Match[str], text: str) -> int:
    if found["zone"] is None:
        fix = "send it with Z or +02:00, or send no time: that of arrival counts"
        raise BodyError(Refusal.TIME, f"{shown(text)} has no UTC offset; {fix}")
    part = ((found["part"] or "") + "000000")[:6]
    zone = "+00:00" if found["zone"] in "Zz" else found["zone"]
    plain = f"{found['date']}T{found['clock']}{found['second'] or ':00'}.{part}{zone}"
    try:
        return unix_ms(datetime.fromisoformat(plain))
    except ValueError as error:
        raise BodyError(Refusal.TIME, f"{shown(text)}: {error}") from error


def _count_ms(count: float) -> int:
    for per_second in _PER_SECOND:
        low, high = (per_second * bound for bound in _SECONDS)
        if low <= count < high:
            return count * 1_000 // per_second if isinstance(count, int) else floor(count * 1_000 / per_second)
    what = f"{shown(count)} may count from the device's start; send seconds or milliseconds since 1970, or no time"
    raise BodyError(Refusal.TIME, what)


def unix_ms(moment: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (moment - _EPOCH) // _MS
