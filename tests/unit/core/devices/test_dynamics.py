"""I2 for dead time, lag and ramp: any cut, one by one as all at once, and steps against the formula by hand."""

from math import exp, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.devices.dynamics import Response, power_in, state_of
from pvsim.errors import UsageError

RESPONSES = st.builds(
    Response,
    st.sampled_from([0.0, 0.25, 1.0, 1.6, 3.0]),
    st.sampled_from([0.0, 0.03, 0.6, 2.0, 40.0]),
    st.sampled_from([None, 0.05, 0.5, 3.0]),
)
ASKED = st.lists(st.integers(-60_000, 60_000), min_size=1, max_size=80)


def followed(response, asked_dw, p=0.0, before=None):
    """Powers of a battery without limits, p and what is under way after them."""
    arriving, before = response.arriving(asked_dw, before or (0,) * response.pending)
    ends = response.ends(arriving, p)
    return response.means(arriving, ends[:-1]), float(ends[-1]), before


@given(RESPONSES, ASKED, st.data())
def test_any_cut_gives_the_same(response, asked, data):
    asked_dw = np.array(asked, dtype=np.int64)
    whole, end, under_way = followed(response, asked_dw)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(asked)), max_size=5)))
    p, before, parts = 0.0, None, []
    for part in np.split(asked_dw, cuts):
        power, p, before = followed(response, part, p, before)
        parts.append(power)
    assert np.concatenate(parts).tolist() == whole.tolist()
    assert (p, before) == (end, under_way)


@given(RESPONSES, ASKED)
def test_one_by_one_is_the_same_and_nothing_overshoots(response, asked):
    arriving, _ = response.arriving(np.array(asked, dtype=np.int64), (0,) * response.pending)
    whole, end, _ = followed(response, np.array(asked, dtype=np.int64))
    p = 0.0
    for goal, mean in zip(arriving.tolist(), whole.tolist(), strict=True):
        given, after = response.second(goal, p)
        assert given == mean
        assert p < 0 or goal < 0 or response.least(goal) <= given
        assert min(p, goal) - 1e-6 <= after <= max(p, goal) + 1e-6
        assert min(p, goal) - 0.6 <= mean <= max(p, goal) + 0.6
        if response.ramp_dw:
            assert abs(after - p) <= response.ramp_dw + 1e-6
        p = after
    assert p == end


@given(
    st.sampled_from([0.0, 0.4, 1.0, 2.5]),
    st.sampled_from([0.0, 0.2, 1.0, 3.0, 20.0]),
    st.integers(-90_000, 90_000),
)
def test_after_a_step_the_energy_of_dead_time_and_time_constant_is_missing(dead, lag, step_dw):
    response = Response(dead, lag)
    power, _, _ = followed(response, np.full(600, step_dw))
    assert (step_dw - power).sum() == pytest.approx(step_dw * (dead + lag), abs=2e-3 * abs(step_dw) + 50)


def test_a_step_by_hand():
    """Two seconds of lag after one second: the means of 10 (1 − e^(−t/2)) kW over each second."""
    power, end, under_way = followed(Response(1.0, 2.0), np.full(4, 100_000))
    exact = [0.0, *(100_000 * (1 - 2 * (exp(-t / 2) - exp(-(t + 1) / 2))) for t in range(3))]
    assert power.tolist() == pytest.approx(exact, abs=2)
    assert end == pytest.approx(100_000 * (1 - exp(-1.5)), abs=2)
    assert under_way == (100_000,)


def test_a_part_of_a_second_mixes_two_seconds_by_hand():
    arriving, before = Response(1.6).arriving(np.array([1_000, 2_000, 0]), (0, 0))
    assert arriving.tolist() == [0, 400, 1_400]
    assert before == (2_000, 0)


def test_a_ramp_by_hand():
    """1 kW/s towards 2.5 kW: it is there in the middle of the third second."""
    power, end, _ = followed(Response(ramp_kw_per_s=1.0), np.full(4, 25_000))
    assert power.tolist() == [5_000, 15_000, 23_750, 25_000]
    assert end == 25_000


def test_nothing_said_is_at_once():
    assert Response().at_once
    assert not any(Response(*each).at_once for each in ((0.001, 0, None), (0, 0.03, None), (0, 0, 9_999.0)))
    power, _, before = followed(Response(), np.array([5, -7]))
    assert (power.tolist(), before) == ([5, -7], ())


@given(st.floats(allow_nan=False))
def test_a_power_is_kept_to_its_last_bit(p):
    assert power_in(state_of(p)) == p
    assert state_of(0.0) == 0


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((-1.0,), "battery.dead_time_s is 0 to 60, not -1"),
        ((61.0,), "dead_time_s"),
        ((0.0, nan), "battery.time_constant_s is 0 to 300, not nan"),
        ((0.0, 0.0, 0.0), "battery.ramp_kw_per_s is 0.0001 to 20000, not 0"),
    ],
)
def test_nonsense_is_refused(values, words):
    with pytest.raises(UsageError, match=words):
        Response(*values)
