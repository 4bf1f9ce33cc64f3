"""The zone of a file's times, compared with `datetime` and the table of zones."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.columns_of_times import BERLIN, NEW_YORK, NOON, read, refused, wall_seconds

CHANGES = ["2024-03-31T01:00", "2024-10-27T01:00", "2024-03-10T07:00", "2024-11-03T06:00", "1987-10-25T06:00"]


@given(st.sampled_from(CHANGES), st.integers(-8, 8))
def test_a_zone_that_is_named_gives_the_instants_of_the_table_of_zones(change, hours_from):
    start = datetime.fromisoformat(change).replace(tzinfo=UTC) + timedelta(hours=hours_from)
    instants = [start + timedelta(minutes=30 * step) for step in range(-24, 25)]
    for zone in (BERLIN, NEW_YORK):
        texts = [t.astimezone(zone).strftime("%Y-%m-%d %H:%M") for t in instants]
        hours = [edge.astimezone(zone) for edge in (*instants[:5], *instants[-5:])]
        if all(hour.utcoffset() == (hour + timedelta(hours=h)).utcoffset() for hour in hours for h in (-3, 3)):
            # else the file begins or ends in the hour that comes twice, and cannot tell which one it is
            times = read(*texts, tz=zone)
            assert times.wall_s.tolist() == [int(t.timestamp()) for t in instants]
            local = read(*(f"{text} {zone}" for text in texts))
            assert (local.wall_s - local.offset_s).tolist() == times.wall_s.tolist()
        named = [t.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z") for t in instants]
        assert read(*named, tz=zone).wall_s.tolist() == [int(t.timestamp()) for t in instants]


@pytest.mark.parametrize(
    "text",
    [
        "2024-06-21T12:00Z",
        "2024-06-21 12:00:00z",
        "2024-06-21T12:00:00+00:00",
        "2024-06-21 12:00+0000",
        "2024-06-21 12:00 +00",
        "2024-06-21 12:00-00:00",
        "2024-06-21 12:00 UTC",
        "2024-06-21 12:00:00.000 (UTC)",
        "21.06.2024 12:00 GMT",
        "2024/06/21 12:00 UTC+0",
        "20240621 1200Z",
        "2024-06-21T12:00Z[UTC]",
        "2024-06-21 12:00 Etc/UTC",
        str(NOON),
        f"{NOON}.0",
        f"{NOON}000",
        f"{NOON}000000000",
    ],
)
def test_utc_in_any_writing_is_utc(text):
    times = read(text)
    assert (times.wall_s.tolist(), times.utc, times.zone_from) == ([NOON], True, "times")


@pytest.mark.parametrize(
    ("text", "offset_s", "zone", "zone_from"),
    [
        ("2024-06-21 12:00:00-0330", -12600, "-03:30", "offset"),
        ("2024-06-21 12:00+02", 7200, "+02:00", "offset"),
        ("2024-06-21 12:00 GMT+2", 7200, "+02:00", "offset"),
        ("2024-06-21T12:00+05:30[Asia/Kolkata]", 19800, "+05:30", "offset"),
        ("2024-06-21 12:00 CEST", 7200, "CEST", "times"),
        ("2024-06-21 12:00 EDT [America/New_York]", -14400, "America/New_York", "times"),
        ("2024-06-21 12:00 (MESZ)", 7200, "MESZ", "times"),
        ("2024-06-21 12:00 Europe/London", 3600, "Europe/London", "times"),
    ],
)
def test_offsets_and_zones_behind_a_time(text, offset_s, zone, zone_from):
    times = read(text)
    assert (times.offset_s.tolist(), times.zone, times.zone_from) == ([offset_s], zone, zone_from)
    assert not times.utc
    assert times.wall_s.tolist() == [NOON]


def test_offsets_that_vary_are_a_local_clock_and_not_utc():
    times = read("2024-03-31T00:00Z", "2024-03-31T02:00+01:00")
    assert (times.utc, times.zone, times.offset_s.tolist()) == (False, "+00:00/+01:00", [0, 3600])
    many = read(*(f"2024-06-21 12:00+0{hour}:00" for hour in range(1, 6)))
    assert many.zone == "+01:00/+02:00/+03:00/…"


@pytest.mark.parametrize(
    ("header", "zone", "offset_s", "utc"),
    [
        ("timestamp UTC", "UTC", 0, True),
        ("time_utc", "UTC", 0, True),
        ("Time [GMT]", "UTC", 0, True),
        ("period_end_utc", "UTC", 0, True),
        ("Time (UTC+2)", "UTC+2", 7200, False),
        ("Zeit (MESZ)", "MESZ", 7200, False),
        ("Zeit (MEZ/MESZ)", "MEZ/MESZ", 7200, False),
        ("cet_cest_timestamp", "CET/CEST", 7200, False),
        ("Time (Europe/London)", "Europe/London", 3600, False),
    ],
)
def test_a_header_may_name_the_zone(header, zone, offset_s, utc):
    times = read("2024-06-21 12:00", header=header)
    assert (times.zone, times.zone_from, times.offset_s.tolist(), times.utc) == (zone, "header", [offset_s], utc)


def test_a_header_without_a_zone_names_none():
    assert read("2024-06-21 12:00", header="Date/Time").zone_from == "assumed"
    assert read("2024-06-21 12:00", header="Measured at").zone_from == "assumed"


def test_the_user_s_zone_makes_instants():
    for text in (
        "2024-06-21 14:00",
        "2024-06-21 14:00+02:00",
        "2024-06-21 14:00 Europe/Berlin",
        "2024-06-21 14:00 CET",
    ):
        times = read(text, tz=BERLIN)
        assert (times.wall_s.tolist(), times.utc, times.zone, times.zone_from) == (
            [NOON],
            True,
            "Europe/Berlin",
            "option",
        )
    assert read("2024-06-21 14:00", tz=BERLIN, header="time_utc").wall_s.tolist() == [NOON]
    assert read("2024-11-03 01:30 EDT", "2024-11-03 01:30 EST", tz=NEW_YORK).wall_s.tolist() == [
        wall_seconds(datetime(2024, 11, 3, 5, 30)),  # noqa: DTZ001
        wall_seconds(datetime(2024, 11, 3, 6, 30)),  # noqa: DTZ001
    ]


@pytest.mark.parametrize(
    ("texts", "said", "what", "fix"),
    [
        (["2024-06-21 12:00 EST"], {}, "EST is used for the clocks of more", "pass --tz America/New_York"),
        (["2024-06-21 12:00 IST"], {}, "IST is used", "pass --tz Asia/Kolkata"),
        (["2024-06-21 12:00 GMT", "2024-06-21 12:30 BST"], {}, "BST is used", "pass --tz Europe/London"),
        (["2024-06-21 12:00 XYZ"], {}, "XYZ is used", "pass --tz Area/City"),
        (["2024-06-21 12:00 Area/City"], {}, "the times are said to be of 'Area/City', which is no", "pass --tz"),
        (
            ["2024-06-21 12:00 Europe/Rome", "2024-06-21 12:30 Europe/Oslo"],
            {},
            "the times are of several zones: Europe/Oslo, Europe/Rome",
            "give a file",
        ),
        (
            ["2024-06-21 12:00 IST"],
            {"tz": NEW_YORK},
            "the time is said to be IST, but the clock of",
            "pass --tz Area",
        ),
        (
            ["2024-06-21 12:00 EST"],
            {"tz": NEW_YORK},
            "the time is said to be EST, but the clock of",
            "pass --tz Area",
        ),
        (
            ["2024-11-03 00:00 EDT", "2024-11-03 23:00 EDT"],
            {"tz": NEW_YORK},
            "the time has the offset -04:00, the clock of America/New_York has -05:00 then",
            "leave --tz out",
        ),
        (
            ["2024-06-21 12:00 Europe/Rome"],
            {"tz": BERLIN},
            "the times are said to be of Europe/Rome",
            "leave --tz",
        ),
        (
            ["2024-06-21 12:00Z"],
            {"tz": BERLIN},
            "the time has the offset +00:00, the clock of Europe/Berlin has +02:00 then",
            "leave --tz out",
        ),
        (["2024-06-21 12:00 CET"], {}, "the times are said to be CET, but on this day", "pass --tz Etc/GMT-1"),
        (["2024-06-21 12:00"], {"header": "Zeit (MEZ)"}, "the times are said to be MEZ", "Europe/Berlin"),
        (
            ["2024-03-31 02:30"],
            {"tz": BERLIN},
            "the clock of Europe/Berlin never shows 2024-03-31 02:30",
            "pass --tz",
        ),
        (
            ["01/06/2024 12:00"],
            {},
            "the date '01/06/2024' may be 2024-06-01 (day-first) or 2024-01-06",
            "pass --order",
        ),
        (
            ["24/06/21 12:00"],
            {},
            "the date '24/06/21' may be 2021-06-24 (day-first) or 2024-06-21",
            "pass --order",
        ),
    ],
)
def test_what_means_two_things_is_refused(texts, said, what, fix):
    error = refused(*texts, **said)
    assert error.what.startswith(what)
    assert fix in error.fix


def test_a_zone_of_the_place_yields_to_what_the_file_says():
    """As `pvsim fit` and weather take it: for times that tell no zone themselves."""
    for text, header in (
        ("2024-06-21 12:00Z", "time"),
        ("2024-06-21 12:00", "time_utc"),
        ("2024-06-21 14:00 Europe/Berlin", "time"),
        ("2024-06-21 08:00", "time"),
        ("2024-06-21 08:00", "Zeit (MEZ)"),  # a name that may mean two clocks
        ("2024-06-21 08:00 EDT", "time"),
    ):
        times = read(text, tz=NEW_YORK, tz_yields=True, header=header)
        assert times.t_utc.tolist() == [NOON], (text, header)
