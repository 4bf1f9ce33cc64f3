"""One private broker with MQTT and the management page for these tests."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pvsim.adapters import node

TOOLS = ("amqp-publish", "amqp-consume", "mosquitto_pub", "mosquitto_sub")


@pytest.fixture(scope="session")
def node_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of the node, with Debian's clients on this machine: ./test installs them."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    assert missing == [], "apt-get install amqp-tools mosquitto-clients"
    home = tmp_path_factory.mktemp("foreign") / "node"
    try:
        asyncio.run(node.up(home, extras={"mqtt": True, "management": True}))
        yield home
    finally:
        asyncio.run(node.destroy(home))
