"""Limits that change with time, against the windows second by second."""

from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.devices.limits import NO_LIMIT_DW, LimitSteps

windows = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 9)), max_size=5)


@given(windows, st.integers(-5, 45), st.integers(0, 45))
def test_the_lowest_limit_of_the_windows_holds_in_each_second(found, first, n):
    steps = LimitSteps.of_windows(found)
    wanted = [
        min((limit for start, end, limit in found if start <= second < end), default=NO_LIMIT_DW)
        for second in range(first, first + n)
    ]
    assert steps.at(first, n).tolist() == wanted
    assert list(steps.starts_utc) == sorted(set(steps.starts_utc))
    parts = steps.between(first, first + n) if n else ()
    assert [limit for start, end, limit in parts for _ in range(start, end)] == wanted
    assert steps.touch(first, first + n) == any(limit < NO_LIMIT_DW for limit in wanted) or not n


def test_overlapping_windows_by_hand():
    steps = LimitSteps.of_windows([(10, 20, 5), (15, 30, 4), (30, 40, 4), (50, 50, 1)])
    assert steps == LimitSteps((10, 15, 40), (5, 4, NO_LIMIT_DW))
    assert steps.between(12, 45) == ((12, 15, 5), (15, 40, 4), (40, 45, NO_LIMIT_DW))
    assert steps.touch(0, 11)
    assert not steps.touch(0, 10)
    assert not steps.touch(40, 99)
