from hypothesis import given
from hypothesis import strategies as st
from tests.sessions import Days, a_plan, at, entries, feed_in_parts, joined, rows_of

from pvsim.core.metering.counters import CounterState
from pvsim.core.metering.form import MeterForm
from pvsim.core.metering.observed import Observed
from pvsim.core.session.session import Session
from pvsim.core.session.state import encode_state

NOON = at("2024-06-21 12:00")


def read(_meter, body, _encoding, arrived_ms):
    """A counter in mWh, `MWH` or `MWH@ms`."""
    state, _, t_ms = body.decode().partition("@")
    return Observed(int(t_ms or arrived_ms), timed=bool(t_ms), power_dw=None, counters_mwh=(int(state), 0))


def fed(log, **changes):
    session = Session(a_plan(read=read, **changes), Days())
    return session.feed(entries(*log, (log[-1][0] + 9_000, None, ""))), session.state


@given(st.lists(st.integers(0, 2_500), min_size=1, max_size=20), st.lists(st.integers(1, 20), min_size=20))
def test_all_energy_is_in_rows_where_the_lateness_covers_each_interval(steps_mwh, seconds):
    t, total, log = NOON, 1_000, [(NOON, "m1", 1_000)]
    for step, later in zip(steps_mwh, seconds, strict=False):
        t, total = t + later, total + step
        log.append((t, "m1", total))
    closed, state = fed(log, lateness_s=20)
    assert sum(row[3] for row in rows_of(closed)) == 36 * (total - 1_000)
    assert len(rows_of(closed)) == t - NOON
    assert state.meters[0].closed_s == 0


@given(st.lists(st.integers(0, 9)))
def test_any_split_gives_the_same(cuts):
    states = (0, 500, 800, 10, 400, 400, 900, 3_000)
    log = entries(*((NOON + 13 * i, "m1", mwh) for i, mwh in enumerate(states)), (NOON + 900, None, ""))
    plan = a_plan(read=read)
    at_once, (whole,) = feed_in_parts(plan, Days(), log, [])
    state, parts = feed_in_parts(plan, Days(), log, [cut for cut in cuts if cut < len(log)])
    assert joined(parts) == joined([whole])
    assert encode_state(state) == encode_state(at_once)


def test_the_first_state_is_no_row_but_the_meter_is_met():
    closed, state = fed([(NOON, "m1", 5)])
    assert not closed.rows
    assert [event.what for event in closed.events] == ["met", "silent"]
    assert state.meters[0].counter == CounterState(NOON * 1_000, 5)
    assert state.readings == 1


def test_seconds_that_are_closed_are_counted_and_told_once():
    closed, state = fed([(NOON, "m1", 0), (NOON + 30, "m1", 300), (NOON + 60, "m1", 600)])
    assert [row[2] - NOON for row in rows_of(closed)] == [*range(20, 30), *range(50, 60)]
    assert state.meters[0].closed_s == 40
    (lost,) = [event for event in closed.events if event.what == "energy-lost"]
    assert lost.detail == (
        "0.000200 kWh: 20 seconds were closed; say max_interval_s = 30 or more of it in listen.toml, and rows wait"
        " for it; or allow a longer lateness"
    )


def test_a_counter_that_begins_again_is_told_and_its_energy_is_not_known():
    closed, state = fed([(NOON, "m1", 9_000_000), (NOON + 5, "m1", 20), (NOON + 10, "m1", 25)])
    assert sum(row[3] for row in rows_of(closed)) == 36 * 5
    assert "counter-reset" in [event.what for event in closed.events]
    assert state.meters[0].resets == 1


def test_a_gap_is_told_with_the_energy_that_is_in_no_row():
    closed, _ = fed([(NOON, "m1", 0), (NOON + 400, "m1", 1_000_000)])
    (lost,) = [event for event in closed.events if event.what == "energy-lost"]
    assert lost.detail == "1.000000 kWh: after a gap"


