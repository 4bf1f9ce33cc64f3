"""Times as files have them, compared with `datetime` and the table of zones."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.times import Said, Stamps, TimeWords, is_time
from pvsim.errors import BadInputError

WORDS = TimeWords("name the column", "pass --tz {}", "leave --tz out", "pass --order")
NOON = int(datetime(2024, 6, 21, 12, tzinfo=UTC).timestamp())
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
NAIVE = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1))  # noqa: DTZ001 - wall clocks


def zones(name):
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def read(*texts, blocks=1, **said):
    stamps = Stamps(Said("house.csv", WORDS, zones, **said))
    size = -(-len(texts) // blocks)
    for first in range(0, len(texts), size):
        part = texts[first : first + size]
        stamps.take(part, range(2 + first, 2 + first + len(part)))
    return stamps.settle()


def refused(*texts, **said):
    with pytest.raises(BadInputError) as caught:
        read(*texts, **said)
    return caught.value


def shown(times):
    return [datetime.fromtimestamp(t, UTC).strftime("%Y-%m-%d %H:%M:%S") for t in times.wall_s.tolist()]


def wall_seconds(wall):
    return int(wall.replace(tzinfo=UTC).timestamp())


@given(NAIVE, st.integers(-12 * 60, 14 * 60), st.sampled_from(["T", " "]))
def test_iso_times_give_their_wall_clock_and_offset(wall, minutes, separator):
    wall = wall.replace(microsecond=0)
    text = wall.replace(tzinfo=timezone(timedelta(minutes=minutes))).isoformat(sep=separator)
    times = read(text)
    assert times.wall_s.tolist() == [wall_seconds(wall)]
    assert times.offset_s.tolist() == [minutes * 60]
    assert times.utc == (minutes == 0)


LAYOUTS = [
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y%m%d %H%M%S",
    "%Y%m%d:%H%M%S",
    "%Y%m%d%H%M%S",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y, %I:%M:%S %p",
    "%d-%b-%Y %H:%M:%S",
]


@given(st.lists(NAIVE, min_size=1, max_size=5), st.sampled_from(LAYOUTS), st.integers(1, 3))
def test_each_layout_gives_the_wall_clock_that_was_written(walls, layout, blocks):
    walls = [wall.replace(microsecond=0, year=1990 + wall.year % 100) for wall in walls if wall.day < 29]
    if walls:
        times = read(*(wall.strftime(layout) for wall in walls), blocks=blocks)
        assert times.wall_s.tolist() == [wall_seconds(wall) for wall in walls]
        assert times.offset_s is None


@given(st.integers(10**8, 10**10 - 1), st.sampled_from([1, 1000, 10**6, 10**9]))
def test_seconds_since_1970_are_read_in_any_unit(second, unit):
    if unit > 1 or len(str(second)) == 9 or str(second)[:4] < "1990":  # else it may be a date such as 2024062112
        times = read(str(second * unit))
        assert times.wall_s.tolist() == [second]
        assert times.utc


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2030, 1, 1)), st.integers(2, 40))  # noqa: DTZ001
def test_slashes_are_read_as_the_days_follow_each_other(first, days):
    walls = [first.replace(hour=6, minute=0, second=0, microsecond=0) + timedelta(days=day) for day in range(days)]
    for layout in ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%y %H:%M"):
        times = read(*(wall.strftime(layout) for wall in walls))
        assert times.wall_s.tolist() == [wall_seconds(wall) for wall in walls]


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


@pytest.mark.parametrize(
    "text",
    [
        "2024-06-21 12:00",
        "2024-06-21 12:00:00,000",
        "2024/06/21 12:00",
        "2024-6-21 12:00",
        "21.06.2024 12:00:00",
        "21.6.24 12:00 Uhr",
        "06/21/2024 12:00 PM",
        "06/21/24 12:00 p.m.",
        "21/06/2024 12:00",
        "21-06-2024 12:00",
        "20240621 1200",
        "20240621:1200",
        "202406211200",
        "2024062112",
        "20240621T120000",
        "21 June 2024 12:00",
    ],
)
def test_the_layouts_that_are_read(text):
    times = read(text)
    assert (times.wall_s.tolist(), times.offset_s, times.zone, times.zone_from) == ([NOON], None, "", "assumed")
    assert is_time(text)


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("2024-06-21 9:05", "2024-06-21 09:05:00"),
        ("2024-06-21 0:00", "2024-06-21 00:00:00"),
        ("2024-06-21", "2024-06-21 00:00:00"),
        ("06/21/2024 12:05 AM", "2024-06-21 00:05:00"),
        ("2024-06-30 24:00", "2024-07-01 00:00:00"),
        ("31.12.2024 24:00:00", "2025-01-01 00:00:00"),
        ("20241231 2400", "2025-01-01 00:00:00"),
    ],
)
def test_hours_at_the_ends_of_a_day(text, wall):
    times = read(text)
    assert shown(times) == [wall]
    assert times.ends_day == ("24" in text[10:] or text.endswith("2400"))


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


def test_the_order_of_a_date_may_be_said_or_told_by_another_date():
    assert shown(read("01/06/2024 12:00", order="day-first")) == ["2024-06-01 12:00:00"]
    assert shown(read("01/06/2024 12:00", order="month-first")) == ["2024-01-06 12:00:00"]
    assert shown(read("2024-01-06 12:00", order="day-first")) == ["2024-01-06 12:00:00"]  # nothing to be said
    assert shown(read("01/06/2024 0:00", "01/13/2024 0:00"))[0] == "2024-01-06 00:00:00"
    assert shown(read("06/06/2024 0:00")) == ["2024-06-06 00:00:00"]
    assert read("13/06/2024 0:00").remarks == ("dates day-first",)


NOT_TIMES = [
    ("", "not a date: ''"),
    ("noon", "not a date: 'noon'"),
    ("²024", "not a date: '²024'"),
    ("2024-W25-5 12:00", "not a date"),
    ("2024-06-31 12:00", "no such date: '2024-06-31'"),
    ("0001-06-21 12:00", "no such date: '0001-06-21' (the years 1900 to 2200 are read)"),
    ("9999-12-31 12:00", "no such date: '9999-12-31' (the years 1900 to 2200 are read)"),
    ("31/31/2024 12:00", "no such date: '31/31/2024'"),
    ("21-Foo-2024 12:00", "no such date: '21-Foo-2024'"),
    ("2024-06-21 25:00", "no such time of day: '25:00'"),
    ("2024-06-21 24:01", "no such time of day: '24:01'"),
    ("2024-06-21 12:60", "no such time of day: '12:60'"),
    ("2024-06-21 12:00:60", "no such time of day: '12:00:60'"),
    ("2024-06-21 13:00 PM", "no such time of day: '13:00 PM'"),
    ("2024-06-21 12:00:00.5", "finer than one second"),
    ("2024-06-21 noon", "not a time of day after the date: ' noon'"),
    ("2024-06-21 12:00 ?", "not seconds, an offset from UTC or a zone after the minute: '?'"),
    ("2024-06-21 12:00 (?)", "not seconds, an offset from UTC or a zone"),
    ("2024-06-21 12:00+99:99", "no such offset from UTC: '+99:99'"),
    (f"{NOON}.5", "finer than one second"),
    (f"{NOON}500", "finer than one second"),
    ("45464.5", "not a time: '45464.5' is a spreadsheet's number of a day"),
    ("123", "not a time in epoch seconds: '123'"),
    ("9" * 5000, "not a time in epoch seconds: '999"),
]


@pytest.mark.parametrize(("text", "what"), NOT_TIMES)
def test_what_is_no_time_is_named(text, what):
    error = refused(text)
    assert error.what.startswith(what)
    assert error.where == "house.csv:2"
    assert error.fix.endswith("or name the column")
    assert not is_time(text)


@pytest.mark.parametrize(
    ("first", "second", "what"),
    [
        ("2024-06-21 12:00", "21.06.2024 12:01", "not a date as in the file's first line: '21.06.2024 12:01'"),
        ("2024-06-21 12:00", "2024-06-21 12:01+02:00", "the time has an offset from UTC or a zone, other than"),
        ("2024-06-21 12:00Z", "2024-06-21 12:01", "the time has no offset from UTC or a zone, other than"),
        ("2024-06-21 12:00 PM", "2024-06-21 12:01", "the time has no AM or PM, other than those before it"),
        ("21/06/2024 12:00", "06/21/2024 12:00", "the date '06/21/2024' has its day elsewhere than"),
        (str(NOON), f"{NOON}000", f"not a time in epoch seconds, as the first line has them in s: '{NOON}000'"),
        (str(NOON), "soon", "not a time in epoch seconds: 'soon'"),
        ("2024-06-21 12:00", "", "not a date as in the file's first line: ''"),
    ],
)
@pytest.mark.parametrize("blocks", [1, 3])
def test_a_time_of_another_kind_is_named_with_its_line(first, second, what, blocks):
    error = refused(first, first, second, blocks=blocks)
    assert error.what.startswith(what)
    assert error.where == "house.csv:4"
    assert "name the column" not in error.fix


def test_ten_digits_that_are_no_date_count_seconds():
    assert read("2024136000").wall_s.tolist() == [2_024_136_000]
    assert shown(read("2024123100")) == ["2024-12-31 00:00:00"]


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
