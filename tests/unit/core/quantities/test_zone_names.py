"""A wrong time zone leads to the right one, or to none."""

from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.config import zone_of
from pvsim.core.quantities import zone_names
from pvsim.core.quantities.zone_names import suggest_zone
from pvsim.errors import UsageError

OFFSET = "use the zone of a place, which knows its clock changes, or for a fixed offset"
FALLBACK = "use an IANA name, for example Europe/Berlin or UTC"


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("Europe/Munich", "Munich is in Europe/Berlin"),
        ("München", "München is in Europe/Berlin"),
        ("europe/berlin", "did you mean Europe/Berlin?"),
        ("Berlin", "did you mean Europe/Berlin?"),
        ("Germany/Berlin", "did you mean Europe/Berlin?"),
        ("New York", "did you mean America/New_York?"),
        ("Europe/Berln", "did you mean Europe/Berlin?"),
        ("Germany", "Germany is in Europe/Berlin"),
        ("Denmark", "Denmark has Europe/Copenhagen"),
        ("Brazil/Nowhere", FALLBACK),
        ("Canada/", FALLBACK),
        ("new zealand", "new zealand has for example Pacific/Auckland, Pacific/Chatham"),
        ("CEST", "a zone is named after a place, for example Europe/Berlin"),
        ("UTC+2", f"{OFFSET} Etc/GMT-2, whose sign is the other way round"),
        ("-03:00", f"{OFFSET} Etc/GMT+3, whose sign is the other way round"),
        ("UTC+0", f"{OFFSET} UTC"),
        ("UTC+25", FALLBACK),
        ("Europe", "Europe is an area: name a city in it, for example Europe/Berlin"),
        ("Atlantic", "Atlantic is an area: name a city in it, for example Atlantic/Azores"),
        ("Atlantis", FALLBACK),
        ("../../etc/passwd", FALLBACK),
        ("", FALLBACK),
    ],
)
def test_suggestions_by_hand(name, fix):
    with pytest.raises(UsageError, match="is a time zone, not") as caught:
        zone_of(name)
    assert caught.value.fix == fix


@given(st.sampled_from(sorted(available_timezones())), st.integers(0, 30))
def test_a_zone_in_other_letters_is_found(zone, seed):
    mixed = "".join(c.upper() if seed >> i % 5 & 1 else c.lower() for i, c in enumerate(zone))
    assert suggest_zone(mixed, available_timezones(), {}) == f"did you mean {zone}?"


def test_each_zone_of_the_tables_is_one():
    for zone in (*zone_names._CITIES, *zone_names._ABBREVIATIONS):
        assert ZoneInfo(zone).key == zone
