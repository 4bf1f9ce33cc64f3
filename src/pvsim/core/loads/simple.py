"""Load models: what a meter reads, as a pure function of seed, meter and second."""

from dataclasses import dataclass

import numpy as np

from pvsim.core.quantities import noise
from pvsim.core.quantities.timeline import HOUR_S
from pvsim.core.quantities.types import DW_PER_W, METER_MAX_DW, Ints

__all__ = ["UniformLoad", "WalkLoad"]


@dataclass(frozen=True, slots=True)
class UniformLoad:
    """The brief's meter: independent values, uniform on 0..9000 W (or another maximum) in steps of 0.1 W."""

    stream: noise.Key
    max_dw: int = METER_MAX_DW

    def power_dw(self, first_utc: int, n: int) -> Ints:
        """See `PowerSource.power_dw`."""
        return (noise.uniform(self.stream, first_utc, n) * (self.max_dw + 1)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class WalkLoad:
    """A continuous load: a mean-reverting walk (Ornstein-Uhlenbeck), reflected at 0 and its maximum (9000 W).

    `x[t] = ρ x[t − 1] + s ε[t]` with ρ = 1 − 1/600 (a memory of ten minutes) around 2500 W with a spread of
    1500 W; one second's step is about 87 W. Each hour of UTC is computed for itself from 20 memories
    before it, from zero: what that start leaves is exp(−20) · 1500 W = 3 µW, so hours join without a seam,
    and a value depends on its second only (I7).
    """

    stream: noise.Key
    max_dw: int = METER_MAX_DW

    MEAN_DW = 2_500 * DW_PER_W
    SPREAD_DW = 1_500 * DW_PER_W
    MEMORY_S = 600
    WARM_UP_S = 20 * MEMORY_S

    def power_dw(self, first_utc: int, n: int) -> Ints:
        """See `PowerSource.power_dw`."""
        hours = range(first_utc // HOUR_S, -(-(first_utc + n) // HOUR_S))
        values = np.concatenate([np.empty(0, np.int64), *(self._hour(hour * HOUR_S) for hour in hours)])
        start = first_utc - hours.start * HOUR_S
        return values[start : start + n]

    def _hour(self, start_utc: int) -> Ints:
        rho = 1.0 - 1.0 / self.MEMORY_S
        step = self.SPREAD_DW * np.sqrt(1.0 - rho * rho)
        kicks = noise.near_normal(self.stream, start_utc - self.WARM_UP_S, self.WARM_UP_S + HOUR_S) * step
        # The recursion, a block of one memory at a time: x[k] = ρ^(k+1) (x[-1] + Σ ε ρ^-(i+1))
        powers = np.cumprod(np.full(self.MEMORY_S, rho))
        sums = np.cumsum(kicks.reshape(-1, self.MEMORY_S) / powers, axis=1)
        carried = 0.0
        blocks = []
        for block in sums:
            blocks.append((block + carried) * powers)
            carried = float(blocks[-1][-1])
        return _reflected(np.concatenate(blocks)[self.WARM_UP_S :] + self.MEAN_DW, self.max_dw)


def _reflected(values: np.ndarray[tuple[int], np.dtype[np.float64]], max_dw: int = METER_MAX_DW) -> Ints:
    """Fold any number into 0..`max_dw` as two mirrors would, which keeps a walk continuous."""
    folded = np.abs((np.rint(values).astype(np.int64) + max_dw) % (2 * max_dw) - max_dw)
    result: Ints = folded
    return result
