"""The frames of a block are those that pamqp makes of each message; confirms are counted in any order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp import frame
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from pvsim.core.amqp.methods import Confirm
from pvsim.core.amqp.publishing import (
    NEAR_S,
    Confirms,
    json_properties,
    message_frames,
    most_under_way,
    publish_frames,
)


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
                found[-1] += [{name: value for name, value in one.properties if value}]
                found[-1] += [one.body_size, b""]
            case ContentBody():
                found[-1][-1] += one.value
    return found


@given(
    bodies=st.integers(0, 40).flatmap(
        lambda width: st.lists(st.binary(min_size=width, max_size=width), min_size=1, max_size=5)
    ),
    channel=st.integers(1, 65_535),
    exchange=st.sampled_from(["pvsim", ""]),
    frame_max=st.sampled_from([0, 9, 20, 48, 131_072]),
)
def test_each_message_comes_out_whole(bodies, channel, exchange, frame_max):
    table = np.frombuffer(b"".join(bodies), dtype=np.uint8).reshape(len(bodies), len(bodies[0]))
    data = publish_frames(
        channel=channel,
        exchange=exchange,
        routing_key="meter.r.m",
        bodies=table,
        frame_max=frame_max,
    )
    properties = {"delivery_mode": 2} if exchange else {}
    assert messages(data) == [
        [channel, exchange, "meter.r.m", True, properties, len(body), body] for body in bodies
    ]


def test_two_messages_by_hand():
    bodies = np.frombuffer(b"abcd", dtype=np.uint8).reshape(2, 2)
    data = publish_frames(channel=3, exchange="x", routing_key="k", bodies=bodies, frame_max=0)
    assert messages(data) == [
        [3, "x", "k", True, {"delivery_mode": 2}, 2, b"ab"],
        [3, "x", "k", True, {"delivery_mode": 2}, 2, b"cd"],
    ]


def test_a_body_longer_than_a_frame_is_split():
    bodies = np.zeros((1, 25), dtype=np.uint8)
    data = publish_frames(channel=1, exchange="x", routing_key="k", bodies=bodies, frame_max=18)
    assert [len(one.value) for _, one in unmarshalled(data) if isinstance(one, ContentBody)] == [10, 10, 5]


@given(st.integers(0, 99), st.text(max_size=9), st.floats(0, 1))
def test_few_messages_are_under_way_to_a_rabbitmq_4_that_is_near(major, rest, round_trip_s):
    few = major >= 4 and round_trip_s < NEAR_S
    assert most_under_way(f"RabbitMQ {major}.{rest}", round_trip_s) == (255 if few else 4_000)


@pytest.mark.parametrize(
    ("server", "round_trip_s", "messages"),
    [
        ("RabbitMQ 3.10.8", 0.0005, 4_000),
        ("RabbitMQ 4.0.5", 0.0005, 255),
        ("RabbitMQ 4.0.5", 0.02, 4_000),
        ("RabbitMQ 10.1.0", 0.0005, 255),
        ("RabbitMQ", 0.0005, 4_000),
        ("an AMQP broker 4.0.5", 0.0005, 4_000),
    ],
)
def test_how_many_messages_are_under_way(server, round_trip_s, messages):
    assert most_under_way(server, round_trip_s) == messages


# --- confirms ---


@st.composite
def _confirms(draw):
    """How many messages there are, and the broker's words: each is of a tag that is open, or of all up to it."""
    n = draw(st.integers(1, 30))
    open_tags, words = set(range(1, n + 1)), []
    while open_tags:
        tag, multiple = draw(st.sampled_from(sorted(open_tags))), draw(st.booleans())
        words.append(Confirm(tag, multiple, taken=True))
        open_tags -= set(range(1, tag + 1)) if multiple else {tag}
    return n, words


@given(_confirms(), st.integers(1, 30))
def test_every_message_is_counted_once_whatever_the_order(case, block):
    n, words = case
    confirms, known = Confirms(), set()
    for first in range(1, n + 1, block):
        confirms.expect(100 + first, min(block, n + 1 - first))
    for word in words:
        confirms.take(word)
        known |= set(range(1, word.delivery_tag + 1)) if word.multiple else {word.delivery_tag}
        assert (confirms.confirmed, confirms.unconfirmed) == (len(known), n - len(known))
    assert confirms.unconfirmed == 0
    assert confirms.refused is None


def test_confirms_by_hand():
    confirms = Confirms()
    confirms.expect(501, 4)
    confirms.take(Confirm(3, multiple=False, taken=True))
    assert (confirms.confirmed, confirms.unconfirmed) == (1, 3)
    confirms.take(Confirm(1, multiple=False, taken=True))
    confirms.take(Confirm(1, multiple=False, taken=True))  # again: nothing new
    confirms.take(Confirm(9, multiple=True, taken=True))  # more than there are
    assert (confirms.confirmed, confirms.unconfirmed) == (4, 0)


@given(st.integers(0, 20), st.booleans(), st.integers(1, 7))
def test_a_refused_message_is_named_by_its_publishing_id(before, multiple, block):
    confirms = Confirms()
    for first in range(0, 30, block):
        confirms.expect(1_000 * (first + 1), block)
    if before:
        confirms.take(Confirm(before, multiple=True, taken=True))
    confirms.take(Confirm(before + 3, multiple=multiple, taken=False))
    tag = before + 1 if multiple else before + 3
    first = (tag - 1) // block * block
    assert confirms.refused == 1_000 * (first + 1) + tag - 1 - first
    assert confirms.confirmed == before
    first_refused = confirms.refused
    confirms.take(Confirm(before + 5, multiple=False, taken=False))
    confirms.take(Confirm(before + 3, multiple=False, taken=False))
    assert confirms.refused == first_refused


def test_nothing_is_refused_that_is_confirmed():
    confirms = Confirms()
    confirms.expect(7, 2)
    confirms.take(Confirm(2, multiple=True, taken=True))
    confirms.take(Confirm(1, multiple=False, taken=False))
    assert confirms.refused is None


@given(
    body=st.binary(max_size=300),
    channel=st.integers(1, 65_535),
    frame_max=st.sampled_from([0, 9, 48, 131_072]),
    headers=st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.text(max_size=20), max_size=3),
)
def test_a_message_for_others_comes_out_whole_with_its_headers(body, channel, frame_max, headers):
    data = message_frames(
        channel=channel,
        exchange="pvsim",
        routing_key="pv.home.m1",
        properties=json_properties(headers),
        body=body,
        frame_max=frame_max,
    )
    properties = {"content_type": "application/json", "delivery_mode": 2} | (
        {"headers": headers} if headers else {}
    )
    assert messages(data) == [[channel, "pvsim", "pv.home.m1", False, properties, len(body), body]]
