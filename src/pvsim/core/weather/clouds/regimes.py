"""Kinds of sky, as numbers: which time scales, how lively, what light.

`broken` was fitted to one hour of lively broken clouds (HOPE-Melpitz; Macke et al. 2017, doi
10.5194/acp-17-4887-2017), `climate` to the minutes of a year (DTU Lyngby 2017); how well is in
docs/explanation/validation.md. `clear`, `scattered` and `overcast` are `broken` with another threshold and
other levels; they were fitted to nothing.
"""

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from pvsim.core.weather.clouds.gaussian import Floats, Octave
from pvsim.core.weather.clouds.profile import Profile

__all__ = ["REGIMES", "Regime"]

_THICKEST, _THINNEST = 0.25, 0.95  # of the light passes the edges of clouds


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
        widening: Clouds are this much longer across the wind than along it.
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
    widening: float = 2.0

    def gain(self, lively: Floats | float) -> Floats:
        """What the fast part is multiplied by."""
        root = np.maximum(1.0 + self.swing / 2.0 * lively, 0.0)
        result: Floats = root * root
        return result

    def thin(self, lively: Floats | float, slow: Floats | float) -> Floats:
        """The transmission of cloud edges."""
        thin = self.profile.thin + self.thin_lively * lively + self.thin_slow / rms(self.slow) * slow
        result: Floats = np.clip(thin, _THICKEST, _THINNEST)
        return result


def rms(octaves: tuple[Octave, ...]) -> float:
    """The RMS of a sum of octaves."""
    return sqrt(sum(octave.rms**2 for octave in octaves))


def _power_law(total: float, exponent: float, corner_s: float) -> tuple[Octave, ...]:
    """Octaves of 2 … 1024 s of this RMS together: variance ∝ step^exponent to the corner, step^-4 beyond."""
    steps = [2**k for k in range(1, 11)]
    weights = [(step / corner_s) ** exponent / (1.0 + (step / corner_s) ** 4) for step in steps]
    scale = total / sum(weights) ** 0.5
    return tuple(Octave(step, round(scale * weight**0.5, 6)) for step, weight in zip(steps, weights, strict=True))


def _octaves(rms_by_step: dict[int, float]) -> tuple[Octave, ...]:
    return tuple(Octave(step_s, rms) for step_s, rms in rms_by_step.items())


_BROKEN = Regime(
    name="broken",
    profile=Profile(thick=0.01, thin=0.95, cloud_scale=0.765, far=1.006, bright=0.178, gap_scale=0.54),
    threshold=0.367,
    fast=_power_law(1.0, 1.03, 242.0),
)

# 2048 s … 6 days; the strongest is a day and a half
_WEATHER = {2**11: 0.083, 2**12: 0.072, 2**13: 0.062, 2**14: 0.054, 2**15: 0.274}
_WEATHER |= {2**16: 1.396, 2**17: 1.932, 2**18: 1.122, 2**19: 0.652}
_LIVELY = {2**13: 0.0330, 2**14: 0.3258, 2**15: 0.8026, 2**16: 0.4929, 2**17: 0.0755}

_CLIMATE = Regime(
    name="climate",
    profile=Profile(thick=0.035, thin=0.603, cloud_scale=2.69, far=0.918, bright=0.469, gap_scale=0.625),
    threshold=1.326,
    fast=_power_law(1.212, 1.439, 415.8),
    slow=_octaves(_WEATHER),
    lively=_octaves(_LIVELY),
    swing=0.305,
    thin_lively=0.638,
    thin_slow=-0.166,
)

REGIMES = {
    regime.name: regime
    for regime in (
        replace(
            _BROKEN,
            name="clear",
            profile=replace(_BROKEN.profile, far=0.99, bright=0.03),
            threshold=-2.6,
            fast=_power_law(1.0, 1.03, 600.0),
        ),
        replace(_BROKEN, name="scattered", threshold=-0.7),
        _BROKEN,
        replace(
            _BROKEN,
            name="overcast",
            profile=replace(_BROKEN.profile, cloud_scale=1.2),
            threshold=3.2,
            fast=_power_law(1.0, 1.03, 1_200.0),
        ),
        _CLIMATE,
    )
}
"""The kinds of sky by name."""
