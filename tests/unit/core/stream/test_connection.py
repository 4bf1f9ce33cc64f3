"""The stream connection as a table: each state and each frame, however the bytes are cut."""

import struct
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rstream import schema
from rstream.encoding import decode_frame

from pvsim.core.messages.account import Account
from pvsim.core.stream import frames
from pvsim.core.stream.connection import Closed, Ready, State, StreamConnection
from pvsim.core.stream.frames import Command, ResponseCode

OK = ResponseCode.OK


def response(command, code=OK, correlation_id=1, body=b""):
    """A response as the server sends it."""
    return frames.frame(command | frames.RESPONSE_BIT, struct.pack(">IH", correlation_id, code) + body)


PROPERTIES = response(Command.PEER_PROPERTIES, body=frames.properties({"version": "3.10.8"}))
MECHANISMS = response(Command.SASL_HANDSHAKE, body=frames.strings(["PLAIN", "AMQPLAIN"]))
SIGNED_IN = response(Command.SASL_AUTHENTICATE)
TUNE = frames.tune(1 << 20, 60)
OPENED = response(Command.OPEN, body=frames.properties({"advertised_host": "h"}))
CLOSE = frames.request(Command.CLOSE, 9, struct.pack(">H", 1) + frames.string("shutting down"))
CLOSED = response(Command.CLOSE)

ACCOUNT = {"account": Account("u", "pässword"), "vhost": "/", "where": "h:5552"}
HANDSHAKE = [PROPERTIES, MECHANISMS, SIGNED_IN, TUNE, OPENED]
STATES = [State.PROPERTIES, State.MECHANISMS, State.SIGNING_IN, State.TUNING, State.OPENING, State.READY]
OTHERS = {
    "confirm": frames.frame(Command.PUBLISH_CONFIRM, struct.pack(">BIQ", 1, 1, 7)),
    "publish error": frames.frame(Command.PUBLISH_ERROR, struct.pack(">BIQH", 1, 1, 7, 2)),
    "deliver": frames.frame(Command.DELIVER, b"\1chunk"),
    "credit": frames.frame(Command.CREDIT | frames.RESPONSE_BIT, struct.pack(">HB", 4, 1)),
    "metadata update": frames.frame(Command.METADATA_UPDATE, struct.pack(">H", 6) + frames.string("s")),
    "created": response(Command.CREATE),
    "refused": response(Command.CREATE, ResponseCode.ACCESS_REFUSED),
}


def connection(state=State.PROPERTIES, **kwargs):
    """A connection that was led to a state, and has sent what it had to."""
    made = StreamConnection(**ACCOUNT | kwargs)
    for frame in HANDSHAKE[: STATES.index(state)]:
        made.receive(frame, 0.0)
    made.data_to_send()
    assert made.state is state
    return made


def error_of(events):
    """The text of the error that the only event carries."""
    (event,) = events
    assert isinstance(event, Closed)
    return event.error


# --- signing in ---


def test_what_is_sent_is_what_rstream_reads():
    made = StreamConnection(**ACCOUNT | {"vhost": "v1"}, heartbeat_s=20)
    for frame in HANDSHAKE:
        made.receive(frame, 0.0)
    made.close()
    sent = [decode_frame(data[4:]) for data in made.data_to_send()]
    assert [frame.__dict__.get("correlation_id") for frame in sent] == [1, 2, 3, None, 4, 5]
    assert sent[0] == schema.PeerProperties(
        1, [schema.Property("product", "pvsim"), schema.Property("platform", "Python")]
    )
    assert sent[1:] == [
        schema.SaslHandshake(2),
        schema.SaslAuthenticate(3, "PLAIN", "\0u\0pässword".encode()),
        schema.Tune(1 << 20, 20),
        schema.Open(4, "v1"),
        schema.Close(5, 1, "OK"),
    ]


