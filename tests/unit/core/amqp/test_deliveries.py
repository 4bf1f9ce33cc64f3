"""Deliveries as columns: what comes out is what pamqp made, whatever stands between and however it is cut."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.core.amqp import wire

from pvsim.core.amqp.connection import AmqpConnection, Closed, OnChannel
from pvsim.core.amqp.content import MAX_KEPT_BYTES, Message
from pvsim.core.amqp.deliveries import Deliveries, DeliveryLayout, Otherwise, delivery_layout, take_deliveries
from pvsim.core.messages.account import Account

BASE = wire.BASE
ACCOUNT = {"account": Account("u", "p"), "vhost": "/", "purpose": "t", "where": "h"}
DAY = [({"message_id": f"{i:016}", "content_type": "application/json"}, b"%06d" % i) for i in range(100)]


def connection():
    made = AmqpConnection(**ACCOUNT)
    made.receive(b"".join(wire.HANDSHAKE), 0.0)
    return made


def received(data, cuts=()):
    """The events of bytes that come in pieces."""
    made, events = connection(), []
    for start, stop in pairwise([0, *sorted(cuts), len(data)]):
        events += made.receive(data[start:stop], 0.0) if start < stop else []
    return events


def singly(events):
    """All messages of events, one by one: channel, delivery tag of the last of its piece, offset, body."""
    found = []
    for event in events:
        match event:
            case Deliveries(channel, first_offset, bodies, tag):
                tags = range(tag - len(bodies) + 1, tag + 1)
                found += [
                    (channel, its_tag, first_offset + i, body.tobytes())
                    for i, (its_tag, body) in enumerate(zip(tags, bodies, strict=True))
                ]
            case OnChannel(channel, Message(method, offset, body)):
                found.append((channel, method.delivery_tag, offset, body))
            case _:
                raise AssertionError(event)
    return found


@st.composite
def streams(draw):
    """Frames of deliveries on two channels, and what they mean."""
    frames, expected, tags = [], [], {1: 0, 2: 0}
    offset = BASE
    for _ in range(draw(st.integers(1, 12))):
        channel = draw(st.sampled_from([1, 1, 1, 2]))
        width = draw(st.sampled_from([0, 1, 5, 5, 9]))
        with_offset = draw(st.sampled_from([True, True, True, False]))
        kwargs = {
            "channel": channel,
            "key": draw(st.sampled_from(["k", "k", "longer"])),
            "pieces": draw(st.sampled_from([1, 1, 1, 2])),
            "headers": draw(st.sampled_from([{}, {}, {"z": "text"}])),
        }
        with_id = draw(st.booleans())
        for i in range(draw(st.sampled_from([1, 2, 20]))):
            tags[channel] += 1
            offset += draw(st.sampled_from([1, 1, 1, 1, 3])) if i == 0 else 1
            body = draw(st.binary(min_size=width, max_size=width))
            properties = {"message_id": f"{offset:016}"} if with_id else {}
            made = wire.delivery(tags[channel], offset if with_offset else None, body, **kwargs, **properties)
            if draw(st.integers(0, 9)) == 0:
                made.insert(draw(st.integers(0, len(made))), wire.HEARTBEAT)
            frames += made
            expected.append((channel, tags[channel], offset if with_offset else None, body))
    return frames, expected


@given(streams(), st.lists(st.integers(0, 50_000), max_size=8))
def test_every_message_comes_once_in_order(stream, cuts):
    frames, expected = stream
    data = b"".join(frames)
    found = singly(received(data, [min(cut, len(data)) for cut in cuts]))
    assert found == expected
    assert singly(received(b"".join(frames), range(0, len(data), 61))) == expected


@given(st.lists(st.integers(0, 40_000), max_size=8))
@example([])
def test_deliveries_that_are_alike_are_one_piece(cuts):
    frames = [
        b"".join(wire.delivery(7 + i, BASE + i, body, **properties)) for i, (properties, body) in enumerate(DAY)
    ]
    data = b"".join(frames)
    cuts = [min(cut, len(data)) for cut in cuts]
    events = received(data, cuts)
    assert all(isinstance(event, Deliveries) for event in events)
    assert len(events) <= 1 + len(cuts)
    assert singly(events) == [(1, 7 + i, BASE + i, body) for i, (_, body) in enumerate(DAY)]


def test_a_jump_of_the_offset_begins_another_piece():
    offsets = [BASE, BASE + 1, BASE + 5, BASE + 6, BASE + 7]
    data = b"".join(one for tag, offset in enumerate(offsets, 1) for one in wire.delivery(tag, offset, b"x"))
    found = [(event.first_offset, len(event.bodies), event.delivery_tag) for event in received(data)]
    assert found == [(BASE, 2, 2), (BASE + 5, 3, 5)]


def test_messages_of_two_widths_in_turn_come_one_by_one():
    bodies = [b"a" * (5 + i % 2) for i in range(100)]
    data = b"".join(one for tag, body in enumerate(bodies, 1) for one in wire.delivery(tag, BASE + tag, body))
    events = received(data)
    assert [len(event.bodies) for event in events] == [1] * 100
    assert [body for *_, body in singly(events)] == bodies


@pytest.mark.parametrize("size", [0, MAX_KEPT_BYTES, MAX_KEPT_BYTES + 1, 100_000])
def test_bodies_without_and_with_too_many_bytes_come_by_themselves(size):
    data = b"".join(
        [
            *wire.delivery(1, BASE, b"x" * size),
            *wire.delivery(2, BASE + 1, b"last"),
            *wire.delivery(3, BASE + 2, b""),
        ]
    )
    assert singly(received(data)) == [
        (1, 1, BASE, b"x" * min(size, MAX_KEPT_BYTES)),
        (1, 2, BASE + 1, b"last"),
        (1, 3, BASE + 2, b""),
    ]


def test_a_layout_says_where_things_are():
    data = b"before" + b"".join(wire.delivery(5, BASE, b"body", message_id="id"))
    layout = delivery_layout(data, 6)
    assert isinstance(layout, DeliveryLayout)
    row = data[6:]
    assert (layout.channel, layout.width) == (1, len(row))
    assert row[layout.tag_at : layout.tag_at + 8] == (5).to_bytes(8, "big")
    assert row[layout.offset_at : layout.offset_at + 8] == BASE.to_bytes(8, "big")
    assert row[layout.body] == b"body"
    free = bytearray(row)
    for columns, octets in zip(layout.fixed, layout.octets, strict=True):
        assert free[columns] == octets.tobytes()
        free[columns] = b"." * len(octets)
    assert bytes(free).replace(b".", b"") == (5).to_bytes(8, "big") + BASE.to_bytes(8, "big") + b"id" + b"body"


def test_any_other_byte_that_differs_ends_the_piece():
    first, second = (b"".join(wire.delivery(tag, BASE + tag, b"body", message_id="id")) for tag in (1, 2))
    layout = delivery_layout(first, 0)
    assert isinstance(layout, DeliveryLayout)
    changing = set(range(len(first))) - {i for columns in layout.fixed for i in range(len(first))[columns]}
    for i in range(len(first)):
        changed = bytearray(second)
        changed[i] ^= 0x40
        pieces, after = take_deliveries(first + changed, 0, layout)
        taken = sum(len(piece.bodies) for piece in pieces)
        assert (taken, after) == ((2, 2 * len(first)) if i in changing else (1, len(first)))


@pytest.mark.parametrize("cut", range(1, 150))
def test_a_delivery_that_is_unfinished_is_awaited(cut):
    data = b"".join(wire.delivery(1, BASE, b"body"))
    cut = min(cut, len(data) - 1)
    assert delivery_layout(data[:cut] if cut >= 7 else data[:7], 0) is Otherwise.UNFINISHED
    made = connection()
    assert made.receive(data[:cut], 0.0) == []
    assert singly(made.receive(data[cut:], 0.0)) == [(1, 1, BASE, b"body")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m, _h, b: [m, b], "do not fit each other"),
        (lambda m, h, b: [m, h[:-1] + b"\0", b], "no frame"),
        (lambda m, h, _b: [m, h, m], "do not fit each other"),
        (lambda m, h, b: [m, h, b[:-1] + b"\0"], "no frame"),
        (lambda _m, h, b: [h, b], "without the method that announces it"),
        (lambda m, h, b: [m[:7] + m[7:11] + b"\xff" + m[12:], h, b], "cut short"),
        (lambda m, h, b: [m, h.replace(b"x-stream-offsetl", b"x-stream-offset?"), b], "unknown kind"),
    ],
)
def test_damaged_deliveries_are_an_error(change, words):
    data = b"".join(change(*wire.delivery(1, BASE, b"body")))
    *_, last = received(data)
    assert isinstance(last, Closed)
    assert words in last.error.what


def test_bodies_are_an_array_of_bytes():
    (event,) = received(b"".join(wire.delivery(1, BASE, b"ab") + wire.delivery(2, BASE + 1, b"cd")))
    assert event.bodies.dtype == np.uint8
    assert event.bodies.tolist() == [[97, 98], [99, 100]]
