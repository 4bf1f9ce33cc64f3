"""Lets one process at a time start or stop the node of a home."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from pvsim.adapters.node.layout import Layout
from pvsim.errors import BrokerError

__all__ = ["locked"]

_PATIENCE_S = 900.0  # the one before us may be fetching packages over a slow line
_TICK_S = 0.05  # flock has no event to wait for


@asynccontextmanager
async def locked(layout: Layout, say: Callable[[str], None]) -> AsyncIterator[None]:
    """Alone with a home, which is made if need be: whoever else starts or stops its node waits.

    Raises:
        BrokerError: if another process keeps it for a quarter of an hour.
        CannotWriteError: if the home cannot be made.
    """
    while True:
        layout.create()
        descriptor = os.open(layout.lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not _take(descriptor):
                say("waiting for another pvsim that starts or stops the broker")
                await _wait_for(descriptor, layout)
            if _is_current(descriptor, layout):
                yield
                return
        finally:
            os.close(descriptor)


async def _wait_for(descriptor: int, layout: Layout) -> None:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            while not _take(descriptor):  # noqa: ASYNC110 (see _TICK_S)
                await asyncio.sleep(_TICK_S)
    except TimeoutError as error:
        what = f"another pvsim has been starting or stopping the broker for {_PATIENCE_S / 60:.0f} minutes"
        raise BrokerError(what, where=str(layout.lock), fix="end that process, then try again") from error


def _take(descriptor: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _is_current(descriptor: int, layout: Layout) -> bool:
    """Whether the file that we have locked is still the home's: it may have been destroyed meanwhile."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), layout.lock.stat())
    return False
