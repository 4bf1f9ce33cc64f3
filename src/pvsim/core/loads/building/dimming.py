"""Devices that the grid operator dims: a heat pump takes less, a car charges later what it could not at first.

In a window each such device by itself takes no more than the limit, whatever the PV gives ("direct control" of
EnWG § 14a). A heat pump has no memory: what it does not take is not made up, the building cools a little. A car
goes on charging at full power after the window, until it has its energy or leaves, when it would have left anyway.
"""

from dataclasses import dataclass, replace

import numpy as np

from pvsim.core.devices.limits import LimitSteps
from pvsim.core.loads.building.events import Segments, joined
from pvsim.core.quantities.types import Ints, PowerSource

__all__ = ["Dimmed", "charged_later"]


@dataclass(frozen=True, slots=True)
class Dimmed:
    """A device that takes no more than a limit, a `PowerSource`.

    Attributes:
        source: What it would take.
        limit: In windows.
    """

    source: PowerSource
    limit: LimitSteps

    def power_dw(self, first_utc: int, n: int) -> Ints:
        """See `PowerSource.power_dw`."""
        power: Ints = np.minimum(self.source.power_dw(first_utc, n), self.limit.at(first_utc, n))
        return power


def charged_later(uses: Segments, limit: LimitSteps) -> Segments:
    """The uses of a car's charger under a limit.

    Args:
        uses: First the charging of each use, at one power, then its waiting in the same order, until it leaves.
        limit: In windows.
    """
    n = len(uses.starts) // 2
    hit = np.zeros(2 * n, dtype=np.bool_)
    parts = []
    for use in range(n):
        if limit.touch(int(uses.starts[use]), int(uses.ends[use])):
            hit[[use, n + use]] = True
            parts.append(_one(uses, use, n + use, limit))
    return joined([_where(uses, np.flatnonzero(~hit)), *parts]) if parts else uses


def _one(uses: Segments, charging: int, waiting: int, limit: LimitSteps) -> Segments:
    """One use under the limit: charging in pieces, and what is left of the waiting."""
    full, leaves = int(uses.on_dw[charging]), int(uses.ends[waiting])
    rest, now = full * int(uses.ends[charging] - uses.starts[charging]), int(uses.starts[charging])
    pieces: list[tuple[int, int, int]] = []
    for start, end, most in limit.between(now, leaves):
        power, now = min(full, most), end
        seconds = min(rest // power, end - start) if power else 0
        if seconds:
            pieces.append((start, start + seconds, power))
            rest -= power * seconds
        if seconds < end - start and 0 < rest < power:  # the last second, with what is lacking
            pieces.append((start + seconds, start + seconds + 1, rest))
            seconds, rest = seconds + 1, 0
        if not rest:
            now = start + seconds
            break
    shape = _where(uses, np.full(len(pieces), charging))
    starts, ends, powers = np.array(pieces, dtype=np.int64).reshape(-1, 3).T
    charged = replace(shape, starts=starts, ends=ends, on_dw=powers)
    if now == leaves:
        return charged
    waits = replace(_where(uses, np.array([waiting])), starts=np.array([now]))
    return joined([charged, waits])


def _where(segments: Segments, index: Ints) -> Segments:
    names = Segments.__dataclass_fields__
    return Segments(**{name: getattr(segments, name)[index] for name in names})
