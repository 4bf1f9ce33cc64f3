from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from tests.sessions import a_plan, at

from pvsim.core.metering.observed import Refused
from pvsim.core.session.seconds import begin, close, half_even, place
from pvsim.core.session.state import SessionState

NOON = at("2024-06-21 12:00")


@given(st.integers(-(10**12), 10**12), st.integers(1, 1_000))
def test_a_mean_is_the_exact_one_rounded_half_to_even(total, n):
    assert half_even(total, n) == round(Fraction(total, n))


def test_halves_go_to_even():
    assert [half_even(total, 2) for total in (1, 3, -1, -3)] == [0, 2, 0, -2]


@given(st.integers(-30, 30))
def test_a_reading_is_placed_within_the_lateness_and_nowhere_else(seconds):
    state, plan = SessionState(clock_ms=NOON * 1_000), a_plan()
    begin(state, plan)
    placed = place(state, plan, 0, (NOON + seconds) * 1_000, 5, timed=True)
    assert (placed is True) == (-10 <= seconds <= 10)
    assert isinstance(placed, Refused) == (not -10 <= seconds <= 10)


def test_a_second_is_closed_when_the_clock_shows_it_and_the_lateness():
    state, plan, found = SessionState(clock_ms=NOON * 1_000), a_plan(), []
    begin(state, plan)
    place(state, plan, 0, NOON * 1_000, 5, timed=False)
    state.clock_ms = (NOON + 11) * 1_000 - 1
    close(state, plan, found)
    assert NOON in state.open
    assert state.closed_utc == NOON
