"""What a run and its roles tell each other arrives as it was said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.app.ports import BrokerState, ClockState, MeterProgress, ObserverState, SimulatorProgress
from pvsim.app.role_messages import (
    Begin,
    BrokerMoved,
    Done,
    Failed,
    PublishAgain,
    decode_from_role,
    decode_to_role,
    encode,
)
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import CannotWriteError

TEXT = st.text(st.characters(codec="utf-8") | st.integers(0xDC80, 0xDCFF).map(chr))
"""With the surrogates that stand for bytes which are no UTF-8, as names of files may have them."""

WHOLE = st.integers(0, 2**53)
ADDRESSES = st.builds(BrokerAddress, TEXT, WHOLE, WHOLE, TEXT, TEXT, TEXT, st.booleans())
SECONDS = st.floats(0, allow_nan=False)
TO_ROLE = st.one_of(
    st.builds(Begin, ADDRESSES, st.sampled_from(["streams", "amqp"]), SECONDS, SECONDS, st.none() | WHOLE),
    st.builds(BrokerMoved, ADDRESSES),
    st.just(PublishAgain()),
)
FROM_ROLE = st.one_of(
    st.builds(MeterProgress, WHOLE, WHOLE, WHOLE),
    st.builds(SimulatorProgress, WHOLE, WHOLE, st.integers(-(2**53), 2**53)),
    st.builds(BrokerState, TEXT, st.booleans()),
    st.builds(ObserverState, TEXT),
    st.builds(ClockState, TEXT),
    st.builds(Failed, st.integers(0, 255), TEXT, TEXT, TEXT, TEXT),
    st.builds(Done, WHOLE),
)


@given(TO_ROLE)
def test_what_a_run_tells_its_role_is_one_line_that_comes_back(message):
    line = encode(message)
    assert (line.count(b"\n"), line[-1:]) == (1, b"\n")
    assert decode_to_role(line) == message


@given(FROM_ROLE)
def test_what_a_role_tells_its_run_is_one_line_that_comes_back(message):
    line = encode(message)
    assert (line.count(b"\n"), line[-1:]) == (1, b"\n")
    assert decode_from_role(line) == message


@given(FROM_ROLE, st.data())
def test_a_line_that_was_cut_short_is_no_message(message, data):
    line = encode(message)
    with pytest.raises(ValueError):  # noqa: PT011 - of json or of msgspec, as it is cut
        decode_from_role(line[: data.draw(st.integers(0, len(line) - 2))])


@pytest.mark.parametrize("line", [b"", b"{}", b"[]", b'{"type": "begin"}', b'{"type": "strange"}', b"\xff"])
def test_what_is_no_message_is_refused(line):
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        decode_to_role(line)


def test_a_password_goes_through_the_pipe_and_is_not_in_the_repr():
    begin = Begin(BrokerAddress("h", 1, 2, "u", "secret"), "streams", 60.0)
    assert b"secret" in encode(begin)
    assert "secret" not in repr(begin)


def test_an_error_is_told_with_its_facts():
    error = CannotWriteError("no space", where="disk", fix="make room")
    assert Failed.of(error) == Failed(73, "no space", "disk", "", "make room")
    assert encode(Failed.of(error)) == (
        b'{"type": "failed", "exit_code": 73, "what": "no space", "where": "disk", "field": "",'
        b' "fix": "make room"}\n'
    )
