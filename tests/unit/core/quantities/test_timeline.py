"""I6: whole local days, second by second, in every kind of zone."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pvsim.core.quantities.clock_span import ClockSpan
from pvsim.core.quantities.timeline import DAY_S, Timeline, parse_period
from pvsim.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Havana", "America/St_Johns",
    "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Chatham", "Europe/Dublin", "UTC",
]  # fmt: skip


def offset_in_zone(t_utc: int, zone: tzinfo) -> int:
    """Local time minus UTC, by the standard library."""
    return int(datetime.fromtimestamp(t_utc, UTC).astimezone(zone).utcoffset().total_seconds())


@given(
    name=st.sampled_from(ZONES),
    first=st.dates(date(1972, 1, 10), date(2037, 12, 1)),
    days=st.integers(1, 5),
    data=st.data(),
)
@settings(max_examples=150, deadline=None)
def test_offsets_are_those_of_the_zone_at_any_second(name, first, days, data):
    """I6."""
    zone = ZoneInfo(name)
    timeline = Timeline.of_days(first, days, zone)
    drawn = data.draw(st.lists(st.integers(timeline.start_utc, timeline.end_utc - 1), max_size=20))
    near_changes = [t + k for t in timeline.changes_utc for k in (-1, 0, 1)]
    times = [
        t for t in [*drawn, *near_changes, timeline.end_utc - 1] if timeline.start_utc <= t < timeline.end_utc
    ]
    assert timeline.offset_s(np.array(times)).tolist() == [offset_in_zone(t, zone) for t in times]
    assert timeline.seconds == timeline.end_utc - timeline.start_utc == sum(np.diff(timeline.midnights_utc))
    assert len(timeline.midnights_utc) == days + 1


@pytest.mark.parametrize(
    ("name", "day", "seconds"),
    [
        ("Europe/Berlin", date(2024, 6, 21), 86_400),
        ("Europe/Berlin", date(2024, 3, 31), 82_800),
        ("Europe/Berlin", date(2024, 10, 27), 90_000),
        ("Australia/Lord_Howe", date(2024, 4, 7), 86_400 + 1_800),
        ("Australia/Lord_Howe", date(2024, 10, 6), 86_400 - 1_800),
        ("America/Sao_Paulo", date(2018, 11, 4), 82_800),  # midnight itself is skipped
        ("America/Sao_Paulo", date(2018, 2, 17), 90_000),  # its last hour comes twice
        ("America/Havana", date(2024, 11, 3), 90_000),  # midnight comes twice
    ],
)
def test_each_second_of_a_day_compared_with_zoneinfo(name, day, seconds):
    """I6: 23-h and 25-h days, half-hour shifts, changes at midnight."""
    zone = ZoneInfo(name)
    timeline = Timeline.of_days(day, 1, zone)
    times = range(timeline.start_utc, timeline.end_utc)
    assert len(times) == timeline.seconds == seconds
    expected = [offset_in_zone(t, zone) for t in times]
    assert timeline.offset_s(np.arange(times.start, times.stop)).tolist() == expected
    first, before = (
        datetime.fromtimestamp(t, UTC).astimezone(zone).date() for t in (times.start, times.start - 1)
    )
    last, after = (datetime.fromtimestamp(t, UTC).astimezone(zone).date() for t in (times.stop - 1, times.stop))
    assert (first, last) == (day, day)
    assert before < day < after


def test_days_follow_each_other_over_a_clock_change():
    timeline = Timeline.of_days(date(2024, 10, 26), 3, BERLIN)
    assert np.diff(timeline.midnights_utc).tolist() == [DAY_S, 90_000, DAY_S]
    assert timeline.start_utc == datetime(2024, 10, 25, 22, tzinfo=UTC).timestamp()
    assert timeline.changes_utc[1] == datetime(2024, 10, 27, 1, tzinfo=UTC).timestamp()
    assert timeline.offsets_s == (7_200, 3_600)
    assert (timeline.zone, timeline.days, timeline.first_date) == ("Europe/Berlin", 3, date(2024, 10, 26))


def test_times_before_the_run_have_its_first_offset():
    timeline = Timeline.of_days(date(2024, 6, 21), 1, BERLIN)
    assert timeline.offset_s(np.array([timeline.start_utc - 10**8])).tolist() == [7_200]


class TwiceAnHour(tzinfo):
    """A zone whose offset rises by a minute at 00:10 UTC, and again at 00:50."""

    def utcoffset(self, moment):
        minute = moment.replace(tzinfo=None) - datetime(2024, 1, 1)  # noqa: DTZ001 - a tzinfo computes naively
        return timedelta(minutes=(minute >= timedelta(minutes=10)) + (minute >= timedelta(minutes=51)))

    def dst(self, _moment):
        return timedelta(0)

    def fromutc(self, moment):
        minute = moment.replace(tzinfo=None) - datetime(2024, 1, 1)  # noqa: DTZ001 - a tzinfo computes naively
        return moment + timedelta(minutes=(minute >= timedelta(minutes=10)) + (minute >= timedelta(minutes=50)))


def test_two_changes_within_one_hour_are_found():
    timeline = Timeline.of_days(date(2024, 1, 1), 1, TwiceAnHour())
    start = timeline.start_utc
    assert timeline.changes_utc == (start, start + 600, start + 3_000)
    assert timeline.offsets_s == (0, 60, 120)


@pytest.mark.parametrize(
    ("day", "days", "zone", "where", "says"),
    [
        (date(2024, 1, 1), 0, BERLIN, "days", "at least one day, not 0"),
        (date(2024, 1, 1), -3, BERLIN, "days", "not -3"),
        (date(2024, 1, 1), 10**9, BERLIN, "date", "leave the calendar"),
        (date(9999, 12, 31), 1, BERLIN, "date", "leave the calendar"),
        (date(1, 1, 1), 1, timezone(timedelta(hours=14)), "date", "leave the calendar"),
        (
            date(2011, 12, 30),
            1,
            ZoneInfo("Pacific/Apia"),
            "date",
            "2011-12-30 does not exist in Pacific/Apia",
        ),
        (date(2011, 12, 29), 3, ZoneInfo("Pacific/Apia"), "date", "2011-12-30 does not exist"),
        (date(1930, 6, 1), 1, ZoneInfo("Africa/Monrovia"), "tz", "no offset in whole minutes"),
    ],
)
def test_refuses_days_that_cannot_be(day, days, zone, where, says):
    with pytest.raises(UsageError, match=says) as caught:
        Timeline.of_days(day, days, zone)
    assert caught.value.field == where


@given(every_s=st.integers(1, 100_000))
@settings(max_examples=100, deadline=None)
def test_a_period_must_divide_every_day(every_s):
    timeline = Timeline.of_days(date(2024, 10, 26), 2, BERLIN)
    if DAY_S % every_s == 0 and 90_000 % every_s == 0:
        timeline.check_period(every_s)
    else:
        with pytest.raises(UsageError, match="does not divide") as caught:
            timeline.check_period(every_s)
        assert caught.value.field == "every"


def test_the_day_that_is_not_divided_is_named():
    timeline = Timeline.of_days(date(2024, 10, 26), 2, BERLIN)
    with pytest.raises(
        UsageError, match=r"7200 s does not divide the 90,000 seconds of 2024-10-27 in Europe/Berlin"
    ):
        timeline.check_period(7_200)
    with pytest.raises(UsageError, match="at least 1 s, not 0 s"):
        timeline.check_period(0)


@given(
    number=st.integers(0, 10**9 - 1),
    unit=st.sampled_from([("", 1), ("s", 1), ("S", 1), ("min", 60), (" min", 60), ("h", 3_600), (" H ", 3_600)]),
)
@settings(max_examples=100, deadline=None)
def test_parses_a_period(number, unit):
    assert parse_period(f"{number}{unit[0]}", "every") == number * unit[1]


@given(text=st.text(max_size=12))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_period_or_a_usage_error(text):
    try:
        assert isinstance(parse_period(text, "every"), int)
    except UsageError as error:
        assert repr(text) in str(error)  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize(
    "text", ["", "s", "1.5s", "2y", "min 2", "1,500 s", "½h", "²", "1ms", "9" * 41, "9" * 5000]
)
def test_refuses_what_is_not_a_period(text):
    with pytest.raises(UsageError, match=r"^`every`") as caught:
        parse_period(text, "every")
    assert caught.value.field == "every"
    assert re.search("15min|15 min|1500", caught.value.fix)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2s", 2), ("15min", 900), ("15 m", 900), ("1.5h", 5_400), ("900", 900), ("1 day", 86_400), ("-1s", -1)],
)
def test_periods_by_hand(text, seconds):
    assert parse_period(text, "every") == seconds


@given(day=st.dates(date(1990, 1, 1), date(2040, 12, 31)), hours=st.integers(1, 22))
@settings(max_examples=50, deadline=None)
def test_the_first_hours_of_a_day_are_its_beginning(day, hours):
    whole = Timeline.of_days(day, 1, ZoneInfo("Europe/Berlin"))
    part = whole.part(hours)
    assert (part.start_utc, part.seconds, part.is_whole) == (whole.start_utc, hours * 3_600, False)
    t_utc = np.arange(part.start_utc, part.end_utc, 600)
    assert part.offset_s(t_utc).tolist() == whole.offset_s(t_utc).tolist()


def test_the_first_hours_of_the_day_on_which_the_clocks_change():
    day = Timeline.of_days(date(2024, 3, 31), 1, ZoneInfo("Europe/Berlin"))
    assert day.part(2).offsets_s == (3_600,)
    assert day.part(3).offsets_s == (3_600, 7_200)


@pytest.mark.parametrize(
    ("days", "hours", "says"),
    [(1, 0, "a day of 23 h, not 0 h"), (1, 23, "a day of 23 h, not 23 h"), (2, 1, "this one has 2 days")],
)
def test_hours_that_are_no_part_of_one_day_are_refused(days, hours, says):
    with pytest.raises(UsageError, match=says) as caught:
        Timeline.of_days(date(2024, 3, 31), days, ZoneInfo("Europe/Berlin")).part(hours)
    assert caught.value.field == "hours"


@given(
    zone=st.sampled_from([*ZONES, "Africa/Cairo"]),
    day=st.dates(date(1995, 1, 1), date(2040, 12, 31)),
    edges=st.lists(st.integers(0, 1_440), min_size=2, max_size=2, unique=True).map(sorted),
)
@example(zone="Europe/Berlin", day=date(2024, 3, 31), edges=[135, 165])
@example(zone="Europe/Berlin", day=date(2024, 10, 27), edges=[120, 150])
@example(zone="America/Havana", day=date(2024, 11, 3), edges=[0, 60])
@example(zone="America/Sao_Paulo", day=date(2018, 2, 17), edges=[1_380, 1_440])
@settings(max_examples=200, deadline=None)
def test_a_part_of_a_day_is_what_its_clock_shows(zone, day, edges):
    """It begins when the clock first shows its first time; or else what an error says to give is a part."""
    whole = Timeline.of_days(day, 1, ZoneInfo(zone))
    span = ClockSpan(*edges)
    if edges == [0, 1_440]:
        return
    refused = None
    try:
        part = whole.part(str(span))
    except UsageError as error:
        refused = error
    if refused is not None:
        part = whole.part(refused.fix.removeprefix("give "))
        assert not whole.instants(span.first_min) or not whole.instants(span.end_min)
    else:
        assert local(part, part.start_utc) == edges[0]
        assert part.start_utc == whole.instants(span.first_min)[0]
        assert local(part, part.end_utc - 60) == edges[1] - 1 or part.end_utc in whole.instants(span.end_min)
    assert whole.start_utc <= part.start_utc < part.end_utc <= whole.end_utc
    assert part.skipped_s == part.start_utc - whole.start_utc
    assert not part.is_whole
    t_utc = np.arange(part.start_utc, part.end_utc, 600)
    assert part.offset_s(t_utc).tolist() == whole.offset_s(t_utc).tolist()
    assert part.changes_utc[0] == part.start_utc
    assert whole.part(part.hours) == part


def local(timeline, t_utc):
    """Minutes after 00:00 of the local clock."""
    return (t_utc + int(timeline.offset_s(np.array([t_utc]))[0])) // 60 % 1_440


@pytest.mark.parametrize(
    ("day", "hours", "seconds", "same_as"),
    [
        (date(2024, 6, 21), "12-13", 3_600, "12:00-13:00"),
        (date(2024, 6, 21), "9:30 – 12:15", 9_900, "09:30-12:15"),
        (date(2024, 6, 21), "0-3", 10_800, 3),
        (date(2024, 6, 21), "3", 10_800, 3),
        (date(2024, 6, 21), "3h", 10_800, 3),
        (date(2024, 6, 21), "0-0:30", 1_800, "00:00-00:30"),
        (date(2024, 6, 21), "22-24", 7_200, "22:00-24:00"),
        (date(2024, 3, 31), "1-2", 3_600, "01:00-02:00"),  # ends where the clock goes on at 3:00
        (date(2024, 3, 31), "0-4", 10_800, 3),
        (date(2024, 10, 27), "1-2", 3_600, "01:00-02:00"),
        (date(2024, 10, 27), "2-3", 7_200, "02:00-03:00"),
        (date(2024, 10, 27), "2:30-2:45", 900, "02:30-02:45"),
        (date(2024, 10, 27), "3-4", 3_600, "03:00-04:00"),
    ],
)
def test_parts_of_days_by_hand(day, hours, seconds, same_as):
    whole = Timeline.of_days(day, 1, ZoneInfo("Europe/Berlin"))
    part = whole.part(hours)
    assert (part.seconds, part.hours, whole.hours) == (seconds, same_as, None)


@pytest.mark.parametrize(
    ("zone", "day", "hours", "twice"),
    [
        ("Europe/Berlin", date(2024, 10, 27), "2-3", (True, False)),
        ("Europe/Berlin", date(2024, 10, 27), "1-2:30", (False, True)),
        ("Europe/Berlin", date(2024, 10, 27), "2:30-2:45", (True, True)),
        ("Europe/Berlin", date(2024, 10, 27), "3-4", (False, False)),
        ("Europe/Berlin", date(2024, 6, 21), "2-3", (False, False)),
        ("America/Havana", date(2024, 11, 3), "0-0:30", (True, True)),
    ],
)
def test_a_part_knows_which_of_its_ends_the_clock_of_the_day_shows_twice(zone, day, hours, twice):
    assert Timeline.of_days(day, 1, ZoneInfo(zone)).part(hours).twice == twice


@pytest.mark.parametrize(
    ("zone", "day", "hours", "says", "fix"),
    [
        ("Europe/Berlin", date(2024, 3, 31), "2-3", "does not show 02:00 on .* is 03:00", "give 03:00-04:00"),
        ("Europe/Berlin", date(2024, 3, 31), "1-2:30", "does not show 02:30 on .* is 03:00", "give 01:00-03:00"),
        ("Africa/Cairo", date(2024, 4, 26), "0-12", "does not show 00:00 on .* is 01:00", "give 01:00-12:00"),
        ("America/Toronto", date(1919, 3, 30), "23:45-24", "show 23:45 on .* is 24:00", "give 22:45-24:00"),
        ("Europe/Berlin", date(2024, 6, 21), "0-24", "a day of 24 h; 00:00-24:00 is all", "give 1 to 23"),
        ("Australia/Lord_Howe", date(2024, 10, 6), "0-24", "a day of 23.5 h; 00:00-24:00 is all", "give 1 to 23"),
    ],
)
def test_what_the_clock_does_not_show_is_refused_with_what_it_does(zone, day, hours, says, fix):
    whole = Timeline.of_days(day, 1, ZoneInfo(zone))
    with pytest.raises(UsageError, match=says) as caught:
        whole.part(hours)
    assert caught.value.fix.startswith(fix)


@given(edges=st.lists(st.integers(0, 1_439), min_size=2, max_size=2, unique=True).map(sorted), data=st.data())
@settings(max_examples=50, deadline=None)
def test_rows_of_a_part_are_rows_of_its_day(edges, data):
    whole = Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin"))
    part = whole.part(str(ClockSpan(*edges)))
    every_s = data.draw(st.sampled_from([1, 60, 300, 900, 3_600]))
    fits = (part.start_utc - whole.start_utc) % every_s == part.seconds % every_s == 0
    if fits:
        part.check_period(every_s)
        return
    with pytest.raises(UsageError, match=r"^`every`: rows of [\d,]+ s") as caught:
        part.check_period(every_s)
    part.check_period(parse_period(caught.value.fix.removeprefix("give ").partition(",")[0], "every"))


def test_rows_that_begin_before_a_part_are_refused():
    part = Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin")).part("12:05-13:05")
    with pytest.raises(UsageError, match=r"rows of 600 s, .* do not fit 12:05-13:05") as caught:
        part.check_period(600)
    assert caught.value.fix == "give 5min, or 1s"
