"""Our own node may come back on other ports: whoever connects again asks where it is."""

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from pvsim.app.role_messages import BrokerMoved
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import BrokerError
from pvsim.wiring import role_processes
from pvsim.wiring.broker import Connection
from pvsim.wiring.role_processes import _BrokerRestarter

HERE = BrokerAddress("127.0.0.1", 1, 2, "u", "secret")
THERE = replace(HERE, amqp_port=3, stream_port=4)


@pytest.fixture
def asked(monkeypatch):
    """The addresses that connections were made to."""
    found = []

    class Transport:
        def __init__(self, address):
            self.address = address

        @asynccontextmanager
        async def log(self, stream):
            found.append((self.address, stream))
            yield "log"

    monkeypatch.setattr(Connection, "direct", lambda self, _: Transport(self.address))
    return found


async def connect(transport, times):
    for _ in range(times):
        async with transport.log("s") as log:
            assert log == "log"


async def test_our_own_broker_is_found_again_before_each_new_connection(asked):
    moves = iter([HERE, THERE])

    async def find():
        return next(moves)

    connection = Connection(HERE, "streams", None, find)
    await connect(connection.transport(), 3)
    assert asked == [(HERE, "s"), (HERE, "s"), (THERE, "s")]
    assert connection.address == THERE


async def test_a_given_broker_stays_where_it_is_unless_the_parent_says_another_place(asked):
    connection = Connection(HERE, "streams", None)
    transport = connection.transport()
    await connect(transport, 2)
    connection.address = THERE
    await connect(transport, 1)
    assert [address for address, _ in asked] == [HERE, HERE, THERE]


class Role:
    def __init__(self):
        self.told = []

    def tell(self, message):
        self.told.append(message)


async def test_while_a_role_has_lost_our_broker_it_is_looked_after(monkeypatch, caplog):
    """It may fail to start, come back elsewhere, and move once more before all roles are there."""
    monkeypatch.setattr(role_processes, "RESTART_S", 0)
    caplog.set_level(logging.WARNING)
    no = BrokerError("no packages")
    answers = [no, no, HERE, THERE, THERE, HERE]
    both_well = asyncio.Event()

    async def find():
        answer = answers.pop(0)
        if not answers:
            for name in roles:
                restarter.note(name, well=True)
            both_well.set()
        if isinstance(answer, BrokerError):
            raise answer
        return answer

    roles = {"simulator": Role(), "meter": Role()}
    connection = Connection(HERE, "streams", None, find)
    restarter = _BrokerRestarter(connection, roles)
    restarter.note("simulator", well=False)
    restarter.note("meter", well=False)
    restarter.note("simulator", well=True)
    await both_well.wait()
    await restarter._task
    assert [role.told for role in roles.values()] == [[BrokerMoved(THERE), BrokerMoved(HERE)]] * 2
    assert connection.address == HERE
    assert [record.message for record in caplog.records] == [
        "our own broker could not be started again",
        "our own broker has moved",
        "our own broker has moved",
    ]


async def test_a_given_broker_is_nobodys_to_look_after():
    restarter = _BrokerRestarter(Connection(HERE, "streams", None), {})
    restarter.note("meter", well=False)
    assert restarter._task is None
    restarter.cancel()
