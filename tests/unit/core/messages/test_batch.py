"""Messages of a log, as an array of one width or as a list: the same either way."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.messages.batch import Batch


@st.composite
def logs(draw):
    """Bodies of one length, and cuts through them."""
    width = draw(st.integers(1, 6))
    bodies = draw(st.lists(st.binary(min_size=width, max_size=width), min_size=1, max_size=12))
    start = draw(st.integers(0, len(bodies)))
    return bodies, draw(st.integers(0, 10**9)), start, draw(st.integers(start, len(bodies)))


@given(logs())
def test_an_array_and_a_list_of_the_same_messages_are_alike(log):
    bodies, first, start, stop = log
    columns = np.frombuffer(b"".join(bodies), np.uint8).reshape(len(bodies), -1)
    for batch in (Batch(first, bodies), Batch(first, columns)):
        assert [batch.body(i) for i in range(len(batch))] == bodies
        part = batch.part(start, stop)
        assert part.first_offset == first + start
        assert [part.body(i) for i in range(len(part))] == bodies[start:stop]
        assert part.part(0, 0).first_offset == part.first_offset


def test_messages_of_several_lengths_by_hand():
    batch = Batch(40, [b"{}", b"[1, 2]", b""])
    assert (len(batch), batch.body(1)) == (3, b"[1, 2]")
    assert batch.part(1, 3) == Batch(41, [b"[1, 2]", b""])
