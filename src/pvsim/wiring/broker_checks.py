"""What a broker of one's own lets pvsim do, found by doing it once; nothing is left behind."""

import asyncio
import secrets
from shlex import quote

import numpy as np

from pvsim.adapters import amqp, streams
from pvsim.adapters.node import Finding
from pvsim.app.ports import Transport
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import BrokerError
from pvsim.wiring.broker import ENABLE_STREAMS, STREAMS_WOULD_GAIN

__all__ = ["check_broker"]

_WITHIN_S = 15.0
_PROBE = b'{"v":1,"kind":"probe"}'


async def check_broker(address: BrokerAddress) -> list[Finding]:
    """Look at the broker of a URL: who answers, the stream port, and what the account may do.

    No finding shows the password.
    """
    findings = [await _server(address)]
    reached = findings[0].ok
    by_streams = await streams.answers(address)
    findings.append(_stream_port(address, answers=by_streams, reached=reached))
    if by_streams:
        findings.append(await _rights("rights (streams)", streams.StreamTransport(address), address))
    if reached:
        async with amqp.exchange_as_before(address):
            findings.append(await _rights("rights (AMQP)", amqp.AmqpTransport(address), address))
    return findings


async def _server(address: BrokerAddress) -> Finding:
    try:
        server = await amqp.server_of(address)
    except BrokerError as error:
        return Finding("broker", ok=False, what=str(error), fix=error.fix)
    return Finding("broker", ok=True, what=f"{server} at {address}, signed in as {address.account}")


def _stream_port(address: BrokerAddress, *, answers: bool, reached: bool) -> Finding:
    port = f"port {address.stream_port}"
    if answers:
        return Finding("streams", ok=True, what=f"{port} answers: the fast way, a day in about 0.7 s")
    what = f"{port} does not answer"
    if not reached:
        return Finding("streams", ok=False, what=what)
    what += f": runs take AMQP, where {STREAMS_WOULD_GAIN}"
    fix = f"{ENABLE_STREAMS}; ?stream_port=N in the URL where its port is another"
    return Finding("streams", ok=True, what=what, fix=fix)


async def _rights(name: str, transport: Transport, address: BrokerAddress) -> Finding:
    """Make a stream, write a message, read it, and remove the stream."""
    stream = f"pvsim.doctor-{secrets.token_hex(4)}"
    done = "may make, write, read and remove pvsim's streams"
    try:
        async with asyncio.timeout(_WITHIN_S), transport.log(stream) as log:
            await log.create()
            try:
                async with log.publisher("pvsim-doctor") as publisher:
                    await publisher.publish(1, np.frombuffer(_PROBE, np.uint8).reshape(1, -1))
                    await publisher.flush()
                async with log.subscribe(0) as batches:
                    await anext(batches)
            finally:
                await log.delete()
    except TimeoutError:
        what = f"no answer within {_WITHIN_S:.0f} s"
        return Finding(name, ok=False, what=what, fix="look at the broker's log, and at its alarms (memory, disk)")
    except BrokerError as error:
        return _refused(name, error, stream, address)
    return Finding(name, ok=True, what=done)


def _refused(name: str, error: BrokerError, stream: str, address: BrokerAddress) -> Finding:
    account = quote(address.user or "NAME")
    rights = f"rabbitmqctl set_permissions -p {quote(address.vhost)} {account} '^pvsim' '^pvsim' '^pvsim'"
    fix = rights if "permission" in error.what + error.fix else error.fix
    return Finding(name, ok=False, what=error.what.replace(stream, "pvsim.RUN"), fix=fix)
