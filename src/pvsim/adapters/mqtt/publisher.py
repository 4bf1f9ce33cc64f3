"""Publishes what a service shows by MQTT, over any number of connections.

The library (aiomqtt on paho-mqtt) is imported here only. It is used for what comes and goes and may be lost:
no row and no sample depends on it.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from pvsim.adapters.shared.tls import Peer, shake_hands, trust
from pvsim.core.messages.mqtt_address import MqttAddress
from pvsim.core.publishing.contract import ServiceState, State
from pvsim.core.publishing.discovery import BIRTH_PAYLOAD, birth_topic
from pvsim.core.publishing.face import OFFLINE, Face
from pvsim.core.publishing.topics import Publication
from pvsim.errors import BrokerRefusedError, UsageError

try:
    import aiomqtt
except ModuleNotFoundError as error:  # the extra is not installed
    what = "--mqtt needs aiomqtt, which is not installed"
    raise UsageError(what, fix="./run again, or pip install 'pvsim[mqtt]'") from error

__all__ = ["MqttPublisher"]

_log = logging.getLogger(__name__)

QOS = 1
KEEPALIVE_S = 20
GOODBYE_S = 3.0
PEER = Peer(
    "the broker", "PVSIM_MQTT_URL", "name the broker's TLS port (mqtts:// 8883), or use mqtt:// without TLS"
)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0


class MqttPublisher:
    """Shows the states of a service to whoever subscribes.

    Args:
        address: The broker.
        face: What is shown.
        service: Name of the service.
        say: Takes what a person should know, in a sentence.
        prefix: What Home Assistant's topics begin with; None tells it nothing, and subscribes to nothing.

    Attributes:
        client_id: What it is called on the broker.
    """

    def __init__(
        self, address: MqttAddress, face: Face, service: str, say: Callable[[str], None], prefix: str | None
    ) -> None:
        self._address, self._face, self._say, self._prefix = address, face, say, prefix
        # RabbitMQ names the queue of a subscription after the client id; the rights of an account are for ids that
        # begin with its name and a colon (core/rights)
        user = address.user.rpartition(":")[2] if address.user else ""
        self.client_id = f"{user}:pvsim-{service}" if user else f"pvsim-{service}"
        self._context = trust(address.files, PEER) if address.tls else None
        self._changed, self._ending = asyncio.Event(), asyncio.Event()
        self._well: bool | None = None
        self._opened = False

    def show(self, states: Sequence[State | ServiceState]) -> None:
        """See `pvsim.app.publish.ShowStates`."""
        if states:
            self._face.show(states)
            self._changed.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Publish meanwhile; at the end the service is said to be offline. A lost connection is made again."""
        task = asyncio.ensure_future(self._run())
        try:
            yield
        finally:
            self._ending.set()
            await asyncio.wait({task}, timeout=GOODBYE_S)
            while not task.done():  # once is not enough: `asyncio.wait_for` of Python 3.11 can swallow it
                task.cancel()
                await asyncio.wait({task}, timeout=GOODBYE_S)
        if not task.cancelled():
            task.result()  # a defect shows itself

    async def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._ending.is_set():
            self._opened = False
            try:
                await self._once()
            except (
                aiomqtt.MqttError,
                BrokerRefusedError,
                UnicodeError,
            ) as error:  # UnicodeError: no name of a host
                self._tell(error)
            pause_s = FIRST_PAUSE_S if self._opened else min(2 * pause_s, LONGEST_PAUSE_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._ending.wait()

    async def _once(self) -> None:
        """Publish over one connection until it is lost, or the service ends."""
        if self._context is not None:
            await shake_hands((self._address.host, self._address.port), self._context, PEER)
        will = self._face.will
        async with aiomqtt.Client(
            self._address.host,
            self._address.port,
            username=self._address.user,
            password=self._address.password,
            identifier=self.client_id,
            will=aiomqtt.Will(will.topic, will.payload, QOS, retain=True),
            keepalive=KEEPALIVE_S,
            tls_context=self._context,
            logger=_log,  # else what it says of itself is for the terminal
        ) as client:
            try:
                await self._until_the_end(client)
                # the broker says nothing where a client goes in order
                await client.publish(will.topic, OFFLINE, QOS, retain=True, timeout=GOODBYE_S)
            except (aiomqtt.MqttError, asyncio.CancelledError):
                _cut(client)
                raise

    async def _until_the_end(self, client: aiomqtt.Client) -> None:
        """Publish and listen until the service ends.

        Raises:
            MqttError: if the connection is lost.
        """
        tasks: set[asyncio.Future[object]] = {
            asyncio.ensure_future(self._publish(client)),
            asyncio.ensure_future(self._listen(client)),
            asyncio.ensure_future(self._ending.wait()),
        }
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    async def _publish(self, client: aiomqtt.Client) -> None:
        """Send all that there is, then what is new."""
        await self._send(client, self._face.opening())
        self._opened = True
        self._told_well()
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self._send(client, self._face.take())

    async def _listen(self, client: aiomqtt.Client) -> None:
        """Say all again whenever Home Assistant has started."""
        if self._prefix is not None:
            await client.subscribe(birth_topic(self._prefix), QOS)
        async for message in client.messages:
            if message.payload == BIRTH_PAYLOAD:
                self._face.again()
                self._changed.set()

    async def _send(self, client: aiomqtt.Client, publications: Sequence[Publication]) -> None:
        for publication in publications:
            await client.publish(publication.topic, publication.payload, QOS, retain=True)

    def _told_well(self) -> None:
        if self._well is False:
            self._say(f"MQTT at {self._address}: connected again")
        self._well = True

    def _tell(self, error: Exception) -> None:
        """Say once that nothing goes by MQTT now, and why."""
        if self._well is False:
            return
        self._well = False
        why = f"{error.what} ({error.fix})" if isinstance(error, BrokerRefusedError) else str(error)
        self._say(f"MQTT at {self._address}: {why}; trying again. Rows and samples do not depend on it")


def _cut(client: aiomqtt.Client) -> None:
    """End the connection without a word, so that the broker says that the service is offline."""
    connection = client._client.socket()  # noqa: SLF001 - the library would only take its leave in order
    if isinstance(connection, socket.socket):
        with suppress(OSError):  # it is lost already
            connection.shutdown(socket.SHUT_RDWR)
