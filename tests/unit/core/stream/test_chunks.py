"""Publish frames and chunks, compared with what the rstream library makes of them."""

import struct
from zlib import crc32

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rstream import schema
from rstream._pyamqp.message import Header, Properties
from rstream.amqp import AMQPMessage
from rstream.encoding import decode_frame, encode_publish

from pvsim.core.stream.chunks import ENTRY_OVERHEAD, publish_frame, split_chunk
from pvsim.core.stream.frames import FrameError

LENGTHS = [1, 2, 90, 254, 255, 256, 300, 70_000]


def octets(bodies):
    return np.frombuffer(b"".join(bodies), dtype=np.uint8).reshape(len(bodies), -1)


def chunk(entries, *, records=None, first_offset=7, kind=0, crc=None, length=None, tail=b""):
    """A chunk as the broker sends it."""
    data = b"".join(struct.pack(">I", len(entry)) + entry for entry in entries) + tail
    n = len(entries)
    head = struct.pack(
        ">BBHIqQQIIII",
        0x50,
        kind,
        n,
        n if records is None else records,
        1_700_000_000_000,
        1,
        first_offset,
        crc32(data) if crc is None else crc,
        len(data) if length is None else length,
        3,
        0,
    )
    return memoryview(head + data + b"end"[: 3 if kind == 0 else 0])


def section(code, constructor, content):
    """A section of an AMQP 1.0 message."""
    width = {0x45: 0, 0xA0: 1, 0xC0: 1, 0xC1: 1, 0xB0: 4, 0xD0: 4, 0xD1: 4}[constructor]
    return b"\x00\x53" + bytes([code, constructor]) + len(content).to_bytes(width, "big")[:width] + content


def data(body):
    return section(0x75, 0xA0 if len(body) < 256 else 0xB0, body)


def bodies_of(batch):
    return [batch.body(i) for i in range(len(batch))]


# --- publishing ---


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


# --- delivery ---


@given(bodies=st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=20))
@example(bodies=[b"same", b"long"])
@example(bodies=[b"a", b"bc"])
def test_what_is_published_is_read_by_rstream_and_by_us(bodies):
    entries = [data(body) for body in bodies]
    batch = split_chunk(chunk(entries))
    assert bodies_of(batch) == bodies
    assert batch.first_offset == 7
    whole = bytes(chunk(entries))
    deliver = decode_frame(b"\0\x08\0\1\1" + whole[:-3])
    assert deliver.get_messages() == entries
    assert [bytes(AMQPMessage(body=body)) for body in bodies] == entries


@given(body=st.binary(min_size=1, max_size=255), n=st.integers(1, 30))
def test_bodies_of_one_short_length_come_as_an_array(body, n):
    batch = split_chunk(chunk([data(body)] * n))
    assert isinstance(batch.bodies, np.ndarray)
    assert bodies_of(batch) == [body] * n


@pytest.mark.parametrize(
    "bodies", [[b""], [b"", b""], [b"a" * 256] * 2, [b"a", b"bcd"], [b"ab", b"cdefg", b"hij"]]
)
def test_others_come_as_a_list(bodies):
    """Among them such whose lengths only on average are those of one table."""
    batch = split_chunk(chunk([data(body) for body in bodies]))
    assert batch.bodies == bodies


def test_one_entry_that_differs_in_its_head_is_seen():
    plain, other = data(b"abcd"), section(0x77, 0xA0, b"abcd")
    assert bodies_of(split_chunk(chunk([plain, other, plain]))) == [b"abcd", other, b"abcd"]


BROKER_4_HEADS = (
    section(0x70, 0xC0, b"\x01\x41"),
    section(0x72, 0xC1, b"\x02\xa3\x0ax-exchange\xa1\x05pvsim"),
    section(0x73, 0x45, b""),
    section(0x74, 0xD1, b"\0\0\0\2\xa1\1a\xa1\1b"),
)


@pytest.mark.parametrize("body", [b'{"v":1}', b"x" * 1_000])
@pytest.mark.parametrize("n", range(len(BROKER_4_HEADS) + 1))
def test_sections_before_the_data_are_skipped(body, n):
    message = b"".join(BROKER_4_HEADS[:n]) + data(body)
    assert bodies_of(split_chunk(chunk([message, message]))) == [body, body]


