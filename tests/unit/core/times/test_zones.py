"""Zones as files name them, behind a time and in a header."""

from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.columns_of_times import zones

from pvsim.core.times.zones import FAMILIES, HeaderZone, Mark, family_of, read_mark, zone_in_header


@given(
    st.integers(-18 * 60, 18 * 60),
    st.sampled_from(["{}", " {}", " UTC{}", " GMT {}", "({})", "{}[Area/City]", "{} (XYZ)"]),
)
def test_an_offset_is_read_in_any_writing(minutes, writing):
    text = f"{timezone(timedelta(minutes=minutes))}".removeprefix("UTC") or "+00:00"
    for offset in (text, text.replace(":", "")):
        assert read_mark(writing.format(offset)) == Mark(minutes * 60)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("", Mark()),
        ("z", Mark(0)),
        ("(UTC)", Mark(0)),
        ("Etc/UTC", Mark(0)),
        ("+02", Mark(7_200)),
        ("\u22120330", Mark(-12_600)),
        ("GMT+2", Mark(7_200)),
        ("CEST", Mark(7_200, "CEST")),
        ("ACST", Mark(34_200, "ACST")),
        ("EST", Mark(None, "EST")),
        ("EDT [America/New_York]", Mark(None, "America/New_York")),
        ("Europe/London", Mark(None, "Europe/London")),
        ("+05:30[Asia/Kolkata]", Mark(19_800)),
    ],
)
def test_what_stands_behind_a_time(text, mark):
    assert read_mark(text) == mark


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("?", "not seconds, an offset from UTC or a zone after the minute: '?'"),
        ("noon", "not seconds, an offset"),
        ("+99:99", "no such offset from UTC: '+99:99'"),
        ("+01:60", "no such offset from UTC: '+01:60'"),
        ("-19", "no such offset from UTC: '-19'"),
    ],
)
def test_what_is_no_zone_is_named(text, says):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its text is compared below
        read_mark(text)
    assert str(caught.value).startswith(says)


@given(st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "America/Argentina/Salta"]))
def test_a_zone_s_name_in_a_header_is_that_zone(name):
    assert zone_in_header(f"Time ({name})", zones) == HeaderZone(name, None, name)
    assert zone_in_header(f"Date/Time {name}", zones) == HeaderZone(name, None, name)


@pytest.mark.parametrize(
    ("header", "zone", "certain"),
    [
        ("timestamp UTC", HeaderZone("UTC", 0), True),
        ("period_end_utc", HeaderZone("UTC", 0), True),
        ("Time [GMT]", HeaderZone("UTC", 0), True),
        ("Time (UTC+2)", HeaderZone("UTC+2", 7_200), True),
        ("Time (GMT -03:30)", HeaderZone("GMT -03:30", -12_600), True),
        ("Zeit (MESZ)", HeaderZone("MESZ", 7_200, "CET"), False),
        ("Zeit (MEZ/MESZ)", HeaderZone("MEZ/MESZ", None, "CET"), True),
        ("cet_cest_timestamp", HeaderZone("CET/CEST", None, "CET"), True),
        ("Time JST", HeaderZone("JST", 32_400), True),
    ],
)
def test_headers_by_hand(header, zone, certain):
    found = zone_in_header(header, zones)
    assert found == zone
    assert found.certain == certain


@pytest.mark.parametrize("header", ["", "Date/Time", "Measured at", "Time (CET or EET)", "Time (Area/City)"])
def test_a_header_without_a_zone_names_none(header):
    assert zone_in_header(header, zones) is None


def test_abbreviations_of_one_clock_that_is_changed():
    assert [family_of(names) for names in ({"CET"}, {"CET", "CEST"}, {"MESZ"}, {"CET", "EET"}, {"JST"})] == [
        "CET", "CET", "CET", "", "",
    ]  # fmt: skip
    assert all(ZoneInfo(zone).key == zone for zone in FAMILIES.values())
