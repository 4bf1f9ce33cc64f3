"""The session's broker where it is now: faults that were tried before may have moved it to other ports."""

import asyncio
from pathlib import Path

import pytest

from pvsim.adapters import node
from pvsim.core.messages.address import BrokerAddress


@pytest.fixture(scope="module")
def broker(broker_home: Path, broker: BrokerAddress) -> BrokerAddress:  # noqa: ARG001 - made by the session's
    """The session's broker, up."""
    return asyncio.run(node.up(broker_home))
