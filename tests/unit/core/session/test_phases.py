"""A meter whose phases come by topics of their own: its rows are their sum, or there are none."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sessions import Days, a_plan, at, entries, feed_in_parts, joined, rows_of

from pvsim.core.metering.form import MeterForm
from pvsim.core.metering.observed import Observed
from pvsim.core.quantities.types import MeterRange
from pvsim.core.session.phases import (
    PhaseSum,
    channel_of,
    channels,
    is_silent,
    phases_of,
    sum_of,
    tells_missing,
    too_much,
)
from pvsim.core.session.rejected import Reason
from pvsim.core.session.session import Session
from pvsim.core.session.state import MeterState, PhaseState, decode_state, encode_state

NOON = at("2024-06-21 12:00")
MIDNIGHT = at("2024-06-22 00:00")
PHASES = ("L1", "L2", "L3")
GRID = MeterRange.up_to(9_000, grid=True)


def a_house(phases=PHASES, *, form=None, **changes):
    """A plan in which `house` is the sum of what comes with the keys meter.home.L1 and so on."""
    keys = [f"meter.home.{phase}" for phase in phases]
    form = form or MeterForm(meter_range=GRID)
    plan = a_plan(
        topics=dict.fromkeys(keys, "house"),
        phase_topics=dict(zip(keys, phases, strict=True)),
        phases={"house": dict.fromkeys(phases, form)},
        forms={"house": MeterForm(meter_range=GRID)},
        ranges={"house": GRID},
    )
    return replace(plan, **changes)


def fed(log, plan=None, *, until_s=60):
    session = Session(plan or a_house(), Days())
    last = log[-1][0] + until_s
    return session.feed(entries(*log, (last, None, ""))), session.state


def powers(closed, start=NOON):
    """Second, power in 0.1 W and whether it is held of each row of the house."""
    return [(row[2] - start, row[3], row[7] or 0) for row in rows_of(closed) if row[0] == "house"]


@st.composite
def logs(draw):
    """Messages of three phases and another meter around midnight: late, early, twice, none, and after pauses."""
    messages, t = [], float(MIDNIGHT - 20)
    for _ in range(draw(st.integers(1, 60))):
        t += draw(st.sampled_from([0, 0, 0, 0.25, 0.5, 1, 1, 3, 30]))
        who = draw(st.sampled_from([*PHASES, *PHASES, "m1", None]))
        own = draw(st.sampled_from([None, None, 0, -1, -2.5, 2, 8]))
        power = draw(st.sampled_from([0, 1, 412.5, -500, 4_000, 9_000, 9_000.1, "nan"]))
        messages.append((t, who, power if own is None else f"{power}@{round((t + own) * 1_000)}"))
        if draw(st.booleans()):
            messages.append(messages[-1])
    return entries(*messages)


class Definition:
    """The rows of `house` as the rule says it: by second and phase all values."""

    def __init__(self, plan):
        self.plan, self.clock, self.closed = plan, -1, None
        self.values, self.last, self.seen, self.rows = {}, {}, set(), []

    def of(self, log):
        for each in log:
            self.clock = max(self.clock, each.arrived_ms)
            until = (self.clock - self.plan.lateness_s * 1_000) // 1_000
            for second in range(until if self.closed is None else self.closed, until):
                self.close(second)
            self.closed = max(until, until if self.closed is None else self.closed)
            if each.routing_key in self.plan.phase_topics:
                self.take(self.plan.phase_topics[each.routing_key], self.plan.read("", each.body, "", self.clock))
        return self.rows

    def take(self, phase, observed):
        if not isinstance(observed, Observed) or not -90_000 <= observed.power_dw <= 90_000:
            return
        second, ahead_ms = observed.t_ms // 1_000, observed.t_ms - self.clock
        if second < self.closed or ahead_ms > self.plan.lateness_s * 1_000:
            return
        mark = (phase, observed.t_ms, observed.power_dw)
        if not (observed.timed and mark in self.seen):
            self.values.setdefault((second, phase), []).append(observed.power_dw)
        self.seen.update([mark] if observed.timed else [])

    def close(self, second):
        for phase in PHASES:
            if values := self.values.get((second, phase)):
                self.last[phase] = second, round(Fraction(sum(values), len(values)))
        if len(self.last) == len(PHASES):
            total = sum(power for _, power in self.last.values())
            oldest = min(t for t, _ in self.last.values())
            if second - oldest <= self.plan.hold_s and -90_000 <= total <= 90_000:
                self.rows.append((second, total, int(oldest < second)))


@given(logs(), st.sampled_from([0, 3, 5]), st.sampled_from([0, 2, 40]))
def test_rows_are_what_the_rule_says(log, lateness_s, hold_s):
    plan = a_house(lateness_s=lateness_s, hold_s=hold_s)
    rows = rows_of(Session(plan, Days()).feed(log))
    found = [(t, power, held or 0) for name, _, t, power, _, _, _, held in rows if name == "house"]
    assert found == Definition(plan).of(log)


@given(logs(), st.lists(st.integers(0, 120)), st.sampled_from([0, 2, 40]))
@settings(max_examples=60)
def test_any_split_gives_the_same_rows_and_the_same_state(log, cuts, hold_s):
    plan = a_house(lateness_s=3, hold_s=hold_s, silence_s=5)
    at_once, (whole,) = feed_in_parts(plan, Days(), log, [])
    state, parts = feed_in_parts(plan, Days(), log, [cut for cut in cuts if cut < len(log)])
    assert joined(parts) == joined([whole])
    assert state == at_once
    for before, after in pairwise(parts):
        assert after.first_row == before.first_row + before.rows


@given(logs())
def test_each_message_is_accounted_for(log):
    session = Session(a_house(lateness_s=3), Days())
    closed, state = session.feed(log), session.state
    assert state.messages == len(log)
    assert state.messages == state.ticks + state.readings + state.duplicates + sum(state.rejected.values())
    outside_s = sum(meter.outside_s for meter in state.meters)
    assert closed.rejected.count(b"\n") == sum(state.rejected.values()) + outside_s
    for meter in state.meters:
        assert not meter.phases or meter.readings == sum(phase.readings for phase in meter.phases)


@given(st.permutations([(phase, i) for phase in PHASES for i in range(4)]))
def test_the_order_of_the_phases_within_the_lateness_plays_no_part(order):
    readings = [
        (NOON + 5, phase, f"{i * 7 + n}@{(NOON + i // 2) * 1_000 + i}") for phase, i in order for n in (0, 2)
    ]
    closed, _ = fed([(NOON + 5, "L1", f"0@{NOON * 1_000 + 500}"), *readings])
    of_l1 = (0 + 0 + 2 + 7 + 9) / 5
    assert powers(closed) == [(0, round((of_l1 + 2 * 4.5) * 10), 0), (1, 3 * 185, 0)]


def test_export_on_one_phase_and_import_on_others_are_netted():
    closed, _ = fed([(NOON, "L1", -500), (NOON + 0.2, "L2", 300), (NOON + 0.4, "L3", 500)])
    assert powers(closed) == [(0, 3_000, 0)]


def test_each_phase_counts_once_however_many_readings_it_has():
    closed, _ = fed([(NOON, "L1", 100), (NOON + 0.1, "L1", 200), (NOON + 0.2, "L2", 10), (NOON + 0.3, "L3", 1)])
    assert powers(closed) == [(0, 1_610, 0)]


def test_a_second_without_a_phase_has_no_row_and_is_counted():
    log = [
        (NOON + i, phase, 100) for i in range(4) for phase in PHASES if (i, phase) not in {(1, "L2"), (2, "L3")}
    ]
    closed, state = fed(log)
    assert powers(closed) == [(0, 3_000, 0), (3, 3_000, 0)]
    (house,) = state.meters
    assert house.incomplete_s == 2
    assert [phase.missing_s for phase in house.phases] == [0, 1, 1]
    assert [phase.readings for phase in house.phases] == [4, 3, 3]


def test_values_are_held_for_each_phase_by_itself_with_a_flag():
    log = [(NOON, "L1", 100), (NOON + 1, "L2", 10), (NOON + 3, "L3", 1), (NOON + 4, "L1", 200)]
    closed, _ = fed(log, a_house(hold_s=3))
    assert powers(closed) == [(3, 1_110, 1), (4, 2_110, 1)]
    again, _ = fed([(NOON + i, phase, 5) for i in range(2) for phase in PHASES], a_house(hold_s=2))
    assert powers(again) == [(0, 150, 0), (1, 150, 0), (2, 150, 1), (3, 150, 1)]


def test_a_phase_above_the_maximum_is_rejected_as_a_reading():
    closed, state = fed([(NOON, "L1", 9_001), (NOON, "L2", 1), (NOON, "L3", 1)])
    assert powers(closed) == []
    assert state.rejected == {Reason.RANGE: 1}
    assert json.loads(closed.rejected)["detail"] == "house (L1): 9001 W is outside -9000..9000 W"


def test_a_sum_above_the_maximum_has_no_row_and_is_kept():
    log = [
        (NOON + i, phase, power) for i in range(2) for phase, power in zip(PHASES, (5_000, 5_000, i), strict=True)
    ]
    closed, state = fed([*log, *((NOON + 2, phase, 1) for phase in PHASES)])
    assert powers(closed) == [(2, 30, 0)]
    assert state.meters[0].outside_s == 2
    assert not state.rejected  # no message was
    line = json.loads(closed.rejected.splitlines()[1])
    assert line["reason"] == "a sum of phases outside the range of its meter"
    assert line["routing_key"] == "meter.home.house"
    assert line["detail"] == (
        "2024-06-21T10:00:01Z: L1 5000, L2 5000, L3 1 W make 10001 W, which is outside -9000..9000 W;"
        " max_w in listen.toml sets the most"
    )


def test_a_sum_of_held_values_above_the_maximum_is_no_row_either():
    closed, state = fed([(NOON, phase, 5_000) for phase in PHASES], a_house(hold_s=3))
    assert powers(closed) == []
    assert state.meters[0].outside_s == 1
    assert closed.rejected.count(b"\n") == 1


def test_late_and_twice_are_told_by_the_phase():
    timed = f"5@{NOON * 1_000}"
    log = [
        (NOON, "L1", timed),
        (NOON, "L1", timed),
        (NOON, "L2", timed),
        (NOON, "L3", timed),
        (NOON + 30, "L2", timed),
    ]
    closed, state = fed(log)
    assert powers(closed) == [(0, 150, 0)]
    assert (state.duplicates, state.readings, state.rejected) == (1, 3, {Reason.LATE: 1})
    line = json.loads(closed.rejected)
    assert line["routing_key"] == "meter.home.L2"
    assert line["detail"].startswith("house (L2): its second is closed")


def test_silence_is_told_by_the_phase():
    log = [
        (NOON + i, phase, 5) for i in range(100) for phase in PHASES if phase == "L1" or (phase == "L2" and i <= 5)
    ]
    closed, state = fed([*log, (NOON + 100, "L2", 5), (NOON + 100, "L3", 5)], until_s=2)
    told = [(event.what, event.meter, event.at_ms // 1_000 - NOON, event.detail) for event in closed.events]
    assert [each for each in told if each[0] != "phase-missing"] == [
        ("met", "house", 0, ""),
        ("silent", "house (L3)", 60, "it has not been heard yet: check its topic"),
        ("silent", "house (L2)", 65, ""),
        ("back", "house (L2)", 100, "after 95 s"),
        ("met", "house (L3)", 100, ""),
    ]
    assert not is_silent(state.meters[0])


def test_seconds_without_a_phase_are_told_less_and_less_often():
    log = [(NOON + i, phase, 5) for i in range(250) for phase in ("L1", "L2")]
    closed, _ = fed(log, a_house(silence_s=0))
    told = [event for event in closed.events if event.what == "phase-missing"]
    assert [event.at_ms // 1_000 - NOON for event in told] == [70, 130, 309]
    assert told[0].meter == "house"
    assert told[0].detail.startswith("60 seconds have no row, since a phase had no reading (L3 in 60); hold = ")


def test_a_message_that_is_of_no_phase_is_rejected():
    closed, state = fed([(NOON, "house", 5), (NOON, "L1", 5)])
    assert state.rejected == {"of no phase of its meter": 1}
    assert (
        "house is the sum of L1, L2, L3, which have topics of their own" in json.loads(closed.rejected)["detail"]
    )


def test_counters_of_phases_are_told_apart():
    def read(_channel, body, _encoding, arrived_ms):
        return Observed(arrived_ms, timed=False, power_dw=None, counters_mwh=(int(body), 0))

    form = MeterForm(energy=(("total",),), meter_range=MeterRange.up_to(9_000), max_interval_s=20, waits=True)
    plan = a_house(("L1", "L2"), form=form, read=read)
    assert plan.waits == {"house (L1)": 20, "house (L2)": 20}
    log = [(NOON, "L1", 9_000_000), (NOON + 1, "L2", 5), (NOON + 15, "L1", 9_000_150), (NOON + 16, "L2", 305)]
    closed, state = fed(log, plan)
    assert powers(closed) == [(t, 10 * 36 + 20 * 36, 0) for t in range(1, 15)]
    assert state.meters[0].incomplete_s == 2  # the first second of L1, and the last one of L2
    assert [phase.counter.import_mwh for phase in state.meters[0].phases] == [9_000_150, 305]
    reset, state = fed([*log, (NOON + 20, "L2", 0)], plan)
    assert ("counter-reset", "house (L2)") in [(event.what, event.meter) for event in reset.events]
    assert state.meters[0].resets == 1


def test_a_service_that_is_started_with_other_phases_goes_on_without_a_false_sum():
    log = entries(*((NOON + i, phase, 100) for i in range(3) for phase in PHASES), (NOON + 60, None, ""))
    first = Session(a_house(), Days())
    first.feed(log[:5])  # of the second second L3 is missing
    saved = encode_state(first.state)
    more = Session(a_house(("L1", "L2", "L3", "N")), Days(), decode_state(saved))
    assert powers(more.feed(log[5:])) == []
    fewer = Session(a_house(("L1", "L2")), Days(), decode_state(saved))
    assert [phase.name for phase in fewer.state.meters[0].phases] == ["L1", "L2"]
    assert [power for _, power, _ in powers(fewer.feed(log[5:]))] == [2_000, 2_000, 2_000]
    none = Session(a_plan(), Days(), decode_state(saved))
    assert powers(none.feed([log[-1]])) == []
    apart = Session(a_plan(hold_s=0), Days())
    apart.feed(entries((NOON, "house", 100)))
    summed = Session(a_house(), Days(), decode_state(encode_state(apart.state)))
    assert powers(summed.feed(entries((0, None, ""), (NOON + 60, None, "")))) == []


@pytest.mark.parametrize(
    ("means", "hold_s", "summed"),
    [
        ({"L1": 5, "L2": -7}, 0, PhaseSum(-2, held=False, own=2)),
        ({"L1": 5}, 0, PhaseSum(None, held=False, own=1)),
        ({"L1": 5}, 10, PhaseSum(5 + 30, held=True, own=1)),
        ({}, 10, PhaseSum(20 + 30, held=True, own=0)),
        ({}, 9, PhaseSum(None, held=False, own=0)),
        ({"other": 5}, 0, PhaseSum(None, held=False, own=0)),
    ],
)
def test_a_sum_is_of_all_phases_or_none(means, hold_s, summed):
    phases = [PhaseState(name="L1", heard_ms=0, last_utc=90, last_dw=20)]
    phases.append(PhaseState(name="L2", heard_ms=0, last_utc=95, last_dw=30))
    meter = MeterState(name="house", heard_ms=0, phases=phases)
    assert sum_of(meter, means, 100, hold_s) == summed


def test_a_meter_and_its_phases_are_found_by_name():
    meter = MeterState(name="house", heard_ms=7)
    assert list(channels(meter)) == [("house", meter)]
    assert channel_of(meter, "") is meter
    meter.phases = phases_of(meter, PHASES)
    assert [(name, each.heard_ms) for name, each in channels(meter)] == [(f"house ({p})", 7) for p in PHASES]
    assert channel_of(meter, "L2") is meter.phases[1]
    assert phases_of(meter, ("L2",)) == [meter.phases[1]]
    assert not is_silent(meter)
    meter.phases[2].silent = True
    assert is_silent(meter)


def test_what_is_within_the_range_is_not_too_much():
    meter = MeterState(name="house", heard_ms=0)
    assert too_much(meter, -90_000, GRID) is None
    assert too_much(meter, 90_001, GRID) is not None


@pytest.mark.parametrize(
    ("seconds", "told"), [(1, False), (60, True), (90, False), (120, True), (180, False), (240, True)]
)
def test_after_a_minute_and_each_time_it_has_doubled(seconds, told):
    meter = MeterState(name="house", heard_ms=0, incomplete_s=seconds)
    assert bool(tells_missing(meter)) == told