@given(cuts=st.lists(st.integers(0, sum(map(len, HANDSHAKE)) + 60), max_size=30))
@example(cuts=list(range(300)))
def test_however_the_bytes_are_cut_the_events_are_the_same(cuts):
    stream = b"".join([*HANDSHAKE, frames.heartbeat(), *OTHERS.values(), CLOSE])
    whole, parts = connection(), connection()
    expected = whole.receive(stream, 0.0)
    bounds = sorted({0, *(cut for cut in cuts if cut < len(stream)), len(stream)})
    found = [event for a, b in pairwise(bounds) for event in parts.receive(stream[a:b], 0.0)]
    assert found[:-1] == expected[:-1]
    assert str(error_of(found[-1:])) == str(error_of(expected[-1:]))
    assert [type(event).__name__ for event in found] == [
        *(
            "Ready",
            "PublishConfirm",
            "PublishError",
            "Deliver",
            "Credit",
            "MetadataUpdate",
            "Response",
            "Response",
        ),
        "Closed",
    ]
    assert parts.data_to_send() == whole.data_to_send()


def test_a_frame_keeps_its_bytes_when_more_come():
    ready = connection(State.READY)
    (first,) = ready.receive(OTHERS["deliver"], 0.0)
    ready.receive(frames.frame(Command.DELIVER, b"\1other"), 0.0)
    assert bytes(first.chunk) == b"chunk"


@pytest.mark.parametrize("index", range(len(HANDSHAKE)))
def test_each_state_leads_to_the_next(index):
    made = connection(STATES[index])
    events = made.receive(HANDSHAKE[index], 0.0)
    assert made.state is STATES[index + 1]
    assert events == ([Ready(1 << 20, 10)] if index == 4 else [])
    expects_more = {0: 1, 1: 1, 2: 0, 3: 2, 4: 0}
    assert len(made.data_to_send()) == expects_more[index]


UNEXPECTED = [
    pytest.param(state, frame, id=f"{state.name}-{frame[4:10].hex()}")
    for state, expected in zip(STATES, HANDSHAKE, strict=False)
    for frame in [*HANDSHAKE, CLOSED, *OTHERS.values()]
    if frame is not expected
]


@pytest.mark.parametrize(("state", "frame"), UNEXPECTED)
def test_any_other_frame_while_signing_in_ends_it(state, frame):
    made = connection(state)
    assert "unexpected" in str(error_of(made.receive(frame, 0.0)))
    assert made.state is State.CLOSED


@pytest.mark.parametrize("state", STATES)
def test_heartbeats_and_answers_to_tune_change_nothing(state):
    made = connection(state)
    assert made.receive(frames.heartbeat() + frames.frame(0x8014, struct.pack(">II", 0, 0)), 0.0) == []
    assert made.state is state


@pytest.mark.parametrize("state", STATES)
def test_the_servers_close_is_answered_and_ends_it(state):
    made = connection(state)
    assert str(error_of(made.receive(CLOSE, 0.0))) == "h:5552: the broker closed the connection: shutting down"
    assert made.data_to_send() == [frames.close_response(9)]
    assert made.state is State.CLOSED


def test_a_close_without_a_reason_shows_its_code():
    made = connection(State.READY)
    error = error_of(made.receive(frames.request(Command.CLOSE, 9, b"\0\x11\xff\xff"), 0.0))
    assert str(error).endswith("closed the connection: 17")


@pytest.mark.parametrize("state", STATES)
def test_the_end_of_the_bytes_ends_it_once(state):
    made = connection(state)
    assert "closed the connection" in str(error_of(made.receive(b"", 0.0)))
    assert made.receive(b"", 0.0) == []


@pytest.mark.parametrize("frame", [TUNE, PROPERTIES, *OTHERS.values()], ids=lambda frame: frame[4:10].hex())
def test_when_it_is_ready_every_other_frame_is_its_owners(frame):
    ready = connection(State.READY)
    assert ready.receive(frame, 0.0) == [frames.decode(memoryview(frame)[4:])]
    assert ready.state is State.READY


def test_its_own_close_ends_without_an_error():
    ready = connection(State.READY)
    ready.close()
    assert ready.state is State.READY
    assert ready.receive(CLOSED, 0.0) == [Closed(None)]
    assert ready.state is State.CLOSED


