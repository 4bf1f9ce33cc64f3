"""Silence is told once when it begins and once when it ends, whenever it is looked for."""

from hypothesis import given
from hypothesis import strategies as st
from tests.sessions import a_plan

from pvsim.core.session.silence import Silence
from pvsim.core.session.state import MeterState, SessionState


def told(silence, state, heard, until_s):
    """What is told, second by second, of meters that are heard at these seconds."""
    events = []
    for second in range(1, until_s):
        state.clock_ms = second * 1_000
        events += silence.news()
        for meter in state.meters:
            if second in heard[meter.name] and (event := silence.heard(meter.name, meter)) is not None:
                events.append(event)
    return [(event.what, event.meter, event.at_ms // 1_000) for event in events]


def expected(name, heard, silent_after_s, until_s):
    """The same, from the distances of the seconds."""
    found, last = [], 0
    for second in sorted({*heard, until_s}):
        if second - last >= silent_after_s and last + silent_after_s < until_s:
            found.append(("silent", name, last + silent_after_s))
            if second < until_s:
                found.append(("back", name, second))
        last = second
    return found


@given(st.tuples(*[st.sets(st.integers(1, 59))] * 2), st.integers(1, 20))
def test_each_meter_is_told_of_by_its_own_distances(seconds, silent_after_s):
    heard = dict(zip(("m1", "m2"), seconds, strict=True))
    state = SessionState(clock_ms=0, meters=[MeterState(name=name, heard_ms=0) for name in heard])
    events = told(Silence(a_plan(silence_s=silent_after_s), state), state, heard, 60)
    for name, when in heard.items():
        assert [each for each in events if each[1] == name] == expected(name, when, silent_after_s, 60)


def test_a_meter_that_joins_may_be_the_next_that_is_silent():
    state = SessionState(clock_ms=0, meters=[MeterState(name="m1", heard_ms=0)])
    silence = Silence(a_plan(silence_s=10), state)
    state.clock_ms = 5_000
    silence.heard("m1", state.meters[0])
    state.meters.append(MeterState(name="m2", heard_ms=2_000))
    silence.met(state.meters[1])
    assert told(silence, state, {"m1": (), "m2": (14,)}, 20) == [
        ("silent", "m2", 12),
        ("back", "m2", 14),
        ("silent", "m1", 15),
    ]
