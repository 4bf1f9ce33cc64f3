"""Publish frames, compared with those of the rstream library."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rstream import schema
from rstream.compression import CompressionHelper, CompressionType
from rstream.encoding import encode_frame, encode_publish
from tests.unit.core.stream.entries import batch, chunk, data, octets

from pvsim.core.stream.chunks import split_chunk
from pvsim.core.stream.publish import ENTRY_OVERHEAD, batch_frame, fitting, publish_frame, uneven_frame

LENGTHS = [1, 2, 90, 254, 255, 256, 300, 70_000]


@st.composite
def _tables(draw):
    width = draw(st.integers(1, 300))
    return draw(st.lists(st.binary(min_size=width, max_size=width), min_size=1, max_size=20))


@given(bodies=_tables(), publisher_id=st.integers(0, 255), first_id=st.integers(0, 2**63))
@example(bodies=[b"x" * 256], publisher_id=1, first_id=1)
def test_publish_frames_are_those_of_rstream(bodies, publisher_id, first_id):
    messages = [schema.Message(first_id + i, None, data(body)) for i, body in enumerate(bodies)]
    expected = encode_publish(schema.Publish(publisher_id, messages))
    assert publish_frame(publisher_id, first_id, octets(bodies)) == expected


@pytest.mark.parametrize("width", LENGTHS)
def test_a_publish_frame_by_hand(width):
    body = bytes(i % 251 for i in range(width))
    head = b"\x00\x53\x75" + (bytes([0xA0, width]) if width < 256 else b"\xb0" + width.to_bytes(4, "big"))
    entry = b"\0\0\0\0\0\0\0\5" + (len(head) + width).to_bytes(4, "big") + head + body
    frame = b"\0\2\0\1\3\0\0\0\1" + entry
    assert publish_frame(3, 5, octets([body])) == len(frame).to_bytes(4, "big") + frame
    assert len(entry) - width <= ENTRY_OVERHEAD


def test_bodies_that_are_no_whole_array_are_published_all_the_same():
    table = np.arange(60, dtype=np.uint8).reshape(6, 10)[::2, 3:7]
    assert publish_frame(1, 1, table) == publish_frame(1, 1, table.copy())


UNEVEN = st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=20)


@given(bodies=UNEVEN, publisher_id=st.integers(0, 255), first_id=st.integers(0, 2**63))
def test_frames_of_uneven_messages_are_those_of_rstream(bodies, publisher_id, first_id):
    ids = [first_id + i * i for i in range(len(bodies))]
    messages = [schema.Message(id_, None, data(body)) for id_, body in zip(ids, bodies, strict=True)]
    assert uneven_frame(publisher_id, ids, bodies) == encode_publish(schema.Publish(publisher_id, messages))


@given(bodies=UNEVEN, frame_max=st.integers(0, 2_000))
def test_as_many_messages_as_fit_are_in_a_frame(bodies, frame_max):
    count = fitting(bodies, frame_max)
    assert 1 <= count <= len(bodies)
    if frame_max and count > 1:
        assert len(uneven_frame(1, range(count), bodies[:count])) <= frame_max
    if count < len(bodies):
        assert sum(map(len, bodies[: count + 1])) + (count + 1) * ENTRY_OVERHEAD + 13 > frame_max


# --- in batches ---


@given(bodies=_tables(), publisher_id=st.integers(0, 255), first_id=st.integers(0, 2**63))
@example(bodies=[b"x" * 256], publisher_id=1, first_id=1)
def test_a_frame_of_one_batch_is_that_of_rstream(bodies, publisher_id, first_id):
    codec = CompressionHelper.compress([data(body) for body in bodies], CompressionType.No)
    sizes = (codec.uncompressed_size(), codec.compressed_size())
    expected = schema.PublishSubBatching(publisher_id, 1, first_id, 0x80, len(bodies), *sizes, codec.data())
    assert batch_frame(publisher_id, first_id, octets(bodies), len(bodies)) == encode_frame(expected)


@given(bodies=_tables(), each=st.integers(1, 25), first_id=st.integers(0, 2**40))
@example(bodies=[b"a"] * 7, each=3, first_id=5)
@example(bodies=[b"a"] * 6, each=3, first_id=5)
@example(bodies=[b"a"] * 2, each=3, first_id=5)
def test_batches_have_consecutive_ids_and_the_last_one_what_is_left(bodies, each, first_id):
    parts = [bodies[i : i + each] for i in range(0, len(bodies), each)]
    entries = [batch([data(body) for body in part]) for part in parts]
    numbered = [(first_id + i).to_bytes(8, "big") + entry for i, entry in enumerate(entries)]
    frame = b"\0\2\0\1\3" + len(parts).to_bytes(4, "big") + b"".join(numbered)
    assert batch_frame(3, first_id, octets(bodies), each) == len(frame).to_bytes(4, "big") + frame
    found = list(split_chunk(chunk(entries)))
    assert [each.body(i) for each in found for i in range(len(each))] == bodies


@pytest.mark.parametrize("each", [2, 100])
def test_a_frame_of_batches_is_no_longer_than_one_of_single_messages_may_be(each):
    """The publisher cuts frames by `ENTRY_OVERHEAD` and leaves a message out for the head of a batch."""
    bodies = octets([b"x" * 117] * 200)
    assert len(batch_frame(1, 1, bodies, each)) <= 32 + 200 * (117 + ENTRY_OVERHEAD)
