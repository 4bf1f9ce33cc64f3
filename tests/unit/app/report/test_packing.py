"""What is packed can be unpacked as the page does it."""

import zlib
from base64 import b64decode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.app.report.packing import ABSENT, packed


def unpacked(data):
    planes, at, found = np.frombuffer(zlib.decompress(b64decode(data["text"])), dtype=np.uint8), 0, {}
    for name, n in data["parts"]:
        octets = planes[at : at + 4 * n].reshape(4, n).T
        at += 4 * n
        found[name] = np.cumsum(np.ascontiguousarray(octets).view("<u4").reshape(-1), dtype=np.uint32).view(
            np.int32
        )
    assert at == len(planes)
    return found


values = st.lists(st.none() | st.integers(-(10**9), 10**9), max_size=50)


@given(st.dictionaries(st.text("abc.", min_size=1), values, max_size=3))
def test_arrays_come_back(arrays):
    data = packed({name: np.array(each, dtype=float) for name, each in arrays.items()})
    assert data["unit"] == 1
    expected = {name: [ABSENT if value is None else value for value in each] for name, each in arrays.items()}
    assert {name: each.tolist() for name, each in unpacked(data).items()} == expected


def test_values_are_rounded_to_the_unit():
    data = packed({"a": np.array([14.0, 26.0])}, 10)
    assert (data["unit"], unpacked(data)["a"].tolist()) == (10, [1, 3])


@pytest.mark.parametrize(("value", "unit"), [(2.1e9, 1), (2.2e9, 10), (5e11, 1_000)])
def test_large_powers_have_a_larger_unit(value, unit):
    data = packed({"a": np.array([value, -value, np.nan])})
    assert data["unit"] == unit
    assert unpacked(data)["a"].tolist() == [value // unit, -value // unit, ABSENT]
