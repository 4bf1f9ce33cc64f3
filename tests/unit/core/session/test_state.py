from datetime import date

import pytest

from pvsim.core.session.state import Cell, MeterState, SessionState, decode_state, encode_state
from pvsim.errors import BadInputError


def test_a_state_comes_back_as_it_was():
    meter = MeterState(name="m1", heard_ms=5, day=date(2024, 6, 21), stored=(2**61, -3), readings=3, duplicates=1)
    state = SessionState(
        next_offset=7,
        meters=[meter, MeterState(name="m2", heard_ms=6, readings=2, duplicates=4)],
        open={1_718_920_800: {0: Cell(5, 2, [(1_718_920_800_250, 3)])}},
        rejected={"late": 2},
    )
    assert decode_state(encode_state(state)) == state
    assert (state.readings, state.duplicates) == (5, 5)


@pytest.mark.parametrize("content", [b"", b"{", b'{"next_offset": "x"}', b'{"meters": [{}]}', b"[" * 100_000])
def test_a_damaged_state_is_an_error_with_a_name(content):
    with pytest.raises(BadInputError, match="damaged"):
        decode_state(content)
