"""Kinds of sky, as numbers: which time scales, how lively, what light.

`broken` was fitted to one hour of lively broken clouds (HOPE-Melpitz; Macke et al. 2017, doi
10.5194/acp-17-4887-2017), `climate` to the minutes of a year (DTU Lyngby 2017); how well is in
docs/explanation/validation.md. `scattered` is `broken` with another threshold; `clear` and `overcast` have
levels and scales of their own. The three were fitted to nothing.
"""

from dataclasses import dataclass, replace
from functools import cache
from math import erf, exp, pi, sqrt

import numpy as np

from pvsim.core.weather.clouds.gaussian import Floats, Octave
from pvsim.core.weather.clouds.profile import Profile, transmission

__all__ = ["REGIMES", "Regime"]

_THICKEST, _THINNEST = 0.25, 0.95  # of the light passes the edges of clouds
_HAZIEST, _CLEAREST = 0.85, 1.05  # of a clear sky's light arrives far from clouds


@dataclass(frozen=True, slots=True)
class Regime:
    """One kind of sky.

    Attributes:
        name: Names the random numbers too: regimes of two names share none.
        profile: From depth to light.
        threshold: Cover: clouds are where the field is below it.
        fast: The clouds' own time scales.
        slow: The weather's, or () where it does not change.
        lively: Those of the liveliness, of RMS 1 together, or (). Used with `slow` only.
        swing: By how much liveliness multiplies the fast part: (1 + swing/2 · lively)², at least 0.
        thin_lively: By how much the transmission of cloud edges grows with liveliness.
        thin_slow: By how much it grows with the slow part, as a multiple of its RMS; negative: clouds of
            a clear day have hard edges, an overcast sky has soft ones.
        thick_slow: How much more of the light than `thick` the thickest clouds let through under a sunny sky; half
            of it where the slow part is 0, nothing below minus its RMS: fair-weather clouds are not deep,
            and light comes in at their sides.
        far_lively: By how much the index far from clouds grows with liveliness: calm air is hazy.
        sun_lively: By how much convection adds to the liveliness of the fast part: what the sun's heating
            (`heating`, 0..1) stirs under a sunny sky; less where the slow part is small, nothing where it is below
            minus its RMS.
        sun_thin: By how much it adds to the transmission of cloud edges.
        shine: The time scales of how bright the edges of clouds are, and how thick clouds differ, of RMS 1
            together, or ().
        shine_swing: By how much edges differ: the steep share of `bright` by (1 + shine_swing · shine)², scaled to
            keep its mean.
        thick_swing: By how much the transmission of the thickest clouds differs, likewise.
        flat_cold: By how much larger the profile's `cloud_scale` is where the sun does not warm the ground at all:
            without convection clouds are flat, and more of them let light through; by the square of what `heating`
            lacks of 1.
        dry_at: From how sunny a weather on, in multiples of the RMS of the slow part, the sun stirs the air less
            than by its height: in a high the air is dry, and it sinks.
        sun_dry: By how much of its share less for each RMS beyond.
        sun_swing: By how much the sun's share differs with the liveliness of the air: (1 + sun_swing · lively)²,
            scaled to keep its mean. Cumulus needs air that is unstable.
        sun_late: How much of the sun's share grows with the square of its heat: it warms the ground before it
            stirs the air.
        small: The time scales of small clouds that convection alone has, beside `fast`, or (); their RMS is that
            where `convection` is 1.
        veil: The time scales of thin high cloud above the others, of RMS 1 together, or ().
        veil_depth: The optical depth of the high cloud is this times the square of its field where that is above
            0: half of the time there is none.
        widening: Clouds are this much longer across the wind than along it; below 1 shorter.
    """

    name: str
    profile: Profile
    threshold: float
    fast: tuple[Octave, ...]
    slow: tuple[Octave, ...] = ()
    lively: tuple[Octave, ...] = ()
    swing: float = 0.0
    thin_lively: float = 0.0
    thin_slow: float = 0.0
    thick_slow: float = 0.0
    far_lively: float = 0.0
    sun_lively: float = 0.0
    sun_thin: float = 0.0
    shine: tuple[Octave, ...] = ()
    shine_swing: float = 0.0
    thick_swing: float = 0.0
    flat_cold: float = 0.0
    dry_at: float = 0.0
    sun_dry: float = 0.0
    sun_swing: float = 0.0
    sun_late: float = 0.0
    small: tuple[Octave, ...] = ()
    veil: tuple[Octave, ...] = ()
    veil_depth: float = 0.0
    widening: float = 0.8

    @property
    def heated(self) -> bool:
        """Whether the sun's height changes this sky."""
        return bool(self.sun_lively or self.sun_thin or self.flat_cold)

    def convection(self, lively: Floats | float, slow: Floats | float, heat: Floats | float) -> Floats:
        """How much the sun stirs the air: 0 by night and under a dull sky, about 1 at a sunny noon of summer."""
        sunny = self._sunny(slow) * (heat * (1.0 - self.sun_late + self.sun_late * heat))
        if self.sun_dry:
            sunny = sunny * np.clip(1.0 - self.sun_dry * (slow / rms(self.slow) - self.dry_at), 0.0, 1.0)
        return sunny * _swung(lively, self.sun_swing) if self.sun_swing else sunny

    def gain(self, lively: Floats | float, convection: Floats | float = 0.0) -> Floats:
        """What the fast part is multiplied by."""
        root = np.maximum(1.0 + self.swing / 2.0 * (lively + self.sun_lively * convection), 0.0)
        result: Floats = root * root
        return result

    def thin(self, lively: Floats | float, slow: Floats | float, heat: Floats | float = 0.0) -> Floats:
        """The transmission of cloud edges."""
        by_sun = self.profile.thin + self.sun_thin * heat
        thin = by_sun + self.thin_lively * lively + self.thin_slow / rms(self.slow) * slow
        result: Floats = np.clip(thin, _THICKEST, _THINNEST)
        return result

    def thick(self, slow: Floats | float, shine: Floats | float = 0.0) -> Floats | float:
        """The transmission of the thickest clouds; over a Gaussian `shine` its mean is that without swing."""
        least = self.profile.thick
        if self.thick_slow:
            least = least + self.thick_slow * self._sunny(slow)
        return least * _swung(shine, self.thick_swing) if self.thick_swing else least

    def far(self, lively: Floats | float) -> Floats | float:
        """The index far from clouds."""
        if not self.far_lively:
            return self.profile.far
        result: Floats = np.clip(self.profile.far + self.far_lively * lively, _HAZIEST, _CLEAREST)
        return result

    def cloud_scale(self, heat: Floats | float) -> Floats | float:
        """The depth at which a cloud's transmission is halfway from thin to thick."""
        if not self.flat_cold:
            return self.profile.cloud_scale
        cold = 1.0 - heat
        return self.profile.cloud_scale * (1.0 + self.flat_cold * (cold * cold))

    def _sunny(self, slow: Floats | float) -> Floats:
        sunny: Floats = np.clip(0.5 + slow * (0.5 / rms(self.slow)), 0.0, 1.0)
        return sunny

    def high_cloud(self, veil: Floats) -> Floats:
        """What thin high cloud lets through, by the two streams of `profile.beam_index`."""
        above = np.maximum(veil, 0.0)
        return transmission(self.veil_depth * (above * above))

    def brightness(self, shine: Floats) -> Floats:
        """What the light beside clouds is multiplied by; 1 on average over a Gaussian `shine`."""
        return _swung(shine, self.shine_swing)


