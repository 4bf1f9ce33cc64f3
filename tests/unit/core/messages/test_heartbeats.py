"""Heartbeats: one is due twice in an interval, and two and a half intervals of silence are too long."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.messages.heartbeats import MISSED_HEARTBEATS, Heartbeats


@given(steps=st.lists(st.integers(1, 30), max_size=40), interval_s=st.integers(1, 20))
def test_between_two_that_are_sent_is_half_an_interval(steps, interval_s):
    beats, now_s, sent = Heartbeats(), 0, []
    for step in [0, *steps]:
        now_s += step
        if beats.is_due(now_s, interval_s):
            sent.append(now_s)
        assert now_s - sent[-1] < interval_s / 2
    assert all(later - earlier >= interval_s / 2 for earlier, later in pairwise(sent))


@given(silent_s=st.floats(0.0, 100.0), interval_s=st.integers(1, 20))
def test_silence_is_too_long_after_the_missed_heartbeats(silent_s, interval_s):
    beats = Heartbeats()
    beats.hear(50.0)
    told = beats.too_long_silent_s(50.0 + silent_s, interval_s)
    since_s = 50.0 + silent_s - 50.0
    assert told == (since_s if since_s > MISSED_HEARTBEATS * interval_s else None)


def test_silence_counts_from_the_first_look_where_nothing_has_come():
    beats = Heartbeats()
    assert beats.too_long_silent_s(100.0, 10) is None
    assert beats.too_long_silent_s(125.0, 10) is None
    assert beats.too_long_silent_s(126.0, 10) == 26.0
    beats.hear(126.0)
    assert beats.too_long_silent_s(127.0, 10) is None
