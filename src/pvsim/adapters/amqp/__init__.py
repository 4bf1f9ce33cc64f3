"""AMQP 0-9-1 (port 5672): the same stream queue, through the topic exchange that other people's meters use."""

from pvsim.adapters.amqp.transport import AmqpTransport, answers, bind_exchange

__all__ = ["AmqpTransport", "answers", "bind_exchange"]