def _swung(shine: Floats | float, swing: float) -> Floats:
    root = np.maximum(1.0 + swing * shine, 0.0)
    result: Floats = root * root / _mean_square(swing)
    return result


@cache
def _mean_square(swing: float) -> float:
    """The mean of (1 + swing · g)² where its root is above 0, g Gaussian; rounded: the same on every machine."""
    if not swing:
        return 1.0
    zero = 1.0 / swing
    below, at = (1.0 + erf(zero / sqrt(2.0))) / 2.0, exp(-zero * zero / 2.0) / sqrt(2.0 * pi)
    return round((1.0 + swing * swing) * below + swing * at, 9)


def rms(octaves: tuple[Octave, ...]) -> float:
    """The RMS of a sum of octaves."""
    return sqrt(sum(octave.rms**2 for octave in octaves))


def _power_law(total: float, exponent: float, corner_s: float, beyond: float = 4.0) -> tuple[Octave, ...]:
    """Octaves of 2 … 1024 s of this RMS together: variance ∝ step^exponent, from the corner on / step^beyond."""
    steps = [2**k for k in range(1, 11)]
    weights = [(step / corner_s) ** exponent / (1.0 + (step / corner_s) ** beyond) for step in steps]
    scale = total / sum(weights) ** 0.5
    return tuple(Octave(step, round(scale * weight**0.5, 6)) for step, weight in zip(steps, weights, strict=True))


