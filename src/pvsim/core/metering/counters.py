"""From the states of a meter's counters of energy to the power of the seconds between them.

All in integers: 1 mWh is 36 times 0.1 W over a second, so the powers of an interval add up to its energy exactly.

A state is compared with the last one that was used, the base. It may be
- of the same second as the base: not used, the next one has its energy too;
- grown by no more than the meter's range allows: its energy is spread over the seconds from the base to it;
- past the stated rollover: the same;
- fallen to what can have come together from zero since the base: a reset, after which its energy is not known;
- anything else: refused, and the base stays, so that the next state that fits has the energy of both.
After the longest interval without a state that fits, the next one is a new beginning.
"""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from pvsim.core.metering.form import MeterForm
from pvsim.core.metering.observed import Refused
from pvsim.core.metering.refusals import BodyError, Refusal
from pvsim.core.quantities.types import MeterRange

__all__ = ["DW_S_PER_MWH", "Counted", "CounterState", "Interval", "Step", "count_on"]

DW_S_PER_MWH = 36
_MS = 1_000


class CounterState(msgspec.Struct, frozen=True, array_like=True):
    """The last state of a meter's counters that was used: when it was read, energy imported and exported."""

    t_ms: int
    import_mwh: int
    export_mwh: int = 0


class Counted(StrEnum):
    """What a state of the counters is, beside the one before."""

    FIRST = "the first state"
    SAME_SECOND = "of the same second"
    ON = "counted on"
    ROLLOVER = "rolled over"
    RESET = "began again near 0"
    GAP = "after a gap"


@dataclass(frozen=True, slots=True)
class Interval:
    """Seconds over which the energy between two states is spread.

    Attributes:
        first_utc: The first of them, in Unix time.
        seconds: How many.
        energy_mwh: Import less export.
    """

    first_utc: int
    seconds: int
    energy_mwh: int

    def powers_dw(self) -> list[int]:
        """The power of each second in 0.1 W: evenly, what the division leaves over as well."""
        total, n = self.energy_mwh * DW_S_PER_MWH, self.seconds
        return [total * (i + 1) // n - total * i // n for i in range(n)]


@dataclass(frozen=True, slots=True)
class Step:
    """What comes of a state of the counters.

    Attributes:
        counted: What it is.
        base: What the next one is compared with.
        interval: The seconds whose power it gives; None where it gives none.
        unplaced_mwh: Import less export since the base, of a gap in which both grew: in no row.
    """

    counted: Counted
    base: CounterState
    interval: Interval | None = None
    unplaced_mwh: int = 0


def count_on(
    base: CounterState | None, t_ms: int, counters_mwh: tuple[int, int], form: MeterForm
) -> Step | Refused:
    """What a state of the counters comes to.

    Args:
        base: The last one that was used; None before the first.
        t_ms: When it was read, in Unix milliseconds.
        counters_mwh: Energy imported and exported.
        form: The meter's range, longest interval and rollover.
    """
    now = CounterState(t_ms, *counters_mwh)
    if base is None:
        return Step(Counted.FIRST, now)
    first_utc = base.t_ms // _MS
    seconds = t_ms // _MS - first_utc
    if seconds < 0:
        return BodyError(Refusal.OLD_STATE, f"{-seconds} s older than the one before").refused
    if seconds == 0:
        return Step(Counted.SAME_SECOND, base)
    if seconds > form.max_interval_s:
        grown = now.import_mwh - base.import_mwh, now.export_mwh - base.export_mwh
        return Step(Counted.GAP, now, unplaced_mwh=grown[0] - grown[1] if min(grown) >= 0 else 0)
    return _counted(base, now, Interval(first_utc, seconds, 0), form)


def _counted(base: CounterState, now: CounterState, empty: Interval, form: MeterForm) -> Step | Refused:
    """What a state is that is later than the base, and not too late."""
    most = [bound * empty.seconds // DW_S_PER_MWH for bound in _bounds(form.meter_range)]
    states = (base.import_mwh, now.import_mwh), (base.export_mwh, now.export_mwh)
    grown = [after - before for before, after in states]
    rolled = [change + (form.rollover_mwh or 0) if change < 0 else change for change in grown]
    if all(0 <= change <= limit for change, limit in zip(rolled, most, strict=True)):
        interval = Interval(empty.first_utc, empty.seconds, rolled[0] - rolled[1])
        return Step(Counted.ON if rolled == grown else Counted.ROLLOVER, now, interval)
    if min(grown) < 0 and all(
        after <= limit or 0 <= change <= limit
        for (_, after), change, limit in zip(states, grown, most, strict=True)
    ):
        return Step(Counted.RESET, now)
    if min(grown) < 0:
        detail = f"{-min(grown) / _MS:.10g} Wh less than {empty.seconds} s before, and no reset to 0"
        return BodyError(Refusal.STEP_BACK, detail).refused
    detail = f"{max(grown) / _MS:.10g} Wh more than {empty.seconds} s before: more than {form.meter_range} allow"
    return BodyError(Refusal.RANGE, detail).refused


def _bounds(meter_range: MeterRange) -> tuple[int, int]:
    """The highest power of each counter in 0.1 W: import, export."""
    return meter_range.high_dw, -meter_range.low_dw
