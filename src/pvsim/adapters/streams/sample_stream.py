"""The stream of a service's samples: each is in it once, whoever was killed and however often."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from pvsim.adapters.streams.client import StreamClient, StreamWords
from pvsim.adapters.streams.service_log import Retention, ServiceLog
from pvsim.adapters.streams.transport import StreamPublisher
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.publishing.contract import Sample, body_of
from pvsim.core.publishing.topics import sample_stream

__all__ = ["SampleStream", "open_sample_stream"]

PUBLISHER = "samples"
"""Name under which the broker drops what it has already."""

_ONLY = 1  # the connection has no other publisher
_WORDS = StreamWords("the stream of samples", "pvsim listen makes it again, and goes on with the samples it keeps")


@asynccontextmanager
async def open_sample_stream(
    address: BrokerAddress, service: str, retention: Retention
) -> AsyncIterator["SampleStream"]:
    """Connect, make the stream if it is not there, and open its publisher.

    Raises:
        BrokerError: if nothing answers, something else answers, or the account is refused.
    """
    stream = sample_stream(service)
    client = await StreamClient.connect(address, _WORDS)
    try:
        await ServiceLog(client, stream).create(retention)
        publisher = StreamPublisher(client, _ONLY, PUBLISHER, stream)
        client.listeners.append(publisher.on_frame)
        await publisher.declare()
        yield SampleStream(stream, publisher)
    finally:
        await client.close()


class SampleStream:
    """See `pvsim.app.publish.SampleSink`."""

    def __init__(self, name: str, publisher: StreamPublisher) -> None:
        self.name = name
        self._publisher = publisher

    async def next_row(self) -> int:
        """See `SampleSink.next_row`. A publishing id is the row + 1, since the first one is 1."""
        return await self._publisher.last_id()

    async def publish(self, samples: Sequence[Sample]) -> None:
        """See `SampleSink.publish`."""
        ids = [sample.row + 1 for sample in samples]
        await self._publisher.publish_uneven(ids, [body_of(sample) for sample in samples])
        await self._publisher.flush()
