"""Which way to a broker, and what is said where it offers no stream port."""

import asyncio
import logging
from dataclasses import replace

import pytest

from pvsim.core.messages.address import BrokerAddress
from pvsim.wiring.broker import resolve_transport

HERE = BrokerAddress("127.0.0.1", 1, 2, "u", "secret")


async def test_streams_where_their_port_answers():
    said = []
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        address = replace(HERE, stream_port=server.sockets[0].getsockname()[1])
        assert await resolve_transport("auto", address, say=said.append) == "streams"
    assert said == []


async def test_without_a_stream_port_one_line_says_what_it_would_gain(caplog):
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    closed = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    said = []
    with caplog.at_level(logging.INFO):
        name = await resolve_transport("auto", replace(HERE, stream_port=closed), say=said.append)
    assert name == "amqp"
    (line,) = said
    assert f"stream port {closed} does not answer" in line
    assert "rabbitmq-plugins enable rabbitmq_stream" in line
    assert caplog.messages == said


@pytest.mark.parametrize("name", ["streams", "amqp"])
async def test_what_the_user_says_is_done_without_a_word(name):
    said = []
    assert await resolve_transport(name, HERE, say=said.append) == name
    assert said == []
