"""What a run may be called, how many meters it has, and its numbers."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.run.plan import MAX_FLEET, MAX_METERS, RunPlan, check_count
from pvsim.errors import UsageError

LONG_DAY = Timeline.of_days(date(2024, 10, 27), 1, ZoneInfo("Europe/Berlin"))
SAFE = "abcXYZ0189_-"


@given(
    n_meters=st.integers(1, 5),
    every_s=st.sampled_from([1, 2, 3, 4, 900, 3_600]),
    run_id=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", fullmatch=True),
)
@settings(max_examples=50, deadline=None)
def test_readings_rows_and_windows_fit_together(n_meters, every_s, run_id):
    plan = RunPlan(run_id, LONG_DAY, tuple(f"m{i}" for i in range(n_meters)), every_s)
    assert plan.readings == 90_000 * n_meters
    assert plan.window == every_s * n_meters
    assert plan.rows * every_s == plan.readings
    assert plan.stream == f"pvsim.{run_id}"


def test_a_plan_by_hand():
    plan = RunPlan("r1", LONG_DAY, ("a", "b"), 900)
    assert (plan.readings, plan.rows, plan.window, plan.stream) == (180_000, 200, 1_800, "pvsim.r1")


@given(name=st.text(st.characters(codec="utf-8") | st.sampled_from(SAFE), max_size=34))
@settings(max_examples=150, deadline=None)
def test_a_name_is_safe_in_keys_and_files_or_refused(name):
    safe = (
        1 <= len(name) <= 32
        and name[0] not in "_-"
        and all(c.isascii() and (c.isalnum() or c in "_-") for c in name)
    )
    try:
        RunPlan("r1", LONG_DAY, (name,))
    except UsageError as error:
        assert not safe
        assert error.field == "meter.source"  # noqa: PT017 - either outcome is right
    else:
        assert safe


@pytest.mark.parametrize("name", ["", "-a", "_a", "a b", "a.b", "a/b", "a\n", "é", "x" * 33, "../a"])
def test_a_name_that_could_do_harm_is_refused(name):
    with pytest.raises(UsageError, match="cannot be a name") as caught:
        RunPlan(name, LONG_DAY, ("m1",))
    assert caught.value.field == "run_id"


@pytest.mark.parametrize(
    ("meters", "every_s", "where", "says"),
    [
        (("a", "b", "a"), 1, "meter.source", "same name"),
        ((), 1, "meters", "1 to 1,000 meters, not 0"),
        (tuple(f"m{i}" for i in range(MAX_METERS + 1)), 1, "meters", "not 1,001"),
        (("a",), 7, "every", "does not divide"),
    ],
)
def test_refuses_plans_that_cannot_be(meters, every_s, where, says):
    with pytest.raises(UsageError, match=says) as caught:
        RunPlan("r1", LONG_DAY, meters, every_s)
    assert caught.value.field == where


def test_partitions_take_a_thousand_meters_each():
    meters = tuple(f"m{i}" for i in range(2 * MAX_METERS))
    assert len(RunPlan("r1", LONG_DAY, meters, partitions=2).meters) == 2_000
    with pytest.raises(UsageError, match="1 to 2,000 meters in 2 partitions, not 2,001") as caught:
        RunPlan("r1", LONG_DAY, (*meters, "x"), partitions=2)
    assert caught.value.fix == "give `meters` 2000, or spread them: `partitions` 3"
    with pytest.raises(UsageError, match="1 to 100,000 meters in 1,000 partitions") as caught:
        check_count(MAX_FLEET + 1, 1_000)
    assert caught.value.fix == "give `meters` 100000"


def test_a_part_of_a_run_has_a_stream_of_its_own():
    part = RunPlan("r1", LONG_DAY, ("a",), partitions=4, partition=3, of_several=True)
    assert (part.stream, part.names_meters) == ("pvsim.r1-3", True)


def test_batteries_are_of_each_meters_site():
    with pytest.raises(UsageError, match="batteries of 1 sites for 2 meters"):
        RunPlan("r", LONG_DAY, ("a", "b"), balance=Balance((BatteryModel(10, 5, 5),)))
