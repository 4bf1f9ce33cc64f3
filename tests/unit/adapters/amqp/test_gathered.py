"""Deliveries become batches of consecutive offsets."""

from collections import deque

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvsim.adapters.amqp.subscription import gathered
from pvsim.adapters.amqp.transport import routing_key
from pvsim.core.amqp.deliveries import Deliveries


def piece(offset, bodies, tag):
    """Messages of one length at consecutive offsets; the tag is the last one's."""
    return Deliveries(1, offset, np.frombuffer(b"".join(bodies), dtype=np.uint8).reshape(len(bodies), -1), tag)


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from([1, 1, 3, 20]), st.integers(0, 2)), min_size=1))
def test_nothing_is_lost_or_moved(steps):
    offset, tag, sent, pieces = 0, 0, [], []
    for jump, n, width in steps:
        offset += jump
        bodies = [bytes([len(sent) + i & 0xFF] * width) for i in range(n)]
        sent += [(offset + i, body) for i, body in enumerate(bodies)]
        offset, tag = offset + n, tag + n
        octets = np.frombuffer(b"".join(bodies), dtype=np.uint8).reshape(n, width)
        pieces.append(Deliveries(1, offset - n, octets, tag))
    arrived, taken = deque(pieces), []
    while arrived:
        batch, tag = gathered(arrived)
        taken += [(batch.first_offset + i, batch.body(i)) for i in range(len(batch))]
        assert tag == len(taken)
        if len({len(batch.body(i)) for i in range(len(batch))} - {0}) == 1 and b"" not in batch.bodies:
            assert isinstance(batch.bodies, np.ndarray) or len(batch) > 1
    assert taken == sent


def test_a_gap_in_the_offsets_ends_a_batch():
    arrived = deque([piece(4, [b"ab"], 1), piece(5, [b"cd"], 2), piece(9, [b"ef"], 3)])
    batch, tag = gathered(arrived)
    assert (batch.first_offset, tag, len(arrived)) == (4, 2, 1)
    assert isinstance(batch.bodies, np.ndarray)
    assert batch.bodies.tobytes() == b"abcd"


def test_a_few_bodies_of_several_lengths_are_a_list():
    batch, tag = gathered(deque([piece(0, [b"a", b"b"], 2), piece(2, [b"bc"], 3), piece(3, [b"d"], 4)]))
    assert (batch.bodies, tag) == ([b"a", b"b", b"bc", b"d"], 4)


def test_many_bodies_of_one_length_stay_an_array_whatever_follows():
    arrived = deque([piece(0, [b"ab"] * 9, 9), piece(9, [b"cd"] * 9, 18), piece(18, [b"end"], 19)])
    batch, tag = gathered(arrived)
    assert isinstance(batch.bodies, np.ndarray)
    assert (batch.bodies.shape, tag) == ((18, 2), 18)
    batch, tag = gathered(arrived)
    assert (batch.first_offset, batch.bodies.tobytes(), tag) == (18, b"end", 19)


def test_empty_bodies_are_a_list():
    empty = Deliveries(1, 5, np.empty((2, 0), dtype=np.uint8), 2)
    batch, _ = gathered(deque([empty]))
    assert batch.bodies == [b"", b""]


def test_the_routing_key_names_the_run_and_the_meter():
    assert routing_key("pvsim.abc", "house") == "meter.abc.house"
    assert routing_key("readings", "*") == "meter.readings.*"
