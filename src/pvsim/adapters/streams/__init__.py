"""The stream protocol (port 5552): a thin asyncio shell around the state machine in `core`."""

from pvsim.adapters.streams.transport import FIRST_ID, StreamTransport, answers

__all__ = ["FIRST_ID", "StreamTransport", "answers"]