@pytest.mark.parametrize("state", [s for s in STATES if s is not State.READY])
def test_before_it_is_ready_there_is_nobody_to_say_goodbye_to(state):
    made = connection(state)
    made.close()
    assert made.data_to_send() == []


@pytest.mark.parametrize("frame", [*HANDSHAKE, CLOSE, CLOSED, *OTHERS.values(), b"garbage", frames.heartbeat()])
def test_after_the_end_nothing_happens(frame):
    ended = connection(State.READY)
    ended.receive(b"", 0.0)
    assert ended.receive(frame, 0.0) == []
    assert ended.tick(1_000.0) == []
    ended.close()
    assert ended.data_to_send() == []


def test_frames_after_a_close_are_left_alone():
    events = connection(State.READY).receive(CLOSE + OTHERS["confirm"], 0.0)
    assert [type(event) for event in events] == [Closed]


# --- refusals ---


@pytest.mark.parametrize("state", [State.PROPERTIES, State.MECHANISMS, State.SIGNING_IN, State.OPENING])
@pytest.mark.parametrize(
    ("code", "text", "fix"),
    [
        (ResponseCode.AUTHENTICATION_FAILURE, "refuses user 'u': wrong user or password", "PVSIM_BROKER_URL"),
        (ResponseCode.AUTHENTICATION_FAILURE_LOOPBACK, "from its own machine only", "another user"),
        (ResponseCode.VIRTUAL_HOST_ACCESS_FAILURE, "may not use the virtual host '/'", "set_permissions -p / u"),
        (ResponseCode.SASL_ERROR, "refuses the connection (code 9)", ""),
        (99, "(code 99)", ""),
    ],
)
def test_a_refusal_says_why_and_what_to_do(state, code, text, fix):
    made = connection(state)
    command = Command(struct.unpack_from(">H", HANDSHAKE[STATES.index(state)], 4)[0] & ~frames.RESPONSE_BIT)
    error = error_of(made.receive(response(command, code), 0.0))
    assert text in str(error)
    assert fix in error.fix
    assert error.where == "h:5552"
    assert "pässword" not in repr(error) + str(error) + error.fix


def signing_in(user: str) -> StreamConnection:
    made = StreamConnection(**ACCOUNT | {"account": Account(user, "pässword")})
    for frame in HANDSHAKE[: STATES.index(State.SIGNING_IN)]:
        made.receive(frame, 0.0)
    assert made.state is State.SIGNING_IN
    return made


@pytest.mark.parametrize(("user", "text"), [("u", "by user and password"), ("", "by certificate")])
def test_a_way_of_signing_in_that_is_not_offered_is_named(user, text):
    made = signing_in(user)
    answer = response(Command.SASL_AUTHENTICATE, ResponseCode.SASL_MECHANISM_NOT_SUPPORTED)
    assert f"lets nobody sign in {text}" in str(error_of(made.receive(answer, 0.0)))
    elsewhere = connection(State.OPENING)
    answer = response(Command.OPEN, ResponseCode.SASL_MECHANISM_NOT_SUPPORTED)
    assert "refuses the connection (code 7)" in str(error_of(elsewhere.receive(answer, 0.0)))


def test_a_certificate_signs_in_without_a_password():
    sent = decode_frame(signing_in("").data_to_send()[-1][4:])
    assert (sent.mechanism, sent.data) == ("EXTERNAL", b"")


@pytest.mark.parametrize(("user", "text"), [("u", "closed the connection"), ("", "RabbitMQ 3.10 cannot")])
def test_a_broker_that_hangs_up_over_a_certificate_is_told(user, text):
    assert text in str(error_of(signing_in(user).receive(b"", 0.0)))


# --- limits ---


@pytest.mark.parametrize(
    ("ours", "theirs", "agreed"), [(10, 60, 10), (60, 10, 10), (0, 60, 60), (10, 0, 10), (0, 0, 0)]
)
def test_the_smaller_limit_holds_and_0_is_none(ours, theirs, agreed):
    made = connection(State.TUNING, heartbeat_s=ours, frame_max=1_000 * ours)
    made.receive(frames.tune(1_000 * theirs, theirs), 0.0)
    assert (made.frame_max, made.heartbeat_s) == (1_000 * agreed, agreed)
    assert made.data_to_send()[0] == frames.tune(1_000 * agreed, agreed)


