"""The clear-sky index at a place, second by second."""

from dataclasses import dataclass, field, replace
from math import cos, radians, sin
from typing import NamedTuple

import numpy as np

from pvsim.core.quantities.types import Ints
from pvsim.core.weather.clouds import gaussian
from pvsim.core.weather.clouds.gaussian import Floats, Position
from pvsim.core.weather.clouds.heating import heating
from pvsim.core.weather.clouds.mean import Thresholds, thresholds
from pvsim.core.weather.clouds.profile import Profile, beam_index
from pvsim.core.weather.clouds.regimes import REGIMES, Regime, rms
from pvsim.errors import UsageError

__all__ = ["CloudField", "CloudSky"]

_EDGE_S = 3
"""Edges are the mean of three seconds, taken three times: sun and cloud edges are not sharp. Seven
seconds in all, 1.4 s RMS, at which the structure function has the measured slope."""
_MARGIN_S = 3 * (_EDGE_S - 1) // 2
_AIR_MASS_S = 2**15
"""Scales of nine hours between two knots and more are the weather of the days."""
_GRID_S = 64  # what follows the sun goes in straight lines over it


@dataclass(frozen=True, slots=True)
class CloudSky:
    """What the clouds do to the light in each second, shape (n,), as shares of the clear sky's.

    Attributes:
        index: The global horizontal clear-sky index; above 1 beside clouds.
        beam: The index of the beam, 0..1. `diffuse_index` gives the third.
    """

    index: Floats
    beam: Floats


class _Parts(NamedTuple):
    """Of each second: the depth, the profile there, how thin and how bright edges are, what passes high cloud."""

    depth: Floats
    profile: Profile
    thin: Floats | float
    shine: Floats | float = 1.0
    above: Floats | float = 1.0

    def global_index(self) -> Floats:
        return self.profile.index(self.depth, self.thin, self.shine) * self.above

    def beam_index(self) -> Floats:
        return self.profile.beam(self.depth, self.thin) * beam_index(self.above)


