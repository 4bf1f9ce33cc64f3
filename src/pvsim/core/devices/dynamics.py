"""How late and how fast a battery follows: dead time, first-order lag, ramp.

    asked(t)     what the surplus asked for `dead_time_s` ago, within the battery's powers
    dp/dt        (asked − p) / time_constant_s, at most `ramp_kw_per_s`
    power        the mean of p over the second

`asked` is constant within a second, so p is an exponential, and its end and its mean over the second are exact:
after a step, the energy of `dead_time_s + time_constant_s` seconds is missing, and 63 % of it are reached then. A
dead time that is no whole number of seconds mixes two seconds. Where the ramp holds, end and mean are those of a
straight line. The structure is that of PerModAC, the reference model of the System Performance Index (Weniger,
Maier, Orth, Quaschning: Performance Simulation Model for PV-Battery Systems, HTW Berlin 2020).

Arithmetic: p is a float in 0.1 W, made of sums and products with multiples of 1/65,536 alone, one second after the
other; so it is the same on every machine, wherever the input is cut into blocks (I2). Powers are whole 0.1 W.
"""

from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate
from math import exp, floor
from struct import Struct

import numpy as np
from numpy.typing import NDArray

from pvsim.core.devices.bounds import refuse_outside
from pvsim.core.quantities.types import DW_PER_KW, Ints

__all__ = ["MAX_DEAD_TIME_S", "MAX_TIME_CONSTANT_S", "Response", "power_in", "state_of"]

MAX_DEAD_TIME_S = 60.0
MAX_TIME_CONSTANT_S = 300.0
_ONE = 1 << 16
_MS = 1_000
_LEAST_RAMP_KW_PER_S = 0.0001
_MOST_RAMP_KW_PER_S = 20_000.0
_FLOAT, _INT = Struct("<d"), Struct("<q")


_in_range = partial(refuse_outside, example="dead_time_s 1, time_constant_s 2")


@dataclass(frozen=True, slots=True)
class Response:
    """How a battery follows what it is asked for.

    Args:
        dead_time_s: Time until it begins to follow, kept to 1 ms.
        time_constant_s: Of the first-order lag after that.
        ramp_kw_per_s: The fastest change of its power; None is any.

    Raises:
        UsageError: if a value is out of range.
    """

    dead_time_s: float = 0.0
    time_constant_s: float = 0.0
    ramp_kw_per_s: float | None = None
    dead_ms: int = field(init=False, repr=False)
    kept: float = field(init=False, repr=False)
    kept_mean: float = field(init=False, repr=False)
    ramp_dw: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _in_range("dead_time_s", self.dead_time_s, 0.0, MAX_DEAD_TIME_S)
        _in_range("time_constant_s", self.time_constant_s, 0.0, MAX_TIME_CONSTANT_S)
        ramp = self.ramp_kw_per_s
        if ramp is not None:
            _in_range("ramp_kw_per_s", ramp, _LEAST_RAMP_KW_PER_S, _MOST_RAMP_KW_PER_S)
        lag = self.time_constant_s
        kept = exp(-1 / lag) if lag else 0.0
        derived = {
            "dead_ms": round(self.dead_time_s * _MS),
            "kept": round(kept * _ONE) / _ONE,
            "kept_mean": round(lag * (1 - kept) * _ONE) / _ONE,
            "ramp_dw": 0.0 if ramp is None else max(round(ramp * DW_PER_KW), 1) * 1.0,
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)  # the dataclass is frozen

    @property
    def at_once(self) -> bool:
        """Whether there is no delay at all."""
        return not (self.dead_ms or self.ramp_dw or self.kept or self.kept_mean)

    @property
    def pending(self) -> int:
        """How many setpoints are under way: those of so many seconds before."""
        return -(-self.dead_ms // _MS)

    def arriving(self, asked_dw: Ints, before: tuple[int, ...]) -> tuple[Ints, tuple[int, ...]]:
        """What arrives in each second, after the dead time.

        Args:
            asked_dw: What is asked for in each second, shape (n,).
            before: What was asked for in the `pending` seconds before.

        Returns:
            What arrives, shape (n,), and what is under way after the last second.
        """
        if not before:
            return asked_dw, before
        joined = np.concatenate([np.array(before, dtype=np.int64), asked_dw])
        earlier, later = joined[: len(asked_dw)], joined[1 : len(asked_dw) + 1]
        part = self.dead_ms % _MS or _MS
        arriving = (earlier * part + later * (_MS - part)) // _MS
        return arriving, tuple(joined[len(asked_dw) :].tolist())

    def ends(self, asked_dw: Ints, p: float) -> NDArray[np.float64]:
        """The power p before each second and after the last one, shape (n + 1,)."""
        if not (self.kept or self.ramp_dw):
            return np.concatenate([[p], asked_dw])
        kept, ramp, towards = self.kept, self.ramp_dw, asked_dw * (1 - self.kept)

        def after(p: float, towards: float) -> float:
            return p * kept + towards

        def ramped(p: float, towards: float) -> float:
            change = p * kept + towards - p
            if -ramp <= change <= ramp:  # min(max()) doubles the cost of this loop
                return p + change
            return p + ramp if change > 0 else p - ramp

        each = accumulate(towards.tolist(), ramped if ramp else after, initial=p)
        return np.fromiter(each, np.float64, len(asked_dw) + 1)

    def means(self, asked_dw: Ints, p: NDArray[np.float64]) -> Ints:
        """The mean of each second, from p before it and what is asked for."""
        mean = p * self.kept_mean + asked_dw * (1 - self.kept_mean)
        if self.ramp_dw:
            way = np.minimum(np.abs(asked_dw - p), self.ramp_dw)
            most = way - way * way / (2 * self.ramp_dw)
            mean = p + np.clip(mean - p, -most, most)
        rounded: Ints = np.floor(mean + 0.5).astype(np.int64)
        return rounded

    def least(self, asked_dw: int) -> int:
        """Less than the mean of any second in which as much or more is asked for, and p before is not negative."""
        most = asked_dw * (1 - self.kept_mean)
        if self.ramp_dw:
            most = min(most, asked_dw / 2, self.ramp_dw / 2)
        return max(floor(most) - 1, 0)

    def second(self, asked_dw: int, p: float) -> tuple[int, float]:
        """One second by itself: its mean, and p after it."""
        mean = p * self.kept_mean + asked_dw * (1 - self.kept_mean)
        after = p * self.kept + asked_dw * (1 - self.kept)
        ramp = self.ramp_dw
        if ramp:
            way = min(abs(asked_dw - p), ramp)
            most = way - way * way / (2 * ramp)  # a straight line, there before the second ends, or not
            mean = p + min(max(mean - p, -most), most)
            after = p + min(max(after - p, -ramp), ramp)
        return floor(mean + 0.5), after


def state_of(p: float) -> int:
    """The power p as an integer with all its bits, for a checkpoint."""
    (bits,) = _INT.unpack(_FLOAT.pack(p))
    return int(bits)


def power_in(state: int) -> float:
    """And back."""
    (p,) = _FLOAT.unpack(_INT.pack(state))
    return float(p)
