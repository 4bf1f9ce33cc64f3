"""What never rests: the base load with its slow wander, fridges and freezers."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from pvsim.core.loads.building.calendar import QUARTER_S, UNIX_ORDINAL, season
from pvsim.core.loads.building.devices import ColdDevice, Floats, quantile
from pvsim.core.quantities import noise
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.quantities.types import DW_PER_W, Ints

__all__ = ["Base", "Compressor"]

_KNOTS_S = (60, 1_200)
_FAST_SPREAD, _SLOW_SPREAD = 0.08, 0.10  # of the base power at the knots, bounded by 3.5 times that: together 63 %
_HOMES_FAST_SPREAD = (0.016, 0.028, 0.037, 0.048, 0.075)  # quantile tables of homes
_USUAL_DW = 1_000  # the base power at which a home has the spread that it draws
_HOMES_WEEK_SPREAD = (0.12, 0.15, 0.17, 0.18, 0.20)
_HOMES_WINTER = (0.06, 0.12, 0.17, 0.22, 0.34)
_WEEK_S, _PAIR = 606_864, 2  # 1/52 of a year: a calendar year has whole blocks of 2 + 2
_WEEKS_FROM = -1_000_000_000  # index of the draws of the weeks: far from those of the knots
_SUMMER = 0.15  # how much longer fridges run in July
_HABIT = -8  # index of the home's own draw
_FLICKER_DW = 12.0  # spread of one second's value to the next, with hardly any energy
_FLICKER_SHARE = 0.02  # at most, of the base power


@dataclass(frozen=True, slots=True)
class Base:
    """A constant power and its wander: two layers of straight lines between independent knots.

    What is always on is steady in most homes, noisy in some and in other buildings; the more things it is made of,
    the more their noise evens out, as the root of its power. In homes its mean also changes
    with the season (pumps, ventilation, what is kept warm) and from week to week (what was left on); offices keep
    theirs. Never negative: the layers are bounded by 63 % of the power, season and week by 34 and 70 % of what
    is left of it, and the flicker by 7 % of the power.

    Attributes:
        fast_spread: Of the power at the knots of the minutes, at most 0.08 of it.
        week_spread: Of its mean from week to week, at most 0.2 of it.
        winter: How much more it is in the middle of January than on average; negative in the south.
    """

    streams: tuple[noise.Key, noise.Key]
    power_dw: int
    fast_spread: float = _FAST_SPREAD
    week_spread: float = 0.0
    winter: float = 0.0

    @classmethod
    def of_home(cls, streams: tuple[noise.Key, noise.Key], power_dw: int, season_share: float = 1.0) -> "Base":
        """The base of one home at a place of that `BuildingPlace.season_share`."""
        draws = noise.uniform(streams[0], _HABIT, 3)
        fast, week, winter = (
            float(quantile(table, draws[i : i + 1])[0])
            for i, table in enumerate((_HOMES_FAST_SPREAD, _HOMES_WEEK_SPREAD, _HOMES_WINTER))
        )
        fast = min(fast * sqrt(_USUAL_DW / max(power_dw, 1)), _FAST_SPREAD)
        return cls(streams, power_dw, fast, week, winter * season_share)

    def add(self, first_utc: int, power_dw: Ints, ripple_dw: Floats) -> None:
        """Add the base to `power_dw` and its flicker to `ripple_dw`, in place."""
        n = len(power_dw)
        wander = np.full(n, float(self.power_dw))
        for stream, knot_s, spread in zip(self.streams, _KNOTS_S, (self.fast_spread, _SLOW_SPREAD), strict=True):
            wander += _lines(stream, knot_s, first_utc, n) * (spread * self.power_dw)
        wander *= self.weeks(first_utc, n)
        power_dw += np.rint(wander).astype(np.int64)
        ripple_dw += min(_FLICKER_DW, _FLICKER_SHARE * self.power_dw)

    def weeks(self, first_utc: int, n: int) -> Floats:
        """The factor of each second by season and week, in steps of a quarter hour: shape (n,).

        Its mean over a calendar year is 1, within 1 %.
        """
        if not (self.week_spread or self.winter):
            return np.ones(n)
        quarters = np.arange(first_utc // QUARTER_S, (first_utc + n - 1) // QUARTER_S + 1)
        week, place = np.divmod(quarters * QUARTER_S, _WEEK_S)
        week -= (first := int(week[0]))
        knots = self._week_knots(first, int(week[-1]) + 2)
        lines = knots[week] + (knots[week + 1] - knots[week]) * (place / _WEEK_S)
        factors: Floats = np.repeat(lines, QUARTER_S)[first_utc % QUARTER_S :][:n]
        return factors

    def _week_knots(self, first: int, count: int) -> Floats:
        """The factors at the knots of `count` weeks: what two of them draw, the two that follow take back."""
        weeks = first + np.arange(count)
        block, place = np.divmod(weeks, 2 * _PAIR)
        index = _PAIR * block + place % _PAIR
        drawn = noise.near_normal(self.streams[1], _WEEKS_FROM + int(index.min()), int(np.ptp(index)) + 1)
        turned = np.where(place < _PAIR, 1.0, -1.0) * drawn[index - index.min()]
        ordinals = (weeks * _WEEK_S) / DAY_S + UNIX_ORDINAL
        winter = self.winter * season(ordinals)
        knots: Floats = (1 + winter) * (1 + self.week_spread * turned)
        return knots


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
    lines = knots[:-1, None] + np.diff(knots)[:, None] * (np.arange(knot_s) / knot_s)
    result: Floats = lines.ravel()[first_utc % knot_s :][:n]
    return result
