"""Decided messages in two orders: readings by position, all else by offset."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.delivery.pending import NO_MESSAGE, Pending, Segment


def values_at(offset: int, *values: int) -> Segment:
    return Segment(offset, len(values), np.array(values, dtype=np.int64))


@given(
    values=st.lists(st.integers(0, 90_000), min_size=1, max_size=9),
    offset=st.integers(0, 10**12),
    data=st.data(),
)
@settings(max_examples=50)
def test_the_parts_of_a_segment_are_the_segment(values, offset, data):
    n = data.draw(st.integers(0, len(values)))
    head, tail = values_at(offset, *values).split(n)
    assert (head.offset, head.end, tail.end) == (offset, tail.offset, offset + len(values))
    assert [*head.values, *tail.values] == values
    assert (head.messages, tail.messages) == (n, len(values) - n)


def test_the_parts_of_missing_readings_have_no_message():
    for part in values_at(NO_MESSAGE, -1, -1, -1).split(1):
        assert (part.offset, part.messages) == (NO_MESSAGE, 0)


def test_the_parts_of_a_segment_without_values_have_none():
    head, tail = Segment(5, 4).split(1)
    assert (head.offset, head.count, tail.offset, tail.count) == (5, 1, 6, 3)
    assert head.values is tail.values is None


@given(
    offsets=st.lists(st.integers(0, 50), max_size=12, unique=True),
    steps=st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=9),
)
@settings(max_examples=300)
def test_the_lowest_offset_is_that_of_a_list(offsets, steps):
    """Against a plain list, whatever is popped and put back. Segments stand 4 apart and hold up to 4."""
    pending, model = Pending(), []
    for at, offset in enumerate(offsets):
        count = 1 + at % 4
        missing = at % 5 == 4
        pending.append(values_at(NO_MESSAGE if missing else 4 * offset, *range(count)))
        model += [NO_MESSAGE if missing else 4 * offset + i for i in range(count)]
    for n, back in steps:
        popped = pending.pop_readings(n)
        flat = [s.offset + i if s.messages else NO_MESSAGE for s in popped for i in range(s.count)]
        assert flat == model[:n]
        if back:
            pending.put_back(popped)
        else:
            del model[:n]
        assert pending.lowest_offset == min((o for o in model if o != NO_MESSAGE), default=None)
        assert pending.missing_first == next((i for i, o in enumerate(model) if o != NO_MESSAGE), len(model))


def test_readings_that_overtook_others_by_hand():
    pending = Pending()
    for offset in (10, 13, 11):
        pending.append(values_at(offset, 1))
    assert pending.lowest_offset == 10
    assert [s.offset for s in pending.pop_readings(2)] == [10, 13]
    assert pending.lowest_offset == 11


def test_missing_readings_that_were_put_back_are_counted_together():
    pending = Pending()
    pending.append(values_at(NO_MESSAGE, -1, -1, -1))
    pending.append(values_at(4, 1))
    pending.put_back(pending.pop_readings(1))
    assert pending.missing_first == 3


@pytest.mark.parametrize("before", range(9))
def test_all_else_leaves_in_the_order_of_the_log(before):
    pending = Pending()
    for offset in (5, 2, 7, 3):
        pending.append(Segment(offset, 1))
    assert [s.offset for s in pending.pop_others(before)] == [o for o in (2, 3, 5, 7) if o < before]
    assert [s.offset for s in pending.pop_others(9)] == [o for o in (2, 3, 5, 7) if o >= before]
