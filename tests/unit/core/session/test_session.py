from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sessions import Days, a_battery, a_plan, at, entries, entry, feed_in_parts, joined, rows_of

from pvsim.core.messages.entry import Entry
from pvsim.core.metering.form import MeterForm
from pvsim.core.metering.observed import Refused
from pvsim.core.quantities.types import MeterRange
from pvsim.core.session.closed import Event
from pvsim.core.session.rejected import Reason
from pvsim.core.session.session import Session

MIDNIGHT = at("2024-06-22 00:00")
DAY = date(2024, 6, 21)


@st.composite
def logs(draw, start_utc=MIDNIGHT - 20):
    """Messages of three meters and ticks, around midnight: late, early, twice, not numbers, and after pauses."""
    messages, t = [], float(start_utc)
    for _ in range(draw(st.integers(1, 40))):
        t += draw(st.sampled_from([0, 0, 0.25, 0.5, 1, 1, 1, 3, 30]))
        meter = draw(st.sampled_from(["m1", "m1", "m2", "m3", None]))
        own = draw(st.sampled_from([None, None, 0, -1, -2.5, -4, -6, 2, 8]))
        power = draw(st.sampled_from([0, 1, 412.5, 9_000, 9_000.1, -1, "nan"]))
        back = draw(st.sampled_from([0, 0, 0, 0, 40]))
        messages.append((t - back, meter, power if own is None else f"{power}@{round((t + own) * 1_000)}"))
        if draw(st.booleans()):
            messages.append(messages[-1])
    return entries(*messages)


class Definition:
    """Rows without PV as the rule says it, in no clever way: by second and meter all values."""

    def __init__(self, plan):
        self.plan, self.clock, self.closed = plan, -1, None
        self.known, self.values, self.last, self.seen, self.rows = [], {}, {}, set(), []

    def of(self, log):
        for each in log:
            self.clock = max(self.clock, each.arrived_ms)
            until = (self.clock - self.plan.lateness_s * 1_000) // 1_000
            for second in range(until if self.closed is None else self.closed, until):
                self.close(second)
            self.closed = max(until, until if self.closed is None else self.closed)
            if each.routing_key:
                self.take(each.routing_key.rpartition(".")[2], self.plan.read("", each.body, "", self.clock))
        return self.rows

    def take(self, name, observed):
        if isinstance(observed, Refused) or not 0 <= observed.power_dw <= 90_000:
            return
        second, ahead_ms = observed.t_ms // 1_000, observed.t_ms - self.clock
        if second < self.closed or ahead_ms > self.plan.lateness_s * 1_000:
            return
        if name not in self.known:
            self.known.append(name)
        mark = (name, observed.t_ms, observed.power_dw)
        if not (observed.timed and mark in self.seen):
            self.values.setdefault((second, name), []).append(observed.power_dw)
        self.seen.update([mark] if observed.timed else [])

    def close(self, second):
        for name in self.known:
            if values := self.values.get((second, name)):
                self.last[name] = second, round(Fraction(sum(values), len(values)))
            elif name not in self.last or second - self.last[name][0] > self.plan.hold_s:
                continue
            self.rows.append((name, second, self.last[name][1], int(not values)))


@given(logs(), st.sampled_from([0, 3, 5]), st.sampled_from([0, 2, 40]))
def test_rows_are_what_the_rule_says(log, lateness_s, hold_s):
    plan = a_plan(lateness_s=lateness_s, hold_s=hold_s)
    closed = Session(plan, Days()).feed(log)
    found = [(name, t, power, held or 0) for name, _, t, power, _, _, _, held in rows_of(closed)]
    assert found == Definition(plan).of(log)


@given(
    logs(), st.lists(st.integers(0, 80)), st.sampled_from([0, 40]), st.sampled_from([None, 5_000]), st.booleans()
)
@settings(max_examples=200)
def test_any_split_gives_the_same_rows_and_the_same_state(log, cuts, hold_s, limit_dw, battery):
    plan = a_plan(lateness_s=3, hold_s=hold_s, silence_s=5)
    days = Days(a_battery(limit_dw) if battery else None, "one")
    at_once, (whole,) = feed_in_parts(plan, days, log, [])
    state, parts = feed_in_parts(plan, days, log, [cut for cut in cuts if cut < len(log)])
    assert joined(parts) == joined([whole])
    assert state == at_once
    for before, after in pairwise(parts):
        assert after.first_row == before.first_row + before.rows


