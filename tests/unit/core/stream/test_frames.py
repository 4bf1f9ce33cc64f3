"""The stream protocol's frames, with rstream's codec as the oracle."""

import struct
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rstream import schema
from rstream.constants import Key, OffsetType
from rstream.encoding import decode_frame, encode_frame

from pvsim.core.stream import frames
from pvsim.core.stream.frames import Command, FrameError, OffsetKind, ResponseCode

BOUNDED = settings(max_examples=40, deadline=None)
U8, U16, U32, U64 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32, 64))
I31 = st.integers(0, 2**31 - 1)  # rstream takes the fields of Tune as signed
ASCII = st.text(st.characters(codec="ascii"), max_size=20)  # rstream counts characters, the protocol bytes
PAIRS = st.dictionaries(ASCII, ASCII, max_size=4)
ID = 0x01020304


def as_rstream(pairs: dict[str, str]) -> list[schema.Property]:
    return [schema.Property(key, value) for key, value in pairs.items()]


def decoded(frame: bytes) -> frames.Frame:
    """Decode a whole frame after checking its size field."""
    (size,) = struct.unpack_from(">I", frame)
    assert size == len(frame) - 4
    return frames.decode(memoryview(frame)[4:])


def response_bytes(frame: schema.Frame) -> bytes:
    """What a server sends: rstream encodes a response without the bit that says it is one."""
    data = bytearray(encode_frame(frame))
    data[4] |= 0x80
    assert type(decode_frame(bytes(data[4:]))) is type(frame)
    return bytes(data)


def test_commands_have_rstreams_keys():
    ours_to_theirs = {"METADATA": "Metadata", "QUERY_PUBLISHER_SEQUENCE": "QueryPublisherSequence"}
    for command in Command:
        name = ours_to_theirs.get(command.name, command.name.title().replace("_", ""))
        assert Key[name].value == command, name


def test_codes_and_offsets_have_rstreams_numbers():
    assert {kind.name: kind.value for kind in OffsetKind} == {
        kind.name: kind.value for kind in OffsetType if kind.name in OffsetKind.__members__
    }
    assert [code.value for code in ResponseCode] == list(range(1, 0x14))


# --- to bytes: requests ---------------------------------------------------------------------------------


@given(
    i=U32,
    pairs=PAIRS,
    name=ASCII,
    stream=ASCII,
    pid=U8,
    data=st.binary(max_size=40),
    names=st.lists(ASCII, max_size=4),
)
@BOUNDED
def test_every_request_has_rstreams_bytes(*, i, pairs, name, stream, pid, data, names):
    string, request = frames.string, frames.request
    for command, body, theirs in [
        (Command.PEER_PROPERTIES, frames.properties(pairs), schema.PeerProperties(i, as_rstream(pairs))),
        (Command.SASL_HANDSHAKE, b"", schema.SaslHandshake(i)),
        (
            Command.SASL_AUTHENTICATE,
            string(name) + frames.bytes_field(data),
            schema.SaslAuthenticate(i, name, data),
        ),
        (Command.OPEN, string(name), schema.Open(i, name)),
        (
            Command.CREATE,
            string(stream) + frames.properties(pairs),
            schema.Create(i, stream, as_rstream(pairs)),
        ),
        (Command.DELETE, string(stream), schema.Delete(i, stream)),
        (
            Command.DECLARE_PUBLISHER,
            frames.declare_publisher(pid, name, stream),
            schema.DeclarePublisher(i, pid, name, stream),
        ),
        (
            Command.QUERY_PUBLISHER_SEQUENCE,
            string(name) + string(stream),
            schema.QueryPublisherSequence(i, name, stream),
        ),
        (Command.DELETE_PUBLISHER, bytes([pid]), schema.DeletePublisher(i, pid)),
        (Command.METADATA, frames.strings(names), schema.Metadata(i, names)),
        (Command.UNSUBSCRIBE, bytes([pid]), schema.Unsubscribe(i, pid)),
        (Command.CLOSE, struct.pack(">H", 1) + string(name), schema.Close(i, 1, name)),
    ]:
        assert request(command, i, body) == encode_frame(theirs), command


@given(
    i=U32,
    sub=U8,
    stream=ASCII,
    kind=st.sampled_from(OffsetKind),
    offset=st.integers(0, 2**63 - 1),
    credits_=U16,
)
@BOUNDED
def test_subscribe_has_rstreams_bytes(*, i, sub, stream, kind, offset, credits_):
    """rstream always appends properties, which are optional: an empty list of them is four zero bytes."""
    counts = kind in {OffsetKind.OFFSET, OffsetKind.TIMESTAMP}
    where = schema.OffsetSpec.from_params(OffsetType[kind.name], offset if counts else None)
    body = frames.subscription(sub, stream, kind, offset, credits_)
    theirs = encode_frame(schema.Subscribe(i, sub, stream, where, credits_, []))
    assert theirs[-4:] == bytes(4)
    assert frames.request(Command.SUBSCRIBE, i, body)[4:] == theirs[4:-4]


