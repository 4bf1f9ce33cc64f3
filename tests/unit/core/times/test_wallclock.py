from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.times.wallclock import WallClock, change_of_clock, changes_clock

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Kolkata"]
FIRST = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
LAST = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())


@given(st.sampled_from(ZONES), st.lists(st.integers(FIRST, LAST - 1), min_size=1, max_size=20))
def test_the_wall_clock_is_the_zone_s(name, times):
    zone = ZoneInfo(name)
    wall, again = WallClock.over(zone, FIRST, LAST).wall(np.array(times))
    for t, seconds, second_time in zip(times, wall.tolist(), again.tolist(), strict=True):
        local = datetime.fromtimestamp(t, zone)
        assert seconds == int(local.replace(tzinfo=UTC).timestamp())
        assert second_time == bool(local.fold)


def test_the_end_of_daylight_saving_is_found_to_the_second():
    clock = WallClock.over(ZoneInfo("Europe/Berlin"), FIRST, LAST)
    spring, autumn = (int(datetime(2024, m, d, 1, tzinfo=UTC).timestamp()) for m, d in ((3, 31), (10, 27)))
    assert clock.starts.tolist() == [FIRST, spring, autumn]
    assert clock.offsets.tolist() == [3600, 7200, 3600]
    assert clock.repeats.tolist() == [0, 0, 3600]
    wall = int(datetime(2024, 10, 27, 2, tzinfo=UTC).timestamp())
    assert clock.again(FIRST, LAST) == ((wall, wall + 3600),)
    assert clock.again(autumn + 600, autumn + 900) == ((wall + 600, wall + 900),)
    assert clock.again(FIRST, autumn) == ()
    wall = int(datetime(2024, 3, 31, 2, tzinfo=UTC).timestamp())
    assert clock.skipped() == ((wall, wall + 3600),)


@given(st.sampled_from(ZONES), st.lists(st.integers(FIRST, LAST), min_size=2, max_size=2))
def test_what_is_shown_again_and_never_is_told_in_spans(name, ends):
    zone, (first, last) = ZoneInfo(name), sorted(ends)
    clock = WallClock.over(zone, FIRST, LAST)
    steps = np.arange(FIRST, LAST, 900)
    wall, again = clock.wall(steps)
    inside = again & (steps >= first) & (steps + 900 <= last)
    spans = clock.again(first, last)
    assert all(any(low <= second < high for low, high in spans) for second in wall[inside].tolist())
    assert sum(high - low for low, high in spans) == sum(
        max(min(t + 900, last) - max(t, first), 0) for t in steps[again].tolist()
    )
    shown = set(wall.tolist())
    absent = [each for each in range(int(wall[0]), int(wall[-1]), 900) if each not in shown]
    assert absent == [each for low, high in clock.skipped() for each in range(low, high, 900)]


def test_a_fixed_offset_never_changes():
    clock = WallClock.over(timezone(timedelta(hours=-7)), FIRST, LAST)
    assert clock.offsets.tolist() == [-25200]


@pytest.mark.parametrize(
    ("wall", "expected"),
    [("2024-03-31T02:30", True), ("2024-10-27T02:30", True), ("2024-10-27T03:00", False)],
)
def test_clocks_change_where_a_wall_clock_is_missing_or_twofold(wall, expected):
    assert changes_clock(ZoneInfo("Europe/Berlin"), datetime.fromisoformat(wall)) is expected


@pytest.mark.parametrize(
    ("zone", "wall", "seconds"),
    [
        ("Europe/Berlin", "2024-03-31T02:30", 3_600), ("Europe/Berlin", "2024-10-27T02:00", -3_600),
        ("Europe/Berlin", "2024-06-21T02:00", 0), ("Australia/Lord_Howe", "2024-04-07T01:30", -1_800),
        ("Australia/Lord_Howe", "2024-10-06T02:00", 1_800), ("UTC", "2024-03-31T02:30", 0),
    ],
)  # fmt: skip
def test_how_far_a_clock_jumps(zone, wall, seconds):
    assert change_of_clock(ZoneInfo(zone), datetime.fromisoformat(wall)) == seconds
