"""Readings gather in open seconds, and make rows when the log's clock closes these.

A second s is closed when the log's clock shows s + 1 + lateness, and no counter for which rows wait has still to
tell of it. Its row is the mean of its readings, rounded half to even: sums of integers, so that their order plays
no part. Of a meter whose phases come apart it is the sum of such means (`phases.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from pvsim.core.metering.observed import Refused
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.session.phases import PhaseSum, channels, sum_of, tells_missing, too_much
from pvsim.core.session.plan import SessionPlan
from pvsim.core.session.rejected import Reason
from pvsim.core.session.state import Cell, MeterState, SessionState

__all__ = ["MAX_READINGS", "DayOfRows", "add", "begin", "check_time", "close", "half_even", "place"]

MAX_READINGS = 1_000
"""Of one meter in one second: more would let one meter fill the memory."""

_MS = 1_000


@dataclass(slots=True)
class DayOfRows:
    """Rows of closed seconds, within one local day, as columns.

    Attributes:
        day: The day.
        holds: Whether values are held on it.
        t_utc: Their seconds, in order.
        meter: The number of the meter of each, in order within a second.
        meter_dw: Its power.
        held: Whether the value before stands in it.
        end_utc: When the day ends, if it is over now; else None.
        refused: Seconds whose phases have a sum that cannot be, with their meters: they have no row.
        missing: What to tell of seconds that lack a phase, with their meters.
    """

    day: date
    holds: bool
    t_utc: list[int] = field(default_factory=list)
    meter: list[int] = field(default_factory=list)
    meter_dw: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    end_utc: int | None = None
    refused: list[tuple[int, str, Refused]] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)


def half_even(total: int, n: int) -> int:
    """The mean of n integers, rounded half to even."""
    quotient, rest = divmod(total, n)
    twice = 2 * rest
    return quotient + (twice > n or (twice == n and quotient % 2 == 1))


def place(
    state: SessionState,
    plan: SessionPlan,
    meter: int,
    t_ms: int,
    power_dw: int,
    *,
    timed: bool,
    phase: str = "",
) -> bool | Refused:
    """Put a reading into its second.

    Returns:
        Whether it was put there: not, if it was there already.
    """
    if (refused := check_time(state, plan, t_ms)) is not None:
        return refused
    cell = _cell_of(state, t_ms // _MS, meter, phase)
    if timed and (t_ms, power_dw) in cell.seen:
        return False
    if cell.n == MAX_READINGS:
        of = "phase" if phase else "meter"
        return Refused(Reason.MANY_READINGS, f"the limit is {MAX_READINGS:,} readings of one {of} in a second")
    if timed:
        cell.seen.append((t_ms, power_dw))
    cell.total_dw += power_dw
    cell.n += 1
    return True


def check_time(state: SessionState, plan: SessionPlan, t_ms: int) -> Refused | None:
    """Why a reading of this time cannot be taken; None where it can."""
    second = t_ms // _MS
    if second < state.closed_utc:
        return Refused(Reason.LATE, _late(state, plan, second))
    ahead_ms = t_ms - state.clock_ms
    if ahead_ms > plan.lateness_s * _MS:
        fix = "set the clock of the meter, or allow a longer lateness"
        return Refused(Reason.AHEAD, f"its clock is ahead by {ahead_ms / _MS:,.1f} s of the log's; {fix}")
    return None


def add(state: SessionState, second: int, meter: int, power_dw: int, phase: str = "") -> None:
    """Put the mean power of a whole second into it."""
    cell = _cell_of(state, second, meter, phase)
    cell.total_dw += power_dw
    cell.n += 1


def _cell_of(state: SessionState, second: int, meter: int, phase: str) -> Cell:
    """Where the readings of a second are gathered; those of a phase, in the cell of its meter."""
    cells = state.open.setdefault(second, {})
    cell = cells.get(meter)
    if cell is None:
        cell = cells[meter] = Cell(seen=[])
    if not phase:
        return cell
    if cell.phases is None:
        cell.phases = {}
    return cell.phases.setdefault(phase, Cell(seen=[]))


def _late(state: SessionState, plan: SessionPlan, second: int) -> str:
    behind = state.clock_ms / _MS - second
    return f"its second is closed: it came {behind:,.1f} s after it began, and the lateness is {plan.lateness_s} s"


def close(state: SessionState, plan: SessionPlan, found: list[DayOfRows]) -> None:
    """Close the seconds that are due by the log's clock.

    Args:
        state: Where the session stands.
        plan: How it reads its log.
        found: Takes the rows of each day that is touched; those of a day that goes on are added to its last.
    """
    until_utc = _until(state, plan)
    while state.closed_utc < until_utc and state.day is not None:
        if not found or found[-1].day != state.day:
            found.append(DayOfRows(state.day, state.hold_s > 0))
        _close_within_day(state, plan, min(until_utc, state.day_end_utc), found[-1])
        if state.closed_utc == state.day_end_utc:
            found[-1].end_utc = state.day_end_utc
            _begin_day(state, plan, _next_of_interest(state, plan, until_utc))


def _until(state: SessionState, plan: SessionPlan) -> int:
    """The first second that stays open."""
    until_utc = (state.clock_ms - plan.lateness_s * _MS) // _MS
    if plan.waits:
        for name, channel in (each for meter in state.meters for each in channels(meter)):
            wait_s = plan.waits.get(name)
            if wait_s is not None and channel.counter is not None:
                told_ms = channel.counter.t_ms
                if state.clock_ms - told_ms <= (wait_s + plan.lateness_s) * _MS:
                    until_utc = min(until_utc, told_ms // _MS)
    return until_utc


def begin(state: SessionState, plan: SessionPlan) -> None:
    """Begin with the first message: what its clock closes has never been open."""
    _begin_day(state, plan, (state.clock_ms - plan.lateness_s * _MS) // _MS)


def _begin_day(state: SessionState, plan: SessionPlan, first_utc: int) -> None:
    """Go on in the local day of a second."""
    state.closed_utc = first_utc
    state.day = datetime.fromtimestamp(first_utc, UTC).astimezone(plan.zone).date()
    state.day_end_utc = Timeline.of_days(state.day, 1, plan.zone).end_utc
    state.hold_s = plan.hold_s


def _next_of_interest(state: SessionState, plan: SessionPlan, until_utc: int) -> int:
    """The next second that may have a row: days on which nothing came are passed over."""
    if _held_until(state, plan.hold_s) >= state.closed_utc:
        return state.closed_utc
    return min((second for second in state.open if second < until_utc), default=until_utc)


def _held_until(state: SessionState, hold_s: int) -> int:
    """The last second in which a value may be held, as far as is known."""
    last_utc = (channel.last_utc for meter in state.meters for _, channel in channels(meter))
    return max(last_utc, default=-1) + hold_s


def _close_within_day(state: SessionState, plan: SessionPlan, until_utc: int, rows: DayOfRows) -> None:
    everyone = range(len(state.meters)) if state.hold_s else None
    for second in _due(state, until_utc):
        cells = state.open.pop(second, {})
        for i in everyone or sorted(cells):
            meter, cell = state.meters[i], cells.get(i)
            if meter.phases:
                summed = sum_of(meter, _means_dw(cell), second, state.hold_s)
                value = _value_of_phases(meter, summed, second, plan.range_of(meter.name), rows)
            else:
                value = _value(meter, cell, second, state.hold_s)
            if value is not None:
                rows.t_utc.append(second)
                rows.meter.append(i)
                rows.meter_dw.append(value[0])
                rows.held.append(value[1])
    state.closed_utc = until_utc


def _value(meter: MeterState, cell: Cell | None, second: int, hold_s: int) -> tuple[int, int] | None:
    """The power of a meter in a second, and whether it is held; None where it has no row."""
    if cell is not None and cell.n:  # else there are phases of a meter that had some before
        meter.last_utc, meter.last_dw = second, half_even(cell.total_dw, cell.n)
        return meter.last_dw, 0
    if meter.last_utc < 0 or second - meter.last_utc > hold_s:
        return None
    return meter.last_dw, 1


def _means_dw(cell: Cell | None) -> dict[str, int]:
    """The mean of each phase that has readings."""
    phases = {} if cell is None or cell.phases is None else cell.phases
    return {name: half_even(each.total_dw, each.n) for name, each in phases.items()}


def _value_of_phases(
    meter: MeterState, summed: PhaseSum, second: int, may: MeterRange, rows: DayOfRows
) -> tuple[int, int] | None:
    """As `_value`, of a meter whose phases come apart; what has no row is counted."""
    if summed.power_dw is None:
        meter.incomplete_s += summed.own > 0
        if summed.own and (told := tells_missing(meter)):
            rows.missing.append((meter.name, told))
        return None
    refused = too_much(meter, summed.power_dw, may)
    if refused is None:
        return summed.power_dw, int(summed.held)
    if summed.own:
        meter.outside_s += 1
        rows.refused.append((second, meter.name, refused))
    return None


def _due(state: SessionState, until_utc: int) -> Iterator[int]:
    """The seconds up to `until_utc` that may have rows."""
    second, held_until = state.closed_utc, _held_until(state, state.hold_s)
    while second < until_utc:
        if second in state.open:
            held_until = second + state.hold_s
        elif second > held_until:
            second = min((each for each in state.open if second < each < until_utc), default=until_utc)
            continue
        yield second
        second += 1
