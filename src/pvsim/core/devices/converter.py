"""A store behind a converter that is late, loses power while it runs, or is less efficient at part load.

Rule of each second: the store loses its standby. Where it is empty or full by then, neither p nor what is asked
for goes farther that way. p goes on (`dynamics`), and its mean is the power. Where that would pass a limit, the
largest power that surely fits is taken, and p goes on from there. In a second with any power the store loses the
converter's no-load power, too. So the balance (I8) holds in integers:

    stored_end − stored_start = Σ change(power) − Σ standby − no_load · seconds with power

Method: as in `battery`. A chunk of seconds in which no limit is met is a cumulative sum, a battery at rest a
constant, and the remaining seconds are done one by one.
"""

from dataclasses import dataclass

import numpy as np

from pvsim.core.devices.dynamics import Response
from pvsim.core.devices.losses import Conversion
from pvsim.core.quantities.types import Ints

__all__ = ["Converter"]

_CHUNK_S = 512  # as in `battery`
_FEW_S = 32  # portions of many meters: one by one is faster then


@dataclass(frozen=True, slots=True)
class Converter:
    """A store with its limits behind a converter.

    Attributes:
        lower: Least energy of the store, in its units.
        upper: Most.
        standby_step: What the store loses in each second above its least.
        no_load_step: What the converter loses in a second in which it has any power.
        conversion: What a second's power stores or takes.
        response: How it follows.
    """

    lower: int
    upper: int
    standby_step: int
    no_load_step: int
    conversion: Conversion
    response: Response

    def follow(self, asked_dw: Ints, stored: int, p: float) -> tuple[Ints, Ints, int, float]:
        """Go through consecutive seconds.

        Args:
            asked_dw: What arrives in each second, within the powers; shape (n,).
            stored: Energy before the first second.
            p: Power before the first second, in 0.1 W.

        Returns:
            The power of each second in 0.1 W, the energy after each second, energy and p after the last one.
        """
        if len(asked_dw) <= _FEW_S:
            powers, energies, stored, p = self._one_by_one(asked_dw.tolist(), stored, p)
            return np.array(powers, dtype=np.int64), np.array(energies, dtype=np.int64), stored, p
        power, levels = np.empty_like(asked_dw), np.empty_like(asked_dw)
        for start in range(0, len(asked_dw), _CHUNK_S):
            chunk = slice(start, start + _CHUNK_S)
            stored, p = self._chunk(asked_dw[chunk], stored, p, power[chunk], levels[chunk])
        return power, levels, stored, p

    def _chunk(self, asked_dw: Ints, stored: int, p: float, power: Ints, levels: Ints) -> tuple[int, float]:
        """Fill `power` and `levels` of one chunk; returns energy and p after it."""
        conversion = self.conversion
        least_taken, least_stored = conversion.discharge_step + self.no_load_step, conversion.charge_step
        if stored - self.lower < least_taken and p <= 0 and asked_dw.max() <= 0:  # empty, and nothing to charge
            power[:] = 0
            idle = np.arange(1, len(levels) + 1) * self.standby_step
            np.maximum(stored - idle, self.lower, out=levels)
            return int(levels[-1]), 0.0
        if not self.standby_step and self.upper - stored < least_stored and p >= 0 and asked_dw.min() >= 0:
            power[:], levels[:] = 0, stored
            return stored, 0.0
        kept = self._kept_full(asked_dw, stored) if p >= 0 else None
        if kept is not None:
            power[:], levels[:], stored = kept
            return stored, float(kept[0][-1])
        ends = self.response.ends(asked_dw, p)
        wanted = self.response.means(asked_dw, ends[:-1])
        changes = conversion.changes(wanted) - self.no_load_step * (wanted != 0)
        path = stored + np.cumsum(changes - self.standby_step)
        before = path - changes  # after the standby loss, before charging
        good = (before >= self.lower + least_taken) & (before <= self.upper - least_stored)
        good &= (path >= self.lower) & (path <= self.upper)
        free = len(good) if good.all() else int(good.argmin())
        power[:free], levels[:free] = wanted[:free], path[:free]
        if free == len(good):
            return int(path[-1]), float(ends[-1])
        if free:
            stored, p = int(path[free - 1]), float(ends[free])
        rest = slice(free, None)
        power[rest], levels[rest], stored, p = self._one_by_one(asked_dw[rest].tolist(), stored, p)
        return stored, p

    def _kept_full(self, asked_dw: Ints, stored: int) -> tuple[list[int], list[int], int] | None:
        """As `_one_by_one` where surely more is offered in each second than a full store takes; else None."""
        change, step, upper = self.conversion.change, self.conversion.charge_step, self.upper
        offered = change(self.response.least(int(asked_dw.min()))) * 99 // 100 - self.no_load_step
        if upper - offered - self.lower < self.conversion.discharge_step + self.no_load_step:
            return None
        power, levels = [], []
        gains: dict[int, int] = {}
        for _ in range(len(asked_dw)):
            stored -= self.standby_step
            room = upper - stored
            if not step <= room < offered:
                return None
            given = room // step
            if given not in gains:  # the same ones come again and again
                gains[given] = change(given) - self.no_load_step
            stored += gains[given]
            power.append(given)
            levels.append(stored)
        return power, levels, stored

    def _one_by_one(self, asked: list[int], stored: int, p: float) -> tuple[list[int], list[int], int, float]:
        lower, upper, standby, no_load = self.lower, self.upper, self.standby_step, self.no_load_step
        conversion, second = self.conversion, self.response.second
        change, charge_step, discharge_step = conversion.change, conversion.charge_step, conversion.discharge_step
        empty, full = lower + discharge_step + no_load, upper - charge_step
        power, levels = [], []
        for each in asked:
            goal = each
            stored -= standby
            if stored < empty:
                stored, goal, p = max(stored, lower), max(each, 0), max(p, 0.0)
            elif stored > full:
                goal, p = min(each, 0), min(p, 0.0)
            given, p = second(goal, p)
            if given:
                after = stored + change(given) - no_load
                if after > upper:
                    given = (upper - stored) // charge_step
                    after = stored + change(given) - no_load
                    p = float(given)
                elif after < lower:
                    given = 0 if given > 0 else -((stored - lower - no_load) // discharge_step)
                    after = stored + change(given) - no_load if given else stored
                    p = float(given)
                stored = after
            power.append(given)
            levels.append(stored)
        return power, levels, stored, p
