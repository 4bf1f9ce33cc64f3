from datetime import date

import pytest

from pvsim.core.session.state import Cell, MeterState, PhaseState, SessionState, decode_state, encode_state
from pvsim.errors import BadInputError


def test_a_state_comes_back_as_it_was():
    meter = MeterState(name="m1", heard_ms=5, day=date(2024, 6, 21), stored=(2**61, -3), readings=3, duplicates=1)
    house = MeterState(name="house", heard_ms=9, phases=[PhaseState(name="L1", heard_ms=8, readings=3)])
    state = SessionState(
        next_offset=7,
        meters=[meter, MeterState(name="m2", heard_ms=6, readings=2, duplicates=4), house],
        open={1_718_920_800: {0: Cell(5, 2, [(1_718_920_800_250, 3)]), 2: Cell(phases={"L1": Cell(7, 1)})}},
        rejected={"late": 2},
    )
    assert decode_state(encode_state(state)) == state
    assert (state.readings, state.duplicates) == (5, 5)


@pytest.mark.parametrize("content", [b"", b"{", b'{"next_offset": "x"}', b'{"meters": [{}]}', b"[" * 100_000])
def test_a_damaged_state_is_an_error_with_a_name(content):
    with pytest.raises(BadInputError, match="damaged"):
        decode_state(content)


def test_a_state_from_before_there_were_phases_is_read():
    old = b"""{"next_offset":9,"clock_ms":1718964000000,"closed_utc":1718963990,"day":"2024-06-21",
        "meters":[{"name":"m1","heard_ms":5,"last_utc":4,"counter":[7,8,9],"resets":1,"closed_s":2}],
        "open":{"1718963995":{"0":[4125,1,[]]}}}"""
    state = decode_state(old)
    assert state.open == {1_718_963_995: {0: Cell(4_125, 1, [])}}
    assert (state.meters[0].counter.import_mwh, state.meters[0].closed_s, state.meters[0].phases) == (8, 2, [])
