"""Readings gather in open seconds, and make rows when the log's clock closes these.

A second s is closed when the log's clock shows s + 1 + lateness, and no counter for which rows wait has still to
tell of it. Its row is the mean of its readings, rounded half to even: sums of integers, so that their order plays
no part.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from pvsim.core.metering.observed import Refused
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.session.plan import SessionPlan
from pvsim.core.session.rejected import Reason
from pvsim.core.session.state import Cell, SessionState

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
    """

    day: date
    holds: bool
    t_utc: list[int] = field(default_factory=list)
    meter: list[int] = field(default_factory=list)
    meter_dw: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    end_utc: int | None = None


def half_even(total: int, n: int) -> int:
    """The mean of n integers, rounded half to even."""
    quotient, rest = divmod(total, n)
    twice = 2 * rest
    return quotient + (twice > n or (twice == n and quotient % 2 == 1))


def place(
    state: SessionState, plan: SessionPlan, meter: int, t_ms: int, power_dw: int, *, timed: bool
) -> bool | Refused:
    """Put a reading into its second.

    Returns:
        Whether it was put there: not, if it was there already.
    """
    if (refused := check_time(state, plan, t_ms)) is not None:
        return refused
    cells = state.open.setdefault(t_ms // _MS, {})
    cell = cells.get(meter)
    if cell is None:
        cell = cells[meter] = Cell(seen=[])
    if timed and (t_ms, power_dw) in cell.seen:
        return False
    if cell.n == MAX_READINGS:
        return Refused(Reason.MANY_READINGS, f"the limit is {MAX_READINGS:,} readings of one meter in a second")
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


def add(state: SessionState, second: int, meter: int, power_dw: int) -> None:
    """Put the mean power of a whole second into it."""
    cells = state.open.setdefault(second, {})
    cell = cells.setdefault(meter, Cell(seen=[]))
    cell.total_dw += power_dw
    cell.n += 1


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
        _close_within_day(state, min(until_utc, state.day_end_utc), found[-1])
        if state.closed_utc == state.day_end_utc:
            found[-1].end_utc = state.day_end_utc
            _begin_day(state, plan, _next_of_interest(state, plan, until_utc))


def _until(state: SessionState, plan: SessionPlan) -> int:
    """The first second that stays open."""
    until_utc = (state.clock_ms - plan.lateness_s * _MS) // _MS
    if plan.waits:
        for meter in state.meters:
            wait_s = plan.waits.get(meter.name)
            if wait_s is not None and meter.counter is not None:
                told_ms = meter.counter.t_ms
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
    return max((meter.last_utc for meter in state.meters), default=-1) + hold_s


def _close_within_day(state: SessionState, until_utc: int, rows: DayOfRows) -> None:
    everyone = range(len(state.meters)) if state.hold_s else None
    for second in _due(state, until_utc):
        cells = state.open.pop(second, {})
        for i in everyone or sorted(cells):
            meter, cell = state.meters[i], cells.get(i)
            if cell is not None:
                meter.last_utc, meter.last_dw = second, half_even(cell.total_dw, cell.n)
            elif meter.last_utc < 0 or second - meter.last_utc > state.hold_s:
                continue
            rows.t_utc.append(second)
            rows.meter.append(i)
            rows.meter_dw.append(meter.last_dw)
            rows.held.append(int(cell is None))
    state.closed_utc = until_utc


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
