"""Runs a coroutine with the user's signals: the first asks it to stop, the second ends everything now."""

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from pvsim.errors import InterruptedRunError

if TYPE_CHECKING:
    import asyncio

__all__ = ["held_signals", "run_with_stop"]

Result = TypeVar("Result")
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def held_signals() -> Iterator[None]:
    """Keep the user's signals back until `run_with_stop` can take them in order; forked processes do so too."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def run_with_stop(
    use: Callable[["asyncio.Event"], Awaitable[Result]],
    *,
    parent: Callable[[bytes], None] | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> Result:
    """Run `use(stop)`; SIGINT and SIGTERM set `stop`, and a second one ends the process.

    Args:
        use: What to run.
        parent: Given, there is a parent process: called with each line that it writes to standard input; and when
            that ends, the parent is gone, and `stop` is set.
        told: Called with the number of the first signal.
    """
    import asyncio  # noqa: PLC0415 - `pvsim --help` needs none

    async def main() -> Result:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()

        def ask(number: int) -> None:
            if stop.is_set():
                os._exit(InterruptedRunError.exit_code)  # roles see their standard input end, and stop
            told(number)
            stop.set()

        for number in _SIGNALS:
            loop.add_signal_handler(number, ask, number)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        if parent is not None:
            descriptor = sys.stdin.fileno()

            heard = b""

            def listen() -> None:
                nonlocal heard
                if not (data := os.read(descriptor, 4096)):
                    loop.remove_reader(descriptor)
                    stop.set()
                *lines, heard = (heard + data).split(b"\n")
                for line in lines:
                    parent(line)

            loop.add_reader(descriptor, listen)
        return await use(stop)

    return asyncio.run(main())
