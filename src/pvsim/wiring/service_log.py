"""The log of a service at its broker: found, made where there is none, and bound to what meters publish to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pvsim.adapters import streams
from pvsim.adapters.amqp import Binding, bind_service, bindings_of
from pvsim.adapters.streams import Retention, ServiceLog, open_service_log
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.publishing.topics import sample_stream
from pvsim.errors import BrokerError, BrokerRefusedError, InternalError
from pvsim.wiring.broker import ENABLE_STREAMS
from pvsim.wiring.broker_streams import note_run

__all__ = ["Broker", "LogOfService"]

_MANY_TOPICS = 100
"""It takes a while to bind so many."""

_COUNTED = 50
"""Bindings from one count that is shown to the next."""

Find = Callable[[], Awaitable[BrokerAddress]]


@dataclass(slots=True)
class Broker:
    """Where the broker is now; our own node comes back on other ports where others have taken its old ones.

    Attributes:
        find: Finds it, starting it where needed.
        address: Where it was found last.
        found: Set when it has been found.
        progress: Takes how far a step is, in words.
    """

    find: Find
    address: BrokerAddress | None = None
    found: asyncio.Event = field(default_factory=asyncio.Event)
    progress: Callable[[str], None] = field(default=lambda _: None)

    async def again(self) -> BrokerAddress:
        """Where it is."""
        self.address = await self.find()
        self.found.set()
        return self.address

    def known(self) -> BrokerAddress:
        """Where it was found last."""
        if self.address is None:
            raise InternalError("the broker is asked for before it was found")
        return self.address


@dataclass(frozen=True, slots=True)
class LogOfService:
    """A service's log, wherever the broker is.

    Attributes:
        service: Name of the service.
        directory: Of its files.
        topics: Routing keys of meters that do not end with the meter's name.
        url: Of a given broker; None: pvsim's own.
        retention: How long the broker keeps the log.
        replay: The log is read as it is: nothing is made.
    """

    service: str
    directory: Path
    topics: Sequence[str]
    url: str | None
    retention: Retention
    replay: bool

    @property
    def stream(self) -> str:
        """Its name at the broker."""
        return f"pvsim.{self.service}"

    @asynccontextmanager
    async def opened(
        self,
        broker: Broker,
        say: Callable[[str], None],
        *,
        check: Callable[[BrokerAddress], Awaitable[None]],
        again: bool,
    ) -> AsyncIterator[ServiceLog]:
        """Find the broker, and connect to the log.

        Args:
            broker: Where it is.
            say: Takes what a user should know, in a sentence.
            check: Refuses a broker that the service cannot work with; called before anything is made there for it,
                unless the log has been read before.
            again: The log has been read before, so that the broker may be about to start.

        Raises:
            PvsimError: as `check` does.
            BrokerRefusedError: if trying again changes nothing: there is no such log, or no stream port.
            BrokerError: if the broker does not answer.
        """
        address = await broker.again()
        await _require_stream_port(address, BrokerError if again else BrokerRefusedError)
        async with open_service_log(address, self.stream) as log:
            if not again:
                await check(address)
            if not self.replay:
                await self._prepare(log, address, say, broker.progress)
            elif not await log.exists():
                fix = "check --name and the broker; without --replay the log is made"
                raise BrokerRefusedError(f"there is no log {self.stream}", where=str(address), fix=fix)
            say(f"listening to {self.stream} at {address}")
            yield log

    async def _prepare(
        self,
        log: ServiceLog,
        address: BrokerAddress,
        say: Callable[[str], None],
        progress: Callable[[str], None],
    ) -> None:
        """Make the log, and let other people's meters in."""
        for stream in (self.stream, sample_stream(self.service)):
            note_run(self.url, stream, self.directory.absolute(), foreign=True)
        await log.create(self.retention)
        bindings = bindings_of(self.service, self.stream, self.topics)
        what, many = f"binding the log to {len(self.topics):,} topics of meters", len(self.topics) >= _MANY_TOPICS
        if many:
            say(what)

        def bound(done: int) -> None:
            if many and done % _COUNTED == 0:
                progress(f"{what}: {done:,} of {len(bindings):,} bindings are made")

        refused = {_refused(binding): why for binding, why in await bind_service(address, bindings, bound)}
        for consequence, why in refused.items():
            say(f"{consequence}: {why}")


async def _require_stream_port(address: BrokerAddress, refusal: type[BrokerError]) -> None:
    """Refuse a broker of which only AMQP can be reached: only the stream protocol says when a message came.

    Raises:
        BrokerError: if neither answers; `refusal` if AMQP does, as for a moment when a broker starts.
    """
    if await streams.answers(address):
        return
    from pvsim.adapters import amqp  # noqa: PLC0415 - mostly not needed

    where = f"{address.host}:{address.stream_port}"
    if await amqp.answers(address):
        what = f"the broker's stream port {address.stream_port} does not answer; pvsim listen needs it, since only"
        what += " the stream protocol says when a message came"
        fix = f"{ENABLE_STREAMS}; ?stream_port=N in the URL where its port is another"
        raise refusal(what, where=where, fix=fix)
    what = f"the broker answers neither on its stream port nor on port {address.amqp_port}"
    fix = "check PVSIM_BROKER_URL, and that the broker runs; without a URL pvsim uses its own broker"
    raise BrokerError(what, where=where, fix=fix)


def _refused(binding: Binding) -> str:
    if binding.to_exchange:
        return "what comes by MQTT may not reach the service, unless somebody has bound it"
    return f"what is published with {binding.routing_key} may not reach the service, unless somebody has bound it"
