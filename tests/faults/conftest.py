"""A laboratory around the session's broker."""

import asyncio

import pytest
from tests.faults.harness import Laboratory

from pvsim.adapters import node


@pytest.fixture(scope="session")
def _laboratory(broker, broker_home, tmp_path_factory):  # noqa: ARG001 - the broker must be up
    laboratory = Laboratory(broker_home, tmp_path_factory.mktemp("faults"))
    yield laboratory
    laboratory.close()
    asyncio.run(node.up(broker_home))  # up again where a fault had ended it, perhaps on other ports


@pytest.fixture
def laboratory(_laboratory):
    yield _laboratory
    _laboratory.forget_runs()
