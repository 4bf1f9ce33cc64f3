"""Energies of parts of a run in which no price changes, beside those of the same building with less in it.

    no PV, no battery        the grid gives the load
    PV without battery       load − potential, where more than the export limit is left it is curtailed

The potential is what the plants could have given, pv + curtailed. Both are computed from the same rows as the
energies of the run: for rows of several seconds from their means.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pvsim.core.quantities.types import Ints
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.core.tariff.prices import HomePrices, Prices

__all__ = ["EXPORT", "IMPORT", "QUARTER_S", "REFERENCES", "Cutter", "Pieces", "variants_of"]

IMPORT, EXPORT = 0, 1
REFERENCES: Final = ("no_pv_no_battery", "pv_without_battery")
QUARTER_S = 900


def variants_of(plan: RunPlan) -> int:
    """How many buildings are compared: the run's own and `REFERENCES`; with a grid meter its own only."""
    return 1 if plan.meter_range.grid else 1 + len(REFERENCES)


@dataclass(frozen=True, slots=True)
class Pieces:
    """Consecutive parts of some rows.

    Attributes:
        t_utc: Unix time of the first row of each, shape (pieces,).
        day: The local day of each, counted from the run's first.
        rows: How many rows each has of each meter, shape (pieces, meters).
        sums_dw: Sums of import and export (first axis after the pieces) of the run's own building and of the
            references, by meter, in 0.1 W times rows: shape (pieces, 2, variants, meters).
    """

    t_utc: Ints
    day: Ints
    rows: Ints
    sums_dw: Ints


class Cutter:
    """Parts rows where a local day begins, a price changes, or a quarter of an hour of the local clock begins.

    Args:
        plan: The run.
        prices: What may change.
        quarters: Whether quarters of an hour are wanted.
    """

    def __init__(self, plan: RunPlan, prices: tuple[Prices | HomePrices, ...], *, quarters: bool) -> None:
        self._plan = plan
        self._prices = prices
        self._quarters = quarters
        self._midnights = np.asarray(plan.timeline.midnights_utc)

    def pieces(self, samples: Samples) -> Pieces:
        """The pieces of some rows, of which there is at least one."""
        t_utc, meters = samples.t_utc, len(self._plan.meters)
        starts = np.unique(np.searchsorted(t_utc, self._cuts(int(t_utc[0]), int(t_utc[-1]))))
        first_rows = np.concatenate([[0], starts])
        lengths = np.diff(first_rows, append=len(t_utc))
        cell = np.repeat(np.arange(len(lengths)), lengths) * meters + samples.meter
        cells = len(lengths) * meters
        rows = np.bincount(cell, minlength=cells).reshape(-1, meters)
        flows = _flows(samples, self._plan)
        sums = np.empty((len(lengths), *flows.shape[:2], meters), dtype=np.int64)
        for kind, variant in np.ndindex(flows.shape[:2]):
            of_cells = np.bincount(cell, weights=flows[kind, variant], minlength=cells)  # exact below 2**53
            sums[:, kind, variant] = np.rint(of_cells).astype(np.int64).reshape(-1, meters)
        begins = t_utc[first_rows]
        day = np.searchsorted(self._midnights, begins, side="right") - 1
        return Pieces(begins, day, rows, sums)

    def _cuts(self, first_utc: int, last_utc: int) -> Ints:
        """Times after the first row's, up to the last row's, at which a piece begins."""
        inside = (self._midnights > first_utc) & (self._midnights <= last_utc)
        cuts = [self._midnights[inside], *(each.changes(first_utc, last_utc + 1) for each in self._prices)]
        if self._quarters:
            for offset_s in {offset_s % QUARTER_S for offset_s in self._plan.timeline.offsets_s}:
                since = (first_utc + offset_s) % QUARTER_S
                cuts.append(np.arange(first_utc - since + QUARTER_S, last_utc + 1, QUARTER_S))
        return np.unique(np.concatenate(cuts))


def _flows(samples: Samples, plan: RunPlan) -> Ints:
    """Import and export of each row in 0.1 W: shape (2, variants, rows)."""
    grids = [samples.grid_dw]
    if variants_of(plan) > 1:
        grids += [samples.meter_dw, _without_battery(samples, plan)]
    grid = np.stack(grids)
    return np.stack([np.maximum(grid, 0), np.maximum(-grid, 0)])


def _without_battery(samples: Samples, plan: RunPlan) -> Ints:
    """What the connection would carry if there were no battery."""
    if samples.battery_dw is None:
        return samples.grid_dw
    if samples.curtailed_dw is None or plan.balance is None or plan.balance.export_limit_dw is None:
        return samples.meter_dw - samples.pv_dw
    times, at = np.unique(samples.t_utc, return_inverse=True)
    limits = np.broadcast_to(plan.balance.limits_dw(times), (len(times), len(plan.meters)))
    limit_dw = limits[at, samples.meter]
    grid: Ints = np.maximum(samples.meter_dw - samples.pv_dw - samples.curtailed_dw, -limit_dw)
    return grid
