"""Values of devices are within their range, or refused with an example."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.devices.bounds import refuse_outside
from pvsim.errors import UsageError


@given(st.floats(), st.floats(-100, 100), st.floats(0, 100))
def test_what_is_refused_is_what_is_not_between(value, low, width):
    if low <= value <= low + width:
        refuse_outside("dead_time_s", value, low, low + width, example="dead_time_s 1")
    else:
        with pytest.raises(UsageError):
            refuse_outside("dead_time_s", value, low, low + width, example="dead_time_s 1")


@pytest.mark.parametrize("value", [-1.0, 61.0, math.nan])
def test_the_error_names_range_and_example(value):
    with pytest.raises(UsageError, match=f"battery.dead_time_s is 0 to 60, not {value:g}") as refused:
        refuse_outside("dead_time_s", value, 0.0, 60.0, example="dead_time_s 1")
    assert (refused.value.where, refused.value.fix) == ("battery.dead_time_s", "for example dead_time_s 1")
