"""Which broker, and which way to it."""

from collections.abc import Callable
from typing import Literal

from pvsim.adapters import node, streams
from pvsim.app.ports import Transport
from pvsim.core.address import BrokerAddress
from pvsim.core.plan import RunPlan

__all__ = ["TransportName", "find_broker", "offer_exchange", "open_transport", "resolve_transport"]

TransportName = Literal["auto", "streams", "amqp"]


async def find_broker(url: str | None, *, report: Callable[[str], None]) -> BrokerAddress:
    """The broker of the URL; without one the private node, started where needed.

    Raises:
        UsageError: if the URL is malformed.
        BrokerError: if the private node cannot be had.
    """
    if url:
        return BrokerAddress.parse(url)
    return await node.up(node.default_home(), report=report)


async def resolve_transport(name: TransportName, address: BrokerAddress) -> Literal["streams", "amqp"]:
    """The stream protocol where its port answers, else AMQP, unless the user says which."""
    if name != "auto":
        return name
    return "streams" if await streams.answers(address) else "amqp"


def open_transport(name: Literal["streams", "amqp"], address: BrokerAddress, plan: RunPlan) -> Transport:
    """The transport of that name, for the messages of one run."""
    if name == "streams":
        return streams.StreamTransport(address)
    from pvsim.adapters import amqp  # noqa: PLC0415 - its library costs 0.2 s to import

    return amqp.AmqpTransport(address, plan)


async def offer_exchange(transport: Transport, plan: RunPlan) -> None:
    """Let other people's meters in: bind the topic exchange to the run's stream, where AMQP answers."""
