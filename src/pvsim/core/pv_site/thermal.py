"""Thermal inertia: a module follows its equilibrium temperature with a delay of minutes."""

import numpy as np

from pvsim.core.pv_site.types import Floats

__all__ = ["lagged"]


def lagged(target: Floats, time_constant_s: float) -> Floats:
    """A first-order lag at steps of 1 s: `y[k] = a y[k − 1] + (1 − a) x[k]`, a = exp(−1/τ), y[−1] = x[0].

    The recursion, a block at a time: within a block `y[k] = a^(k+1) (y[−1] + (1 − a) Σ x a^−(i+1))`.

    Args:
        target: What is followed, shape (n,), n ≥ 1.
        time_constant_s: τ; 0 follows at once.
    """
    if time_constant_s <= 0:
        return target
    step = np.exp(-1.0 / time_constant_s)
    block = max(1, int(time_constant_s))  # a^-block stays below e
    powers = np.cumprod(np.full(block, step))
    # relative to the first value, so that what is carried on starts from zero
    padded = np.zeros(-(-len(target) // block) * block)
    padded[: len(target)] = (target - target[0]) * (1.0 - step)
    sums = np.cumsum(padded.reshape(-1, block) / powers, axis=1)
    followed = np.empty_like(sums)
    carried = 0.0
    for row, total in zip(followed, sums, strict=True):
        np.multiply(total + carried, powers, out=row)
        carried = float(row[-1])
    result: Floats = followed.reshape(-1)[: len(target)] + target[0]
    return result
