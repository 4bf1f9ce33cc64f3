"""When a stream that has just been made can be used; rstream's codec writes the answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rstream import schema
from rstream.encoding import encode_frame

from pvsim.core.stream import frames
from pvsim.core.stream.frames import FrameError, Response, ResponseCode
from pvsim.core.stream.leader import LONGEST_PAUSE_S, SETTLE_S, Next, after_metadata, exists, has_leader

NONE = 0xFFFF
HOSTS = [schema.Broker(0, "127.0.0.1", 5552), schema.Broker(1, "b", 1)]


def answer(*states: tuple[str, int, int], hosts=HOSTS) -> bytes:
    """A body as the client gets it: (stream, code, leader) of each stream."""
    theirs = [schema.StreamMetadata(name, code, leader, [1, 2][:leader]) for name, code, leader in states]
    data = bytearray(encode_frame(schema.MetadataResponse(7, hosts, theirs)))
    data[4] |= 0x80
    read = frames.decode(memoryview(bytes(data[4:])))
    assert isinstance(read, Response)
    assert (read.correlation_id, read.code) == (7, ResponseCode.OK)
    return read.body


@pytest.mark.parametrize(
    ("code", "leader", "found"),
    [
        (ResponseCode.OK, 0, True),
        (ResponseCode.OK, 1, True),
        (ResponseCode.OK, NONE, False),
        (ResponseCode.STREAM_NOT_AVAILABLE, NONE, False),
        (ResponseCode.INTERNAL_ERROR, NONE, False),
        (ResponseCode.STREAM_DOES_NOT_EXIST, NONE, True),
        (ResponseCode.ACCESS_REFUSED, NONE, True),
    ],
)
def test_what_is_waited_for_is_a_leader(code, leader, found):
    assert has_leader(answer(("other", 6, NONE), ("s", code, leader), ("t", 1, 0)), "s") is found


@pytest.mark.parametrize(
    ("code", "there"),
    [
        (ResponseCode.OK, True),
        (ResponseCode.STREAM_NOT_AVAILABLE, True),
        (ResponseCode.ACCESS_REFUSED, True),
        (ResponseCode.STREAM_DOES_NOT_EXIST, False),
    ],
)
def test_a_stream_exists_unless_the_broker_says_that_it_does_not(code, there):
    assert exists(answer(("s", code, NONE)), "s") is there
    with pytest.raises(FrameError, match="not an answer about stream another"):
        exists(answer(("s", code, NONE)), "another")


def test_whoever_made_the_stream_may_use_it_at_once_and_others_a_moment_later():
    there = answer(("s", ResponseCode.OK, 0))
    assert after_metadata(there, "s", asked=1, ours=True) == Next(0.0, ask_again=False)
    assert after_metadata(there, "s", asked=3, ours=False) == Next(SETTLE_S, ask_again=False)


@pytest.mark.parametrize("ours", [True, False])
def test_the_broker_is_asked_ever_less_often(ours):
    absent = answer(("s", ResponseCode.OK, NONE))
    steps = [after_metadata(absent, "s", asked=i, ours=ours) for i in (1, 2, 3, 5, 6, 1_000)]
    assert steps == [Next(s, ask_again=True) for s in (0.005, 0.01, 0.02, 0.08, 0.1, LONGEST_PAUSE_S)]


@given(
    states=st.dictionaries(
        st.text(max_size=9), st.tuples(st.integers(0, 20), st.sampled_from([0, 1, NONE])), max_size=4
    ),
    hosts=st.lists(
        st.builds(schema.Broker, st.integers(0, 9), st.text("ab.", max_size=9), st.integers(0, 65_535))
    ),
    cut=st.integers(1, 200),
)
def test_of_any_answer_only_a_whole_one_about_the_stream_counts(states, hosts, cut):
    states = {"s": (1, 0)} | {name: state for name, state in states.items() if name.isascii()}
    body = answer(*((name, *state) for name, state in states.items()), hosts=hosts)
    for name, (code, leader) in states.items():
        assert has_leader(body, name) is (leader != NONE if code == 1 else code not in {6, 15})
    with pytest.raises(FrameError, match="not an answer about stream another"):
        has_leader(body, "another")
    with pytest.raises(FrameError):
        has_leader(body[: max(len(body) - cut, 0)], "s")


def test_a_name_that_is_no_text_is_no_answer():
    with pytest.raises(FrameError):
        has_leader(answer(("s", 1, 0)).replace(b"s", b"\xff"), "s")
