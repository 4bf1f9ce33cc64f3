"""Which broker, and which way to it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from pvsim.adapters import streams
from pvsim.app.ports import Transport
from pvsim.core.address import BrokerAddress
from pvsim.core.contract import publishing_id
from pvsim.core.plan import RunPlan

__all__ = ["Connection", "TransportName", "find_broker", "resolve_transport"]

TransportName = Literal["auto", "streams", "amqp"]


async def find_broker(url: str | None, *, report: Callable[[str], None]) -> BrokerAddress:
    """The broker of the URL; without one the private node, started where needed.

    Raises:
        UsageError: if the URL is malformed.
        BrokerError: if the private node cannot be had.
    """
    if url:
        return BrokerAddress.parse(url)
    from pvsim.adapters import node  # noqa: PLC0415 - the roles of a run are given a URL

    return await node.up(node.default_home(), report=report)


async def resolve_transport(name: TransportName, address: BrokerAddress) -> Literal["streams", "amqp"]:
    """The stream protocol where its port answers, else AMQP, unless the user says which."""
    if name != "auto":
        return name
    return "streams" if await streams.answers(address) else "amqp"


@dataclass(frozen=True, slots=True)
class Connection:
    """A broker, the way to it, and the run that is spoken of."""

    address: BrokerAddress
    name: Literal["streams", "amqp"]
    plan: RunPlan

    def transport(self) -> Transport:
        """The transport for the run's messages."""
        if self.name == "streams":
            return streams.StreamTransport(self.address)
        from pvsim.adapters.amqp import AmqpTransport  # noqa: PLC0415 - its library costs 0.2 s to import

        return AmqpTransport(self.address, partial(publishing_id, plan=self.plan))

    async def check(self) -> None:
        """Connect once, so that a wrong address or account is said before anything waits for the broker.

        Raises:
            BrokerError: if that fails.
        """
        async with self.transport().log(self.plan.stream):
            pass

    async def delete_stream(self) -> None:
        """Remove the run's stream: the files are the truth now."""
        async with self.transport().log(self.plan.stream) as log:
            await log.delete()

    async def offer_exchange(self) -> str:
        """Let other people's meters in: bind the topic exchange to the run's stream, and say where they publish.

        Raises:
            BrokerError: if AMQP does not answer, or the account may not bind.
        """
        from pvsim.adapters import amqp  # noqa: PLC0415 - as above

        async with self.transport().log(self.plan.stream) as log:
            await log.create()
        await amqp.bind_exchange(self.address, self.plan.stream)
        key = amqp.routing_key(self.plan.stream, "<meter>")
        return f"publish readings to exchange {amqp.EXCHANGE} with routing key {key} (pvsim schema reading)"
