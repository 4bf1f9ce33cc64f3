from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.series.types import date_of, day_number, wall_time


@given(st.dates())
def test_days_are_counted_from_1970(day):
    assert date_of(day_number(day)) == day


def test_the_epoch_is_day_0_and_second_0():
    assert day_number(date(1970, 1, 2)) == 1
    assert wall_time(90) == datetime.fromisoformat("1970-01-01T00:01:30")
