"""A period is the mean of its rows, rounded as the means of a run are, and says what it lacks."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.publishing.periods import Period, Row
from pvsim.core.results.samples import window_means

T = 1_718_920_800  # 2024-06-20T22:00:00Z


def period(rows, every_s=10):
    found = Period(T, every_s)
    for row in rows:
        found.add(row)
    return found


@given(powers=st.lists(st.tuples(st.integers(-90_000, 90_000), st.integers(0, 90_000)), min_size=10, max_size=10))
def test_a_whole_period_has_the_means_that_a_run_has(powers):
    sample = period(Row(i, T + i, *power) for i, power in enumerate(powers)).sample("home", "m1")
    meter_dw, pv_dw = (window_means(np.array(column), 10)[0] for column in zip(*powers, strict=True))
    assert (sample.meter_w, sample.pv_w) == (meter_dw / 10, pv_dw / 10)
    assert sample.net_w == sample.grid_w == (meter_dw - pv_dw) / 10
    assert sample.battery_w is sample.soc is sample.seconds is sample.held_s is msgspec.UNSET


def test_a_period_with_gaps_held_values_and_a_battery_by_hand():
    rows = [Row(7, T, 4_125, 1_000, 500, 5_000), Row(41, T + 7, 4_126, 1_000, 501, 5_001, held=True)]
    sample = period(rows).sample("home", "m1")
    assert msgspec.json.decode(msgspec.json.encode(sample)) == {
        "kind": "sample",
        "v": 1,
        "service": "home",
        "t_utc": "2024-06-20T22:00:00Z",
        "every_s": 10,
        "meter_w": 412.6,  # of 4,125.5: half to even
        "pv_w": 100.0,
        "net_w": 312.6,
        "grid_w": 362.6,
        "battery_w": 50.0,  # of 500.5: half to even
        "meter": "m1",
        "row": 41,
        "soc": 0.5001,
        "seconds": 2,
        "held_s": 1,
    }


@pytest.mark.parametrize(("total", "mean"), [(5, 2), (7, 4), (-5, -2), (-7, -4), (8, 4)])
def test_halves_go_to_the_even_number(total, mean):
    rows = [Row(0, T, total, 0), Row(1, T + 1, 0, 0)]
    assert period(rows, 2).sample("home", "m1").meter_w == mean / 10
