"""Chunks as entries: bytes that brokers sent, and what damaged ones become."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rstream._pyamqp.message import Properties
from rstream.amqp import AMQPMessage
from tests.unit.core.stream.entries import batch, chunk, data, plain, section

from pvsim.core.messages.batch import Unreadable
from pvsim.core.messages.entry import Entry
from pvsim.core.stream.chunks import split_chunk
from pvsim.core.stream.entries import MAX_ENTRY_BYTES, read_entries
from pvsim.core.stream.frames import FrameError

WRITTEN_MS = 1_700_000_000_000

BY_AMQP_3_10 = (
    b"\x00Sr\xc1}\n\xa3\rx-routing-key\xa1\x11meter.cap.kitchen\xa3\nx-exchange\xa1\x05pvsim\xa3\x10x-basic-priority"
    b"P\x03\xa3\x15x-basic-delivery-modeP\x02\xa3\x12x-basic-expiration\xa1\x045000\x00Ss\xc02\r\xa1\x01m@@@\xa1\x01r"
    b"\xa1\x017\xa3\x10application/json\xa3\x04gzip@\x83\x00\x00\x01\x8b\xcf\xe5h\x00@@@\x00St\xc13\x08\xa1\x0cx-basic-"
    b"type\xa1\x02ty\xa1\x0ex-basic-app-id\xa1\x03app\xa1\x01aQ\x01\xa1\x01b\xa1\x01c\x00Su\xa0\x01x"
)
"""RabbitMQ 3.10.8, published by AMQP to a topic exchange with every property that the client has."""

PLAIN_3_10 = (
    b"\x00Sr\xc1^\x08\xa3\rx-routing-key\xa1\x0cmeter.cap.m1\xa3\nx-exchange\xa1\x05pvsim\xa3\x10x-basic-priorityP\x00"
    b"\xa3\x15x-basic-delivery-modeP\x01\x00Ss\xc0/\r\xa1 75299b569b0e47af8494968971aaa27e@@@@@@@@@@@@"
    b'\x00Su\xa0\x0e{"power_w": 5}'
)
"""RabbitMQ 3.10.8, the same without them."""

AS_OF_4 = (
    section(0x70, 0xC0, b"\x01\x41")
    + section(0x72, 0xC1, b"\x04\xa3\x0ax-exchange\xa1\x09amq.topic\xa3\x0dx-routing-key\xa1\x0cmeter.cap.m1")
    + section(0x73, 0x45, b"")
    + data(b"412.5")
)
"""With the header section that RabbitMQ 4.0.5 writes before what came by MQTT."""


@pytest.mark.parametrize(
    ("message", "key", "body", "encoding"),
    [
        (BY_AMQP_3_10, "meter.cap.kitchen", b"x", "gzip"),
        (PLAIN_3_10, "meter.cap.m1", b'{"power_w": 5}', ""),
        (AS_OF_4, "meter.cap.m1", b"412.5", ""),
        (data(b'{"v":1}'), "", b'{"v":1}', ""),
        (bytes(AMQPMessage(message_annotations={b"x-routing-key": "a.b"}, body=b"c")), "a.b", b"c", ""),
        (bytes(AMQPMessage(properties=Properties(content_encoding=b"gzip"), body=b"c")), "", b"c", "gzip"),
        (section(0x73, 0xC0, b"\x02\xa1\x01m\x40") + data(b"few properties"), "", b"few properties", ""),
        (section(0x72, 0x45, b"") + data(b"no annotations"), "", b"no annotations", ""),
    ],
)
def test_an_entry_says_what_the_broker_knows(message, key, body, encoding):
    expected = [Entry(7, WRITTEN_MS, key, body, encoding), Entry(8, WRITTEN_MS, "", b"next")]
    assert read_entries(chunk([plain(message), plain(data(b"next"))])) == expected


@pytest.mark.parametrize(
    "heads",
    [
        section(0x72, 0xC1, b"\x02\xa3\x0dx-routing-key"),  # no value
        section(0x72, 0xC1, b"\x01\xa3\x0dx-routing-key"),  # an odd number
        section(0x72, 0xC1, b"\x02\xa3\x0dx-routing-key\xa1\x02\xff\xfe"),  # no UTF-8
        section(0x72, 0xA0, b"text"),
    ],
)
def test_annotations_that_cannot_be_read_leave_the_body(heads):
    assert read_entries(chunk([plain(heads + data(b"5"))])) == [Entry(7, WRITTEN_MS, "", b"5")]


def test_a_section_of_no_known_form_leaves_the_message_whole():
    message = b"\x00\x53\x72\x99ab" + data(b"5")
    assert read_entries(chunk([plain(message)])) == [Entry(7, WRITTEN_MS, "", message)]


def test_messages_of_batches_are_entries_and_unreadable_ones_say_why():
    entries = [
        batch([AS_OF_4, data(b"2")]),
        batch([data(b"a")], compression=1),
        batch([data(b"a")], n=3),
        batch([]),
    ]
    found = read_entries(chunk([*entries, plain(data(b"last"))]))
    assert [each.offset for each in found] == list(range(7, 14))
    assert [each.body for each in found[:2]] == [b"412.5", b"2"]
    assert [found[0].routing_key, found[1].routing_key, found[-1].body] == ["meter.cap.m1", "", b"last"]
    whys = [each.body.why for each in found[2:6] if isinstance(each.body, Unreadable)]
    assert (
        whys == ["one of 1 compressed (gzip)"] + ["one of 3 that do not fit the length of the batch, 10 bytes"] * 3
    )


def test_a_body_that_is_too_long_is_not_kept():
    heads = section(0x72, 0xC1, b"\x02\xa3\x0dx-routing-key\xa1\x03a.b")
    (found,) = read_entries(chunk([plain(heads + data(b"x" * MAX_ENTRY_BYTES))]))
    assert isinstance(found.body, Unreadable)
    assert found.routing_key == "a.b"
    assert len(found.body) == 512
    assert found.body.why == "a message of 65,570 bytes; the limit is 65,536"


@given(
    entries=st.lists(
        st.one_of(
            st.binary(max_size=60).map(lambda body: plain(data(body))),
            st.binary(max_size=60).map(plain),
            st.tuples(st.lists(st.binary(max_size=20), max_size=4), st.integers(0, 3)).map(
                lambda both: batch([data(body) for body in both[0]], compression=both[1])
            ),
        ),
        max_size=8,
    )
)
def test_offsets_and_bodies_are_those_of_the_fast_reader(entries):
    whole = chunk(entries)
    fast = [(part.first_offset + i, part.body(i)) for part in split_chunk(whole) for i in range(len(part))]
    assert [(each.offset, each.body) for each in read_entries(whole)] == fast


@given(
    noise=st.binary(max_size=80), front=st.sampled_from([b"", AS_OF_4[:20], BY_AMQP_3_10[:90], PLAIN_3_10[:-9]])
)
def test_any_message_is_an_entry(noise, front):
    (found,) = read_entries(chunk([plain(front + noise)]))
    assert found.offset == 7


@given(content=st.binary(max_size=60), n=st.integers(0, 5), records=st.integers(0, 5))
def test_any_content_of_a_chunk_is_entries_or_a_frame_error(content, n, records):
    try:
        found = read_entries(chunk([], n=n, records=records, tail=content))
    except FrameError:
        return
    assert len(found) == records


def test_chunks_that_are_no_users_have_no_entries():
    assert read_entries(chunk([plain(b"tracking")], kind=1)) == []
    with pytest.raises(FrameError, match="CRC"):
        read_entries(chunk([plain(b"a")], crc=1))