@given(logs())
def test_each_message_is_accounted_for(log):
    session = Session(a_plan(lateness_s=3), Days())
    closed = session.feed(log)
    state = session.state
    assert state.messages == len(log)
    assert state.messages == state.ticks + state.readings + state.duplicates + sum(state.rejected.values())
    assert closed.rejected.count(b"\n") == sum(state.rejected.values())
    assert state.rows == closed.rows == sum(meter.rows for meter in state.meters)


@given(st.permutations(range(12)))
def test_the_order_within_the_lateness_plays_no_part(order):
    start = MIDNIGHT - 40
    first = ("m1", f"0@{start * 1_000}")
    readings = [("m1", f"{i * 7}@{(start + i // 2) * 1_000 + i}") for i in order]
    log = entries((start + 5.5, *first), *[(start + 5.5, *each) for each in readings], (start + 40, None, ""))
    rows = rows_of(Session(a_plan(), Days()).feed(log))
    assert [row[3] for row in rows[1:]] == [(2 * i + 2 * i + 1) * 35 for i in range(1, 6)]


def test_a_second_has_the_mean_of_its_readings_when_the_clock_has_passed_it_by_the_lateness():
    t = at("2024-06-21 12:00")
    log = entries((t + 0.1, "m1", 100), (t + 0.6, "m1", 101), (t + 1.2, "m1", 300), (t + 10.9, None, ""))
    session = Session(a_plan(), Days())
    assert session.feed(log).rows == 0
    closed = session.feed([entry(4, t + 11, None, "")])
    assert rows_of(closed) == [("m1", DAY, t, 1_005, (t * 7919) % 30_000, None, None, None)]


def test_a_mean_is_rounded_half_to_even():
    t = at("2024-06-21 12:00")
    log = entries((t, "m1", 0.1), (t, "m1", 0.2), (t + 1, "m1", 0.2), (t + 1, "m1", 0.3), (t + 60, None, ""))
    assert [row[3] for row in rows_of(Session(a_plan(), Days()).feed(log))] == [2, 2]


def test_a_value_is_held_for_so_long_and_no_longer():
    t = at("2024-06-21 12:00")
    session = Session(a_plan(hold_s=3), Days())
    rows = rows_of(session.feed(entries((t, "m1", 5), (t + 20, "m1", 6), (t + 60, None, ""))))
    assert [(row[2] - t, row[3], row[7]) for row in rows] == [
        *((s, 50, int(s > 0)) for s in range(4)),
        *((20 + s, 60, int(s > 0)) for s in range(4)),
    ]


@pytest.mark.parametrize(
    ("day", "seconds"), [("2024-03-31", 82_800), ("2024-06-21", 86_400), ("2024-10-27", 90_000)]
)
def test_a_local_day_has_its_seconds_also_when_clocks_change(day, seconds):
    midnight = at(f"{day} 00:00")
    log = entries((midnight - 1, "m1", 1), (midnight, "m1", 2), (midnight + 200_000, None, ""))
    closed = Session(a_plan(hold_s=86_400), Days(a_battery())).feed(log)
    rows = [len(portion.samples) for portion in closed.portions]
    assert rows[:2] == [1, min(seconds, 86_401)]
    assert [(each.day.isoformat(), each.rows, each.held) for each in closed.ended[1:2]] == [
        (day, rows[1], rows[1] - 1)
    ]


