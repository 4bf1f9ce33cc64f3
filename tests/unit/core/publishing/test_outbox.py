"""Nothing may be published before it is safe, and nothing is lost by a kill."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.publishing import outbox as module
from pvsim.core.publishing.outbox import Outbox
from pvsim.core.results.samples import Samples
from pvsim.errors import BadInputError

T = 1_718_920_800


def rows(first, count):
    t_utc = np.arange(T + first, T + first + count)
    return Samples(t_utc, np.zeros(count, np.int64), np.full(count, 36_000), np.zeros(count, np.int64))


def take(outbox, first, count):
    outbox.take(["m1"], rows(first, count), first)
    outbox.decide(T + first + count)


STEPS = st.lists(st.tuples(st.sampled_from(["take", "commit", "confirm", "kill"]), st.integers(1, 5)), max_size=30)


@given(steps=STEPS)
def test_whatever_happens_each_row_comes_to_the_broker_and_none_before_it_is_safe(steps):
    """The service as it is meant: rows that are not in a checkpoint are computed again after a kill."""
    outbox, kept, on_disk, made, published = Outbox("home"), None, 0, 0, []
    for step, number in steps:
        if step == "take":
            take(outbox, made, number)
            made += number
        elif step == "commit":
            kept, on_disk = outbox.kept(), made
            outbox.committed()
        elif step == "confirm":
            samples = outbox.waiting(number)
            assert len(samples) <= number
            assert all(sample.row < on_disk for sample in samples)
            published += [sample.row for sample in samples]
            outbox.confirmed(len(samples))
            assert outbox.confirmed_to == (published[-1] + 1 if published else 0)
        else:
            outbox, made = Outbox("home", rows=on_disk, kept=kept), on_disk
            take(outbox, made, 0)
        assert outbox.safe_rows == on_disk
    outbox.kept()
    outbox.committed()
    published += [sample.row for sample in outbox.waiting(1_000)]
    assert set(published) == set(range(made))
    again = sum(b <= a for a, b in pairwise(published))
    assert again <= sum(step == "kill" for step, _ in steps)


def test_states_are_told_when_they_are_safe_and_once():
    outbox = Outbox("home")
    take(outbox, 0, 2)
    outbox.kept()
    state, service = outbox.committed()
    assert (state.row, state.counters.import_wh, service.meters) == (1, 2, 1)
    assert outbox.committed() == ()
    take(outbox, 2, 1)
    assert outbox.waiting(10)[-1].row == 1
    outbox.kept()
    assert [state.counters.import_wh for state in outbox.committed()] == [3, 3]


def test_rows_that_were_written_while_it_did_not_publish_are_known():
    assert Outbox("home", rows=7).skipped == range(0)
    outbox = Outbox("home")
    take(outbox, 0, 3)
    kept = outbox.kept()
    assert list(Outbox("home", rows=3, kept=kept).skipped) == []
    assert Outbox("home", rows=7, kept=kept).skipped == range(3, 7)


def test_it_is_full_at_its_bound_and_has_room_again_at_half(monkeypatch):
    monkeypatch.setattr(module, "MOST_WAITING", 10)
    outbox = Outbox("home")
    take(outbox, 0, 9)
    assert not outbox.is_full
    take(outbox, 9, 1)
    outbox.kept()
    outbox.committed()
    assert outbox.is_full
    outbox.confirmed(4)
    assert not outbox.is_full
    assert not outbox.has_room
    outbox.confirmed(1)
    assert outbox.has_room


@pytest.mark.parametrize("kept", [b"", b"{", b'{"unsent":1}', b'{"outgoing":{"periods":[]}}'])
def test_what_cannot_be_read_is_refused(kept):
    with pytest.raises(BadInputError, match="cannot be read"):
        Outbox("home", kept=kept)
