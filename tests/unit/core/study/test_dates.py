"""Dates at equal distances, both ends among them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.study.axes import axis_of
from pvsim.core.study.dates import are_dates, dates_of
from pvsim.errors import UsageError


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 40), st.integers(1, 30))
def test_days_follow_each_other_at_the_step(first, step, steps):
    last = first + timedelta(days=step * steps)
    dates = dates_of("date", {"from": first.isoformat(), "to": last.isoformat(), "step": f"{step} days"})
    assert [dates.at(n) for n in range(dates.count)] == [
        (first + timedelta(days=step * n)).isoformat() for n in range(steps + 1)
    ]


@pytest.mark.parametrize(
    ("first", "last", "step", "dates"),
    [
        ("2024-01-28", "2024-03-28", "1 month", ["2024-01-28", "2024-02-28", "2024-03-28"]),
        ("2024-11-01", "2025-05-01", "3 months", ["2024-11-01", "2025-02-01", "2025-05-01"]),
        ("2022-02-28", "2024-02-28", "1 year", ["2022-02-28", "2023-02-28", "2024-02-28"]),
        ("2024-12-23", "2025-01-06", "1 week", ["2024-12-23", "2024-12-30", "2025-01-06"]),
        ("2024-03-30", "2024-03-31", "1 day", ["2024-03-30", "2024-03-31"]),
    ],
)
def test_months_weeks_and_years(first, last, step, dates):
    axis = axis_of("date", {"from": first, "to": last, "step": step})
    assert [axis.at(n) for n in range(axis.count)] == dates


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"from": "2024-01-01", "to": "2024-02-01"}, "needs a step"),
        ({"from": "2024-01-01", "to": "2024-02-01", "n": 3}, "needs a step"),
        ({"from": "2024-01-01", "to": "2024-02-01", "n": 3, "step": "1 day"}, "has the step '1 day'"),
        ({"from": "2024-01-01", "to": "2024-02-01", "step": 1}, "has the step 1"),
        ({"from": "2024-01-01", "to": "2024-02-01", "step": "0 days"}, "has the step '0 days'"),
        ({"from": "2024-01-01", "to": "2024-02-01", "step": "-1 days"}, "has the step '-1 days'"),
        ({"from": "2024-01-01", "to": "2024-02-01", "step": "1 hour"}, "has the step '1 hour'"),
        ({"from": "2024-01-31", "to": "2024-03-31", "step": "1 month"}, "not each month has a day 31"),
        ({"from": "2024-02-01", "to": "2024-01-01", "step": "1 day"}, "2024-01-01 is not after 2024-02-01"),
        ({"from": "2024-01-15", "to": "2024-03-31", "step": "1 month"}, "2024-03-15 is near"),
        ({"from": "2024-01-01", "to": "2024-01-09", "step": "1 week"}, "2024-01-08 is near"),
        ({"from": "2024-01-01", "to": "2024-01-09", "step": "1 month"}, "2024-02-01 is near"),
        ({"from": "1.1.2024", "to": "2024-01-09", "step": "1 week"}, "from is '1.1.2024', not a date"),
    ],
)
def test_what_is_no_range_of_dates_is_refused(given, told):
    with pytest.raises(UsageError) as caught:
        axis_of("date", given)
    assert told in str(caught.value)
    assert caught.value.fix


def test_a_range_is_of_dates_where_both_ends_are_texts():
    assert are_dates({"from": "a", "to": "b"})
    assert not are_dates({"from": 1, "to": "b"})
    assert not are_dates({"from": "a"})
