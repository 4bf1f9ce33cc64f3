"""Super streams, declared by hand as RabbitMQ's own tools declare them: on 3.10.8 no client can.

A super stream is a direct exchange of its name with the argument `x-super-stream`, bound to the stream of each
partition with the partition's number as routing key and in `x-stream-partition-order`.
"""

from collections.abc import Sequence
from contextlib import suppress

from pvsim.adapters.amqp.client import AmqpClient, NotFoundError
from pvsim.core.amqp import methods
from pvsim.core.messages.address import BrokerAddress

__all__ = ["declare_super_stream", "delete_super_stream"]


async def declare_super_stream(address: BrokerAddress, name: str, streams: Sequence[str]) -> None:
    """Make a super stream with its streams; nothing happens where they are.

    Args:
        address: The broker.
        name: Of the super stream.
        streams: Of its partitions, in their order.

    Raises:
        BrokerError: if the broker cannot be reached by AMQP, or the account may not do it.
    """
    async with AmqpClient.connect(address, f"pvsim {name}") as client:
        exchange = methods.declare_exchange(name, kind="direct", arguments={"x-super-stream": True})
        await _call(client, exchange, f"declare the super stream {name}")
        for number, stream in enumerate(streams):
            await _call(client, methods.declare_stream(stream), f"create stream {stream}")
            bind = methods.bind(stream, name, str(number), {"x-stream-partition-order": number})
            await _call(client, bind, f"bind stream {stream} to the super stream {name}")


async def delete_super_stream(address: BrokerAddress, name: str, *, if_unused: bool = False) -> None:
    """Remove a super stream, but not its streams; nothing happens where there is none.

    Args:
        address: The broker.
        name: Of the super stream.
        if_unused: Only where no stream is bound to it any more.

    Raises:
        BrokerError: as `declare_super_stream`.
    """
    async with AmqpClient.connect(address, f"pvsim {name}") as client:
        with suppress(NotFoundError):
            await _call(
                client, methods.delete_exchange(name, if_unused=if_unused), f"delete the super stream {name}"
            )


async def _call(client: AmqpClient, method: bytes, doing: str) -> None:
    """Do one thing on a channel of its own: a refusal closes it."""
    channel = await client.channel(doing)
    await channel.call(method)
    await channel.close()
