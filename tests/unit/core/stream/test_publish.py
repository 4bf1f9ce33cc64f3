"""Publish frames, compared with those of the rstream library."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rstream import schema
from rstream.encoding import encode_publish
from tests.unit.core.stream.entries import data, octets

from pvsim.core.stream.publish import ENTRY_OVERHEAD, publish_frame

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
