"""Blocks of bodies equal the contract, byte by byte (I2)."""

import json
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.messages.blocks import ReadingBlocks
from pvsim.core.messages.contract import Values, read_message
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.run.plan import RunPlan

BERLIN = ZoneInfo("Europe/Berlin")
DAY = Timeline.of_days(date(2024, 10, 27), 1, BERLIN)
LONG = Timeline(date(2024, 1, 1), 1, "UTC", (0, 3 * 10**8), (0,), (0,))
EXACTLY_EIGHT_DIGITS = Timeline(date(2024, 1, 1), 1, "UTC", (0, 10**8), (0,), (0,))
PLANS = [
    RunPlan("r1", DAY, ("m1",)),
    RunPlan("run-with_a-longer-name", DAY, ("roof", "m", "a-long_name")),
    RunPlan("r1", LONG, ("m1", "m2")),
    RunPlan("r1", EXACTLY_EIGHT_DIGITS, ("m1",)),
]
BOUNDED = settings(max_examples=80, deadline=None)
MANY_VALUES = st.lists(st.integers(0, 90_000) | st.sampled_from([0, 9, 10, 99_99, 90_000]), max_size=8)


@given(plan=st.sampled_from(PLANS), values=MANY_VALUES, data=st.data())
@BOUNDED
def test_what_is_written_is_read_and_means_what_the_contract_says(plan, values, data):
    """I2."""
    blocks = ReadingBlocks(plan)
    last = plan.readings - len(values)
    first = data.draw(st.integers(0, last) | st.sampled_from([0, last, *(k for k in (9_999, 10**8) if k < last)]))
    bodies = blocks.write(first, np.array(values, dtype=np.int64))
    assert bodies.shape == (len(values), blocks.width)
    assert blocks.read(bodies, first).tolist() == values
    for i, (body, value) in enumerate(zip(bodies, values, strict=True)):
        assert read_message(body.tobytes(), plan) == Values(first + i, value)
        fields = json.loads(body.tobytes())
        assert fields["meter"] == plan.meters[(first + i) % len(plan.meters)]
        assert round(fields["meter_w"] * 10) == value


@given(plan=st.sampled_from(PLANS[:3]), values=MANY_VALUES.filter(len), byte=st.integers(0, 255), data=st.data())
@settings(max_examples=200, deadline=None)
def test_a_changed_byte_is_never_believed_unless_the_contract_reads_the_same(plan, values, byte, data):
    """I2: both ways of reading agree wherever the quick one reads at all."""
    blocks = ReadingBlocks(plan)
    bodies = blocks.write(6, np.array(values))
    at = data.draw(st.integers(0, bodies.size - 1))
    bodies.reshape(-1)[at] = byte
    read = blocks.read(bodies, 6)
    if read is not None:
        slowly = [read_message(body.tobytes(), plan) for body in bodies]
        assert slowly == [Values(6 + i, value) for i, value in enumerate(read.tolist())]


def test_every_byte_changed_to_every_value():
    """I2, exhaustively for one body: only another digit of the power is another value."""
    plan = PLANS[0]
    blocks = ReadingBlocks(plan)
    good = blocks.write(7, np.array([12_345])).tobytes()
    believed = 0
    for at in range(len(good)):
        for byte in range(256):
            changed = good[:at] + bytes([byte]) + good[at + 1 :]
            read = blocks.read(np.frombuffer(changed, dtype=np.uint8).reshape(1, -1), 7)
            if read is not None:
                believed += 1
                assert read_message(changed, plan) == Values(7, int(read[0]))
    unchanged, last_four_digits = len(good), 4 * 9
    first_digit = len(" 2345678")  # "0" is not how we write it, "9" is above 9000 W
    assert believed == unchanged + last_four_digits + first_digit


RANGES = [
    MeterRange.up_to(1),
    MeterRange.up_to(9_000, grid=True),
    MeterRange.up_to(43_500),
    MeterRange.up_to(10_000_000),
    MeterRange.up_to(10_000_000, grid=True),
]