def test_another_state_of_the_same_second_is_a_duplicate_and_one_that_cannot_be_is_kept():
    closed, state = fed([(NOON, "m1", 0), (NOON + 0.5, "m1", 1), (NOON + 2, "m1", 10**9), (NOON + 3, "m1", 3)])
    assert sum(row[3] for row in rows_of(closed)) == 36 * 3
    assert (state.duplicates, sum(state.rejected.values()), state.readings) == (1, 1, 2)


def test_a_state_that_is_late_is_kept_and_leaves_its_energy_to_the_next():
    late = f"2@{NOON * 1_000 + 2_000}"
    closed, state = fed([(NOON, "m1", 0), (NOON + 14, "m2", 0), (NOON + 14, "m1", late), (NOON + 14, "m1", 140)])
    assert state.rejected == {"late": 1}
    assert sum(row[3] for row in rows_of(closed)) == 36 * 100


WAITS = {"m1": MeterForm(energy=((),), max_interval_s=60, waits=True)}


def beside(log, n, *, m2_of=lambda s: s):
    """The same beside a meter with a counter that is read each second."""
    return sorted([*log, *((NOON + s, "m2", m2_of(s)) for s in range(n))], key=lambda each: each[0])


def test_rows_wait_for_a_counter_that_is_said_to_be_slow_and_all_energy_is_in_them():
    """However short the lateness is; another meter's rows wait as well, and are whole and in order."""
    slow = [(NOON + 60 * i + 0.5, "m1", 1_000 * i) for i in range(4)]
    closed, state = fed(beside(slow, 200), lateness_s=2, forms=WAITS)
    of_m1, of_m2 = ([row for row in rows_of(closed) if row[0] == name] for name in ("m1", "m2"))
    assert [row[2] for row in of_m1] == list(range(NOON, NOON + 180))
    assert sum(row[3] for row in of_m1) == 36 * 3_000
    assert [row[2] for row in of_m2] == list(range(NOON, NOON + 199))
    assert [row[2] for row in rows_of(closed)] == sorted(row[2] for row in rows_of(closed))
    assert state.meters[0].closed_s == 0
    assert not [event for event in closed.events if event.what in {"energy-lost", "back"}]


def test_rows_wait_no_longer_than_was_said():
    """The counter stops after its first state: after its longest interval and the lateness the others go on."""
    session = Session(a_plan(read=read, lateness_s=2, forms=WAITS), Days())
    log = entries(*beside([(NOON, "m1", 0)], 80))
    last = {}
    for entry in log:
        for row in rows_of(session.feed([entry])):
            last[row[0]] = max(row[2], last.get(row[0], 0))
        passed = entry.arrived_ms // 1_000 - NOON
        assert last.get("m2") == (None if passed <= 62 else NOON + passed - 3), passed
    assert (session.state.meters[0].silent, session.state.meters[1].silent) == (True, False)


def test_a_counter_that_comes_too_late_is_a_new_beginning_and_rows_wait_again():
    slow = [(NOON, "m1", 0), (NOON + 100, "m1", 5_000), (NOON + 150, "m1", 6_000)]
    closed, _ = fed(beside(slow, 160), lateness_s=2, forms=WAITS)
    of_m1 = [row for row in rows_of(closed) if row[0] == "m1"]
    assert [row[2] for row in of_m1] == list(range(NOON + 100, NOON + 150))
    assert sum(row[3] for row in of_m1) == 36 * 1_000
    (lost,) = [event for event in closed.events if event.what == "energy-lost"]
    assert lost.detail == "0.005000 kWh: after a gap"


@given(st.lists(st.integers(0, 150)), st.lists(st.integers(1, 90), min_size=1, max_size=6))
def test_any_split_gives_the_same_where_rows_wait(cuts, seconds):
    t, slow = NOON, [(NOON, "m1", 0)]
    for i, later in enumerate(seconds, 1):
        t += later
        slow.append((t, "m1", 700 * i))
    log = entries(*beside(slow, 150), (NOON + 900, None, ""))
    plan = a_plan(read=read, lateness_s=3, forms=WAITS)
    at_once, (whole,) = feed_in_parts(plan, Days(), log, [])
    state, parts = feed_in_parts(plan, Days(), log, [cut for cut in cuts if cut < len(log)])
    assert joined(parts) == joined([whole])
    assert encode_state(state) == encode_state(at_once)
