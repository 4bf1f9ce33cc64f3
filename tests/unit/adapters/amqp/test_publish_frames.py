"""The frames of a block are those that the library makes of each message."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pamqp import frame
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from pvsim.adapters.amqp.publisher import publish_frames


def unmarshalled(data: bytes):
    """All frames, by the library's own reader."""
    frames = []
    while data:
        size, channel, one = frame.unmarshal(data)
        frames.append((channel, one))
        data = data[size:]
    return frames


def messages(data: bytes):
    found = []
    for channel, one in unmarshalled(data):
        match one:
            case Basic.Publish():
                found.append([channel, one.exchange, one.routing_key, one.mandatory])
            case ContentHeader():
                properties = one.properties
                found[-1] += [properties.delivery_mode, properties.message_id, one.body_size, b""]
            case ContentBody():
                found[-1][-1] += one.value
    return found


@given(
    bodies=st.integers(0, 40).flatmap(
        lambda width: st.lists(st.binary(min_size=width, max_size=width), min_size=1, max_size=5)
    ),
    first_id=st.integers(0, 10**16 - 10),
    channel=st.integers(1, 65_535),
    frame_max=st.sampled_from([0, 9, 20, 48, 131_072]),
)
def test_each_message_comes_out_whole(bodies, first_id, channel, frame_max):
    table = np.frombuffer(b"".join(bodies), dtype=np.uint8).reshape(len(bodies), len(bodies[0]))
    data = publish_frames(
        channel=channel,
        exchange="pvsim",
        routing_key="meter.r.m",
        first_id=first_id,
        bodies=table,
        frame_max=frame_max,
    )
    assert messages(data) == [
        [channel, "pvsim", "meter.r.m", True, 2, f"{first_id + i:016}", len(body), body]
        for i, body in enumerate(bodies)
    ]


def test_two_messages_by_hand():
    bodies = np.frombuffer(b"abcd", dtype=np.uint8).reshape(2, 2)
    data = publish_frames(channel=3, exchange="x", routing_key="k", first_id=7, bodies=bodies, frame_max=0)
    assert messages(data) == [
        [3, "x", "k", True, 2, "0000000000000007", 2, b"ab"],
        [3, "x", "k", True, 2, "0000000000000008", 2, b"cd"],
    ]


def test_a_body_longer_than_a_frame_is_split():
    bodies = np.zeros((1, 25), dtype=np.uint8)
    data = publish_frames(channel=1, exchange="x", routing_key="k", first_id=1, bodies=bodies, frame_max=18)
    assert [len(one.value) for _, one in unmarshalled(data) if isinstance(one, ContentBody)] == [10, 10, 5]