@given(sub=U8, credits_=U16, frame_max=I31, heartbeat_s=I31, i=U32)
@BOUNDED
def test_every_frame_without_correlation_has_rstreams_bytes(sub, credits_, frame_max, heartbeat_s, i):
    assert frames.credit(sub, credits_) == encode_frame(schema.Credit(sub, credits_))
    assert frames.tune(frame_max, heartbeat_s) == encode_frame(schema.Tune(frame_max, heartbeat_s))
    assert frames.heartbeat() == encode_frame(schema.Heartbeat())
    assert frames.close_response(i) == response_bytes(schema.CloseResponse(i, 1))


def test_frames_by_hand():
    assert frames.heartbeat().hex(" ") == "00 00 00 04 00 17 00 01"
    assert frames.credit(3, 258).hex(" ") == "00 00 00 07 00 09 00 01 03 01 02"
    assert frames.close_response(ID).hex(" ") == "00 00 00 0a 80 16 00 01 01 02 03 04 00 01"
    opened = frames.request(Command.OPEN, ID, frames.string("/"))
    assert opened.hex(" ") == "00 00 00 0b 00 15 00 01 01 02 03 04 00 01 2f"
    assert frames.subscription(1, "s", OffsetKind.OFFSET, 5, 2).hex() == "01000173000400000000000000050002"
    assert frames.subscription(1, "s", OffsetKind.FIRST, 5, 2).hex() == "0100017300010002"


@given(text=st.text(max_size=30))
@BOUNDED
def test_a_string_field_counts_bytes(text):
    field = frames.string(text)
    assert field[2:].decode() == text
    assert int.from_bytes(field[:2], "big") == len(field) - 2


# --- from bytes -----------------------------------------------------------------------------------------


@given(i=U32, code=st.integers(0, 2**16 - 1), sequence=U64, pairs=PAIRS, names=st.lists(ASCII, max_size=3))
@BOUNDED
def test_every_response_of_rstream_is_read(i, code, sequence, pairs, names):
    for command, theirs, body in [
        (
            Command.PEER_PROPERTIES,
            schema.PeerPropertiesResponse(i, code, as_rstream(pairs)),
            frames.properties(pairs),
        ),
        (Command.SASL_HANDSHAKE, schema.SaslHandshakeResponse(i, code, names), frames.strings(names)),
        (Command.SASL_AUTHENTICATE, schema.SaslAuthenticateResponse(i, code), b""),
        (Command.OPEN, schema.OpenResponse(i, code, as_rstream(pairs)), frames.properties(pairs)),
        (Command.CREATE, schema.CreateResponse(i, code), b""),
        (Command.DELETE, schema.DeleteResponse(i, code), b""),
        (Command.DECLARE_PUBLISHER, schema.DeclarePublisherResponse(i, code), b""),
        (Command.DELETE_PUBLISHER, schema.DeletePublisherResponse(i, code), b""),
        (
            Command.QUERY_PUBLISHER_SEQUENCE,
            schema.QueryPublisherSequenceResponse(i, code, sequence),
            struct.pack(">Q", sequence),
        ),
        (Command.SUBSCRIBE, schema.SubscribeResponse(i, code), b""),
        (Command.UNSUBSCRIBE, schema.UnsubscribeResponse(i, code), b""),
        (Command.CLOSE, schema.CloseResponse(i, code), b""),
    ]:
        assert decoded(response_bytes(theirs)) == frames.Response(command, i, code, body), command


@given(
    pid=U8, ids=st.lists(U64, max_size=20), errors=st.lists(st.tuples(U64, U16), max_size=10), code=U16,
    i=U32, text=ASCII, numbers=st.tuples(I31, I31),
)  # fmt: skip
@BOUNDED
def test_everything_else_a_server_sends_is_read(*, pid, ids, errors, code, i, text, numbers):
    theirs = [schema.PublishingError(*error) for error in errors]
    update = schema.MetadataUpdate(schema.MetadataInfo(code, text))
    for frame, ours in [
        (encode_frame(schema.PublishConfirm(pid, ids)), frames.PublishConfirm(pid, tuple(ids))),
        (encode_frame(schema.PublishError(pid, theirs)), frames.PublishError(pid, tuple(errors))),
        (encode_frame(update), frames.MetadataUpdate(code, text)),
        (encode_frame(schema.Tune(*numbers)), frames.Tune(*numbers)),
        (encode_frame(schema.Close(i, code, text)), frames.Close(i, code, text)),
        (encode_frame(schema.Heartbeat()), frames.Heartbeat()),
        (response_bytes(schema.CreditResponse(code, pid)), frames.Credit(code, pid)),
    ]:
        assert decoded(frame) == ours


