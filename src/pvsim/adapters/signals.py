"""Runs a coroutine with the user's signals: the first asks it to stop, one a while later ends everything now."""

import atexit
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from typing import TYPE_CHECKING, TypeVar

from pvsim.errors import InterruptedRunError

if TYPE_CHECKING:
    import asyncio

__all__ = ["held_signals", "run_with_stop"]

Result = TypeVar("Result")
_SIGNALS = (signal.SIGINT, signal.SIGTERM)

ONE_WISH_S = 1.0
"""Signals this close to the first are the same wish: `timeout` signals the process and then its group, a launcher
passes on the Ctrl-C that the terminal has sent to all."""


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
    now: Callable[[], float] = time.monotonic,
) -> Result:
    """Run `use(stop)`; SIGINT and SIGTERM set `stop`, and one that comes a while later ends the process.

    Args:
        use: What to run.
        parent: Given, there is a parent process: called with each line that it writes to standard input; and when
            that ends, the parent is gone, and `stop` is set.
        told: Called with the number of the first signal.
        now: The time in seconds, from any zero.
    """
    import asyncio  # noqa: PLC0415 - `pvsim --help` needs none

    signals = _Signals(told, now)

    async def main() -> Result:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        signals.take(loop, stop)
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

    try:
        return asyncio.run(main())
    finally:
        signals.leave()


class _Means(Enum):
    """What a signal says."""

    STOP = auto()
    THE_SAME = auto()
    NOW = auto()


def _meaning(first_s: float | None, now_s: float) -> _Means:
    """What a signal says at `now_s`, where the first one came at `first_s`."""
    if first_s is None:
        return _Means.STOP
    return _Means.THE_SAME if now_s - first_s < ONE_WISH_S else _Means.NOW


class _Signals:
    """The user's signals while something runs and, where he wishes to end, until the process has ended.

    The event loop would hand them back to Python when it closes: one that comes a moment later would end the
    process before it has said that it stopped.
    """

    def __init__(self, told: Callable[[int], None], now: Callable[[], float]) -> None:
        self._told, self._now = told, now
        self._first_s: float | None = None
        self._before = {number: signal.getsignal(number) or signal.SIG_DFL for number in _SIGNALS}

    def take(self, loop: "asyncio.AbstractEventLoop", stop: "asyncio.Event") -> None:
        """From now on the first signal sets `stop`."""

        def on_signal(number: int, _frame: object) -> None:
            now_s = self._now()
            meaning = _meaning(self._first_s, now_s)
            if meaning is _Means.NOW:
                os._exit(InterruptedRunError.exit_code)  # roles see their standard input end, and stop
            if meaning is _Means.THE_SAME:
                return
            if loop.is_closed():  # it has just ended by itself
                self.leave()
                signal.raise_signal(number)
                return
            self._first_s = now_s
            atexit.register(_ignore)
            self._told(number)
            loop.call_soon_threadsafe(stop.set)

        for number in _SIGNALS:
            signal.signal(number, on_signal)

    def leave(self) -> None:
        """Hand the signals back, unless one has come: then the process is about to end."""
        if self._first_s is None:
            for number, handler in self._before.items():
                signal.signal(number, handler)


def _ignore() -> None:
    """The interpreter is about to end, and would let signals kill it on its last steps."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
