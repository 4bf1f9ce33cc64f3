"""The results of a service, published while it runs: to a stream of their own and to the exchange."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from pvsim.adapters.amqp.sample_exchange import open_sample_exchange
from pvsim.adapters.streams import Retention
from pvsim.adapters.streams.sample_stream import open_sample_stream
from pvsim.app.patience import Terms, keep_open
from pvsim.app.ports import Notify
from pvsim.app.publish import Publishing, SampleSink
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import BrokerRefusedError

__all__ = ["check_results", "publish_results"]


async def check_results(
    publishing: Publishing, address: BrokerAddress, service: str, retention: Retention
) -> None:
    """Refuse what would stop the publishing later: before a service says that it listens, and reads anything.

    Raises:
        BadInputError: if the broker has samples of another service of this name.
        BrokerRefusedError: if the account may not publish.
        BrokerError: if the broker does not answer.
    """
    with _naming_the_option():
        async with _sinks(address, service, retention) as sinks:
            await publishing.check(sinks)


async def publish_results(
    publishing: Publishing,
    address: Callable[[], BrokerAddress],
    service: str,
    retention: Retention,
    terms: Terms,
) -> None:
    """Publish without end, connecting again where the broker is lost.

    Args:
        publishing: What is published.
        address: Where the broker is now.
        service: Name of the service.
        retention: How long the broker keeps the samples.
        terms: How long to go on without the broker, who is told of its state, and who may stop it.

    Raises:
        BrokerRefusedError: if the account may not publish.
        PvsimError: as `Publishing.publish`; when patience has ended.
    """

    async def use(opened: list[SampleSink], _: Notify) -> None:
        await publishing.publish(opened)

    with _naming_the_option():
        await keep_open(lambda: _sinks(address(), service, retention), use, terms)


@asynccontextmanager
async def _sinks(address: BrokerAddress, service: str, retention: Retention) -> AsyncIterator[list[SampleSink]]:
    async with (
        open_sample_stream(address, service, retention) as stream,
        open_sample_exchange(address, service) as exchange,
    ):
        yield [stream, exchange]


@contextmanager
def _naming_the_option() -> Iterator[None]:
    """Say of a refusal how to go on without publishing."""
    try:
        yield
    except BrokerRefusedError as error:
        what = f"samples cannot be published: {error.what}"
        fix = f"{error.fix}; or leave it out: --no-publish" if error.fix else "leave it out: --no-publish"
        raise BrokerRefusedError(what, where=error.where, fix=fix) from error
