"""Publishing results: to both places at once, again where the broker is lost, and what is said of a refusal."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from pvsim.adapters.streams import Retention
from pvsim.app.patience import Patience, Terms
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import BadInputError, BrokerLostError, BrokerRefusedError
from pvsim.wiring import service_results

ADDRESS = BrokerAddress("h", 1, 2, "u", "p")


class Publishing:
    """Publishes until it is told how it ends, each time it is opened."""

    def __init__(self, *ends):
        self.ends, self.given = list(ends), []

    async def check(self, sinks):
        await self.publish(sinks)

    async def publish(self, sinks):
        self.given.append(sinks)
        if (end := self.ends.pop(0)) is not None:
            raise end


@pytest.fixture
def opened(monkeypatch):
    """What was opened, with what; a refusal where one is put there."""
    made = {"refusal": None, "asked": []}

    @asynccontextmanager
    async def stream(*arguments):
        made["asked"].append(("stream", *arguments))
        if made["refusal"] is not None:
            raise made["refusal"]
        yield "stream"

    @asynccontextmanager
    async def exchange(*arguments):
        made["asked"].append(("exchange", *arguments))
        yield "exchange"

    monkeypatch.setattr(service_results, "open_sample_stream", stream)
    monkeypatch.setattr(service_results, "open_sample_exchange", exchange)
    return made


async def publish(publishing, patience):
    await service_results.publish_results(
        publishing,
        lambda: ADDRESS,
        "home",
        Retention(3),
        Terms(patience, lambda _: None, asyncio.Event()),
    )


async def test_the_stream_and_the_exchange_are_given_and_opened_again_where_the_broker_was_lost(opened):
    publishing = Publishing(BrokerLostError("lost"), None)
    await publish(publishing, Patience(60.0, first_pause_s=0.0))
    assert publishing.given == [["stream", "exchange"]] * 2
    assert opened["asked"] == [("stream", ADDRESS, "home", Retention(3)), ("exchange", ADDRESS, "home")] * 2


@pytest.mark.parametrize(
    ("fix", "told"),
    [("ask for it", "ask for it; or leave it out: --no-publish"), ("", "leave it out: --no-publish")],
)
async def test_a_refusal_says_how_to_go_on_without(opened, fix, told):
    opened["refusal"] = BrokerRefusedError("the account may not", where="h:2", fix=fix)
    for attempt in (
        publish(Publishing(), Patience(0.0)),
        service_results.check_results(Publishing(), ADDRESS, "home", Retention(3)),
    ):
        with pytest.raises(
            BrokerRefusedError, match="samples cannot be published: the account may not"
        ) as refused:
            await attempt
        assert (refused.value.where, refused.value.fix) == ("h:2", told)


async def test_the_stream_and_the_exchange_are_checked(opened):
    publishing = Publishing(BadInputError("of another service"))
    with pytest.raises(BadInputError, match="of another service"):
        await service_results.check_results(publishing, ADDRESS, "home", Retention(3))
    assert publishing.given == [["stream", "exchange"]]
    assert opened["asked"] == [("stream", ADDRESS, "home", Retention(3)), ("exchange", ADDRESS, "home")]
