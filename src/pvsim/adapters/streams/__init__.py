"""RabbitMQ's stream protocol (port 5552): the fast path, with publisher deduplication and offsets."""

from pvsim.adapters.streams.service_log import Retention, ServiceLog, open_service_log
from pvsim.adapters.streams.transport import FIRST_ID, StreamTransport, answers

__all__ = ["FIRST_ID", "Retention", "ServiceLog", "StreamTransport", "answers", "open_service_log"]
