"""Methods are what pamqp reads, and what pamqp makes is read."""

import pytest
from pamqp import commands, frame

from pvsim.core.amqp import content, methods
from pvsim.core.amqp.content import FrameType
from pvsim.core.amqp.fields import FrameError
from pvsim.core.amqp.methods import (
    Blocked,
    Cancelled,
    Close,
    Confirm,
    Deliver,
    Kind,
    Ok,
    Return,
    Start,
    Tune,
    decode,
)
from pvsim.core.messages.account import Account

CAPABILITIES = {
    "authentication_failure_close": True,
    "basic.nack": True,
    "connection.blocked": True,
    "consumer_cancel_notify": True,
    "publisher_confirms": True,
}
FACTS = {"product": "pvsim", "platform": "Python", "connection_name": "p", "capabilities": CAPABILITIES}

SAID = [
    (
        methods.start_ok(Account("u", "pässword"), "p"),
        commands.Connection.StartOk(FACTS, "PLAIN", "\0u\0pässword", "en_US"),
    ),
    (methods.tune_ok(Tune(2_047, 131_072, 10)), commands.Connection.TuneOk(2_047, 131_072, 10)),
    (methods.open_vhost("/v"), commands.Connection.Open("/v")),
    (methods.close(Kind.CONNECTION_CLOSE), commands.Connection.Close(200, "OK", 0, 0)),
    (methods.close(Kind.CHANNEL_CLOSE), commands.Channel.Close(200, "OK", 0, 0)),
    (methods.plain(Kind.CONNECTION_CLOSE_OK), commands.Connection.CloseOk()),
    (methods.plain(Kind.CHANNEL_CLOSE_OK), commands.Channel.CloseOk()),
    (methods.plain(Kind.CONFIRM_SELECT), commands.Confirm.Select()),
    (methods.declare_exchange("x"), commands.Exchange.Declare(exchange="x", exchange_type="topic", durable=True)),
    (
        methods.declare_exchange("x", passive=True),
        commands.Exchange.Declare(exchange="x", exchange_type="topic", passive=True),
    ),
    (methods.delete_exchange("x"), commands.Exchange.Delete(exchange="x", if_unused=True)),
    (
        methods.declare_stream("s"),
        commands.Queue.Declare(queue="s", durable=True, arguments={"x-queue-type": "stream"}),
    ),
    (methods.declare_stream("s", passive=True), commands.Queue.Declare(queue="s", passive=True)),
    (methods.delete_queue("s"), commands.Queue.Delete(queue="s")),
    (methods.bind("s", "x", "a.*"), commands.Queue.Bind(queue="s", exchange="x", routing_key="a.*")),
    (
        methods.bind_exchange("y", "x", "a.#"),
        commands.Exchange.Bind(destination="y", source="x", routing_key="a.#"),
    ),
    (methods.qos(5_000), commands.Basic.Qos(prefetch_count=5_000)),
    (
        methods.consume("s", "t", "first"),
        commands.Basic.Consume(queue="s", consumer_tag="t", arguments={"x-stream-offset": "first"}),
    ),
    (
        methods.consume("s", "t", 2**40),
        commands.Basic.Consume(queue="s", consumer_tag="t", arguments={"x-stream-offset": 2**40}),
    ),
    (methods.acknowledge(77), commands.Basic.Ack(77, multiple=True)),
]

