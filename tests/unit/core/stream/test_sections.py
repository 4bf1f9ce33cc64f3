"""The body of a message within its AMQP 1.0 sections."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rstream._pyamqp.message import Header, Properties
from rstream.amqp import AMQPMessage
from tests.unit.core.stream.entries import data, section

from pvsim.core.stream.sections import data_section, unwrapped

BROKER_4_HEADS = (
    section(0x70, 0xC0, b"\x01\x41"),
    section(0x72, 0xC1, b"\x02\xa3\x0ax-exchange\xa1\x05pvsim"),
    section(0x73, 0x45, b""),
    section(0x74, 0xD1, b"\0\0\0\2\xa1\1a\xa1\1b"),
)


@given(body=st.binary(min_size=1, max_size=600))
@example(body=b"a" * 255)
@example(body=b"a" * 256)
def test_a_body_alone_is_as_rstream_writes_it(body):
    assert data_section(len(body)) + body == bytes(AMQPMessage(body=body)) == data(body)
    assert unwrapped(memoryview(data(body))) == body


@pytest.mark.parametrize("body", [b'{"v":1}', b"x" * 1_000])
@pytest.mark.parametrize("n", range(len(BROKER_4_HEADS) + 1))
def test_sections_before_the_data_are_skipped(body, n):
    assert unwrapped(memoryview(b"".join(BROKER_4_HEADS[:n]) + data(body))) == body


def test_sections_as_rstream_writes_them_are_skipped():
    message = AMQPMessage(
        header=Header(durable=True),
        message_annotations={b"x-routing-key": "meter.r1.m1"},
        properties=Properties(content_type=b"application/json", message_id="1"),
        application_properties={"site": "a" * 300},
        body=b"hello",
    )
    assert unwrapped(memoryview(bytes(message))) == b"hello"


def test_several_data_sections_are_one_body_and_a_footer_is_none_of_it():
    message = data(b"one,") + data(b"two" * 100) + section(0x78, 0xD0, b"\0\0\0\0")
    assert unwrapped(memoryview(message)) == b"one," + b"two" * 100


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
    assert unwrapped(memoryview(message)) == message