def test_sections_as_rstream_writes_them_are_skipped():
    message = AMQPMessage(
        header=Header(durable=True),
        message_annotations={b"x-routing-key": "meter.r1.m1"},
        properties=Properties(content_type=b"application/json", message_id="1"),
        application_properties={"site": "a" * 300},
        body=b"hello",
    )
    assert bodies_of(split_chunk(chunk([bytes(message)]))) == [b"hello"]


def test_several_data_sections_are_one_body_and_a_footer_is_none_of_it():
    message = data(b"one,") + data(b"two" * 100) + section(0x78, 0xD0, b"\0\0\0\0")
    assert bodies_of(split_chunk(chunk([message]))) == [b"one," + b"two" * 100]


@pytest.mark.parametrize(
    "message",
    [
        b"plain text",
        b"\x00",
        b"\x00\x53\x75",
        b"\x00\x53\x75\x99ab",
        section(0x73, 0x45, b""),
        data(b"abc")[:-1],
        data(b"abc") + b"rest",
        b"",
    ],
)
def test_what_is_no_amqp_message_is_given_back_whole(message):
    assert bodies_of(split_chunk(chunk([message, b"another"]))) == [message, b"another"]


def test_chunks_without_user_messages_are_none():
    assert split_chunk(chunk([b"tracking"], kind=1)) is None


def test_an_empty_chunk_has_no_messages():
    assert len(split_chunk(chunk([]))) == 0


# --- damage ---


@given(bodies=st.lists(st.binary(max_size=20), min_size=1, max_size=5), bit=st.integers(0))
def test_a_flipped_bit_of_the_data_is_noticed(bodies, bit):
    damaged = bytearray(chunk([data(body) for body in bodies]))
    bit = 8 * 48 + bit % (8 * (len(damaged) - 48 - 3))
    damaged[bit // 8] ^= 1 << bit % 8
    with pytest.raises(FrameError, match="the chunk at offset 7 is damaged"):
        split_chunk(memoryview(damaged))


@given(garbage=st.binary(max_size=200))
def test_garbage_is_an_error_or_something_but_never_another_exception(garbage):
    for given_bytes in (garbage, bytes(chunk([garbage]))[:48] + garbage, bytes(chunk([], tail=garbage))):
        try:
            split_chunk(memoryview(given_bytes))
        except FrameError as error:
            assert str(error)  # noqa: PT017 - any outcome but another exception is right


@pytest.mark.parametrize("cut", [0, 1, 47])
def test_a_chunk_cut_short_is_an_error(cut):
    with pytest.raises(FrameError, match="cut short"):
        split_chunk(chunk([b"a"])[:cut])


def test_data_cut_short_is_an_error():
    with pytest.raises(FrameError, match="damaged"):
        split_chunk(chunk([b"a"], length=1_000))


@pytest.mark.parametrize(
    ("entries", "tail", "n"),
    [([b"abc"], b"more", 1), ([b"abc"], b"\0\0\0\x09ab", 2), ([b"abc"], b"\0", 2), ([b"abc"], b"", 2)],
)
def test_entries_that_do_not_fit_are_an_error(entries, tail, n):
    whole = bytearray(chunk(entries, tail=tail))
    whole[2:4] = n.to_bytes(2, "big")
    with pytest.raises(FrameError, match="do not fit"):
        split_chunk(memoryview(whole))


@pytest.mark.parametrize("records", [1, 3])
def test_compressed_batches_are_refused(records):
    """`1 0 type:3 reserved:4 | records u16 | uncompressed u32 | length u32 | data`."""
    inner = struct.pack(">I", 3) + b"abc"
    batch = b"\x80" + struct.pack(">HII", records, len(inner), len(inner)) + inner
    whole = bytearray(chunk([], records=records, tail=batch))
    whole[2:4] = (1).to_bytes(2, "big")
    with pytest.raises(FrameError, match="compressed batches"):
        split_chunk(memoryview(whole))
