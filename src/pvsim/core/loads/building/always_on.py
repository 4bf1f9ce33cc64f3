"""What never rests: the base load with its slow wander, fridges and freezers."""

from dataclasses import dataclass

import numpy as np

from pvsim.core.loads.building.calendar import UNIX_ORDINAL, season
from pvsim.core.loads.building.devices import ColdDevice, Floats, quantile
from pvsim.core.quantities import noise
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.quantities.types import DW_PER_W, Ints

__all__ = ["Base", "Compressor"]

_KNOTS_S = (60, 1_200)
_FAST_SPREAD, _SLOW_SPREAD = 0.08, 0.10  # of the base power at the knots, bounded by 3.5 times that: together 63 %
_HOMES_FAST_SPREAD = (0.01, 0.02, 0.03, 0.04, _FAST_SPREAD)  # quantile table of homes
_SUMMER = 0.15  # how much longer fridges run in July
_HABIT = -8  # index of the home's own draw
_FLICKER_DW = 12.0  # spread of one second's value to the next, with hardly any energy
_FLICKER_SHARE = 0.02  # at most, of the base power


@dataclass(frozen=True, slots=True)
class Base:
    """A constant power and its wander: two layers of straight lines between independent knots.

    Never negative: the layers are bounded by 63 % of the power, the flicker by 7 % of it. What is always on is
    steady in most homes, noisy in some and in other buildings.

    Attributes:
        fast_spread: Of the power at the knots of the minutes, at most 0.08 of it.
    """

    streams: tuple[noise.Key, noise.Key]
    power_dw: int
    fast_spread: float = _FAST_SPREAD

    @classmethod
    def of_home(cls, streams: tuple[noise.Key, noise.Key], power_dw: int) -> "Base":
        """The base of one home."""
        spread = float(quantile(_HOMES_FAST_SPREAD, noise.uniform(streams[0], _HABIT, 1))[0])
        return cls(streams, power_dw, spread)

    def add(self, first_utc: int, power_dw: Ints, ripple_dw: Floats) -> None:
        """Add the base to `power_dw` and its flicker to `ripple_dw`, in place."""
        n = len(power_dw)
        wander = np.full(n, float(self.power_dw))
        for stream, knot_s, spread in zip(self.streams, _KNOTS_S, (self.fast_spread, _SLOW_SPREAD), strict=True):
            wander += _lines(stream, knot_s, first_utc, n) * (spread * self.power_dw)
        power_dw += np.rint(wander).astype(np.int64)
        ripple_dw += min(_FLICKER_DW, _FLICKER_SHARE * self.power_dw)


@dataclass(frozen=True, slots=True)
class Compressor:
    """A fridge or freezer in one building: one run of the compressor in each period of a fixed grid.

    Start and length of a run are drawn from the number of its period.

    Attributes:
        stream: Names its random numbers.
        period_s: The grid; `offset_s` is where it lies.
        on_dw: Power while running; `surge_dw` more in the first second.
        summer: How much longer it runs in July than on average; negative in the south.
    """

    stream: noise.Key
    period_s: int
    offset_s: int
    duty: float
    on_dw: int
    surge_dw: int
    summer: float
    SPREAD = 0.3  # a run's length is drawn from 0.7 to 1.3 of the mean
    LATE = 0.15  # a run begins within this share of the period

    @classmethod
    def of(cls, device: ColdDevice, stream: noise.Key, season_share: float = 1.0) -> "Compressor":
        """The appliance that a building has at a place of that `BuildingPlace.season_share`."""
        draws = noise.uniform(stream, -4, 3)
        period_s = int(quantile(device.period_s, draws[:1])[0])
        on_dw = round(float(quantile(device.w, draws[1:2])[0]) * DW_PER_W)
        surge_dw = round(device.surge_w * DW_PER_W)
        return cls(
            stream, period_s, int(draws[2] * period_s), device.duty, on_dw, surge_dw, _SUMMER * season_share
        )

    @property
    def mean_w(self) -> float:
        """The mean power over a year."""
        return (self.on_dw * self.duty + self.surge_dw / self.period_s) / DW_PER_W

    def add(self, first_utc: int, power_dw: Ints) -> None:
        """Add the runs that touch the window, in place."""
        last = first_utc + len(power_dw)
        first = (first_utc - self.offset_s) // self.period_s - 1  # a run may reach into the next period
        count = (last - self.offset_s) // self.period_s + 1 - first
        draws = noise.uniform(self.stream, 2 * first, 2 * count).reshape(-1, 2)
        begins = self.offset_s + (first + np.arange(count)) * self.period_s
        summer = 1.0 - self.summer * season(begins / DAY_S + UNIX_ORDINAL)
        length = self.duty * self.period_s * summer * (1 + self.SPREAD * (2 * draws[:, 0] - 1))
        starts = begins + (draws[:, 1] * (self.LATE * self.period_s)).astype(np.int64)
        ends = starts + np.rint(length).astype(np.int64)
        for start, end in zip((starts - first_utc).tolist(), (ends - first_utc).tolist(), strict=True):
            power_dw[max(start, 0) : max(end, 0)] += self.on_dw
            if 0 <= start < len(power_dw):
                power_dw[start] += self.surge_dw


def _lines(stream: noise.Key, knot_s: int, first_utc: int, n: int) -> Floats:
    """Straight lines between nearly normal knots each `knot_s` seconds."""
    first = first_utc // knot_s
    knots = noise.near_normal(stream, first, (first_utc + n) // knot_s + 2 - first)
    place = np.arange(first_utc - first * knot_s, first_utc - first * knot_s + n)
    index = place // knot_s
    result: Floats = knots[index] + (knots[index + 1] - knots[index]) * ((place % knot_s) / knot_s)
    return result