@dataclass(frozen=True, slots=True)
class CloudField:
    """A sky of clouds over a region, which the wind carries along.

    All sites of a region share one seed; each takes its own view with `at`. A site downwind sees the same
    clouds later; sites beside each other across the wind share clouds larger than their distance.

    Attributes:
        seed: The seed of the run.
        regime: A name of `REGIMES`, or a regime of your own.
        mean_index: The long-run mean index to keep: one, or one for the middle of each month from January on
            (between them the threshold of cloud goes in straight lines); None is the regime's own.
        wind_m_s: The speed of the clouds. One site alone does not notice it: time scales are the regime's.
        wind_from_deg: Where they come from, clockwise from north.
        east_m: The site's position.
        north_m: The site's position.
        latitude_deg: Of the region, by which it has its summer and its noon; steady skies do not notice it.
        longitude_deg: Of the region.

    Raises:
        UsageError: if the regime is not known, cannot have this mean, or there is no wind.
    """

    seed: int
    regime: str | Regime = "climate"
    mean_index: float | tuple[float, ...] | None = None
    wind_m_s: float = 20.0
    wind_from_deg: float = 270.0
    east_m: float = 0.0
    north_m: float = 0.0
    latitude_deg: float = 51.0
    longitude_deg: float = 10.0
    _kind: Regime = field(init=False, repr=False, compare=False)
    _thresholds: Thresholds = field(init=False, repr=False, compare=False)
    _place: Position = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        kind = _regime(self.regime)
        if not self.wind_m_s > 0:
            raise UsageError(
                f"wind_m_s is a speed above 0, not {self.wind_m_s}", where="wind_m_s", fix="for example 10"
            )
        toward = radians(self.wind_from_deg + 180.0)
        along_m = self.east_m * sin(toward) + self.north_m * cos(toward)
        across_m = self.east_m * cos(toward) - self.north_m * sin(toward)
        # rounded, so that the last bit of a sine does not depend on the machine
        place = Position(round(along_m / self.wind_m_s, 6), round(across_m / (self.wind_m_s * kind.widening), 6))
        object.__setattr__(self, "_kind", kind)
        object.__setattr__(self, "_thresholds", thresholds(kind, self.mean_index))
        object.__setattr__(self, "_place", place)

    def at(self, east_m: float, north_m: float) -> "CloudField":
        """The same sky, seen from another place, in metres east and north of the region's origin."""
        return replace(self, east_m=east_m, north_m=north_m)

    def clear_sky_index(self, first_utc: int, n: int) -> Floats:
        """The global clear-sky index of `n` seconds from `first_utc` (Unix time), shape (n,).

        Each value depends on the seed, the settings, the place and its second only (I7).
        """
        return _smoothed(self._parts(first_utc - _MARGIN_S, n + 2 * _MARGIN_S).global_index())

    def sky(self, first_utc: int, n: int) -> CloudSky:
        """The global index and the beam's, for the PV chain; `index` is `clear_sky_index`."""
        parts = self._parts(first_utc - _MARGIN_S, n + 2 * _MARGIN_S)
        return CloudSky(_smoothed(parts.global_index()), _smoothed(parts.beam_index()))

    def sampled(self, first_utc: int, n: int, every_s: int) -> tuple[Floats, Floats]:
        """The global index and the beam's at each `every_s`-th second only: as likely as in `sky`, not the same.

        Edges are not smoothed, and the quickest changes are others; means over many seconds are those of `sky`.

        Args:
            first_utc: The first second (Unix time), a multiple of `every_s`.
            n: How many.
            every_s: From one to the next: a power of two from 64 on, up to 2048.
        """
        parts = self._parts(first_utc, n, every_s)
        return parts.global_index(), parts.beam_index()

    def sunniness(self, t_utc: Ints) -> Floats:
        """How sunny the weather of the days is at Unix times: mean 0, variance 1, positive when sunny.

        The slow part alone, of half a day and longer, at the region's origin: what an air mass brings besides its
        clouds goes by it. 0 under a steady sky, whose weather does not change.
        """
        kind = self._kind
        slow = tuple(octave for octave in kind.slow if octave.step_s >= _AIR_MASS_S)
        if not slow:
            return np.zeros(len(t_utc))
        return gaussian.slow_field(self.seed, f"{kind.name}/slow", slow, t_utc) / rms(slow)

    def _parts(self, first_utc: int, n: int, every_s: int = 1) -> _Parts:
        kind = self._kind

        def part(name: str, octaves: tuple[gaussian.Octave, ...]) -> Floats:
            name = f"{kind.name}/{name}"
            if every_s == 1:
                return gaussian.field(self.seed, name, octaves, self._place, first_utc=first_utc, n=n)
            place, every = self._place, every_s
            return gaussian.sampled(self.seed, name, octaves, place, first_utc=first_utc, n=n, every_s=every)

        fast = part("fast", kind.fast)
        heat, threshold = self._of_the_sun(first_utc, n, every_s)
        if not kind.slow:
            return _Parts(fast - threshold, kind.profile, kind.profile.thin)
        slow, lively = part("slow", kind.slow), part("lively", kind.lively)
        convection = kind.convection(lively, slow, heat)
        quick = fast + part("small", kind.small) * convection
        depth = quick * kind.gain(lively, convection) + slow - threshold
        shine = part("shine", kind.shine)
        profile = kind.profile.at(kind.thick(slow, shine), kind.far(lively), kind.cloud_scale(heat))
        above = kind.high_cloud(part("veil", kind.veil))
        return _Parts(depth, profile, kind.thin(lively, slow, heat), kind.brightness(shine), above)

    def _of_the_sun(self, first_utc: int, n: int, every_s: int) -> tuple[Floats | float, Floats | float]:
        """The heating and the threshold of each second: straight lines over 64 s."""
        if self._thresholds.steady:
            return 0.0, self._thresholds.by_heat[0][0]
        if every_s == 1:
            low, high = first_utc // _GRID_S, (first_utc + n - 1) // _GRID_S + 2
            t_utc = np.arange(low, high, dtype=np.int64) * _GRID_S
        else:
            t_utc = first_utc + np.arange(n, dtype=np.int64) * every_s
        heat = heating(t_utc, self.latitude_deg, self.longitude_deg)
        threshold = self._thresholds.at(t_utc, heat)
        if every_s > 1:
            return heat, threshold
        return _lines(heat, first_utc, n), _lines(threshold, first_utc, n)


def _lines(nodes: Floats, first_utc: int, n: int) -> Floats:
    """The `n` seconds from `first_utc` between nodes each `_GRID_S`, of which the first is not after it."""
    ramp = np.arange(_GRID_S) / _GRID_S
    lines: Floats = (nodes[:-1, None] * (1.0 - ramp) + nodes[1:, None] * ramp).ravel()
    return lines[first_utc % _GRID_S :][:n]


def _regime(regime: str | Regime) -> Regime:
    if isinstance(regime, Regime):
        return regime
    if regime not in REGIMES:
        raise UsageError(
            f"regime is a kind of sky, not {regime!r}", where="regime", fix=f"one of: {', '.join(REGIMES)}"
        )
    return REGIMES[regime]


def _smoothed(values: Floats) -> Floats:
    """The edges' smoothing; takes `_MARGIN_S` values off each end. Sums in a fixed order: same bits."""
    for _ in range(3):
        values = (values[:-2] + values[1:-1] + values[2:]) / _EDGE_S
    return values