SAID_TO_US = [
    (
        commands.Connection.Start(
            server_properties={"product": "RabbitMQ", "version": "3.10.8"}, mechanisms="PLAIN AMQPLAIN"
        ),
        Start("RabbitMQ", "3.10.8", ("PLAIN", "AMQPLAIN")),
    ),
    (commands.Connection.Start(server_properties={"product": 7}, mechanisms=""), Start("", "", ())),
    (commands.Connection.Tune(2_047, 131_072, 60), Tune(2_047, 131_072, 60)),
    (commands.Connection.OpenOk(), Ok(Kind.CONNECTION_OPEN_OK)),
    (commands.Connection.Close(320, "CONNECTION_FORCED", 0, 0), Close(320, "CONNECTION_FORCED")),
    (commands.Connection.CloseOk(), Ok(Kind.CONNECTION_CLOSE_OK)),
    (commands.Connection.Blocked("low on disk"), Blocked("low on disk")),
    (commands.Connection.Unblocked(), Blocked("")),
    (commands.Channel.OpenOk(), Ok(Kind.CHANNEL_OPEN_OK)),
    (commands.Channel.Close(404, "NOT_FOUND", 60, 20), Close(404, "NOT_FOUND")),
    (commands.Channel.CloseOk(), Ok(Kind.CHANNEL_CLOSE_OK)),
    (commands.Exchange.DeclareOk(), Ok(Kind.EXCHANGE_DECLARE_OK)),
    (commands.Exchange.DeleteOk(), Ok(Kind.EXCHANGE_DELETE_OK)),
    (commands.Queue.DeclareOk("s", 1, 2), Ok(Kind.QUEUE_DECLARE_OK, 1)),
    (commands.Queue.BindOk(), Ok(Kind.QUEUE_BIND_OK)),
    (commands.Queue.DeleteOk(3), Ok(Kind.QUEUE_DELETE_OK)),
    (commands.Basic.QosOk(), Ok(Kind.BASIC_QOS_OK)),
    (commands.Basic.ConsumeOk("t"), Ok(Kind.BASIC_CONSUME_OK)),
    (commands.Basic.Cancel("t"), Cancelled("t")),
    (commands.Basic.Return(312, "NO_ROUTE", "x", "k"), Return("NO_ROUTE")),
    (commands.Basic.Deliver("t", 2**40, redelivered=True, exchange="x", routing_key="k"), Deliver("t", 2**40)),
    (commands.Basic.Ack(5, multiple=True), Confirm(5, multiple=True, taken=True)),
    (commands.Basic.Ack(5, multiple=False), Confirm(5, multiple=False, taken=True)),
    (commands.Basic.Nack(5, multiple=True, requeue=False), Confirm(5, multiple=True, taken=False)),
    (commands.Basic.Nack(5, multiple=False, requeue=True), Confirm(5, multiple=False, taken=False)),
    (commands.Confirm.SelectOk(), Ok(Kind.CONFIRM_SELECT_OK)),
]


def payload(method):
    return frame.marshal(method, 1)[7:-1]


@pytest.mark.parametrize(("ours", "theirs"), SAID, ids=lambda one: getattr(one, "name", None) or "ours")
def test_what_we_say_is_what_pamqp_reads(ours, theirs):
    size, channel, read = frame.unmarshal(content.frame(FrameType.METHOD, 3, ours))
    assert (size, channel) == (len(ours) + 8, 3)
    assert type(read) is type(theirs)
    assert dict(read) == dict(theirs)


def test_a_channel_is_opened_with_an_empty_reserved_field():
    (size, channel, read) = frame.unmarshal(content.frame(FrameType.METHOD, 3, methods.plain(Kind.CHANNEL_OPEN)))
    assert (size, channel, type(read), dict(read)) == (13, 3, commands.Channel.Open, {"out_of_band": ""})


@pytest.mark.parametrize(("theirs", "ours"), SAID_TO_US, ids=lambda one: getattr(one, "name", None) or "ours")
def test_what_pamqp_makes_is_read(theirs, ours):
    assert decode(payload(theirs)) == ours


@pytest.mark.parametrize("theirs", [one for one, ours in SAID_TO_US if not isinstance(ours, (Ok, Blocked))])
def test_a_method_that_is_cut_short_is_an_error(theirs):
    for cut in (0, 3, 4):
        with pytest.raises(FrameError, match="cut short"):
            decode(payload(theirs)[:cut])


@pytest.mark.parametrize("number", [0, Kind.BASIC_PUBLISH, Kind.CONNECTION_START_OK, 90 << 16 | 10])
def test_a_method_that_no_server_sends_is_an_error(number):
    with pytest.raises(FrameError, match="none that pvsim asks for"):
        decode(int(number).to_bytes(4, "big"))
