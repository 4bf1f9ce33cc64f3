"""A broker named in the environment, until the session has one of its own."""

import os

import pytest

from pvsim.core.address import BrokerAddress


@pytest.fixture(scope="session")
def broker() -> BrokerAddress:
    if not (url := os.environ.get("PVSIM_BROKER_URL")):
        pytest.skip("no PVSIM_BROKER_URL")
    return BrokerAddress.parse(url)
