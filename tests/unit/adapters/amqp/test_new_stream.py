"""A stream that was declared a moment ago may have no replica to read from yet."""

import pytest

from pvsim.adapters.amqp import transport
from pvsim.adapters.amqp.client import AmqpClient, NotReadyError
from pvsim.adapters.amqp.transport import AmqpLog
from pvsim.core.amqp.methods import Close
from pvsim.errors import BrokerError

REFUSAL = "PRECONDITION_FAILED - queue 'queue 'pvsim.x' in vhost '/'' does not have a replica on the local node"


class FakeClient:
    """Opens channels; the real client's words for a refusal."""

    refusal = AmqpClient.refusal

    def __init__(self):
        self.where = "broker:5672"
        self.channels = 0

    async def channel(self, _doing):
        self.channels += 1


def subscription_that_is_refused(times):
    class Subscription:
        refusals = 0

        def __init__(self, client, *_):
            self.client, self.offset = client, None

        async def start(self, offset):
            if Subscription.refusals < times:
                Subscription.refusals += 1
                raise self.client.refusal(Close(406, REFUSAL), "read from pvsim.x")
            self.offset = offset

        async def stop(self):
            pass

    return Subscription


async def test_it_is_asked_again_on_a_new_channel(monkeypatch):
    monkeypatch.setattr(transport, "Subscription", subscription_that_is_refused(2))
    client = FakeClient()
    async with AmqpLog(client, "pvsim.x", None).subscribe(7) as subscription:
        assert subscription.offset == 7
    assert client.channels == 3


async def test_not_for_ever(monkeypatch):
    monkeypatch.setattr(transport, "Subscription", subscription_that_is_refused(10**9))
    monkeypatch.setattr(transport, "READY_S", 0.0)
    with pytest.raises(NotReadyError, match="does not have a replica") as caught:
        async with AmqpLog(FakeClient(), "pvsim.x", None).subscribe(0):
            pass
    assert isinstance(caught.value, BrokerError)
