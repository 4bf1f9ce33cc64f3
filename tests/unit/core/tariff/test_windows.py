from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.site.tariff import PriceWindow
from pvsim.core.tariff.prices import nano
from pvsim.core.tariff.windows import DAYS, minute_of_day, prices_of_windows, window_problems

DAY_AND_NIGHT = (PriceWindow(0.3, "06:00", "22:00"), PriceWindow(0.2, "22:00", "06:00"))
WORKDAYS = (
    PriceWindow(0.4, "17:00", "20:00", days="weekdays", months=(1, 2, 11, 12)),
    PriceWindow(0.3, "20:00", "17:00", days="weekdays", months=(1, 2, 11, 12)),
    PriceWindow(0.25, days="weekend", months=(1, 2, 11, 12)),
    PriceWindow(0.2, months=tuple(range(3, 11))),
)


def slow_price(windows, t_utc, zone):
    """The price by the local clock, without arrays."""
    local = datetime.fromtimestamp(int(t_utc), UTC).astimezone(zone)
    minute = 60 * local.hour + local.minute
    for window in windows:
        first, end = minute_of_day(window.from_), minute_of_day(window.to)
        days = {"all": DAYS, "weekdays": DAYS[:5], "weekend": DAYS[5:]}.get(window.days, window.days)
        inside = first <= minute < end if first < end else minute >= first or minute < end
        if inside and DAYS[local.weekday()] in days and local.month in (window.months or range(1, 13)):
            return nano(window.per_kwh)
    raise AssertionError(local)


@pytest.mark.parametrize("windows", [DAY_AND_NIGHT, WORKDAYS])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "America/New_York"])
@settings(max_examples=20)
@given(st.dates(date(2020, 1, 1), date(2026, 12, 1)), st.integers(1, 40))
def test_each_minute_has_the_price_of_its_local_time(windows, zone, first, days):
    zone = ZoneInfo(zone)
    timeline = Timeline.of_days(first, days, zone)
    t_utc = np.arange(timeline.start_utc, timeline.end_utc, 1_800 if days > 3 else 60)
    expected = [slow_price(windows, t, zone) for t in t_utc]
    assert prices_of_windows(windows, timeline).at(t_utc).tolist() == expected


@pytest.mark.parametrize(("day", "hours_at_night"), [("2024-03-31", 7), ("2024-10-27", 9), ("2024-06-21", 8)])
def test_a_night_lasts_as_long_as_the_clock_says(day, hours_at_night):
    timeline = Timeline.of_days(date.fromisoformat(day), 1, ZoneInfo("Europe/Berlin"))
    t_utc = np.arange(timeline.start_utc, timeline.end_utc, 60)
    prices = prices_of_windows(DAY_AND_NIGHT, timeline).at(t_utc)
    assert (prices == nano(0.2)).sum() == 60 * hours_at_night
    assert (prices == nano(0.3)).sum() == 60 * 16


def test_windows_that_fit_have_no_problems():
    assert window_problems(()) == []
    assert window_problems(DAY_AND_NIGHT) == []
    assert window_problems(WORKDAYS) == []


@pytest.mark.parametrize(
    ("windows", "problems"),
    [
        (
            (PriceWindow(0.3, "06:00", "22:00"),),
            [
                "tariff.windows: no window has 00:00 to 06:00",
                "tariff.windows: no window has 22:00 to 24:00",
            ],
        ),
        (
            (PriceWindow(0.3, days="weekdays"), PriceWindow(0.2, days=("sat",))),
            ["tariff.windows: no window has 00:00 to 24:00 on sun"],
        ),
        (
            (PriceWindow(0.3, months=(1, 2)), PriceWindow(0.2, months=tuple(range(3, 12)))),
            ["tariff.windows: no window has 00:00 to 24:00 in Dec"],
        ),
        (
            (*DAY_AND_NIGHT, PriceWindow(0.1, "21:00", "23:30", days=("sun",))),
            [
                "tariff.windows: windows 1 and 3 both have 21:00 to 22:00 on sun",
                "tariff.windows: windows 2 and 3 both have 22:00 to 23:30 on sun",
            ],
        ),
        (
            (PriceWindow(0.3, "6:00", "25:00"),),
            [
                "tariff window 1: from: '6:00' is not a time of day; write 00:00 to 24:00",
                "tariff window 1: to: '25:00' is not a time of day; write 00:00 to 24:00",
            ],
        ),
        (
            (PriceWindow(0.3, "06:00", "06:00"),),
            ["tariff window 1: from and to are both 06:00; leave both out for a whole day"],
        ),
    ],
)
def test_holes_and_overlaps_are_named_by_their_local_times(windows, problems):
    assert window_problems(windows) == problems


@pytest.mark.parametrize(
    ("text", "minute"), [("00:00", 0), ("24:00", 1440), ("24:01", None), ("06:60", None), ("06:00:00", None)]
)
def test_times_of_day(text, minute):
    assert minute_of_day(text) == minute
