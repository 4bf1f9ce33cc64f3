"""Whatever bytes are decoded, these are the errors."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.quantities.json_text import NOT_DECODED


@given(content=st.binary(max_size=40))
def test_any_bytes_are_decoded_or_raise_one_of_them(content):
    try:
        msgspec.json.decode(content, type=dict[str, Any])
    except NOT_DECODED:
        return


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"a": ', msgspec.DecodeError),
        (b"[1]", msgspec.ValidationError),
        (b'{"\xff": 1}', (UnicodeDecodeError, msgspec.DecodeError)),
        (b'{"a": ' + b"[" * 100_000, RecursionError),
    ],
)
def test_each_kind_by_hand(content, kind):
    with pytest.raises(NOT_DECODED) as caught:
        msgspec.json.decode(content, type=dict[str, Any])
    assert isinstance(caught.value, kind)