def _of_two_sizes(small: tuple[Octave, ...], large: tuple[Octave, ...]) -> tuple[Octave, ...]:
    """The sum of two kinds of clouds, independent of each other."""
    pairs = zip(small, large, strict=True)
    return tuple(Octave(one.step_s, round((one.rms**2 + other.rms**2) ** 0.5, 6)) for one, other in pairs)


def _octaves(rms_by_step: dict[int, float]) -> tuple[Octave, ...]:
    return tuple(Octave(step_s, rms) for step_s, rms in rms_by_step.items())


_STEADY = Profile(thick=0.01, thin=0.95, cloud_scale=0.765, far=1.006, bright=0.178, gap_scale=0.54)

# many small clouds of 20 s (400 m in a wind of 20 m/s), in clusters of 200 s (4 km), and few of the sizes between:
# places 300 m apart then have less in common, and those 1 km apart more, than under clouds of all sizes alike
_BROKEN = Regime(
    name="broken",
    profile=replace(_STEADY, deep=0.3),
    threshold=0.27,
    fast=_of_two_sizes(_power_law(0.34, 1.6, 20.0), _power_law(0.94, 3.5, 200.0, beyond=8.0)),
)

# 2048 s … 3 months; the strongest is 18 hours. Those from 12 days on make months and years differ: a year's light
# has a standard deviation of 4 %
_WEATHER = {2**11: 0.10, 2**12: 0.09, 2**13: 0.43, 2**14: 0.87, 2**15: 1.77}
_WEATHER |= {2**16: 1.98, 2**17: 1.42, 2**18: 0.62, 2**19: 0.24}
_WEATHER |= {2**20: 0.25, 2**21: 0.38, 2**22: 0.44, 2**23: 0.40}
_LIVELY = {2**13: 0.0330, 2**14: 0.3258, 2**15: 0.8026, 2**16: 0.4929, 2**17: 0.0755}
_SHINE = {
    2**4: 0.455,
    2**5: 0.3462,
    2**6: 0.2374,
    2**7: 0.2744,
    2**8: 0.3294,
    2**9: 0.3294,
    2**10: 0.3294,
    2**12: 0.4649,
}
_SMALL = {2**5: 0.064, 2**6: 0.182, 2**7: 0.515}  # of 100 s: cumulus of 1 km in a wind of 10 m/s
_VEIL = {2**12: 0.278, 2**13: 0.371, 2**14: 0.510, 2**15: 0.556, 2**16: 0.464}


def _fast(rms_by_step: dict[int, float]) -> tuple[Octave, ...]:
    """The power law of `_power_law`, its parts from each step on with an RMS as if of the whole."""
    parts = _power_law(1.0, 1.439, 415.8)
    of = [rms_by_step[max(step for step in rms_by_step if step <= part.step_s)] for part in parts]
    return tuple(Octave(part.step_s, round(part.rms * rms, 6)) for part, rms in zip(parts, of, strict=True))


# `thin` is that without sun, before its limits: winter's edges have the softest, summer noons' much less
_CLIMATE = Regime(
    name="climate",
    profile=Profile(
        thick=0.02,
        thin=1.0,
        cloud_scale=3.9,
        deep=1.5,
        far=0.977,
        bright=0.584,
        gap_scale=1.45,
        steep=0.7,
        edge=0.33,
    ),
    threshold=0.745,
    fast=_fast({2: 0.03, 128: 0.60}),
    slow=_octaves(_WEATHER),
    lively=_octaves(_LIVELY),
    swing=0.265,
    thin_lively=0.16,
    thin_slow=-0.14,
    thick_slow=0.29,
    far_lively=0.04,
    sun_lively=44.0,
    sun_late=0.42,
    sun_swing=0.42,
    sun_dry=1.0,
    dry_at=1.2,
    small=_octaves(_SMALL),
    sun_thin=-0.93,
    shine=_octaves(_SHINE),
    shine_swing=0.228,
    thick_swing=0.36,
    flat_cold=0.7,
    veil=_octaves(_VEIL),
    veil_depth=0.5,
)

REGIMES = {
    regime.name: regime
    for regime in (
        replace(
            _BROKEN,
            name="clear",
            profile=replace(_STEADY, far=0.99, bright=0.03),
            threshold=-2.6,
            fast=_power_law(1.0, 1.03, 600.0),
        ),
        replace(_BROKEN, name="scattered", threshold=-0.7),
        _BROKEN,
        replace(
            _BROKEN,
            name="overcast",
            profile=replace(_STEADY, cloud_scale=1.2),
            threshold=3.2,
            fast=_power_law(1.0, 1.03, 1_200.0),
        ),
        _CLIMATE,
    )
}
"""The kinds of sky by name."""
