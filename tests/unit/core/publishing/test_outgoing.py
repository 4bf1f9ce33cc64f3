"""The messages about some rows are the same ones, with the same numbers, in whatever portions the rows come."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.publishing.contract import body_of
from pvsim.core.publishing.outgoing import Outgoing, OutgoingState, Told
from pvsim.core.results.samples import Samples
from pvsim.errors import UsageError

T = 1_718_920_800


METERS = ("z", "b-1", "a", "B")


def samples(rows, **more):
    """Rows of (second, meter, power of the meter, of PV)."""
    if not rows:
        return Samples.none()
    return Samples(*(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)), **more)


@st.composite
def services(draw):
    """Rows of some meters with gaps, and where the portions are cut."""
    length = draw(st.integers(1, 40))
    rows = {
        (T + second, meter): (draw(st.integers(-900, 900)), draw(st.integers(0, 900)))
        for meter in draw(st.sets(st.integers(0, 3), min_size=1))
        for second in sorted(draw(st.sets(st.integers(0, length - 1))))
    }
    cuts = sorted(draw(st.sets(st.integers(0, length))))
    return rows, [T + cut for cut in [*cuts, length + 3_600]], draw(st.sampled_from([1, 2, 10, 60]))


def fed(rows, cuts, every_s):
    """What is told of rows in portions; between two of them the state is written and read, as after a kill."""
    state, told, before, first_row = OutgoingState(), [], T, 0
    for cut in cuts:
        outgoing = Outgoing("home", every_s, msgspec.json.decode(msgspec.json.encode(state), type=OutgoingState))
        portion = [(*key, *powers) for key, powers in sorted(rows.items()) if before <= key[0] < cut]
        outgoing.take(METERS, samples(portion), first_row)
        told.append(outgoing.decide(cut))
        state, before, first_row = outgoing.state, cut, first_row + len(portion)
    return state, told


@given(service=services())
def test_any_portions_give_the_same_messages_numbers_and_state(service):
    rows, cuts, every_s = service
    state, told = fed(rows, cuts, every_s)
    alone_state, (alone,) = fed(rows, cuts[-1:], every_s)
    assert [sample for one in told for sample in one.samples] == list(alone.samples)
    assert state == alone_state
    numbers = [sample.row for sample in alone.samples]
    assert numbers == sorted(set(numbers))
    assert every_s > 1 or numbers == list(range(len(rows)))
    assert sum(state.counters[meter].meter_dws for meter in state.counters) == sum(dw for dw, _ in rows.values())
    assert state.periods == {}


@given(service=services())
def test_each_second_is_in_one_sample(service):
    rows, cuts, every_s = service
    _, told = fed(rows, cuts, every_s)
    found = {}
    for sample in (sample for one in told for sample in one.samples):
        start = int(sample.t_utc.timestamp())
        assert start % every_s == 0
        assert (start, sample.meter) not in found
        found[start, sample.meter] = every_s if sample.seconds is msgspec.UNSET else sample.seconds
    counted = {}
    for t_utc, meter in rows:
        key = (t_utc - t_utc % every_s, METERS[meter])
        counted[key] = counted.get(key, 0) + 1
    assert found == counted


def test_nothing_is_told_before_a_period_is_over():
    outgoing = Outgoing("home", 10)
    outgoing.take(["m1"], samples([(T, 0, 4_000, 1_000)]), 7)
    assert outgoing.decide(T + 9) == Told()
    told = outgoing.decide(T + 10)
    (sample,), (state,) = told.samples, told.states
    assert (sample.row, sample.meter_w, sample.seconds) == (7, 400.0, 1)
    assert (state.row, state.net_w, state.counters.import_wh) == (7, 300.0, 0)
    assert outgoing.decide(T + 20) == Told()


def test_states_are_the_newest_ones_and_the_service_is_the_sum_of_one_period():
    outgoing = Outgoing("home")
    rows = [(T + i, 0, 36_000, 0) for i in range(100)]  # 1 Wh a second
    rows += [(T + i, 1, 1_000, 2_000) for i in range(99)]
    outgoing.take(["roof", "flat"], samples(sorted(rows)), 0)
    told = outgoing.decide(T + 200)
    assert len(told.samples) == 199
    assert {state.meter: (state.row, state.counters.import_wh) for state in told.states} == {
        "roof": (198, 100),
        "flat": (197, 0),
    }
    assert (told.service.meters, told.service.meter_w, told.service.counters.meter_import_wh) == (1, 3_600.0, 102)


def test_a_service_sums_the_meters_with_a_battery_and_those_without():
    battery = samples(
        [(T, 0, 1_000, 0), (T, 1, 2_001, 500)],
        battery_dw=np.array([0, -300]),
        soc_steps=np.array([-1, 5_000]),
        held_s=np.array([0, 1]),
    )
    outgoing = Outgoing("home")
    outgoing.take(["b", "a"], battery, 0)
    told = outgoing.decide(T + 1)
    assert [b'"battery_w"' in body_of(sample) for sample in told.samples] == [False, True]
    assert [sample.held_s for sample in told.samples] == [msgspec.UNSET, 1]
    assert (told.service.battery_w, told.service.grid_w, told.service.net_w) == (-30.0, 220.1, 250.1)
    assert told.service.counters.charge_wh == 0
    assert told.states[0].counters.charge_wh is msgspec.UNSET


def test_a_period_that_is_open_when_another_length_is_set_ends_as_it_began():
    before = Outgoing("home", 10)
    before.take(["m1", "m2"], samples([(T + 1, 0, 100, 0)]), 0)
    before.decide(T + 2)
    after = Outgoing("home", 60, before.state)
    rows = [(T + 2, 1, 500, 0), (T + 9, 0, 200, 0), (T + 10, 0, 600, 0)]
    after.take(["m1", "m2"], samples(rows), 1)
    told = after.decide(T + 60)
    found = [(one.row, one.meter, one.every_s, one.seconds, one.meter_w) for one in told.samples]
    assert found == [(1, "m2", 10, 1, 50.0), (2, "m1", 10, 2, 15.0), (3, "m1", 60, 1, 60.0)]


@pytest.mark.parametrize("every_s", [0, 7, 7_200])
def test_periods_fit_into_an_hour(every_s):
    with pytest.raises(UsageError, match="is none"):
        Outgoing("home", every_s)