def test_a_battery_goes_over_midnight_and_rests_where_rows_are_missing():
    t = MIDNIGHT - 5
    log = entries(*[(t + s, "m1", 9_000) for s in (0, 1, 2, 8, 9)], (t + 86_400 * 2, None, ""))
    days = Days(a_battery())
    closed = Session(a_plan(), days).feed(log)
    first, second = closed.ended
    model = days.balance.batteries[0]
    assert first.stored_at_start == days.balance.states_at_start
    assert first.stored_at_end == second.stored_at_start
    socs = [row[6] for row in rows_of(closed)]
    standby_until_midnight = 2 * model.standby_step
    assert first.stored_at_end[0] // model.units_per_soc(10_000) == socs[2] - round(
        standby_until_midnight / model.units_per_soc(10_000)
    )
    assert (second.rows, second.last_dw) == (2, 90_000)
    assert second.stored_at_end == (model.lower,)  # it sleeps


def test_another_battery_begins_anew_with_the_day():
    t = MIDNIGHT - 5
    days = Days(a_battery(), "small")
    session = Session(a_plan(), days)
    session.feed(entries((t, "m1", 9_000), (t + 3, "m1", 9_000), (t + 30, None, "")))
    days.battery = "another"
    closed = session.feed([entry(3, t + 40, "m1", 0), entry(4, t + 90_000, None, "")])
    (ended,) = closed.ended
    assert ended.stored_at_start == days.balance.states_at_start


def test_without_a_battery_from_one_day_on_there_is_none():
    t = MIDNIGHT - 5
    days = Days(a_battery(), "small")
    session = Session(a_plan(), days)
    session.feed(entries((t, "m1", 9_000), (t + 30, None, "")))
    days.balance, days.battery = None, ""
    closed = session.feed([entry(2, t + 40, "m1", 0), entry(3, t + 90_000, None, "")])
    assert closed.ended[0].stored_at_start == ()
    assert rows_of(closed)[0][5] is None


def test_days_without_rows_are_passed_over_however_many_they_are():
    t = MIDNIGHT - 5
    years = 3_000 * 365 * 86_400
    log = entries((t, "m1", 1), (t + years, "m1", 2), (t + years + 30, None, ""))
    days = Days(a_battery())
    closed = Session(a_plan(), days).feed(log)
    assert [row[2] for row in rows_of(closed)] == [t, t + years]
    assert len(days.asked) == 2


def test_what_comes_after_its_second_is_closed_is_kept_as_late():
    t = at("2024-06-21 12:00")
    log = entries((t, "m1", 1), (t + 11, "m1", f"2@{t * 1_000 + 999}"), (t + 11, "m1", f"3@{(t + 1) * 1_000}"))
    session = Session(a_plan(), Days())
    closed = session.feed(log)
    assert session.state.rejected == {Reason.LATE: 1}
    assert session.state.meters[0].rejected == 1
    assert b'"offset":1,' in closed.rejected


def test_what_is_ahead_of_the_logs_clock_is_kept_with_by_how_much():
    t = at("2024-06-21 12:00")
    log = entries((t, "m1", f"1@{t * 1_000 + 10_000}"), (t, "m1", f"1@{t * 1_000 + 10_001}"))
    closed = Session(a_plan(), Days()).feed(log)
    assert b"its clock is ahead by 10.0 s" in closed.rejected
    assert closed.rejected.count(b"\n") == 1


def test_the_same_time_and_value_again_is_a_duplicate_and_another_value_is_not():
    t = at("2024-06-21 12:00")
    own = f"@{t * 1_000 + 300}"
    messages = [(t, "m1", f"1{own}"), (t, "m1", f"1{own}"), (t, "m1", f"2{own}"), (t, "m2", f"1{own}")]
    session = Session(a_plan(), Days())
    closed = session.feed(entries(*messages, (t, "m3", "1"), (t, "m3", "1"), (t + 60, None, "")))
    assert [(row[0], row[3]) for row in rows_of(closed)] == [("m1", 15), ("m2", 10), ("m3", 10)]
    assert [meter.duplicates for meter in session.state.meters] == [1, 0, 0]
    assert [meter.readings for meter in session.state.meters] == [2, 1, 2]


def test_messages_that_are_accounted_for_are_passed_over():
    t = at("2024-06-21 12:00")
    session = Session(a_plan(), Days())
    log = entries((t, "m1", 1), (t + 1, "m1", 2))
    session.feed(log)
    session.feed(log)
    assert session.state.readings == 2
    assert session.state.anchor_offset == 1


