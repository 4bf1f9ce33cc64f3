"""Where a service goes on in a log that may not be the one that it knew."""

from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.messages.entry import Entry
from pvsim.core.session.rejoining import Rejoined, Rejoining
from pvsim.core.session.state import SessionState


def log(first, n, *, at_ms=1_000, word=b"a"):
    """Messages a second apart."""
    return [Entry(i, at_ms + 1_000 * i, "k", word + b"%d" % i) for i in range(first, first + n)]


def standing(entries):
    """The state of a session that has taken these messages."""
    last = entries[-1]
    return SessionState(
        next_offset=last.offset + 1,
        anchor_offset=last.offset,
        anchor_ms=last.arrived_ms,
        anchor_crc32=crc32(last.body),
        clock_ms=last.arrived_ms,
    )


def taken(state, portions, found):
    """What comes to the session of portions of the log."""
    rejoining = Rejoining(state)
    assert rejoining.read_from == max(state.anchor_offset, 0)
    given_out = [entry for portion in portions for entry in rejoining.take(portion)]
    assert rejoining.found is found
    return rejoining, given_out


def test_a_service_that_begins_takes_all():
    rejoining, found = taken(SessionState(), [[], log(0, 3)], Rejoined.SAME)
    assert found == log(0, 3)
    assert (rejoining.lost, rejoining.passed) == (0, 0)


@given(before=st.integers(1, 9), early=st.integers(0, 3), after=st.integers(0, 3))
def test_the_same_log_goes_on_wherever_its_chunk_begins(before, early, after):
    state = standing(log(0, before))
    first = max(before - 1 - early, 0)
    portion = log(first, before + after - first)
    rejoining, found = taken(state, [portion, log(before + after, 2)], Rejoined.SAME)
    assert found == portion + log(before + after, 2)
    assert not rejoining.lost


def test_messages_that_the_broker_has_removed_are_counted():
    rejoining, found = taken(standing(log(0, 5)), [log(8, 2)], Rejoined.CUT)
    assert (rejoining.lost, found) == (3, log(8, 2))


def test_the_anchor_itself_may_be_gone_without_a_loss():
    rejoining, found = taken(standing(log(0, 5)), [log(5, 2)], Rejoined.SAME)
    assert (rejoining.lost, found) == (0, log(5, 2))


def test_a_service_that_begins_in_an_old_log_says_what_it_lacks():
    rejoining, _ = taken(SessionState(), [log(4, 1)], Rejoined.CUT)
    assert rejoining.lost == 4


def test_another_log_is_read_from_its_first_message_and_only_what_came_later_is_taken():
    """Also one that is shorter than ours: the machine lost its power, and the broker the end of the log."""
    for first_seen in (log(4, 1, word=b"other"), log(4, 1, at_ms=1_001), log(2, 2)):
        state = standing(log(0, 5))
        rejoining = Rejoining(state)
        assert rejoining.take(first_seen) == ()
        assert (rejoining.found, rejoining.read_from) == (Rejoined.OTHER, 0)
        anew = log(0, 9, at_ms=0)
        assert rejoining.take([]) == []
        assert rejoining.take(anew[:3]) == []
        assert state.next_offset == 5
        assert rejoining.take(anew[3:7]) == anew[6:7]
        assert rejoining.passed == 6
        assert (state.next_offset, state.anchor_offset) == (6, -1)
        assert rejoining.take(anew[7:]) == anew[7:]


def test_the_end_of_a_log_may_show_that_it_is_another():
    state = standing(log(0, 5))
    rejoining = Rejoining(state)
    assert not rejoining.ends_at(4)
    assert not rejoining.reads_on(4)
    assert rejoining.reads_on(5)
    assert rejoining.ends_at(3)
    assert (rejoining.found, rejoining.read_from) == (Rejoined.OTHER, 0)
    assert rejoining.reads_on(3)
    rejoining.take(log(0, 4, at_ms=0))
    assert not rejoining.reads_on(3)
