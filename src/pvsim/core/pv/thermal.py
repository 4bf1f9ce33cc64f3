"""How warm modules are: an equilibrium, which they follow with a delay of minutes."""

import numpy as np

from pvsim.core.quantities.physics import Floats

__all__ = ["faiman", "lagged"]

_LEAST_STEPS = 0.02  # a = 2e-22: nothing is left of the step before, and below a⁻¹ overflows


def faiman(poa_global: Floats, temp_air: Floats, wind_speed: Floats, u0: float, u1: float) -> Floats:
    """Temperature of the modules in °C once it changes no more (Faiman 2008, doi 10.1002/pip.813).

    Args:
        poa_global: Light that falls on them, in W/m².
        temp_air: In °C.
        wind_speed: In m/s.
        u0: Heat that they lose without wind, in W/(m² °C).
        u1: What each m/s of wind adds to that.
    """
    temp_module: Floats = temp_air + poa_global / (u0 + u1 * wind_speed)
    return temp_module


def lagged(target: Floats, time_constant_s: float, step_s: int = 1, before: float | None = None) -> Floats:
    """A first-order lag: `y[k] = a y[k − 1] + (1 − a) x[k]`, a = exp(−step/τ).

    The recursion, a block at a time: within a block `y[k] = a^(k+1) (y[−1] + (1 − a) Σ x a^−(i+1))`. In steps
    above 1 s, x is taken to run straight from point to point: the same recursion of a mean of neighbours.

    Args:
        target: What is followed, shape (n,), n ≥ 1.
        time_constant_s: τ; 0 follows at once.
        step_s: From point to point.
        before: y[−1]; None is x[0].
    """
    steps = time_constant_s / step_s
    if steps < _LEAST_STEPS:
        return target
    step = np.exp(-1.0 / steps)
    if step_s > 1:
        weight = (steps * (1.0 - step) - step) / (1.0 - step)
        target = (1.0 - weight) * target + weight * np.concatenate([target[:1], target[:-1]])
    block = max(1, int(steps))  # a^-block stays below e, or is one step
    powers = np.cumprod(np.full(block, step))
    # relative to the first value, so that what is carried on starts from zero
    padded = np.zeros(-(-len(target) // block) * block)
    padded[: len(target)] = (target - target[0]) * (1.0 - step)
    sums = np.cumsum(padded.reshape(-1, block) / powers, axis=1)
    followed = np.empty_like(sums)
    carried = 0.0 if before is None else before - float(target[0])
    for row, total in zip(followed, sums, strict=True):
        np.multiply(total + carried, powers, out=row)
        carried = float(row[-1])
    result: Floats = followed.reshape(-1)[: len(target)] + target[0]
    return result