@given(sub=U8, chunk=st.binary(max_size=60))
@BOUNDED
def test_a_delivered_chunk_is_passed_on_without_a_copy(sub, chunk):
    frame = frames.frame(Command.DELIVER, bytes([sub]) + chunk)
    delivered = decoded(frame)
    assert (delivered.subscription_id, bytes(delivered.chunk)) == (sub, chunk)
    assert delivered.chunk.obj is frame


def test_a_chunk_as_rstream_writes_it():
    body = b"\0\0\0\x02hi"
    crc = crc32(body)
    theirs = schema.Deliver(9, 80, 0, 1, 1, 5, 1, 77, crc, len(body), 0, 0, body)
    delivered = decoded(encode_frame(theirs))
    assert delivered.subscription_id == 9
    assert bytes(delivered.chunk[-len(body) :]) == body
    assert struct.unpack_from(">bbHIqQQI", delivered.chunk) == (80, 0, 1, 1, 5, 1, 77, crc)


def test_a_frame_that_is_longer_than_its_fields_is_read_to_their_end():
    """A newer server may append fields."""
    assert frames.decode(memoryview(frames.tune(1, 2)[4:] + b"new")) == frames.Tune(1, 2)


def test_an_answer_to_our_tune_is_harmless():
    assert frames.decode(memoryview(b"\x80\x14\x00\x01anything")) == frames.Heartbeat()


def test_a_missing_string_is_empty():
    assert frames.decode(memoryview(b"\0\x10\0\x01\0\x06\xff\xff")) == frames.MetadataUpdate(6, "")


# --- garbage --------------------------------------------------------------------------------------------

KEYS = st.sampled_from(Command).map(int) | st.sampled_from(Command).map(lambda c: c | 0x8000) | U16
MESSAGES = [
    frames.frame(Command.PUBLISH_CONFIRM, struct.pack(">BIQQ", 1, 2, 5, 6)),
    frames.frame(Command.PUBLISH_ERROR, struct.pack(">BIQHQH", 1, 2, 5, 2, 6, 2)),
    frames.frame(Command.METADATA_UPDATE, struct.pack(">H", 6) + frames.string("stream")),
    frames.frame(Command.TUNE, struct.pack(">II", 1, 2)),
    frames.request(Command.CLOSE, 5, struct.pack(">H", 1) + frames.string("bye")),
    frames.frame(Command.CREDIT | 0x8000, struct.pack(">HB", 4, 1)),
    frames.close_response(5),
]


@given(key=KEYS, version=U16, body=st.binary(max_size=40))
@settings(max_examples=300, deadline=None)
def test_garbage_is_a_frame_or_a_frame_error(key, version, body):
    try:
        result = frames.decode(memoryview(struct.pack(">HH", key, version) + body))
    except FrameError as error:
        assert "not a frame" in str(error)  # noqa: PT017 - either outcome is right
    else:
        assert isinstance(result, frames.Frame)


@pytest.mark.parametrize("frame", MESSAGES, ids=lambda frame: type(decoded(frame)).__name__)
def test_a_frame_cut_short_at_any_byte_is_an_error(frame):
    """Less than what was sent must never pass for all of it: neither confirms nor reasons."""
    for cut in range(len(frame) - 4):
        with pytest.raises(FrameError, match="not a frame of the stream protocol"):
            frames.decode(memoryview(frame)[4 : 4 + cut])


@pytest.mark.parametrize(
    "data",
    [
        "", "00", "00 17", "00 17 00",  # no head
        "00 02 00 01", "00 08 00 01", "00 99 00 01",  # not a server's, no subscription, unknown
        "00 10 00 01 00 06 00 01 ff",  # not UTF-8
        "00 03 00 01 01 ff ff ff ff", "00 04 00 01 01 ff ff ff ff",  # counts without ids
        "80 15 00 01 00 00 00 01",  # no code
    ],
)  # fmt: skip
def test_what_is_not_a_frame_by_hand(data):
    with pytest.raises(FrameError) as caught:
        frames.decode(memoryview(bytes.fromhex(data)))
    assert data in str(caught.value)
    assert caught.value.__cause__ is not None
