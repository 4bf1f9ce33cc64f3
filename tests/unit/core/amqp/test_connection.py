"""The AMQP connection as a table: each state and each method, however the bytes are cut."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pamqp import commands, frame
from pamqp.header import ProtocolHeader
from tests.unit.core.amqp import wire

from pvsim.core.amqp import methods
from pvsim.core.amqp.connection import AmqpConnection, Closed, OnChannel, Ready, State
from pvsim.core.amqp.content import Message
from pvsim.core.amqp.methods import Blocked, Cancelled, Close, Confirm, Kind, Ok, Return, Tune
from pvsim.core.messages.account import Account
from pvsim.errors import BrokerError, BrokerLostError, BrokerRefusedError

ACCOUNT = {"account": Account("u", "pässword"), "vhost": "/", "purpose": "test", "where": "h:5672"}
STATES = [State.GREETING, State.SIGNING_IN, State.OPENING, State.READY]


def connection(state=State.READY, **kwargs):
    """A connection that was led to a state, and has sent what it had to."""
    made = AmqpConnection(**ACCOUNT | kwargs)
    for one in wire.HANDSHAKE[: STATES.index(state)]:
        made.receive(one, 0.0)
    made.data_to_send()
    assert made.state is state
    return made


def sent(made):
    """What was sent, as pamqp reads it."""
    data, found = b"".join(made.data_to_send()), []
    while data:
        size, channel, one = frame.unmarshal(data)
        found.append((channel, one))
        data = data[size:]
    return found


def error_of(events):
    """The error that the only event carries."""
    (event,) = events
    assert isinstance(event, Closed)
    return event.error


# --- signing in ---


def test_what_is_sent_is_what_pamqp_reads():
    made = AmqpConnection(**ACCOUNT)
    events = [event for one in wire.HANDSHAKE for event in made.receive(one, 0.0)]
    made.close()
    assert events == [Ready()]
    assert made.server == "RabbitMQ 3.10.8"
    assert made.limits == Tune(2_047, 131_072, 10)
    (_, header), (_, start_ok), (_, tune_ok), (_, opening), (_, closing) = sent(made)
    assert isinstance(header, ProtocolHeader)
    assert (header.major_version, header.minor_version, header.revision) == (0, 9, 1)
    assert (start_ok.mechanism, start_ok.response) == ("PLAIN", "\0u\0pässword")
    assert start_ok.client_properties["connection_name"] == "test"
    assert dict(tune_ok) == {"channel_max": 2_047, "frame_max": 131_072, "heartbeat": 10}
    assert opening.virtual_host == "/"
    assert isinstance(closing, commands.Connection.Close)


@given(st.lists(st.integers(0, 3_000), max_size=20))
@example(list(range(200)))
def test_the_bytes_may_be_cut_anywhere(cuts):
    stream = b"".join([*wire.HANDSHAKE, wire.HEARTBEAT, wire.method(commands.Channel.OpenOk(), 1)])
    made, events = AmqpConnection(**ACCOUNT), []
    for start, stop in pairwise([0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]):
        events += made.receive(stream[start:stop], 0.0) if start < stop else []
    assert events == [Ready(), OnChannel(1, Ok(Kind.CHANNEL_OPEN_OK))]


def test_the_smaller_limits_hold_and_none_is_no_limit():
    for theirs, limits in [
        ((0, 0, 0), (0, 131_072, 10)),
        ((100, 4_096, 5), (100, 4_096, 5)),
        ((2_047, 1 << 20, 60), (2_047, 131_072, 10)),
    ]:
        made = connection(State.SIGNING_IN)
        made.receive(wire.method(commands.Connection.Tune(*theirs)), 0.0)
        assert made.limits == Tune(*limits)


def test_without_heartbeats_and_limits():
    made = connection(State.SIGNING_IN, heartbeat_s=0)
    made.limits = Tune(0, 0, 0)
    made.receive(wire.method(commands.Connection.Tune(0, 0, 0)) + wire.OPENED, 0.0)
    assert made.limits == Tune(0, 0, 0)
    made.data_to_send()
    assert made.tick(1e9) == []
    assert made.data_to_send() == []
    assert made.receive(b"\3\0\1\7\0\0\0", 0.0) == []  # a frame of 117 MB: more of it is awaited


@pytest.mark.parametrize(
    ("state", "code", "kind", "words"),
    [
        (State.SIGNING_IN, 403, BrokerRefusedError, "refuses user 'u': wrong user or password"),
        (State.OPENING, 530, BrokerRefusedError, "refuses vhost '/' to user 'u'"),
        (State.GREETING, 320, BrokerLostError, "was lost: because"),
        (State.SIGNING_IN, 530, BrokerLostError, "was lost: because"),
        (State.OPENING, 403, BrokerLostError, "was lost: because"),
        (State.READY, 320, BrokerLostError, "connection to the broker was lost: because"),
        (State.READY, 403, BrokerLostError, "was lost: because"),
    ],
)
def test_the_server_may_close_at_any_time(state, code, kind, words):
    made = connection(state)
    error = error_of(made.receive(wire.method(commands.Connection.Close(code, "because", 0, 0)), 0.0))
    assert words in str(error)
    assert (type(error), error.where) == (kind, "h:5672")
    ((_, answer),) = sent(made)
    assert isinstance(answer, commands.Connection.CloseOk)
    assert made.state is State.CLOSED
    assert made.receive(b"", 0.0) == made.receive(wire.HEARTBEAT, 0.0) == made.tick(1e9) == []
    made.close()
    assert made.data_to_send() == []


def test_a_server_that_gives_no_reason_is_told_by_its_code():
    error = error_of(connection().receive(wire.method(commands.Connection.Close(541, "", 0, 0)), 0.0))
    assert error.what == "the connection to the broker was lost: 541"


@pytest.mark.parametrize(("mechanisms", "words"), [("AMQPLAIN EXTERNAL", "AMQPLAIN, EXTERNAL"), ("", "none")])
def test_a_server_without_plain_is_refused(mechanisms, words):
    greeting = wire.method(commands.Connection.Start(server_properties={}, mechanisms=mechanisms))
    error = error_of(connection(State.GREETING).receive(greeting, 0.0))
    assert isinstance(error, BrokerRefusedError)
    assert words in error.what
    assert "PLAIN" in error.fix


def test_a_server_without_a_name_has_one():
    made = connection(State.GREETING)
    made.receive(wire.method(commands.Connection.Start(server_properties={}, mechanisms="PLAIN")), 0.0)
    assert made.server == "an AMQP broker"


METHODS = {
    "Start": wire.START, "Tune": wire.TUNE, "OpenOk": wire.OPENED,
    "ChannelOpenOk": wire.method(commands.Channel.OpenOk()), "Ack": wire.method(commands.Basic.Ack(1)),
    "Blocked": wire.method(commands.Connection.Blocked("b")),
    "CloseOk": wire.method(commands.Connection.CloseOk()),
}  # fmt: skip
FITTING = {
    (State.GREETING, "Start"), (State.SIGNING_IN, "Tune"), (State.OPENING, "OpenOk"),
    (State.OPENING, "Blocked"), (State.READY, "Blocked"), (State.READY, "CloseOk"),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", METHODS)
def test_a_method_out_of_its_turn_ends_the_connection(state, name):
    made = connection(state)
    events = made.receive(METHODS[name], 0.0)
    if (state, name) in FITTING:
        assert all(event in {Ready(), Closed(None), Blocked("b")} for event in events)
        return
    error = error_of(events)
    assert "does not speak AMQP 0-9-1: an unexpected" in error.what
    assert "PVSIM_BROKER_URL" in error.fix


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n", bytes(64), b"AMQP\0\0\x09\x01",
        wire.START[:-1] + b"\0", b"\1\0\0\0\1\0\0" + bytes(9), b"\2\0\1\0\0\0\0\xce",
        b"\1\0\0\0\0\0\4\0\0\0\0\xce", b"\1\0\0\0\0\0\1\0\xce",
    ],
)  # fmt: skip
def test_what_is_no_frame_of_amqp_is_named(data):
    error = error_of(connection(State.GREETING).receive(data, 0.0))
    assert type(error) is BrokerError
    assert "does not speak AMQP 0-9-1" in error.what


@pytest.mark.parametrize("state", STATES)
def test_the_end_of_the_bytes(state):
    error = error_of(connection(state).receive(b"", 0.0))
    assert isinstance(error, BrokerLostError)
    words = "broker closed it" if state is State.READY else "the broker is busy, or does not speak AMQP 0-9-1"
    assert words in error.what


def test_a_vhost_that_no_broker_can_have_is_refused():
    made = connection(State.SIGNING_IN, vhost="ü" * 128)
    error = error_of(made.receive(wire.TUNE, 0.0))
    assert isinstance(error, BrokerRefusedError)
    assert "longer than 255 bytes" in error.what


# --- heartbeats ---


def test_heartbeats_are_sent_and_silence_ends_the_connection():
    made = connection()
    made.receive(wire.HEARTBEAT, 100.0)
    assert made.tick(101.0) == made.tick(104.0) == []
    assert [type(one).__name__ for _, one in sent(made)] == ["Heartbeat"]
    assert made.tick(106.0) == []
    assert [type(one).__name__ for _, one in sent(made)] == ["Heartbeat"]
    assert made.tick(125.0) == []
    error = error_of(made.tick(125.1))
    assert isinstance(error, BrokerLostError)
    assert "silent for 25 s" in error.what


def test_a_server_that_never_says_anything_is_given_up_too():
    made = AmqpConnection(**ACCOUNT)
    assert made.tick(5.0) == []
    assert len(made.data_to_send()) == 1  # the protocol header: no heartbeat before the connection is open
    assert "silent" in error_of(made.tick(31.0)).what


# --- channels ---


def test_a_refusal_closes_the_channel_and_is_answered():
    made = connection()
    events = made.receive(wire.method(commands.Channel.Close(404, "NOT_FOUND - no queue", 60, 20), 3), 0.0)
    assert events == [OnChannel(3, Close(404, "NOT_FOUND - no queue"))]
    ((channel, answer),) = sent(made)
    assert (channel, type(answer)) == (3, commands.Channel.CloseOk)
    assert made.state is State.READY


def test_what_is_said_on_channels_and_about_the_connection():
    made = connection()
    data = b"".join(
        [
            wire.method(commands.Basic.ConsumeOk("t"), 2),
            wire.method(commands.Connection.Blocked("low on memory")),
            wire.method(commands.Connection.Unblocked()),
            wire.method(commands.Basic.Ack(7, multiple=True), 2),
            wire.method(commands.Basic.Cancel("t"), 2),
        ]
    )
    assert made.receive(data, 0.0) == [
        OnChannel(2, Ok(Kind.BASIC_CONSUME_OK)),
        Blocked("low on memory"),
        Blocked(""),
        OnChannel(2, Confirm(7, multiple=True, taken=True)),
        OnChannel(2, Cancelled("t")),
    ]


def test_a_message_that_comes_back():
    made = connection()
    back = wire.method(commands.Basic.Return(312, "NO_ROUTE", "pvsim", "k"), 4)
    frames = wire.content(b"body", {}, 4, 2, {"message_id": "0000000000000009", "content_type": "a/b"})
    events = [event for one in (back, *frames) for event in made.receive(one, 0.0)]
    assert events == [OnChannel(4, Message(Return("NO_ROUTE"), None, b"body"))]


def test_the_connection_ends_when_the_server_says_so_too():
    made = connection()
    made.close()
    assert made.receive(METHODS["CloseOk"], 0.0) == [Closed(None)]
    assert made.state is State.CLOSED


def test_frames_are_sent_as_they_are():
    made = connection()
    made.send_frames(b"frames")
    made.send(5, methods.acknowledge(7))
    first, second = made.data_to_send()
    assert first == b"frames"
    _, channel, ack = frame.unmarshal(second)
    assert (channel, ack.delivery_tag, ack.multiple) == (5, 7, True)
