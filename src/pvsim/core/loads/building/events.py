"""The uses of one week: when each begins, how long it lasts, what power it takes.

A use is drawn from (seed, device, week): how many there are comes from `rates`; each gets a place in the week by
the inverse of the cumulative weights of its quarter hours. Durations and powers of consecutive uses follow the
R2 sequence (Roberts 2018, a generalised golden ratio): as irregular to the eye as independent draws, but a
year's mean is within a few parts in a thousand of the expected one.
"""

from dataclasses import dataclass

import numpy as np

from pvsim.core.loads.building.calendar import WEEK_DAYS, WORKDAY, BuildingPlace, Week
from pvsim.core.loads.building.devices import Device, Floats
from pvsim.core.loads.building.rates import day_weights, in_the_dark
from pvsim.core.loads.building.sun_clock import SunWeek
from pvsim.core.quantities import noise
from pvsim.core.quantities.types import DW_PER_W, Ints

__all__ = ["Segments", "Used", "draw_uses", "joined", "programs", "quarter_weights"]

MAX_USES_A_DAY = 4_096  # indices of random numbers kept for one day; a week's uses share those of its Monday
_R2 = (0xC13FA9A902A6328F, 0x91E10DA5C79E7B1D)  # 2⁶⁴ / ρ and 2⁶⁴ / ρ², ρ³ = ρ + 1


@dataclass(frozen=True, slots=True)
class Used:
    """A device in one building.

    Attributes:
        shape: Its rates by quarter hour: shape (2, 96).
        per_year: Uses in a year, in millionths.
        draws: Names its random numbers.
        phase: Of its count, 0 to 999,999.
        power_q: The quantile of its power where that is fixed.
    """

    device: Device
    shape: Ints
    per_year: int
    draws: noise.Key
    phase: int
    power_q: float | None


@dataclass(frozen=True, slots=True)
class Segments:
    """Stretches of power; arrays of one length.

    Attributes:
        starts: Unix time; `ends` is just after the last second.
        periods: Seconds of the cycle on and off; 0 is always on.
        on_s: Of each period.
        on_dw: Power while on, in 0.1 W; `off_dw` in the pauses.
        ripple_dw: Spread of the fast fluctuation.
    """

    starts: Ints
    ends: Ints
    periods: Ints
    on_s: Ints
    on_dw: Ints
    off_dw: Ints
    ripple_dw: Ints


def quarter_weights(
    used: Used, week: Week, place: BuildingPlace, *, days: Ints, lived: Ints, active: Ints
) -> Ints:
    """The weight of each quarter hour of the week; all 0 if the device cannot be used in it.

    Args:
        used: The device.
        week: Its quarter hours.
        place: For darkness and season.
        days: The kind of each of the seven days.
        lived: How much the household does on each day; 0 if it is away.
        active: 1 for each quarter hour in which somebody is awake at home.
    """
    device = used.device
    winter = np.rint(1_000 * place.winter(week.first + np.arange(len(days)))).astype(np.int64)
    sun = SunWeek.of(week.first // WEEK_DAYS, place)
    quarters = sun.quarters if device.needs == "active" else week.quarters
    weights = used.shape[(days[week.days] > WORKDAY).astype(np.int64), quarters]
    weights = weights * day_weights(device, days, winter)[week.days]
    if device.dark:
        weights = in_the_dark(device, weights, sun.darkness)
    if device.needs != "nothing":
        weights = weights * lived[week.days]
    awake: Ints = weights * active * sun.indoors // 1_000
    return awake if device.needs == "active" and awake.any() else weights


def draw_uses(used: Used, week: Week, weights: Ints, first_use: int, count: int) -> tuple[Ints, Floats]:
    """When the uses `first_use` … of a week begin, rising: Unix times, and their duration quantiles."""
    cumulative = np.cumsum(weights)
    drawn = np.sort(noise.uniform(used.draws, week.first * MAX_USES_A_DAY, count))
    place = (drawn * float(cumulative[-1])).astype(np.int64)
    quarter = np.searchsorted(cumulative, place, side="right")
    within = (place - (cumulative[quarter] - weights[quarter])) / weights[quarter]
    starts = week.starts[quarter] + (within * week.lengths[quarter]).astype(np.int64)
    return starts, _sequence(0, used.draws, first_use, count)


def programs(used: Used, starts: Ints, q: Floats, first_use: int) -> Segments:
    """The phases of the uses, one after the other; of an exclusive device, each use waits for the one before."""
    phases = used.device.phases
    seconds = np.stack([phase.seconds(q) for phase in phases])
    if used.device.exclusive:
        starts = _in_turn(starts, seconds.sum(axis=0))
    edges = starts + np.cumsum(np.vstack([np.zeros_like(starts), seconds]), axis=0)
    power_q = (
        _sequence(1, used.draws, first_use, len(q)) if used.power_q is None else np.full(len(q), used.power_q)
    )
    uses, cycles = np.ones(len(q), dtype=np.int64), [phase.cycle or (0, 0) for phase in phases]
    return Segments(
        starts=edges[:-1].ravel(),
        ends=edges[1:].ravel(),
        periods=np.concatenate([uses * sum(cycle) for cycle in cycles]),
        on_s=np.concatenate([uses * cycle[0] for cycle in cycles]),
        on_dw=np.concatenate([phase.power_dw(power_q) for phase in phases]),
        off_dw=np.concatenate([uses * round(phase.off_w * DW_PER_W) for phase in phases]),
        ripple_dw=np.concatenate([uses * round(phase.ripple_w * DW_PER_W) for phase in phases]),
    )


def joined(parts: list[Segments]) -> Segments:
    """All segments in one."""
    names = Segments.__dataclass_fields__
    nothing = np.empty(0, dtype=np.int64)
    return Segments(
        **{name: np.concatenate([nothing, *(getattr(part, name) for part in parts)]) for name in names}
    )


def _sequence(axis: int, draws: noise.Key, first: int, count: int) -> Floats:
    """Terms `first` … of the R2 sequence with an offset of its own for each device: shape (count,)."""
    offset = int(noise.raw(draws, -1 - axis, 1)[0])
    terms = np.array([(offset + i * _R2[axis]) % 2**64 >> 11 for i in range(first, first + count)], dtype=np.int64)
    result: Floats = terms.astype(np.float64) * 2.0**-53
    return result


def _in_turn(starts: Ints, seconds: Ints) -> Ints:
    """The starts, put off until the use before is over: a running maximum of start − Σ seconds before."""
    before = np.cumsum(seconds) - seconds
    turn: Ints = np.maximum.accumulate(starts - before) + before
    return turn
