"""Sums by hour of the local clock are those of a profile, whatever the portions, and what plain sums give."""

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.hour_sums import POWERS, HourSums, powers_of_rows
from pvsim.core.results.profile import Profile
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan


def a_plan(meters, every_s, days, battery):
    balance = Balance((BatteryModel(5.0, 2.0, 2.0, 0.9, 0.9),) * meters) if battery else None
    timeline = Timeline.of_days(date(2024, 10, 26), days, ZoneInfo("Europe/Berlin"))
    return RunPlan("r", timeline, tuple(f"m{i}" for i in range(meters)), every_s, balance)


def random_samples(plan, seed):
    random = np.random.Generator(np.random.PCG64(seed))
    row = np.arange(plan.rows)
    powers = (random.integers(0, 90_000, len(row)) for _ in range(2))
    more = {}
    if plan.has_battery:
        more = {"battery_dw": random.integers(-9, 9, len(row)), "soc_steps": random.integers(0, 10_001, len(row))}
    return Samples.of_rows(plan, row, *powers, **more)


@settings(max_examples=30, deadline=None)
@given(
    st.tuples(st.integers(1, 3), st.sampled_from([900, 1_800, 3_600]), st.integers(1, 2), st.booleans()),
    st.lists(st.integers(0, 60), max_size=4),
    st.integers(0, 99),
)
def test_they_are_those_of_a_profile_whatever_the_portions(form, cuts, seed):
    plan = a_plan(*form)
    samples = random_samples(plan, seed)
    profile, one, other = Profile(plan), HourSums(plan), HourSums(plan)
    profile.add(samples)
    bounds = [0, *sorted(min(cut * form[0], plan.rows) for cut in cuts), plan.rows]
    for i, (start, end) in enumerate(pairwise(bounds)):
        (one if i % 2 else other).add(samples.where(slice(start, end)))
    other.merge(one)
    dws, seconds = other.result()
    np.testing.assert_array_equal(dws, profile.result().hour_dws)
    np.testing.assert_array_equal(seconds, profile.result().hour_s)


def test_the_hour_that_comes_twice_counts_twice():
    """On 27 October the clock of Berlin shows 02:00 to 03:00 twice."""
    plan = a_plan(1, 3_600, 2, battery=True)
    samples = random_samples(plan, 1)
    sums = HourSums(plan)
    sums.add(samples)
    sums.add(Samples.none())
    assert (sums.seconds[2], sums.seconds[3], sums.seconds.sum()) == (3 * 3_600, 2 * 3_600, 49 * 3_600)
    powers = dict(zip(POWERS, powers_of_rows(samples), strict=True))
    assert sums.dws[0, 2] == sum(samples.meter_dw[[2, 26, 27]].tolist()) * 3_600
    np.testing.assert_array_equal(powers["import"] - powers["export"], samples.grid_dw)
    np.testing.assert_array_equal(powers["battery_charge"] - powers["battery_discharge"], samples.battery_dw)
