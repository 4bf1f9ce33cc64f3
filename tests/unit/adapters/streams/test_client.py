"""The client against servers that follow a script, most of them a bad one."""

import asyncio
import socket
import ssl
import struct
from pathlib import Path

import pytest

from pvsim.adapters.shared import broker_socket
from pvsim.adapters.streams import Retention, StreamTransport, answers, client, open_service_log
from pvsim.adapters.streams.client import StreamClient
from pvsim.adapters.streams.sample_stream import open_sample_stream
from pvsim.core.messages import heartbeats
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.stream import frames
from pvsim.core.stream.frames import Command, ResponseCode
from pvsim.errors import BrokerError, BrokerLostError, BrokerRefusedError

CERTIFICATE = Path(__file__).with_name("self_signed.pem")


def closed_port() -> BrokerAddress:
    """An address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return BrokerAddress("127.0.0.1", 1, server.getsockname()[1], "u", "secret")


async def wait_closed(made: StreamClient) -> None:
    await made._ended.wait()


# --- connecting ---


async def test_nobody_there():
    address = closed_port()
    with pytest.raises(BrokerError, match="cannot connect to the broker's stream port: ") as caught:
        await StreamClient.connect(address)
    assert "PVSIM_BROKER_URL" in caught.value.fix
    assert caught.value.where == f"127.0.0.1:{address.stream_port}"
    assert caught.value.__cause__ is not None
    assert not await answers(address)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a..b"])
async def test_no_such_host(host):
    address = BrokerAddress(host, 1, 1, "u", "secret")
    with pytest.raises(BrokerError, match="cannot connect"):
        await StreamClient.connect(address)
    assert not await answers(address)


async def test_another_protocol_answers(serve):
    async def http(peer):
        await peer.frame()
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await peer.ended()

    async with serve(http) as address:
        with pytest.raises(BrokerError, match="does not speak the stream protocol"):
            await StreamClient.connect(address)


async def test_a_server_that_says_nothing(serve, monkeypatch):
    monkeypatch.setattr(client, "CONNECT_S", 0.02)

    async with serve(lambda peer: peer.ended()) as address:
        with pytest.raises(BrokerError, match="no answer in the stream protocol within 0 s"):
            await StreamClient.connect(address)


async def test_a_server_that_hangs_up_within_a_frame(serve):
    async def cut(peer):
        await peer.take(Command.PEER_PROPERTIES)
        peer.send(frames.heartbeat()[:5])

    async with serve(cut) as address:
        with pytest.raises(BrokerLostError, match="the broker closed the connection"):
            await StreamClient.connect(address)


async def test_a_wrong_password(serve):
    async def refuse(peer):
        await peer.sign_in(until=Command.SASL_AUTHENTICATE)
        await peer.answer(Command.SASL_AUTHENTICATE, ResponseCode.AUTHENTICATION_FAILURE)
        await peer.ended()

    async with serve(refuse) as address:
        with pytest.raises(BrokerError, match="wrong user or password"):
            await StreamClient.connect(address)


async def test_a_cancelled_connect_leaves_no_connection(serve):
    asked = asyncio.Event()

    async def slow(peer):
        await peer.frame()
        asked.set()
        await peer.ended()

    async with serve(slow) as address:
        connecting = asyncio.ensure_future(StreamClient.connect(address))
        await asked.wait()
        connecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connecting


async def test_answers_says_whether_the_port_takes_connections(serve):
    async with serve(lambda peer: peer.ended()) as address:
        assert await answers(address)


# --- TLS ---


def _server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


async def test_tls_with_a_certificate_that_is_trusted(serve, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))

    async def broker(peer):
        await peer.sign_in()
        await peer.answer(Command.CREATE)
        await peer.metadata()
        await peer.answer(Command.CLOSE)

    async with serve(broker, ssl=_server_context()) as address, StreamTransport(address).log("s") as log:
        await log.create()


async def test_tls_with_a_certificate_that_is_not(serve):
    async with serve(lambda peer: peer.ended(), ssl=_server_context(), nobody_comes=True) as address:
        with pytest.raises(BrokerRefusedError, match="signed by an authority that is not known here"):
            await StreamClient.connect(address)


# --- once it stands ---


async def test_a_request_that_is_refused_says_why(serve):
    async def broker(peer):
        await peer.sign_in()
        await peer.answer(Command.DELETE, ResponseCode.INTERNAL_ERROR)
        await peer.answer(Command.CREATE, 99)
        await peer.answer(Command.CREATE, ResponseCode.STREAM_ALREADY_EXISTS)
        await peer.metadata()
        await peer.answer(Command.DELETE, ResponseCode.STREAM_DOES_NOT_EXIST)
        await peer.answer(Command.CLOSE)

    async with serve(broker) as address, StreamTransport(address).log("s") as log:
        with pytest.raises(BrokerError, match="refuses to delete the run's stream: internal error"):
            await log.delete()
        with pytest.raises(BrokerError, match="refuses to create the run's stream: code 99"):
            await log.create()
        await log.create()
        await log.delete()


@pytest.mark.parametrize(
    ("open_log", "name"),
    [
        (lambda address: open_service_log(address, "pvsim.home"), "the service's log"),
        (lambda address: open_sample_stream(address, "home", Retention()), "the stream of samples"),
    ],
)
async def test_a_refusal_calls_the_stream_of_a_service_by_its_name(serve, open_log, name):
    async def broker(peer):
        await peer.sign_in()
        await peer.answer(Command.CREATE, 99)
        await peer.answer(Command.CLOSE)

    async with serve(broker) as address:
        with pytest.raises(BrokerError, match=f"refuses to create {name}: code 99"):
            async with open_log(address) as log:
                await log.create(Retention())


@pytest.mark.parametrize("reset", [False, True])
async def test_a_connection_lost_while_a_request_waits(serve, reset):
    async def broker(peer):
        await peer.sign_in()
        await peer.take(Command.CREATE)
        if reset:
            linger = struct.pack("ii", 1, 0)  # closing sends a reset
            peer.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        else:
            peer.send(b"\0\0")

    async with serve(broker, reset=reset) as address:
        made = await StreamClient.connect(address)
        heard = []
        made.listeners.append(heard.append)
        with pytest.raises(BrokerError, match="lost: .*reset" if reset else "the broker closed the connection"):
            await made.request(Command.CREATE, b"")
        with pytest.raises(BrokerError):
            await made.send(frames.heartbeat())
        made.tell(Command.CREATE, b"")  # nobody hears it
        assert [type(item) for item in heard] == [BrokerLostError]
        await made.close()


async def test_an_answer_that_nobody_waits_for_any_more_is_let_go(serve):
    cancelled = asyncio.Event()

    async def broker(peer):
        await peer.sign_in()
        request = await peer.take(Command.CREATE)
        await cancelled.wait()
        peer.send(frames.frame(0x800D, request[:4] + b"\0\1"))
        await peer.answer(Command.DELETE)
        await peer.answer(Command.CLOSE)

    async with serve(broker) as address:
        made = await StreamClient.connect(address)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(made.request(Command.CREATE, b""), 0.01)
        cancelled.set()
        await made.request(Command.DELETE, b"")
        await made.close()


async def test_the_servers_close_is_answered_before_the_socket_closes(serve):
    async def broker(peer):
        await peer.sign_in()
        peer.send(frames.request(Command.CLOSE, 7, struct.pack(">H", 1) + frames.string("maintenance")))
        assert await peer.take(Command.CLOSE | frames.RESPONSE_BIT) == struct.pack(">IH", 7, 1)
        await peer.ended()

    async with serve(broker) as address:
        made = await StreamClient.connect(address)
        await wait_closed(made)
        with pytest.raises(BrokerError, match="closed the connection: maintenance"):
            await made.request(Command.CREATE, b"")


async def test_a_server_that_does_not_answer_goodbye_is_left(serve, monkeypatch):
    monkeypatch.setattr(client, "CLOSE_S", 0.02)

    async def broker(peer):
        await peer.sign_in()
        await peer.take(Command.CLOSE)
        await peer.ended()

    async with serve(broker) as address:
        made = await StreamClient.connect(address)
        assert made.is_ready
        await made.close()


async def test_a_silent_server_is_given_up_and_the_clock_stops(serve, monkeypatch):
    monkeypatch.setattr(broker_socket, "TICK_S", 0.005)

    async def broker(peer):
        await peer.sign_in()
        await peer.ended()

    async with serve(broker) as address:
        made = await StreamClient.connect(address)
        monkeypatch.setattr(heartbeats, "MISSED_HEARTBEATS", 0.005)  # of 10 s
        with pytest.raises(BrokerError, match="silent"):
            await made.request(Command.CREATE, b"")
        assert made._ticker.cancelled()


async def test_sending_waits_while_the_socket_is_full(serve):
    async def broker(peer):
        await peer.sign_in()
        await peer.take(Command.CREDIT)
        await peer.answer(Command.CLOSE)

    async with serve(broker) as address:
        made = await StreamClient.connect(address)
        made.pause_writing()
        sending = asyncio.ensure_future(made.send(frames.credit(1, 1)))
        await asyncio.sleep(0)
        assert not sending.done()
        made.resume_writing()
        await sending
        await made.close()
