from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.times.wallclock import WallClock, changes_clock

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


def test_a_fixed_offset_never_changes():
    clock = WallClock.over(timezone(timedelta(hours=-7)), FIRST, LAST)
    assert clock.offsets.tolist() == [-25200]


@pytest.mark.parametrize(
    ("wall", "expected"),
    [("2024-03-31T02:30", True), ("2024-10-27T02:30", True), ("2024-10-27T03:00", False)],
)
def test_clocks_change_where_a_wall_clock_is_missing_or_twofold(wall, expected):
    assert changes_clock(ZoneInfo("Europe/Berlin"), datetime.fromisoformat(wall)) is expected
