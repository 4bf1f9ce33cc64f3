from datetime import date
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.session.checkpoint import OpenDay, ServiceCheckpoint, decode_checkpoint, encode_checkpoint, raw
from pvsim.core.session.closed import EndedDay
from pvsim.core.session.state import MeterState, SessionState
from pvsim.errors import BadInputError


def a_checkpoint(**changes):
    day = date(2024, 6, 21)
    ended = EndedDay("m1", day, 3, 1, 500, (2**60,), (5,))
    days = [OpenDay(meter="m1", day=day, bytes=90, crc32=7, low_dw=0, high_dw=90_000, ended=ended)]
    state = SessionState(next_offset=7, meters=[MeterState(name="m1", heard_ms=5)])
    known = {"service": "home", "zone": "Europe/Berlin", "state": state, "days": days}
    return ServiceCheckpoint(**known, kept=raw({"results": b"[1,2]"}), **changes)


def test_a_checkpoint_comes_back_as_it_was():
    found = decode_checkpoint(encode_checkpoint(a_checkpoint()))
    assert bytes(found.kept.pop("results")) == b"[1,2]"
    wanted = a_checkpoint()
    wanted.kept.clear()
    assert found == wanted


@given(st.data())
def test_no_damage_passes_for_a_checkpoint(data):
    content = bytearray(encode_checkpoint(a_checkpoint()))
    at = data.draw(st.integers(0, len(content) - 2))
    content[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BadInputError, match="damaged"):
        decode_checkpoint(bytes(content))


@pytest.mark.parametrize("content", [b"", b"\n", b"12345678", b"00000000 {}"])
def test_what_is_no_checkpoint_is_damaged(content):
    with pytest.raises(BadInputError, match="damaged"):
        decode_checkpoint(content)


def test_a_checkpoint_that_lacks_something_is_told():
    with pytest.raises(BadInputError, match="missing required field"):
        decode_checkpoint(b"%08x {}" % crc32(b"{}"))


def test_another_version_is_told():
    with pytest.raises(BadInputError, match="version 2"):
        decode_checkpoint(encode_checkpoint(a_checkpoint(version=2)))
