"""Columns of times, from their texts to what is known of them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from pvsim.core.times import Said, Stamps, TimeWords
from pvsim.errors import BadInputError

WORDS = TimeWords("name the column", "pass --tz {}", "leave --tz out", "pass --order")


NOON = int(datetime(2024, 6, 21, 12, tzinfo=UTC).timestamp())


BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def zones(name):
    """The zone of a name; None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def read(*texts, blocks=1, **said):
    """The times of a column, from line 2 on, taken in so many blocks."""
    stamps = Stamps(Said("house.csv", WORDS, zones, **said))
    size = -(-len(texts) // blocks)
    for first in range(0, len(texts), size):
        part = texts[first : first + size]
        stamps.take(part, range(2 + first, 2 + first + len(part)))
    return stamps.settle()


def refused(*texts, **said):
    """What is said of a column that is not read."""
    with pytest.raises(BadInputError) as caught:
        read(*texts, **said)
    return caught.value


def shown(times):
    """The wall clock as texts."""
    return [datetime.fromtimestamp(t, UTC).strftime("%Y-%m-%d %H:%M:%S") for t in times.wall_s.tolist()]


def wall_seconds(wall):
    """Seconds since 1970 of a wall clock."""
    return int(wall.replace(tzinfo=UTC).timestamp())
