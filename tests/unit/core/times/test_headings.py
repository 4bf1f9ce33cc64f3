import pytest

from pvsim.core.times import is_date_heading, is_time_heading, is_zone_heading, stamp_in_header


@pytest.mark.parametrize(
    ("header", "stamp"),
    [
        ("Zeit (bis)", "end"),
        ("period_end_utc", "end"),
        ("PeriodEnd", "end"),
        ("endtime", "end"),
        ("Hour ending", "end"),
        ("interval end", "end"),
        ("DateTo", "end"),
        ("Ende", "end"),
        ("until", "end"),
        ("von", "start"),
        ("Start", "start"),
        ("period_start", "start"),
        ("Beginn", "start"),
        ("timestamp_from", "start"),
        ("Mitte des Intervalls", "middle"),
        ("Start/End", None),
        ("timestamp", None),
        ("Datum und Uhrzeit", None),
    ],
)
def test_what_a_header_says_of_its_times(header, stamp):
    assert stamp_in_header(header) == stamp


@pytest.mark.parametrize(
    "header", ["time", "Zeitstempel", "Date/Time", "start", "period_end", "von", "End Time", "ts", "Zeit (bis)"]
)
def test_headings_of_times(header):
    assert is_time_heading(header)


@pytest.mark.parametrize(
    "header", ["power to grid", "Bezug vom Netz", "energy from grid", "load", "time zone", "kW"]
)
def test_other_headings(header):
    assert not is_time_heading(header)


def test_headings_of_zones():
    assert [
        h
        for h in ("tz", "Time Zone", "timezone", "utc_offset", "Zeitzone", "zone 1 kW", "time")
        if is_zone_heading(h)
    ] == [
        "tz",
        "Time Zone",
        "timezone",
        "utc_offset",
        "Zeitzone",
    ]


def test_headings_of_dates():
    names = ("Date", "Datum", "Date/Time", "Datum und Uhrzeit", "time")
    assert [header for header in names if is_date_heading(header)] == ["Date", "Datum"]
