"""The hours of a typical year by their dates: any order is put right, and what is no whole year is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.typical_texts import hours

from pvsim.core.weather.year_order import year_order
from pvsim.errors import BadInputError


def order_of(rows):
    month, day, hour = np.array(rows).T
    return year_order(month, day, hour, range(2, len(rows) + 2), "x")


@given(leap=st.booleans(), seed=st.integers(0, 2**32))
@settings(max_examples=10, deadline=None)
def test_any_order_of_the_hours_is_put_right(leap, seed):
    rows = np.array(hours(leap=leap))
    shuffled = np.random.Generator(np.random.Philox(seed)).permutation(rows)
    assert (shuffled[order_of(shuffled)] == rows).all()


def test_the_last_hour_of_a_day_may_be_that_before_the_first_of_the_next():
    """As files write it that end an hour at 00:00 of the next day."""
    rows = [(month, day, hour - 1) for month, day, hour in hours(first_month=7)]
    order = order_of(rows)
    assert order[:2].tolist() == [rows.index((1, 1, 0)), rows.index((1, 1, 1))]
    assert order[23] == rows.index((1, 2, -1))
    assert order[-1] == rows.index((1, 1, -1))


@pytest.mark.parametrize(
    ("wrong", "says", "where"),
    [
        (
            lambda rows: [row for row in rows if row[0] != 2],
            "a typical year has 8,760 hours, this file has 8,088: February is missing",
            "x",
        ),
        (
            lambda rows: [row for row in rows if row[0] not in {2, 11} and row[:2] != (5, 3)],
            "7,344: February, November are missing and 24 hours are missing, the first is May 3, 00:00",
            "x",
        ),
        (lambda rows: rows[:-1], "1 hours are missing, the first is December 31, 23:00", "x"),
        (
            lambda rows: rows[:24] + rows,
            "this file has 8,784: 24 come twice, the first is January 1, 00:00",
            "x:26",
        ),
        (lambda rows: [(m, d, h // 2 * 2) for m, d, h in rows], "4,380 come twice", "x:3"),
        (lambda rows: [*rows[:-1], (13, 1, 0)], "no day 1 of month 13", "x:8761"),
        (lambda rows: [*rows[:-1], (4, 31, 0)], "no day 31 of month 4", "x:8761"),
        (lambda rows: [*rows[:-1], (4, 30, 30)], "no day 30 of month 4 or no such hour", "x:8761"),
        (lambda rows: [*rows[:-1], (4, 30, -2)], "no day 30 of month 4 or no such hour", "x:8761"),
        (
            lambda _rows: [row for row in hours(leap=True) if row[0] != 3],
            "8,784 hours, this file has 8,040: March is missing",
            "x",
        ),
    ],
)
def test_what_is_no_whole_year_is_refused_saying_what_is_wrong(wrong, says, where):
    with pytest.raises(BadInputError) as caught:
        order_of(wrong(hours()))
    assert says in caught.value.what
    assert caught.value.where == where
    assert caught.value.fix.startswith("get the file again")
