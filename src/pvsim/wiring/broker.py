"""Which broker, and which way to it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from logging import getLogger
from typing import Literal, TypeAlias

from pvsim.adapters import streams
from pvsim.app.patience import Terms, keep_connected
from pvsim.app.ports import Log, Notify, Transport
from pvsim.app.role_messages import TransportName
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.messages.contract import publishing_id
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BrokerError

__all__ = [
    "ENABLE_STREAMS",
    "STREAMS_WOULD_GAIN",
    "AskedTransport",
    "Connection",
    "find_broker",
    "resolve_transport",
]

_log = getLogger(__name__)
_SHOWN = 3

AskedTransport: TypeAlias = Literal["auto", "streams", "amqp"]
"""What the user says of the way to the broker; `auto` leaves it to what the broker offers."""


async def find_broker(
    url: str | None, *, say: Callable[[str], None], progress: Callable[[str], None]
) -> BrokerAddress:
    """The broker of the URL; without one the private node, fetched and started where needed.

    Args:
        url: Of a given broker.
        say: Called with a line for each step.
        progress: Called again and again with how far a step is.

    Raises:
        UsageError: if the URL is malformed.
        BrokerError: if the private node cannot be had.
    """
    if url:
        return BrokerAddress.parse(url)
    from pvsim.adapters import node  # noqa: PLC0415 - the roles of a run are given a URL

    return await node.up(node.default_home(), say=say, progress=progress)


STREAMS_WOULD_GAIN = "a day takes about 2 s instead of 0.7 s, and longer runs ten times as long"
"""What a broker without the stream protocol costs (docs/explanation/performance.md)."""

ENABLE_STREAMS = "rabbitmq-plugins enable rabbitmq_stream"


async def resolve_transport(
    asked: AskedTransport, address: BrokerAddress, *, say: Callable[[str], None]
) -> TransportName:
    """The stream protocol where its port answers, else AMQP, unless the user says which.

    Args:
        asked: What the user says.
        address: The broker.
        say: Called with what the stream protocol would gain, where the broker does not offer it.
    """
    if asked != "auto":
        return asked
    if await streams.answers(address):
        return "streams"
    what = (
        f"the broker's stream port {address.stream_port} does not answer: readings go over AMQP 0-9-1, where"
        f" {STREAMS_WOULD_GAIN}; the stream port opens with: {ENABLE_STREAMS}"
    )
    _log.info(what)
    say(what)
    return "amqp"


@dataclass(slots=True)
class Connection:
    """A broker, the way to it, and the run that is spoken of.

    Attributes:
        address: Where the broker is now; whoever learns of another address may set it.
        transport_name: The way.
        plan: The run.
        find: Finds the broker again, starting it where needed: our own node comes back on other ports where others
            have taken its old ones. None for a broker that is given.
    """

    address: BrokerAddress
    transport_name: TransportName
    plan: RunPlan
    find: Callable[[], Awaitable[BrokerAddress]] | None = None

    def transport(self, plan: RunPlan | None = None) -> Transport:
        """The transport for the run's messages; each connection is made to where the broker is then.

        Args:
            plan: A part of the run, for its messages alone.
        """
        return _Following(self, plan or self.plan)

    def direct(self, plan: RunPlan) -> Transport:
        """The transport to the address of this moment."""
        if self.transport_name == "streams":
            return streams.StreamTransport(self.address)
        from pvsim.adapters.amqp import AmqpTransport  # noqa: PLC0415 - its library costs 0.2 s to import

        return AmqpTransport(self.address, partial(publishing_id, plan=plan))

    async def check(self, terms: Terms) -> None:
        """Connect once, so that a wrong address or account is said before anything waits for the broker.

        Raises:
            BrokerError: if that fails.
            InterruptedRunError: if the user stopped it.
        """

        async def nothing(_: Log, __: Notify) -> None:
            pass

        await keep_connected(self.transport(), self.plan.stream, nothing, terms)

    @property
    def partition_streams(self) -> list[str]:
        """The streams of the run's partitions in their order; none of a run without."""
        return [f"{self.plan.stream}-{number}" for number in range(self.plan.partitions or 0)]

    async def declare_super_stream(self) -> None:
        """Make the super stream of a run in partitions, for others: our own need only its streams.

        Raises:
            BrokerError: if AMQP does not answer, or the account may not do it.
        """
        from pvsim.adapters import amqp  # noqa: PLC0415 - as above

        if of_partitions := self.partition_streams:
            await amqp.declare_super_stream(self.address, self.plan.stream, of_partitions)

    async def offer_super_stream(self, parts: Iterable[RunPlan]) -> list[str]:
        """Let other people's meters in: bind the topic exchange to the stream of each, and say how to publish.

        Args:
            parts: The parts of the run, the streams of which are there.

        Returns:
            Lines for the user: where meters publish, and what the account may not do.

        Raises:
            BrokerError: if AMQP does not answer.
        """
        from pvsim.adapters import amqp  # noqa: PLC0415 - as above

        bindings = [
            amqp.Binding(amqp.EXCHANGE, part.stream, amqp.routing_key(self.plan.stream, meter))
            for part in parts
            for meter in part.meters
        ]
        refused = await amqp.bind_service(self.address, bindings)
        key = amqp.routing_key(self.plan.stream, "<meter>")
        offer = f"publish readings to exchange {amqp.EXCHANGE} with routing key {key}, or to the super stream"
        lines = [f"{offer} {self.plan.stream} by the hash of the meter's name (pvsim schema reading)"]
        return lines + [f"cannot bind exchange {binding}: {why}" for binding, why in refused[:_SHOWN]]

    async def delete_stream(self) -> None:
        """Remove the run's streams: the files are the truth now."""
        for stream in self.partition_streams or [self.plan.stream]:
            async with self.transport().log(stream) as log:
                await log.delete()
        if self.plan.partitions is None:
            return
        from pvsim.adapters import amqp  # noqa: PLC0415 - as above

        try:
            await amqp.delete_super_stream(self.address, self.plan.stream)
        except BrokerError as error:  # who may not remove it, or has no AMQP, has not made it either: it was said
            _log.info("the super stream was not removed", extra={"facts": {"error": str(error)}})

    async def offer_exchange(self, terms: Terms) -> str:
        """Let other people's meters in: bind the topic exchange to the run's stream, and say where they publish.

        Raises:
            BrokerError: if AMQP does not answer, or the account may not bind.
            InterruptedRunError: if the user stopped it.
        """
        from pvsim.adapters import amqp  # noqa: PLC0415 - as above

        async def bind(log: Log, _: Notify) -> None:
            await log.create()
            await amqp.bind_exchange(self.address, self.plan.stream)

        await keep_connected(self.transport(), self.plan.stream, bind, terms)
        key = amqp.routing_key(self.plan.stream, "<meter>")
        return f"publish readings to exchange {amqp.EXCHANGE} with routing key {key} (pvsim schema reading)"


class _Following:
    """The transport to a broker that may move: before each connection but the first it is found again."""

    def __init__(self, connection: Connection, plan: RunPlan) -> None:
        self._connection, self._plan = connection, plan
        self._again = False

    @asynccontextmanager
    async def log(self, stream: str) -> AsyncIterator[Log]:
        """See `ports.Transport.log`."""
        if self._again and self._connection.find is not None:
            self._connection.address = await self._connection.find()
        self._again = True
        async with self._connection.direct(self._plan).log(stream) as log:
            yield log
