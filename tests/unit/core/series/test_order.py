from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pvsim.core.series.order import put_in_order
from pvsim.core.series.types import RawSeries, SeriesOptions
from pvsim.core.times import Said, Stamps, TimeWords
from pvsim.errors import BadInputError

BERLIN = ZoneInfo("Europe/Berlin")


def samples(*times):
    stamps = Stamps(Said("house.csv", TimeWords("", "", "", ""), ZoneInfo))
    stamps.take(times, range(2, 2 + len(times)))
    read = stamps.settle()
    power = np.arange(len(times), dtype=np.float64)
    return RawSeries("house.csv", "power", read.lines, read.wall_s, read.offset_s, utc=read.utc, values=power)


def day(date, *clocks):
    return [f"{date} {clock}" for clock in clocks]


def seconds(text):
    return int(datetime.fromisoformat(text + "+00:00").timestamp())


AUTUMN = ("01:00", "01:30", "02:00", "02:30", "02:00", "02:30", "03:00", "03:30")
SPRING = ("01:00", "01:30", "03:00", "03:30")


@pytest.mark.parametrize("date", ["2016-10-30", "2024-11-03", "2024-04-07"])
def test_a_naive_clock_may_repeat_an_hour_where_some_zone_changes(date):
    ordered = put_in_order(samples(*day(date, *AUTUMN)), BERLIN)
    assert ordered.step_s == 1800
    assert ordered.again.tolist() == [False] * 4 + [True] * 2 + [False] * 2
    assert ordered.repeated == ((seconds(f"{date}T02:00"), seconds(f"{date}T03:00")),)
    assert ordered.skipped == ()


def test_hourly_samples_repeat_one_label():
    ordered = put_in_order(samples(*day("2016-10-30", "01:00", "02:00", "02:00", "03:00")), BERLIN)
    assert ordered.again.tolist() == [False, False, True, False]


def test_a_naive_clock_may_skip_an_hour():
    ordered = put_in_order(samples(*day("2016-03-27", *SPRING)), BERLIN)
    assert ordered.skipped == ((seconds("2016-03-27T02:00"), seconds("2016-03-27T03:00")),)
    assert not ordered.again.any()


@pytest.mark.parametrize(
    ("date", "clocks"),
    [
        ("2024-10-27", ("01:00", "01:30", "03:00", "03:30")),  # both passings are missing
        ("2024-10-27", ("01:30", "02:00", "03:30", "04:00")),
        ("2024-11-04", ("01:00", "01:30", "03:00", "03:30")),
    ],
)
def test_an_hour_that_is_missing_as_clocks_go_back_is_none_that_they_skip(date, clocks):
    ordered = put_in_order(samples(*day(date, *clocks)), BERLIN)
    assert (ordered.skipped, ordered.repeated) == ((), ())


def test_a_naive_clock_does_not_go_back_where_the_zone_s_goes_on():
    with pytest.raises(BadInputError, match="comes after 2024-03-31 02:30:00: not in order"):
        put_in_order(samples(*day("2024-03-31", *AUTUMN)), BERLIN)


def test_on_lord_howe_island_clocks_jump_half_an_hour():
    zone = ZoneInfo("Australia/Lord_Howe")
    autumn = put_in_order(samples(*day("2024-04-07", "01:30", "01:45", "01:30", "01:45", "02:00")), zone)
    assert autumn.again.tolist() == [False, False, True, True, False]
    assert autumn.repeated == ((seconds("2024-04-07T01:30"), seconds("2024-04-07T02:00")),)
    spring = put_in_order(samples(*day("2024-10-06", "01:30", "01:45", "02:30", "02:45")), zone)
    assert spring.skipped == ((seconds("2024-10-06T02:00"), seconds("2024-10-06T02:30")),)
    with pytest.raises(BadInputError, match="not in order"):
        put_in_order(samples(*day("2024-04-07", "01:30", "01:45", "01:30", "01:45", "02:00")), BERLIN)


def test_an_hour_missing_on_any_other_day_is_a_gap():
    assert put_in_order(samples(*day("2016-03-28", *SPRING)), BERLIN).skipped == ()
    assert put_in_order(samples(*day("2016-07-03", *SPRING)), BERLIN).skipped == ()


def test_written_offsets_tell_the_changes_of_any_clock():
    times = ["2024-11-03 00:30-07:00", "2024-11-03 01:00-07:00", "2024-11-03 01:30-07:00"]
    times += ["2024-11-03 01:00-08:00", "2024-11-03 01:30-08:00", "2024-11-03 02:00-08:00"]
    ordered = put_in_order(samples(*times), BERLIN)
    assert ordered.again.tolist() == [False, False, False, True, True, False]
    spring = ["2024-03-10 01:00-08:00", "2024-03-10 01:30-08:00", "2024-03-10 03:00-07:00"]
    assert put_in_order(samples(*spring), BERLIN).skipped == (
        (seconds("2024-03-10T02:00"), seconds("2024-03-10T03:00")),
    )


def test_instants_are_shown_on_the_run_s_clock():
    first = int(datetime.fromisoformat("2016-10-29T23:00:00+00:00").timestamp())
    ordered = put_in_order(samples(*(str(first + 1800 * i) for i in range(8))), BERLIN)
    naive = put_in_order(samples(*day("2016-10-30", *AUTUMN)), BERLIN)
    assert ordered.samples.wall_s.tolist() == naive.samples.wall_s.tolist()
    assert ordered.again.tolist() == naive.again.tolist()


