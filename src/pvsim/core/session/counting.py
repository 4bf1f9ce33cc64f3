"""States of energy counters become readings of the seconds between them.

Only seconds that are open take a reading. Those that were closed before the state came have had their row, or
none: what a counter that is read each minute says of them needs rows that wait for it (`MeterForm.waits`), or a
lateness of more than a minute.
"""

from dataclasses import dataclass

from pvsim.core.metering.counters import DW_S_PER_MWH, Counted, CounterState, Interval, count_on
from pvsim.core.metering.observed import Observed, Refused
from pvsim.core.session.plan import SessionPlan
from pvsim.core.session.seconds import add, check_time
from pvsim.core.session.state import SessionState

__all__ = ["Counting", "count"]

_MWH_PER_KWH = 1_000_000


@dataclass(frozen=True, slots=True)
class Counting:
    """What a state of counters has led to.

    Attributes:
        base: What the next one is compared with.
        counted: What it was.
        placed_s: Seconds that have a reading by it.
        closed_s: Seconds that were closed before.
        lost: The energy that is in no row, in words; empty where none is known of.
    """

    base: CounterState
    counted: Counted
    placed_s: int = 0
    closed_s: int = 0
    lost: str = ""


def count(
    state: SessionState,
    plan: SessionPlan,
    observed: Observed,
    *,
    name: str,
    number: int,
    phase: str = "",
    base: CounterState | None,
) -> Counting | Refused:
    """Put what a state of counters says into the open seconds.

    Args:
        state: Takes the readings.
        plan: How the session reads its log.
        observed: What they are now.
        name: The channel's.
        number: The meter's.
        phase: Which one of the meter; empty where its phases do not come apart.
        base: The last state that was used; None before the first.
    """
    if (refused := check_time(state, plan, observed.t_ms)) is not None:
        return refused
    step = count_on(base, observed.t_ms, observed.counters_mwh or (0, 0), plan.form_of(name))
    if isinstance(step, Refused):
        return step
    placed = closed = energy_dws = 0
    if step.interval is not None:
        placed, closed, energy_dws = _place(state, number, phase, step.interval)
    lost_mwh = step.unplaced_mwh + energy_dws / DW_S_PER_MWH
    lost = f"{lost_mwh / _MWH_PER_KWH:,.6f} kWh" if closed or step.unplaced_mwh else ""
    return Counting(step.base, step.counted, placed, closed, lost)


def _place(state: SessionState, number: int, phase: str, interval: Interval) -> tuple[int, int, int]:
    """Readings for the open seconds; how many these are, how many are closed, and their energy in 0.1 W·s."""
    placed = closed = energy_dws = 0
    for second, power_dw in enumerate(interval.powers_dw(), interval.first_utc):
        if second >= state.closed_utc:
            add(state, second, number, power_dw, phase)
            placed += 1
        else:
            closed += 1
            energy_dws += power_dw
    return placed, closed, energy_dws
