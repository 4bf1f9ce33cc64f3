"""Windows are those of the local clock, in any zone and where it changes."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.windows import Windows

ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Kolkata", "America/New_York"]


@given(
    zone=st.sampled_from(ZONES),
    first=st.dates(date(2023, 1, 1), date(2025, 1, 1)),
    length_s=st.sampled_from([60, 900, 3600]),
    seconds=st.lists(st.integers(0, 82_800 * 3), min_size=2, max_size=30),
)
def test_two_seconds_share_a_window_if_the_clock_goes_through_it_between_them(zone, first, length_s, seconds):
    """By a walk: the offset does not change between them, and both have the same multiple of the local clock."""
    timeline = Timeline.of_days(first, 3, ZoneInfo(zone))
    t_utc = np.unique(timeline.start_utc + np.minimum(seconds, timeline.seconds - 1))
    number = Windows(timeline, length_s).number(t_utc)

    def offset(t):
        return int(datetime.fromtimestamp(t, UTC).astimezone(ZoneInfo(zone)).utcoffset().total_seconds())

    for i in range(len(t_utc) - 1):
        before, after = (int(t) for t in t_utc[i : i + 2])
        local = [(t + offset(t)) // length_s for t in (before, after)]
        shared = local[0] == local[1] and after - before < length_s and offset(before) == offset(after)
        assert (number[i] == number[i + 1]) == shared
        assert number[i] <= number[i + 1]


@pytest.mark.parametrize(
    ("zone", "day", "lengths"),
    [
        ("Europe/Berlin", date(2024, 3, 31), [3600] * 23),
        ("Europe/Berlin", date(2024, 10, 27), [3600] * 25),
        ("Asia/Kathmandu", date(2024, 6, 21), [3600] * 24),
        ("Australia/Lord_Howe", date(2024, 4, 7), [3600, 3600, 1800] + [3600] * 22),  # 02:00 becomes 01:30
        ("Australia/Lord_Howe", date(2024, 10, 6), [3600, 3600, 1800] + [3600] * 21),  # 02:00 becomes 02:30
    ],
)
def test_hours_of_a_day_by_hand(zone, day, lengths):
    timeline = Timeline.of_days(day, 1, ZoneInfo(zone))
    number = Windows(timeline, 3600).number(np.arange(timeline.start_utc, timeline.end_utc))
    assert np.bincount(number).tolist() == lengths