BEFORE = ["2024-10-27T01:00+02:00", "2024-10-27T01:30+02:00"]
FIRST_PASSING = ["2024-10-27T02:00+02:00", "2024-10-27T02:30+02:00"]
SECOND_PASSING = ["2024-10-27T02:00+01:00", "2024-10-27T02:30+01:00"]
AFTER = ["2024-10-27T03:00+01:00", "2024-10-27T03:30+01:00"]
NIGHT = (seconds("2024-10-27T02:00"), seconds("2024-10-27T03:00"))


def in_utc(times):
    return [datetime.fromisoformat(time).astimezone(UTC).isoformat() for time in times]


@pytest.mark.parametrize("written", [list, in_utc], ids=["offsets", "UTC"])
@pytest.mark.parametrize(
    ("times", "again"),
    [
        (BEFORE + FIRST_PASSING + SECOND_PASSING + AFTER, [4, 5]),
        (BEFORE + FIRST_PASSING + AFTER, []),
        (BEFORE + SECOND_PASSING + AFTER, [2, 3]),
        (BEFORE + AFTER, []),
        (BEFORE + FIRST_PASSING, []),
        (SECOND_PASSING + AFTER, [0, 1]),
    ],
)
def test_an_hour_that_the_zone_passes_twice_is_known_though_the_file_lacks_it(times, again, written):
    ordered = put_in_order(samples(*written(times)), BERLIN)
    assert ordered.repeated == (NIGHT,)
    assert np.flatnonzero(ordered.again).tolist() == again
    assert (ordered.samples.wall_s - ordered.samples.offset_s).tolist() == [
        int(datetime.fromisoformat(time).timestamp()) for time in times
    ]


def test_the_ends_of_intervals_are_of_the_zone_whichever_way_the_end_at_its_change_is_written():
    for at_change in ("2024-10-27T03:00+02:00", "2024-10-27T02:00+01:00"):
        times = [*BEFORE, *FIRST_PASSING, at_change, "2024-10-27T02:30+01:00", *AFTER]
        ordered = put_in_order(samples(*times), BERLIN, SeriesOptions(stamp="end"))
        assert ordered.repeated == (NIGHT,)
        assert np.flatnonzero(ordered.again).tolist() == [5, 6]
        assert np.diff(ordered.elapsed_s).tolist() == [1800] * 7


def test_of_another_clock_the_change_is_taken_to_follow_the_last_sample_before_it():
    ordered = put_in_order(samples(*BEFORE, *FIRST_PASSING, *AFTER), ZoneInfo("UTC"))
    assert ordered.repeated == (NIGHT,)
    assert not ordered.again.any()


@pytest.mark.parametrize(
    ("times", "line", "what"),
    [
        (day("2024-06-21", "12:00"), 2, "there is only one sample"),
        (day("2024-06-21", "12:00", "12:00"), 3, "time 2024-06-21 12:00:00 occurs twice"),
        (
            day("2024-06-21", "00:00", "00:00"),
            3,
            "the times are dates without a time of day, and 2024-06-21 occurs more than once",
        ),
        (day("2024-06-21", "12:00", "12:15", "12:15", "12:30"), 4, "time 2024-06-21 12:15:00 occurs twice"),
        (
            day("2024-06-21", *AUTUMN),
            6,
            "time 2024-06-21 02:00:00 comes after 2024-06-21 02:30:00: not in order",
        ),
        (day("2016-10-30", "02:00", "02:30", "02:30", "03:00"), 4, "time 2016-10-30 02:30:00 occurs twice"),
        (day("2016-10-30", "02:00", "02:00", "02:00"), 3, "time 2016-10-30 02:00:00 occurs twice"),
        (day("2024-06-21", "12:15", "12:00"), 3, "time 2024-06-21 12:00:00 comes after"),
        (
            day("2024-06-21", "12:00", "14:00", "11:00"),
            4,
            "time 2024-06-21 11:00:00 comes after 2024-06-21 14:00:00: not in order",
        ),
        (
            ["2024-06-21 12:00+02:00", "2024-06-21 12:15+02:00", "2024-06-21 12:15+02:00"],
            4,
            "time 2024-06-21 12:15:00 occurs twice",
        ),
        (
            day("2024-06-21", "10:00", "12:00", "14:00"),
            3,
            "the step of the samples is 7200 s: coarser than an hour",
        ),
        (
            day("2024-06-21", "12:00", "12:07", "12:14"),
            3,
            "the step of the samples is 420 s: it does not divide an hour",
        ),
        (
            day("2024-06-21", "12:00", "12:15", "12:31", "12:45", "13:00", "13:15"),
            4,
            "the step is irregular: 960 s after the line before, while most samples are 900 s apart",
        ),
    ],
)
def test_times_that_no_grid_holds_are_refused_with_the_line(times, line, what):
    with pytest.raises(BadInputError) as caught:
        put_in_order(samples(*times), BERLIN)
    assert caught.value.what.startswith(what)
    assert caught.value.where == f"house.csv:{line}"
    assert caught.value.fix
