"""Columns of text equal what `str` and `datetime` make."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.quantities import digits

BOUNDED = settings(max_examples=80, deadline=None)


def texts(column: digits.Texts) -> list[str]:
    width = column.dtype.itemsize
    data = np.ascontiguousarray(column).tobytes()
    return [data[i : i + width].decode() for i in range(0, len(data), width)]


@given(groups=st.integers(1, 4), pad=st.sampled_from([b" ", b"\0"]), data=st.data())
@BOUNDED
def test_right_aligned_numbers(groups, pad, data):
    limit = 10 ** (4 * groups) - 1
    edges = [10**k + d for k in range(4 * groups) for d in (-1, 0, 1)]
    values = data.draw(st.lists(st.one_of(st.integers(0, limit), st.sampled_from([*edges, limit])), max_size=20))
    column = digits.right_aligned(np.array(values, dtype=np.int64), groups, pad)
    if pad == b" ":
        assert texts(column) == [str(v).rjust(4 * groups) for v in values]
    else:  # NULs are dropped when rows are joined, wherever they stand
        assert [text.replace("\0", "") for text in texts(column)] == [str(v) for v in values]


@pytest.mark.parametrize(
    ("value", "text"), [(0, "       0"), (9_999, "    9999"), (10_000, "   10000"), (10_007, "   10007")]
)
def test_right_aligned_by_hand(value, text):
    assert texts(digits.right_aligned(np.array([value]), 2, b" ")) == [text]


@given(st.lists(st.integers(-62_135_596_800, 253_402_300_799), max_size=20))
@BOUNDED
def test_dates_and_times(seconds):
    moments = [datetime.fromtimestamp(t, UTC) for t in seconds]
    assert texts(digits.date_texts(np.array(seconds, dtype=np.int64))) == [
        f"{m:%Y-%m-%d}".zfill(10) for m in moments
    ]
    assert texts(digits.time_texts(np.array(seconds, dtype=np.int64))) == [f"{m:%H:%M:%S}" for m in moments]


def test_date_and_time_by_hand():
    t = np.array([0, 951_782_399, -1])
    assert texts(digits.date_texts(t)) == ["1970-01-01", "2000-02-28", "1969-12-31"]
    assert texts(digits.time_texts(t)) == ["00:00:00", "23:59:59", "23:59:59"]


@given(st.lists(st.integers(-999_999_999, 999_999_999), max_size=20))
@BOUNDED
def test_fixed_point_is_what_python_prints(values):
    expected = [f"{'-' * (v < 0)}{abs(v) // 10}.{abs(v) % 10}".rjust(12) for v in values]
    assert texts(digits.fixed_point(np.array(values, dtype=np.int64), 12)) == expected


def test_fixed_point_by_hand():
    values = np.array([0, -1, 435_000, -90_000])
    assert texts(digits.fixed_point(values, 8)) == ["     0.0", "    -0.1", " 43500.0", " -9000.0"]


def test_tables():
    assert texts(digits.table(12, 3, b"0"))[9:] == ["009", "010", "011"]
    assert texts(digits.table(2, 3, b" ")) == ["  0", "  1"]
    assert texts(digits.fixed_point_table(90_001, 6))[::30_000] == ["   0.0", "3000.0", "6000.0", "9000.0"]
    assert texts(digits.fixed_point_table(90_001, 6)) == [f"{i // 10}.{i % 10}".rjust(6) for i in range(90_001)]


@given(st.integers(1, 3_000), st.sampled_from([b"0", b" ", b"\0"]))
@BOUNDED
def test_a_table_has_what_python_prints(count, pad):
    width = max(4, len(str(count - 1)))
    assert texts(digits.table(count, width, pad)) == [str(i).rjust(width, pad.decode()) for i in range(count)]


def test_each_second_of_a_day():
    expected = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(86_400)]
    assert texts(digits.time_texts(np.arange(86_400))) == expected


def test_tables_are_kept_and_cannot_be_written_into():
    with pytest.raises(ValueError, match="read-only"):
        digits.table(12, 3, b"0")[0] = b"xxx"


@given(st.lists(st.integers(-20, 20) | st.integers(-(10**12), 10**12), max_size=20))
def test_numbers_are_found_among_few(values):
    numbers = np.array(values, dtype=np.int64)
    distinct, index = digits.unique(numbers)
    assert distinct[index].tolist() == values
    assert len(distinct) <= max(len(values), 0)
    assert (np.diff(distinct) > 0).all()


@pytest.mark.parametrize(
    ("values", "distinct", "index"),
    [([7, 7, 7], [7], [0, 0, 0]), ([5, 7, 5], [5, 6, 7], [0, 2, 0]), ([0, 900], [0, 900], [0, 1])],
)
def test_unique_by_hand(values, distinct, index):
    found = digits.unique(np.array(values))
    assert [part.tolist() for part in found] == [distinct, index]
