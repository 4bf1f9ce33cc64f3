"""Messages put together frame by frame: properties as pamqp writes them, in whatever combination."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.amqp import wire

from pvsim.core.amqp.content import MAX_KEPT_BYTES, Content, FrameType, Message, read_content_header
from pvsim.core.amqp.fields import FrameError
from pvsim.core.amqp.methods import Deliver

TEXT = st.text(st.characters(codec="ascii"), max_size=20)
PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        "content_type": TEXT, "content_encoding": TEXT, "delivery_mode": st.sampled_from([1, 2]),
        "priority": st.integers(0, 9), "correlation_id": TEXT, "reply_to": TEXT, "expiration": TEXT,
        "message_id": TEXT, "timestamp": st.just(datetime(2024, 6, 21, tzinfo=UTC)), "message_type": TEXT,
        "user_id": TEXT, "app_id": TEXT,
    },
)  # fmt: skip
HEADERS = st.dictionaries(TEXT.filter(bool), TEXT | st.booleans() | st.integers(0, 9), max_size=3)


def payloads(frames):
    return [(one[0], one[7:-1]) for one in frames]


@given(st.none() | st.integers(wire.BASE, 2**62), st.binary(max_size=50), PROPERTIES, HEADERS, st.integers(1, 5))
def test_any_message_is_put_together(offset, body, properties, headers, pieces):
    table = {**headers, **({} if offset is None else {"x-stream-offset": offset})}
    content = Content(Deliver("t", 1))
    *before, last = [content.take(*one) for one in payloads(wire.content(body, table, 1, pieces, properties))]
    assert before == [None] * len(before)
    assert last == Message(Deliver("t", 1), offset, body)


@pytest.mark.parametrize("offset", [0, 5, 127, 128, 40_000, 2**31, 2**33])
def test_an_offset_of_any_width_is_read(offset):
    ((_, header),) = payloads(wire.content(b"", {"x-stream-offset": offset}, 1, 1, {}))
    read = read_content_header(header, 0, len(header))
    assert read.offset == offset
    assert (read.offset_at is not None) == (offset >= 2**32)


@pytest.mark.parametrize("value", ["5", True, 1.5, None])
def test_what_is_no_integer_is_no_offset(value):
    ((_, header),) = payloads(wire.content(b"", {"x-stream-offset": value}, 1, 1, {}))
    assert read_content_header(header, 0, len(header)).offset is None


def test_of_a_long_body_the_beginning_is_kept():
    body = bytes(range(256)) * 200
    content = Content(Deliver("t", 1))
    *_, message = [content.take(*one) for one in payloads(wire.content(body, {}, 1, 7, {}))]
    assert message.body == body[:MAX_KEPT_BYTES]


@pytest.mark.parametrize(
    "frames",
    [
        [(FrameType.BODY, b"x")],
        [(FrameType.METHOD, b"x")],
        [(FrameType.HEADER, bytes.fromhex("003c0000 0000000000000004 0000")), (FrameType.BODY, b"12345")],
        [(FrameType.HEADER, bytes.fromhex("003c0000 0000000000000004 0000")), (FrameType.METHOD, b"")],
        [(FrameType.HEADER, bytes.fromhex("003c0000 0000000000000004 0000"))] * 2,
    ],
)
def test_frames_that_do_not_fit_each_other_are_an_error(frames):
    content = Content(Deliver("t", 1))
    *before, last = frames
    assert [content.take(*one) for one in before] == [None] * len(before)
    with pytest.raises(FrameError, match="do not fit each other"):
        content.take(*last)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("003d0000 0000000000000004 0000", "of no message"),
        ("003c0000 0000000000000004 0001", "properties that AMQP 0-9-1 does not have"),
        ("003c0000 0000000000000004 00", "cut short"),
        ("003c0000 0000000000000004 8000 05 6162", "cut short"),
        ("003c0000 0000000000000004 0080 05 6162", "cut short"),
    ],
)
def test_a_header_that_cannot_be_read_is_an_error(header, words):
    with pytest.raises(FrameError, match=words):
        Content(Deliver("t", 1)).take(FrameType.HEADER, bytes.fromhex(header))
