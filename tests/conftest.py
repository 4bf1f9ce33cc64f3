"""One private broker for all tests of a session, in a directory of its own."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import settings

from pvsim.adapters import node
from pvsim.core.messages.address import BrokerAddress

# no test asserts a time: these machines are shared
settings.register_profile("pvsim", deadline=None, derandomize="CI" in os.environ)  # CI tries the same each time
settings.load_profile("pvsim")


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer() -> Iterator[None]:
    """A test that is out of time shows what each of its tasks waits for; pytest-timeout shows its threads."""
    result = yield
    fail = signal.getsignal(signal.SIGALRM)
    if callable(fail):
        signal.signal(signal.SIGALRM, _showing_tasks(fail))
    return result


def _showing_tasks(fail: Callable[[int, FrameType | None], object]) -> Callable[[int, FrameType | None], None]:
    def handle(number: int, frame: FrameType | None) -> None:
        try:
            tasks = asyncio.all_tasks()
        except RuntimeError:  # no event loop runs
            tasks = set()
        for task in sorted(tasks, key=asyncio.Task.get_name):
            task.print_stack(file=sys.stderr)
        fail(number, frame)

    return handle


@pytest.fixture(scope="session", autouse=True)
def _shared_packages() -> None:
    """Where the system has no RabbitMQ, fetch it once for all homes: where `./run` has it too."""
    os.environ.setdefault("PVSIM_BROKER_PACKAGES", str(node.default_home() / "packages"))


@pytest.fixture(scope="session")
def broker_home() -> Iterator[Path]:
    """The home of the session's broker; its short path is outside pytest's, which keeps old ones."""
    with tempfile.TemporaryDirectory(prefix="pvsim-broker-") as directory:
        yield Path(directory)


@pytest.fixture(scope="session")
def broker(broker_home: Path) -> Iterator[BrokerAddress]:
    """The session's broker, up. A test that stops it must bring it up again."""
    try:
        yield asyncio.run(node.up(broker_home))
    finally:
        asyncio.run(node.destroy(broker_home))