# --- what is not the protocol ---


@given(garbage=st.lists(st.binary(min_size=1, max_size=100), max_size=10), state=st.sampled_from(STATES))
@example(garbage=[b"HTTP/1.1 400 Bad Request\r\n"], state=State.PROPERTIES)
@example(garbage=[b"AMQP\0\0\x09\x01"], state=State.PROPERTIES)
def test_garbage_raises_nothing_and_ends_with_one_error(garbage, state):
    made = connection(state)
    events = [event for data in [*garbage, b""] for event in made.receive(data, 0.0)]
    ends = [event for event in events if isinstance(event, Closed)]
    assert len(ends) == 1
    assert events[-1] is ends[0]
    assert made.state is State.CLOSED


@pytest.mark.parametrize("banner", [b"HTTP/1.1 400 Bad Request\r\n", b"AMQP\0\0\x09\x01", b"SSH-2.0-x\r\n"])
def test_another_protocol_is_known_by_its_first_bytes(banner):
    assert "does not speak the stream protocol" in str(error_of(connection().receive(banner, 0.0)))


def test_a_frame_that_cannot_be_decoded_ends_it():
    made = connection(State.READY)
    events = made.receive(OTHERS["confirm"] + b"\0\0\0\4\x7f\x7f\0\1", 0.0)
    assert isinstance(events[0], frames.PublishConfirm)
    assert "not a frame of the stream protocol: 7f 7f 00 01" in str(error_of(events[1:]))


def test_chunks_may_be_larger_than_frames_but_not_of_any_size():
    made = connection(State.READY)
    large = frames.frame(Command.DELIVER, b"\1" + bytes(3 << 20))
    assert len(made.receive(large, 0.0)) == 1
    assert "does not speak the stream protocol" in str(error_of(made.receive(b"\x7f\xff\xff\xff", 0.0)))


# --- heartbeats: times are arguments ---


def test_heartbeats_are_sent_at_half_the_interval():
    ready = connection(State.READY)  # 10 s agreed
    sent = []
    for now in range(21):
        ready.receive(frames.heartbeat(), float(now))
        assert ready.tick(float(now)) == []
        sent += [now] * len(ready.data_to_send())
    assert sent == [0, 5, 10, 15, 20]


@pytest.mark.parametrize("state", STATES)
def test_a_server_silent_for_two_and_a_half_intervals_is_given_up(state):
    made = connection(state)
    made.receive(frames.heartbeat(), 100.0)
    assert made.tick(125.0) == []
    assert "silent for 25 s" in str(error_of(made.tick(125.1)))
    assert made.tick(200.0) == []


def test_any_bytes_are_a_sign_of_life():
    ready = connection(State.READY)
    ready.receive(b"\0", 20.0)
    assert ready.tick(44.0) == []


def test_the_time_before_the_first_byte_counts_from_the_first_tick():
    made = connection()
    assert made.tick(1_000.0) == []
    assert made.tick(1_025.0) == []
    assert "silent" in str(error_of(made.tick(1_026.0)))


def test_no_heartbeat_is_sent_before_the_connection_is_open():
    made = connection(State.OPENING)
    made.tick(0.0)
    assert made.data_to_send() == []


def test_without_an_interval_nothing_is_sent_or_expected():
    made = connection(State.TUNING, heartbeat_s=0)
    made.receive(frames.tune(0, 0) + OPENED, 0.0)
    made.data_to_send()
    assert made.tick(1_000_000.0) == []
    assert made.data_to_send() == []


# --- requests ---


def test_requests_are_numbered_and_sent_in_order():
    ready = connection(State.READY)
    first = ready.request(Command.CREATE, b"a")
    ready.send(b"frame")
    second = ready.request(Command.DELETE, b"b")
    assert second == first + 1
    expected = [
        frames.request(Command.CREATE, first, b"a"),
        b"frame",
        frames.request(Command.DELETE, second, b"b"),
    ]
    assert ready.data_to_send() == expected
    assert ready.data_to_send() == []
