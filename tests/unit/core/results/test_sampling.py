"""Readings and PV power as samples: the means of each meter, and each site as if alone."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.results.runs import DAY, Pv

from pvsim.core.devices.balance import NO_BATTERY, Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.results.sampling import REJECTED_DW, pv_means, samples_of
from pvsim.core.run.plan import RunPlan

BATTERY = BatteryModel(0.05, 3, 3, 0.95, 0.95, standby_w=5)


@given(
    n_meters=st.integers(1, 3), every_s=st.sampled_from([1, 2, 10]), periods=st.integers(1, 6),
    skipped=st.integers(0, 5), shared=st.booleans(), seed=st.integers(0, 2**32),
)  # fmt: skip
def test_a_sample_is_the_mean_of_its_meter_over_its_period(*, n_meters, every_s, periods, skipped, shared, seed):
    draw = np.random.Generator(np.random.Philox(seed))
    seconds = (skipped + periods) * every_s
    pv = draw.integers(0, 120_000, seconds if shared else (seconds, n_meters))
    values = draw.integers(0, 90_000, (seconds, n_meters))
    plan = RunPlan("run", DAY, ("a", "b", "c")[:n_meters], every_s)
    first = skipped * plan.window
    samples, stored = samples_of(plan, Pv(pv), first, values.reshape(-1)[first:], ())
    assert stored == ()
    assert samples.row(plan).tolist() == list(range(skipped * n_meters, (skipped + periods) * n_meters))
    of_sites = np.repeat(pv[:, None], n_meters, axis=1) if shared else pv
    for powers, means in ((values, samples.meter_dw), (of_sites, samples.pv_dw)):
        expected = [
            round(Fraction(int(powers[start : start + every_s, meter].sum()), every_s))  # halves to even
            for start in range(skipped * every_s, seconds, every_s)
            for meter in range(n_meters)
        ]
        assert means.tolist() == expected
    assert (samples.battery_dw, samples.soc_steps, samples.curtailed_dw) == (None, None, None)


reading = st.just(REJECTED_DW) | st.integers(0, 90_000)


@given(
    values=st.lists(st.tuples(*[reading] * 3, *[st.integers(0, 120_000)] * 3), min_size=2, max_size=60),
    batteries=st.tuples(*[st.sampled_from([None, BATTERY, BatteryModel(5, 3, 3, soc_min=0.2)])] * 3),
    limit=st.none() | st.integers(0, 60_000),
    every_s=st.sampled_from([1, 2]),
    shared=st.booleans(),
)
def test_several_sites_are_each_as_if_alone(values, batteries, limit, every_s, shared):
    values = np.array(values[: len(values) // 2 * 2], dtype=np.int64)
    meters, pv = values[:, :3], values[:, 3] if shared else values[:, 3:]
    starts = [() if battery is None else (battery.stored_at(0.5),) for battery in batteries]
    balance = Balance(batteries, sum(starts, ()), limit)
    plan = RunPlan("run", DAY, ("a", "b", "c"), every_s, balance)
    together, states = samples_of(plan, Pv(pv), 0, meters.reshape(-1), plan.stored_at_start)
    assert len(states) == sum(battery is not None for battery in batteries)
    for i, (battery, start) in enumerate(zip(batteries, starts, strict=True)):
        alone = replace(plan, meters=("m",), balance=Balance((battery,), start, limit))
        own = pv if shared else pv[:, i]
        single, end = samples_of(alone, Pv(own), 0, meters[:, i], alone.stored_at_start)
        for name in ("meter_dw", "pv_dw", "battery_dw", "soc_steps", "curtailed_dw"):
            column, own = getattr(together, name), getattr(single, name)
            if own is None:  # there may be a battery at another site
                own = {"battery_dw": 0, "soc_steps": NO_BATTERY}.get(name)
            assert column is None or (column[i::3] == own).all()
        before = sum(map(len, starts[:i]))
        assert states[before : before + len(start)] == end


def test_a_battery_rests_while_a_reading_is_missing():
    """Ten seconds of 1 kW from the battery, of which the middle ones are not known."""
    plan = RunPlan("run", DAY, ("m1",), balance=Balance((BATTERY,), (BATTERY.stored_at(0.5),)))
    values = np.full(10, 10_000)
    values[3:6] = REJECTED_DW
    samples, _ = samples_of(plan, Pv([0] * 10), 0, values, plan.stored_at_start)
    assert samples.battery_dw.tolist() == [-10_000] * 3 + [0] * 3 + [-10_000] * 4


class ClippedPv(Pv):
    """What inverters cut off is twice what they give."""

    def powers_dw(self, first_utc, n):
        power = self.power_dw(first_utc, n)
        return power, 2 * power


@given(st.lists(st.integers(0, 30_000), min_size=4, max_size=40), st.booleans())
def test_what_inverters_cut_off_is_averaged_as_the_power_is(could, limited):
    could = could[: len(could) // 2 * 2]
    plan = RunPlan("run", DAY, ("m1",), 2, Balance((BATTERY,), export_limit_dw=0) if limited else None)
    values = np.zeros(len(could), dtype=np.int64)
    samples, _ = samples_of(plan, ClippedPv(could), 0, values, plan.stored_at_start)
    assert samples.clipped_dw.tolist() == [could[i] + could[i + 1] for i in range(0, len(could), 2)]
    assert samples_of(plan, Pv(could), 0, values, plan.stored_at_start)[0].clipped_dw is None


def test_one_plant_is_repeated_for_each_meter():
    plan = RunPlan("run", DAY, ("a", "b"), 2)
    assert pv_means(plan, np.array([10, 20, 30, 50])).tolist() == [15, 15, 40, 40]
    assert pv_means(plan, np.array([[10, 1], [20, 3], [30, 5], [50, 7]])).tolist() == [15, 2, 40, 6]


def test_what_is_curtailed_is_the_difference_of_printed_means():
    """10 s of 2 kW and a little more, 1.9996 kW used, nothing fed in: 0.6 W are lost, to the digit of a row."""
    plan = RunPlan("run", DAY, ("m1",), 10, Balance(export_limit_dw=0))
    could = np.array([20_003] * 5 + [20_000] * 5)
    samples, _ = samples_of(plan, Pv(could), 0, np.full(10, 19_996), ())
    assert (samples.pv_dw.tolist(), samples.curtailed_dw.tolist()) == ([19_996], [20_002 - 19_996])
