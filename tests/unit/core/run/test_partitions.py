"""Which stream a meter's readings go through, and what a part of a run is."""

from datetime import date
from zoneinfo import ZoneInfo

import mmh3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.run.partitions import (
    MAX_PARTITIONS,
    SEED,
    check_partitions,
    members,
    murmur3_32,
    part_of,
    partition_of,
)
from pvsim.core.run.plan import RunPlan
from pvsim.errors import UsageError

DAY = Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin"))
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", fullmatch=True)


@given(data=st.binary(max_size=40), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None)
def test_the_hash_is_that_of_the_public_implementation(data, seed):
    assert murmur3_32(data, seed) == mmh3.hash(data, seed, signed=False)


def test_the_hash_of_names_by_hand():
    """As MurmurHash3_x86_32 gives them; the last is above 2³¹, where signed numbers would go another way."""
    assert [murmur3_32(each, SEED) for each in (b"m1", b"m2", b"")] == [
        1_565_688_876,
        3_532_287_700,
        3_329_588_566,
    ]
    assert [partition_of(name, 4) for name in ("m1", "m2", "house-a")] == [
        0,
        0,
        mmh3.hash("house-a", SEED, False) % 4,
    ]


@given(names=st.lists(NAMES, max_size=40, unique=True), partitions=st.integers(1, 20))
@settings(max_examples=100, deadline=None)
def test_each_meter_is_in_exactly_one_partition_in_the_order_of_the_run(names, partitions):
    found = members(names, partitions)
    assert len(found) == partitions
    assert sorted(i for each in found for i in each) == list(range(len(names)))
    for number, each in enumerate(found):
        assert list(each) == sorted(each)
        assert all(partition_of(names[i], partitions) == number for i in each)


def test_a_partition_may_have_no_meter():
    assert members(("m1", "m2"), 4) == ((0, 1), (), (), ())


@given(names=st.lists(NAMES, min_size=1, max_size=12, unique=True), partitions=st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_parts_have_the_columns_of_the_whole_and_its_readings_together(names, partitions):
    plan = RunPlan("r1", DAY, tuple(names), 900)
    parts = [part_of(plan, k, each) for k, each in enumerate(members(names, partitions)) if each]
    assert sum(part.readings for part in parts) == plan.readings
    assert {part.names_meters for part in parts} == {len(names) > 1}
    assert len({part.stream for part in parts}) == len(parts)


def test_a_part_has_the_batteries_and_limits_of_its_meters():
    one, other = BatteryModel(10, 5, 5), BatteryModel(20, 5, 5)
    balance = Balance((one, None, other), (7, 9), (1, 2, 3))
    plan = RunPlan("r1", DAY, ("a", "b", "c"), balance=balance, partitions=2)
    last, middle = part_of(plan, 1, (2,)), part_of(plan, 0, (1,))
    assert (last.meters, last.stream, last.names_meters) == (("c",), "pvsim.r1-1", True)
    assert last.balance is not None
    assert (last.balance.batteries, last.balance.start, last.balance.export_limit_dw) == ((other,), (9,), (3,))
    assert middle.balance is not None
    assert middle.has_battery  # the columns are those of the whole run
    assert (middle.balance.batteries, middle.stored_at_start) == ((None,), ())
    balanced = middle.balance.run(0, np.array([[500]]), np.array([[900]]), ())
    assert (balanced.pv_dw.tolist(), balanced.battery_dw.tolist(), balanced.soc_steps.tolist()) == (
        [[502]],
        [[0]],
        [[-1]],
    )


def test_a_limit_that_all_share_stays_one():
    part = part_of(RunPlan("r1", DAY, ("a", "b"), balance=Balance((), (), 5)), 0, (1,))
    assert part.balance == Balance((), (), 5, some_site_has_one=False)
    assert not part.has_battery


@pytest.mark.parametrize("number", [0, -1, MAX_PARTITIONS + 1])
def test_a_number_of_partitions_out_of_range_is_refused(number):
    with pytest.raises(UsageError, match="`partitions` is 1 to 1,024"):
        check_partitions(number)


def test_the_numbers_of_partitions_that_there_may_be():
    assert [check_partitions(n) for n in (1, MAX_PARTITIONS)] == [1, MAX_PARTITIONS]