@given(meter_range=st.sampled_from(RANGES), byte=st.integers(0, 255), data=st.data())
@settings(max_examples=300, deadline=None)
def test_another_range_is_written_and_read_too_and_no_changed_byte_believed(meter_range, byte, data):
    """I2."""
    plan = RunPlan("r1", DAY, ("m1", "m2"), meter_range=meter_range)
    blocks = ReadingBlocks(plan)
    low, high = meter_range.low_dw, meter_range.high_dw
    values = data.draw(st.lists(st.integers(low, high) | st.sampled_from([low, high, 0]), min_size=1, max_size=8))
    bodies = blocks.write(6, np.array(values))
    assert blocks.read(bodies, 6).tolist() == values
    assert [read_message(body.tobytes(), plan) for body in bodies] == [
        Values(6 + i, value) for i, value in enumerate(values)
    ]
    bodies = bodies.copy()
    bodies.reshape(-1)[data.draw(st.integers(0, bodies.size - 1))] = byte
    if (read := blocks.read(bodies, 6)) is not None:
        slowly = [read_message(body.tobytes(), plan) for body in bodies]
        assert slowly == [Values(6 + i, value) for i, value in enumerate(read.tolist())]


def test_a_power_outside_the_range_is_not_read():
    wide = RunPlan("r1", DAY, ("m1",), meter_range=MeterRange.up_to(9_998))
    narrow = RunPlan("r1", DAY, ("m1",))
    assert ReadingBlocks(narrow).read(ReadingBlocks(wide).write(0, np.array([90_001])), 0) is None


def test_bodies_by_hand():
    """Other programs may rely on this text: a change needs a new version of the contract."""
    body = ReadingBlocks(PLANS[0]).write(7, np.array([12_345])).tobytes()
    assert body == (
        b'{"v":1,"kind":"reading","run":"r1","meter":"m1","seq":       7,'
        b'"t_utc":"2024-10-26T22:00:07Z","meter_w":1234.5}'
    )
    first, second, third = ReadingBlocks(PLANS[1]).write(3, np.array([0, 90_000, 7]))
    start = b'{"v":1,"kind":"reading","run":"run-with_a-longer-name","meter":'
    time = b',"seq":       1,"t_utc":"2024-10-26T22:00:01Z","meter_w":'
    assert first.tobytes() == start + b'"roof"       ' + time + b"   0.0}"
    assert second.tobytes() == start + b'"m"          ' + time + b"9000.0}"
    assert third.tobytes() == start + b'"a-long_name"' + time + b"   0.7}"


def test_a_third_group_of_digits_after_a_hundred_million_seconds():
    assert ReadingBlocks(PLANS[2]).width - ReadingBlocks(PLANS[0]).width == 4
    assert ReadingBlocks(PLANS[3]).width == ReadingBlocks(PLANS[0]).width
    body = ReadingBlocks(PLANS[2]).write(2 * 123_456_789, np.array([5])).tobytes()
    assert b'"seq":   123456789,"t_utc":"1973-11-29T21:33:09Z"' in body


@pytest.mark.parametrize("first", [0, 6, 8])
def test_another_position_is_not_believed(first):
    blocks = ReadingBlocks(PLANS[0])
    assert blocks.read(blocks.write(7, np.array([1, 2])), first) is None


def test_another_width_or_an_end_past_the_run_is_not_read():
    blocks = ReadingBlocks(PLANS[0])
    bodies = blocks.write(0, np.array([1, 2]))
    assert blocks.read(bodies[:, :-1], 0) is None
    last = DAY.seconds - 1
    assert blocks.read(blocks.write(last, np.array([1])), last).tolist() == [1]
    assert blocks.read(blocks.write(last, np.array([1, 2])), last) is None


def test_a_power_above_9000_w_is_left_to_the_contract():
    blocks = ReadingBlocks(PLANS[0])
    body = blocks.write(0, np.array([90_000])).tobytes().replace(b"9000.0", b"9000.1")
    assert blocks.read(np.frombuffer(body, dtype=np.uint8).reshape(1, -1), 0) is None
