"""A service's samples at the topic exchange, for whoever binds a queue: persistent, confirmed, at least once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from pvsim.adapters.amqp.client import AmqpClient, Channel
from pvsim.adapters.amqp.transport import EXCHANGE
from pvsim.core.amqp import methods
from pvsim.core.amqp.content import Message
from pvsim.core.amqp.deliveries import Deliveries
from pvsim.core.amqp.methods import Confirm, Kind, Method
from pvsim.core.amqp.publishing import Confirms, json_properties, message_frames
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.publishing.contract import Sample, body_of
from pvsim.core.publishing.topics import routing_key
from pvsim.errors import BrokerError, BrokerRefusedError

__all__ = ["SampleExchange", "open_sample_exchange"]


@asynccontextmanager
async def open_sample_exchange(address: BrokerAddress, service: str) -> AsyncIterator["SampleExchange"]:
    """Connect, make the exchange if it is not there, and open a channel that confirms.

    Raises:
        BrokerError: if nothing answers, something else answers, or the account is refused.
    """
    async with AmqpClient.connect(address, f"results of {service} (pvsim)") as client:
        with suppress(BrokerRefusedError):  # it may have been made for us
            declaring = await client.channel(f"declare the topic exchange {EXCHANGE}")
            await declaring.call(methods.declare_exchange(EXCHANGE))
            await declaring.close()
        channel = await client.channel(f"publish samples to the exchange {EXCHANGE}")
        await channel.call(methods.plain(Kind.CONFIRM_SELECT))
        yield SampleExchange(client, channel)


class SampleExchange:
    """See `pvsim.app.publish.SampleSink`.

    Each message has headers with the kind, service and meter of its body: a headers exchange sees no JSON.
    """

    name = f"exchange {EXCHANGE}"

    def __init__(self, client: AmqpClient, channel: Channel) -> None:
        self._client, self._channel = client, channel
        self._confirms, self._changed = Confirms(), asyncio.Event()
        self._error: BrokerError | None = None
        self._properties: dict[tuple[str, str], bytes] = {}
        channel.listener = self._on_event

    async def next_row(self) -> None:
        """See `SampleSink.next_row`: an exchange keeps nothing."""

    async def publish(self, samples: Sequence[Sample]) -> None:
        """See `SampleSink.publish`."""
        if not samples:
            return
        self._confirms.expect(samples[0].row, len(samples))
        await self._client.send_frames(b"".join(map(self._frames, samples)))
        while self._confirms.unconfirmed and self._error is None:
            self._changed.clear()
            await self._changed.wait()
        if self._error is not None:
            raise self._error

    def _frames(self, sample: Sample) -> bytes:
        key = (sample.service, sample.meter)
        if key not in self._properties:
            headers = {"kind": "sample", "service": sample.service, "meter": sample.meter}
            self._properties[key] = json_properties(headers)
        return message_frames(
            channel=self._channel.number,
            exchange=EXCHANGE,
            routing_key=routing_key(*key),
            properties=self._properties[key],
            body=body_of(sample),
            frame_max=self._client.frame_max,
        )

    def _on_event(self, event: Method | Message | Deliveries | BrokerError) -> None:
        if isinstance(event, Confirm):
            self._confirms.take(event)
            if self._confirms.refused is not None and self._error is None:
                self._error = BrokerError("the broker refused a sample", where=self._client.where)
        elif isinstance(event, BrokerError):
            self._error = event
        self._changed.set()