def test_a_meter_is_silent_once_and_back_once():
    t = at("2024-06-21 12:00")
    log = [(t, "m1", 1), (t + 30, "m2", 1), (t + 59, None, ""), (t + 60, None, ""), (t + 70, None, "")]
    closed = Session(a_plan(), Days()).feed(entries(*log, (t + 75, "m1", 1), (t + 100, None, "")))
    assert [(event.what, event.meter, event.at_ms // 1_000 - t) for event in closed.events] == [
        ("met", "m1", 0),
        ("met", "m2", 30),
        ("silent", "m1", 60),
        ("back", "m1", 75),
        ("silent", "m2", 100),
    ]
    assert closed.events[3].detail == "after 75 s"


def test_silence_of_zero_is_never_told():
    t = at("2024-06-21 12:00")
    closed = Session(a_plan(silence_s=0), Days()).feed(entries((t, "m1", 1), (t + 9_000, None, "")))
    assert [event.what for event in closed.events] == ["met"]


def test_a_clock_that_is_set_back_is_told_once_and_waited_for():
    t = at("2024-06-21 12:00")
    log = entries((t, "m1", 1), (t - 3_600, "m1", 3), (t - 3_599, "m1", 5), (t + 12, None, ""))
    closed = Session(a_plan(), Days()).feed(log)
    assert rows_of(closed)[0][2:4] == (t, 30)
    detail = "the broker's clock went back by 3,600.0 s; the log's clock waits for it"
    assert closed.events[1:] == (Event("clock-set-back", "", t * 1_000, detail),)


@pytest.mark.parametrize("arrived_ms", [0, -1, 2**62])
def test_a_time_of_arrival_that_cannot_be_moves_no_clock(arrived_ms):
    session = Session(a_plan(), Days())
    session.feed([Entry(0, arrived_ms, "meter.home.m1", b"1")])
    assert session.state.clock_ms == -1
    assert session.state.rejected == {Reason.ARRIVAL: 1}


def test_more_meters_than_may_join_are_kept_out_and_those_that_are_in_stay():
    t = at("2024-06-21 12:00")
    log = entries((t, "m1", 1), (t, "m2", 1), (t, "m3", 1), (t, "m1", 2), (t, "m2", 1))
    session = Session(a_plan(max_meters=2), Days())
    session.feed(log)
    assert [meter.readings for meter in session.state.meters] == [2, 2]
    assert session.state.rejected == {Reason.MANY_METERS: 1}


def test_a_meter_that_differs_from_another_in_case_only_is_kept_out():
    """Their directories would be one on a disk that does not tell them apart."""
    t = at("2024-06-21 12:00")
    log = entries((t, "House-a", 1), (t, "house-A", 2), (t, "house-a", 3), (t, "house-b", 4), (t, "HOUSE-B", 5))
    plan = a_plan(forms={"house-a": MeterForm()})
    session = Session(plan, Days())
    closed = session.feed(log[:2])
    session = Session(plan, Days(), session.state)
    closed = session.feed(log[2:])
    assert [meter.name for meter in session.state.meters] == ["house-a", "house-b"]
    assert session.state.rejected == {Reason.OTHER_CASE: 3}
    assert b"HOUSE-B is house-b but for small and capital letters" in closed.rejected
    assert b"in listen.toml gives HOUSE-B another name" in closed.rejected


def test_a_meter_that_is_described_has_its_place_however_many_come_before_it():
    t = at("2024-06-21 12:00")
    plan = a_plan(max_meters=2, forms={"grid": MeterForm()})
    log = entries((t, "m1", 1), (t, "m2", 1), (t, "grid", 1), (t, "m3", 1), (t, "grid", 2))
    session = Session(plan, Days())
    session.feed(log)
    assert [(meter.name, meter.readings) for meter in session.state.meters] == [("m1", 1), ("grid", 2)]
    assert session.state.rejected == {Reason.MANY_METERS: 2}
    again = Session(plan, Days(), session.state)
    again.feed([Entry(len(log), t, "meter.home.m4", b"1")])
    assert len(again.state.meters) == 2


def test_a_meter_that_has_said_nothing_usable_is_not_met():
    t = at("2024-06-21 12:00")
    session = Session(a_plan(), Days())
    closed = session.feed(entries((t, "m1", "unavailable"), (t, "../x", 1), (t, "m1", 9_001)))
    assert not session.state.meters
    assert not closed.events
    assert sum(session.state.rejected.values()) == 3


@pytest.mark.parametrize(
    ("ranges", "body", "words"),
    [
        ({}, -1, b"'grid' in listen.toml"),
        ({}, 9_000.1, b"9000.1 W is outside 0..9000 W"),
        ({"m1": MeterRange.up_to(5, grid=True)}, -6, b"-6 W is outside -5..5 W"),
    ],
)
def test_a_power_outside_the_meters_range_is_kept_with_the_range(ranges, body, words):
    closed = Session(a_plan(ranges=ranges), Days()).feed(entries((at("2024-06-21 12:00"), "m1", body)))
    assert words in closed.rejected
    assert closed.rejected.count(b"listen.toml") == (words == b"'grid' in listen.toml")


def test_a_meter_at_the_grid_may_be_negative():
    t = at("2024-06-21 12:00")
    plan = a_plan(ranges={"m1": MeterRange.up_to(5, grid=True)})
    closed = Session(plan, Days()).feed(entries((t, "m1", -5), (t + 60, None, "")))
    assert rows_of(closed)[0][3] == -50


def test_a_meter_that_floods_a_second_cannot_fill_the_memory():
    t = at("2024-06-21 12:00")
    session = Session(a_plan(), Days())
    session.feed(entries(*[(t, "m1", 1)] * 1_001))
    assert session.state.readings == 1_000
    assert session.state.rejected == {Reason.MANY_READINGS: 1}


def test_the_hold_changes_with_the_day():
    t = MIDNIGHT - 2
    state, _ = feed_in_parts(a_plan(), Days(), entries((t, "m1", 1), (t + 2, "m1", 2)), [])
    assert state.hold_s == 0
    session = Session(a_plan(hold_s=2), Days(), state)
    rows = rows_of(session.feed([entry(2, t + 60, None, "")]))
    assert [(row[2] - t, row[7]) for row in rows] == [(0, None), (2, 0), (3, 1), (4, 1)]


@given(st.lists(st.integers(0, 40)))
def test_a_described_meter_that_is_never_heard_is_told_once(cuts):
    plan = a_plan(forms={"grid": MeterForm(), "plug": MeterForm(), "m1": MeterForm()}, silence_s=20)
    log = [(MIDNIGHT + 5 * i, "m1", 5) for i in range(30)]
    log[15:15] = [(MIDNIGHT + 5 * 15, "plug", 5)]
    _, parts = feed_in_parts(plan, Days(), entries(*log), [cut for cut in cuts if cut < len(log)])
    told = [event for event in joined(parts)[3] if event.meter != "m1"]
    assert [(event.what, event.meter, event.at_ms // 1_000 - MIDNIGHT) for event in told] == [
        ("silent", "grid", 20),
        ("silent", "plug", 20),
        ("met", "plug", 75),
        ("silent", "plug", 95),
    ]
    assert told[0].detail == "it has not been heard yet: check its topic"
    assert not told[-1].detail


def test_a_meter_that_is_described_later_is_awaited_from_then_on():
    log = entries(*((MIDNIGHT + 5 * i, "m1", 5) for i in range(30)))
    first = Session(a_plan(silence_s=20), Days())
    first.feed(log[:10])
    then = Session(a_plan(silence_s=20, forms={"grid": MeterForm()}), Days(), first.state)
    (silent,) = [event for event in then.feed(log[10:]).events if event.meter == "grid"]
    assert silent.at_ms // 1_000 - MIDNIGHT == 45 + 20
    assert Session(a_plan(), Days(), then.state).state.awaited == {}
