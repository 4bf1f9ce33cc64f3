"""One private broker for all tests of a session, in a directory of its own."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from pvsim.adapters import node
from pvsim.core.address import BrokerAddress

# no test asserts a time: these machines are shared
settings.register_profile("pvsim", deadline=None, derandomize="CI" in os.environ)  # CI tries the same each time
settings.load_profile("pvsim")


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
