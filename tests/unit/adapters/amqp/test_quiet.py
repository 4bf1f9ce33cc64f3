"""A connection that fails prints nothing beside the error."""

import subprocess
import sys

PROGRAM = """
import asyncio, socket
from pvsim.adapters.amqp.client import AmqpClient
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import BrokerError

with socket.socket() as nobody:  # bound, not listening: a connection is refused
    nobody.bind(("127.0.0.1", 0))
    address = BrokerAddress.parse(f"amqp://guest:guest@127.0.0.1:{nobody.getsockname()[1]}/")

    async def connect():
        async with AmqpClient.connect(address, "test"):
            pass

    try:
        asyncio.run(connect())
    except BrokerError as error:
        print(error.what)
"""


def test_a_refused_connection_is_told_once():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert "connection refused" in done.stdout
    assert done.stderr == ""
