"""The part of a day that a run needs of a file."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.series import LocalDays
from pvsim.core.series.day_part import DayPart
from pvsim.core.series.types import DAY_S, HOUR_S

BERLIN = ZoneInfo("Europe/Berlin")


def part(day, hours):
    timeline = Timeline.of_days(date.fromisoformat(day), 1, BERLIN).part(hours)
    return LocalDays(timeline.first_date, 1, BERLIN, (timeline.start_utc, timeline.end_utc)).part


@given(st.integers(0, 1_439), st.integers(1, 1_440), st.integers(0, 3), st.integers(1, DAY_S))
def test_a_file_that_is_the_part_has_one_day_and_one_second_less_has_none(begin_min, length_min, day, step_s):
    begin, end = begin_min * 60, min(begin_min + length_min, 1_440) * 60
    needed = DayPart(((begin, end),))
    first, after = day * DAY_S + begin, day * DAY_S + end
    assert needed.days_within(first, after) == (day, day + 1)
    assert needed.days_within(first + 1, after)[0] > day
    assert needed.days_within(first, after - 1)[1] <= day
    assert needed.seconds_of(np.arange(0, DAY_S, step_s), step_s).sum() == end - begin


@pytest.mark.parametrize(
    ("day", "hours", "spans", "text"),
    [
        ("2024-06-21", "12-13", ((12, 13),), "12:00 to 13:00"),
        ("2024-06-21", 6, ((0, 6),), "00:00 to 06:00"),
        ("2024-10-27", "2-3", ((2, 3),), "02:00 to 03:00"),  # twice
        ("2024-10-27", "1-4", ((1, 4),), "01:00 to 04:00"),
        ("2024-10-27", 3, ((0, 3),), "00:00 to 03:00"),
        ("2024-03-31", "1-4", ((1, 2), (3, 4)), "01:00 to 04:00"),  # 2:00 does not exist
        ("2024-03-31", "1-2", ((1, 2),), "01:00 to 02:00"),
    ],
)
def test_it_is_what_the_clock_shows(day, hours, spans, text):
    found = part(day, hours)
    assert found.spans == tuple((begin * HOUR_S, end * HOUR_S) for begin, end in spans)
    assert str(found) == text


@pytest.mark.parametrize(
    ("hours", "again"), [("2-3", ((2, 3),)), ("0-4", ((2, 3),)), ("0-2", ()), (3, ()), (4, ((2, 3),)), ("3-4", ())]
)
def test_it_knows_what_it_passes_for_the_second_time(hours, again):
    found = part("2024-10-27", hours)
    assert found.again == tuple((begin * HOUR_S, end * HOUR_S) for begin, end in again)
    assert part("2024-06-21", hours).again == ()


def test_whole_days_need_no_part():
    assert LocalDays(date(2024, 6, 21), 1, BERLIN).part is None
