"""The phases of a meter, each of which comes by a topic of its own.

A row of such a meter is the sum over its phases of the mean of each phase's readings in that second. A second in
which a phase has no reading has no row: the others alone are not what the meter measures. Where values are held,
the value before stands for a phase as it would for a meter.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pvsim.core.metering.channels import channel_name
from pvsim.core.metering.observed import Refused
from pvsim.core.quantities.types import DW_PER_W, MeterRange
from pvsim.core.session.rejected import Reason
from pvsim.core.session.state import ChannelState, MeterState, PhaseState

__all__ = ["PhaseSum", "channel_of", "channels", "is_silent", "phases_of", "sum_of", "tells_missing", "too_much"]

_FIRST_TOLD_S = 60


@dataclass(frozen=True, slots=True)
class PhaseSum:
    """What the phases of a meter come to in a second.

    Attributes:
        power_dw: Their sum; None where one has no value.
        held: Whether the value before stands for one of them.
        own: How many have readings of their own.
    """

    power_dw: int | None
    held: bool
    own: int


def phases_of(meter: MeterState, names: Iterable[str]) -> list[PhaseState]:
    """The phases that a meter has now: what is known of those that it had before stays known."""
    known = {phase.name: phase for phase in meter.phases}
    return [known.get(name) or PhaseState(name=name, heard_ms=meter.heard_ms) for name in names]


def channels(meter: MeterState) -> Iterator[tuple[str, ChannelState]]:
    """All that comes of a meter, each with its name: its phases, or itself where it has none."""
    if not meter.phases:
        yield meter.name, meter
    for phase in meter.phases:
        yield channel_name(meter.name, phase.name), phase


def channel_of(meter: MeterState, phase: str) -> ChannelState:
    """The phase of this name; without a name the meter itself."""
    return next((each for each in meter.phases if each.name == phase), meter)


def is_silent(meter: MeterState) -> bool:
    """Whether it is, or one of its phases."""
    return any(channel.silent for _, channel in channels(meter))


def sum_of(meter: MeterState, means_dw: dict[str, int], second: int, hold_s: int) -> PhaseSum:
    """What the phases come to, and what is known of each from now on.

    Args:
        meter: It has phases.
        means_dw: The mean of each phase that has readings in the second.
        second: It is being closed.
        hold_s: For how long the value before stands.
    """
    own = sum(phase.name in means_dw for phase in meter.phases)
    missing = False
    for phase in meter.phases:
        if (mean_dw := means_dw.get(phase.name)) is not None:
            phase.last_utc, phase.last_dw = second, mean_dw
        elif phase.last_utc < 0 or second - phase.last_utc > hold_s:
            missing = True
            phase.missing_s += own > 0
    held = not missing and own < len(meter.phases)
    return PhaseSum(None if missing else sum(phase.last_dw for phase in meter.phases), held, own)


def too_much(meter: MeterState, power_dw: int, may: MeterRange) -> Refused | None:
    """Why a sum cannot be a row, naming what it is made of; None where it can."""
    if may.low_dw <= power_dw <= may.high_dw:
        return None
    parts = ", ".join(f"{phase.name} {phase.last_dw / DW_PER_W:g}" for phase in meter.phases)
    what = f"{parts} W make {power_dw / DW_PER_W:g} W, which is outside {may}; max_w in listen.toml sets the most"
    return Refused(Reason.SUM, what)


def tells_missing(meter: MeterState) -> str:
    """What to tell of seconds that have no row for want of a phase: after 60 of them, 120, 240 and so on."""
    times, rest = divmod(meter.incomplete_s, _FIRST_TOLD_S)
    if rest or times.bit_count() != 1:
        return ""
    lacking = ", ".join(f"{phase.name} in {phase.missing_s:,}" for phase in meter.phases if phase.missing_s)
    fix = "hold = '10s' in listen.toml, or more, lets the value before stand for a phase that is sent less often"
    return f"{meter.incomplete_s:,} seconds have no row, since a phase had no reading ({lacking}); {fix}"
