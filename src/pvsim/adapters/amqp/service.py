"""How other people's meters reach the log of a service: bindings of exchanges to its stream."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from pvsim.adapters.amqp.client import AmqpClient
from pvsim.adapters.amqp.transport import EXCHANGE
from pvsim.core.amqp import methods
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import BrokerRefusedError

__all__ = ["MQTT_EXCHANGE", "Binding", "bind_service", "bindings_of"]

MQTT_EXCHANGE = "amq.topic"
"""Where RabbitMQ's MQTT plugin publishes; it is there without the plugin, too."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Messages of the exchange `source` whose key fits go on to `target`: a stream, or another exchange."""

    source: str
    target: str
    routing_key: str
    to_exchange: bool = False

    def __str__(self) -> str:
        return f"{self.source} to {self.target} with {self.routing_key}"


def bindings_of(service: str, stream: str, topics: Sequence[str]) -> list[Binding]:
    """The bindings that a service needs.

    Args:
        service: Its name.
        stream: Its log.
        topics: Further routing keys, of meters that publish to topics of their own by MQTT or AMQP. A message that
            two bindings fit comes once.
    """
    return [
        Binding(EXCHANGE, stream, f"meter.{service}.*"),
        Binding(MQTT_EXCHANGE, EXCHANGE, "meter.#", to_exchange=True),
        *(Binding(source, stream, topic) for topic in topics for source in (MQTT_EXCHANGE, EXCHANGE)),
    ]


async def bind_service(
    address: BrokerAddress, bindings: Sequence[Binding], progress: Callable[[int], None] = lambda _: None
) -> list[tuple[Binding, str]]:
    """Make the topic exchange, and bind.

    Args:
        address: The broker.
        bindings: What to bind.
        progress: Takes how many of them are done, after each.

    Returns:
        The bindings that the account may not make, each with the reason: somebody may have made them for us.

    Raises:
        BrokerError: if the broker cannot be reached by AMQP, or the stream is not there.
    """
    refused = []
    async with AmqpClient.connect(address, "pvsim listen") as client:
        channel = await client.channel(f"declare the topic exchange {EXCHANGE}")
        with suppress(BrokerRefusedError):  # it may have been made for us
            await channel.call(methods.declare_exchange(EXCHANGE))
        for number, binding in enumerate(bindings, start=1):
            if not channel.is_open:  # a refusal closes it
                channel = await client.channel("bind")
            try:
                await channel.call(_method(binding), f"bind exchange {binding}")
            except BrokerRefusedError as error:
                refused.append((binding, error.what))
            progress(number)
    return refused


def _method(binding: Binding) -> bytes:
    bind = methods.bind_exchange if binding.to_exchange else methods.bind
    return bind(binding.target, binding.source, binding.routing_key)
