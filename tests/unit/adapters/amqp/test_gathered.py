"""Deliveries become batches of consecutive offsets."""

from collections import deque

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvsim.adapters.amqp.subscription import Delivery, gathered
from pvsim.adapters.amqp.transport import routing_key


@given(
    st.lists(st.tuples(st.integers(1, 3), st.binary(max_size=3)), min_size=1, max_size=30),
)
def test_nothing_is_lost_or_moved(steps):
    offset, sent = 0, []
    for tag, (step, body) in enumerate(steps, 1):
        offset += step
        sent.append(Delivery(offset, body, tag))
    arrived, taken = deque(sent), []
    while arrived:
        batch, tag = gathered(arrived)
        taken += [(batch.first_offset + i, batch.body(i)) for i in range(len(batch))]
        assert tag == len(taken)
        widths = {len(batch.body(i)) for i in range(len(batch))}
        assert isinstance(batch.bodies, list) == (len(widths) > 1 or widths == {0})
    assert taken == [(one.offset, one.body) for one in sent]


def test_a_gap_in_the_offsets_ends_a_batch():
    arrived = deque([Delivery(4, b"ab", 1), Delivery(5, b"cd", 2), Delivery(9, b"ef", 3)])
    batch, tag = gathered(arrived)
    assert (batch.first_offset, tag, len(arrived)) == (4, 2, 1)
    assert isinstance(batch.bodies, np.ndarray)
    assert batch.bodies.tobytes() == b"abcd"


def test_bodies_of_several_lengths_stay_a_list():
    batch, _ = gathered(deque([Delivery(0, b"a", 1), Delivery(1, b"bc", 2)]))
    assert batch.bodies == [b"a", b"bc"]


def test_the_routing_key_names_the_run_and_the_meter():
    assert routing_key("pvsim.abc", "house") == "meter.abc.house"
    assert routing_key("readings", "*") == "meter.readings.*"
