"""AMQP 0-9-1 (port 5672): the same streams for everybody else's meters, and where the stream port is closed."""

from pvsim.adapters.amqp.service import Binding, bind_service, bindings_of
from pvsim.adapters.amqp.super_stream import declare_super_stream, delete_super_stream
from pvsim.adapters.amqp.transport import (
    EXCHANGE,
    AmqpTransport,
    answers,
    bind_exchange,
    exchange_as_before,
    routing_key,
    server_of,
)

__all__ = [
    "EXCHANGE",
    "AmqpTransport",
    "Binding",
    "answers",
    "bind_exchange",
    "bind_service",
    "bindings_of",
    "declare_super_stream",
    "delete_super_stream",
    "exchange_as_before",
    "routing_key",
    "server_of",
]
