"""The profile of a run is what plain sums over its rows give, whatever the portions and the order of its parts."""

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.devices.balance import SOC_STEPS, Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.profile import MAX_BUCKETS, POWERS, Profile, bucket_of
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan

LOAD, PV, IMPORT, EXPORT = range(4)


def a_plan(*, days=1, every_s=900, meters=1, balance=None, first=date(2024, 10, 26), zone="Europe/Berlin"):
    timeline = Timeline.of_days(first, days, ZoneInfo(zone))
    return RunPlan("r", timeline, tuple(f"m{i}" for i in range(meters)), every_s, balance)


def random_samples(plan, seed, kept=1.0):
    random = np.random.Generator(np.random.PCG64(seed))
    row = np.flatnonzero(random.random(plan.rows) < kept)
    powers = (random.integers(0, 90_000, len(row)) for _ in range(2))
    more = {}
    if plan.has_battery:
        more = {"battery_dw": random.integers(-9, 9, len(row)), "soc_steps": random.integers(0, 10_001, len(row))}
    return Samples.of_rows(plan, row, *powers, **more)


def in_parts(samples, cuts):
    bounds = [0, *sorted(cut % (len(samples) + 1) for cut in cuts), len(samples)]
    return [samples.where(slice(*each)) for each in pairwise(bounds)]


def same(one, other):
    for name in one.__slots__:
        left, right = getattr(one, name), getattr(other, name)
        if name == "buckets":
            same(left, right)
        elif left is None or right is None:
            assert left is right
        else:
            np.testing.assert_array_equal(left, right)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([(1, 30), (1, 900), (2, 900), (3, 3600)]),
    st.integers(1, 3),
    st.sampled_from([1.0, 0.9, 0.3]),
    st.lists(st.integers(0, 10_000), max_size=5),
    st.randoms(use_true_random=False),
)
def test_parts_in_any_order_give_the_same(length, meters, kept, cuts, random):
    plan = a_plan(days=length[0], every_s=length[1], meters=meters)
    samples = random_samples(plan, 1, kept)
    whole = Profile(plan)
    whole.add(samples)
    parts = [Profile(plan) for _ in range(2)]
    portions = in_parts(samples, cuts)
    for i, portion in enumerate(portions):
        parts[i * 2 // len(portions)].add(portion)
    random.shuffle(parts)
    parts[0].merge(parts[1])
    same(parts[0].result(), whole.result())


@pytest.mark.parametrize("meters", [1, 2])
def test_buckets_are_lowest_mean_and_highest_of_their_rows(meters):
    plan = a_plan(every_s=10, meters=meters)
    samples = random_samples(plan, 2)
    profile = Profile(plan)
    profile.add(samples)
    found = profile.result()
    assert found.bucket_s == 60  # 8,640 rows of a meter in 1,440 buckets
    load = samples.meter_dw.reshape(-1, meters).sum(axis=1).reshape(-1, 6)
    imported = np.maximum(samples.grid_dw, 0).reshape(-1, meters).sum(axis=1).reshape(-1, 6)
    np.testing.assert_array_equal(found.buckets.lowest_dw[LOAD], load.min(axis=1))
    np.testing.assert_array_equal(found.buckets.highest_dw[IMPORT], imported.max(axis=1))
    np.testing.assert_allclose(found.buckets.mean_dw[LOAD], load.mean(axis=1))
    np.testing.assert_array_equal(found.detail_dw[IMPORT], imported.reshape(-1))
    assert found.detail_known.all()
    assert found.buckets.periods.tolist() == [6] * 1_440
    assert found.buckets.soc is found.detail_soc is found.days_dw is None


def test_energies_of_hours_are_those_of_the_rows_by_the_local_clock():
    plan = a_plan(days=2, every_s=3600)  # with the day that has 02:00 twice
    profile = Profile(plan)
    profile.add(Samples.of_rows(plan, np.arange(49), np.arange(49), np.zeros(49, dtype=np.int64)))
    found = profile.result()
    assert found.hour_s.tolist() == [7200, 7200, 10_800, *[7200] * 21]
    assert found.hour_dws[LOAD, :4].tolist() == [24 * 3600, 26 * 3600, (2 + 26 + 27) * 3600, 31 * 3600]
    assert found.days_dw.shape == (len(POWERS), 2, 25)
    assert found.days_dw[LOAD, 1, :3].tolist() == [24, 25, 26]
    assert np.isnan(found.days_dw[LOAD, 0, 24])


def test_what_is_missing_is_not_a_number_and_counts_for_nothing():
    plan = a_plan(every_s=3600, meters=2, first=date(2024, 6, 21))
    profile = Profile(plan)
    profile.add(Samples.of_rows(plan, np.array([0, 1, 2]), np.array([5, 6, 9]), np.array([1, 1, 1])))
    found = profile.result()
    assert found.buckets.mean_dw[LOAD, :2].tolist() == [11, 9]  # of the second hour one meter is there
    assert np.isnan(found.buckets.mean_dw[LOAD, 2])
    assert found.buckets.highest_dw[LOAD, :3].tolist() == [11, 9, 0]
    assert found.hour_s.tolist() == [3600, 3600, *[0] * 22]


def test_the_state_of_charge_is_the_mean_of_all_batteries():
    battery = BatteryModel(5.0, 2.5, 2.5)
    for days, kept in ((1, 1.0), (2, 1.0)):
        plan = a_plan(days=days, every_s=10, meters=2, balance=Balance((battery,) * 2))
        samples = random_samples(plan, 3, kept)
        profile = Profile(plan)
        profile.add(samples)
        found = profile.result()
        per_bucket = 2 * found.bucket_s // 10
        mean = samples.soc_steps.reshape(-1, per_bucket).mean(axis=1) / SOC_STEPS
        np.testing.assert_allclose(found.buckets.soc, mean)
        assert (found.detail_soc is None) == (days == 2)
        assert (found.days_soc is None) == (days == 1)
        assert (found.buckets.mean_dw[POWERS.index("battery_charge")] > 0).any()


def test_no_rows_are_no_profile():
    found = Profile(a_plan())
    found.add(Samples.none())
    assert np.isnan(found.result().buckets.mean_dw).all()


@given(st.integers(1, 36_600), st.sampled_from([1, 2, 7, 60, 900, 3600, 5400, 86_400]))
def test_a_bucket_is_whole_rows_and_there_are_few(days, every_s):
    seconds = days * 86_400 // every_s * every_s
    bucket_s = bucket_of(seconds, every_s)
    assert bucket_s % every_s == 0
    assert -(-seconds // bucket_s) <= MAX_BUCKETS


@pytest.mark.parametrize(
    ("days", "every_s", "bucket_s"), [(1, 1, 60), (7, 1, 600), (366, 60, 43_200), (5_000, 1, 345_600)]
)
def test_a_bucket_has_a_round_length(days, every_s, bucket_s):
    assert bucket_of(days * 86_400, every_s) == bucket_s


def test_a_site_without_a_battery_does_not_count_in_the_state_of_charge():
    plan = a_plan(days=2, every_s=3600, meters=2, balance=Balance((None, BatteryModel(5.0, 2.5, 2.5))))
    row = np.arange(4)
    profile = Profile(plan)
    profile.add(
        Samples.of_rows(plan, row, row, row, battery_dw=row * 0, soc_steps=np.array([-1, 5_000, -1, 7_000]))
    )
    assert profile.result().buckets.soc[:2].tolist() == [0.5, 0.7]
