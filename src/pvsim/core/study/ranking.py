"""Which combination is the best by a figure, and what it costs to take the second.

Combinations are compared by the mean of the figure over the seeds. All of them have the same seeds, and so the
same weather and people (common random numbers): what differs between two of them is told seed by seed, and is
known far better than either figure.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from pvsim.core.quantities.rounding import rounded
from pvsim.core.study.bands import Band, Floats, band_of, complete_means, means

if TYPE_CHECKING:
    from pvsim.core.study.collected import Collected

__all__ = ["Goal", "Lead", "Objective", "Ranking", "default_objective", "goal_of", "lead_of", "ranked"]

Goal: TypeAlias = Literal["min", "max"]

_AGREE = 0.95
_COST, _CURRENCY = "money_total", "money_currency"
_MORE_IS_BETTER = {
    "self_consumption",
    "self_sufficiency",
    "energy_kwh_pv",
    "energy_kwh_self_consumed",
    "generation_multiple",
    "load_factor",
    "money_feed_in",
    "money_saving",
    "money_saving_by_battery",
    "money_saving_per_year",
    "money_npv",
    "emissions_export_kg",
    "emissions_saving_kg",
    *(
        f"over_meters_{figure}_p{percent}"
        for figure in ("self_consumption", "self_sufficiency", "pv_kwh", "load_factor")
        for percent in (5, 50, 95)
    ),
}
_OTHERS: tuple[tuple[str, Goal], ...] = (("self_sufficiency", "max"), ("energy_kwh_import", "min"))


@dataclass(frozen=True, slots=True)
class Objective:
    """What the best combination is the best by.

    Attributes:
        figure: Its name, as `pvsim query` has it.
        goal: Whether less or more of it is better.
    """

    figure: str
    goal: Goal


@dataclass(frozen=True, slots=True)
class Lead:
    """How far one combination is better than another, seed by seed.

    Attributes:
        by: The differences over the seeds that both have, positive where the first is better.
        better_in: In how many of these seeds it is better.
    """

    by: Band
    better_in: int

    @property
    def clear(self) -> bool:
        """The difference is larger than its spread over the seeds: P5 is above 0, and 95 % of them agree."""
        return self.by.cases > 1 and self.by.p5 > 0 and self.better_in >= _AGREE * self.by.cases


@dataclass(frozen=True, slots=True)
class Ranking:
    """The combinations in order.

    Attributes:
        objective: What they are ordered by.
        order: Positions of the combinations that have the figure for all seeds, the best first.
        incomplete: Of those that lack it for some seed: their means are of other weather, and are not compared.
        means: The mean of each combination over its seeds, NaN where it has none.
        ties: How many of `order` are as good as the first one, to six decimals, itself among them.
    """

    objective: Objective
    order: tuple[int, ...]
    incomplete: tuple[int, ...]
    means: Floats
    ties: int


def default_objective(cases: "Collected") -> Objective:
    """The bill where each case has one in the same currency; else self-sufficiency.

    Where the load is not known it is the import. Cases that have failed do not count.
    """
    done = len(cases.ids) - len(cases.failed)

    def known(figure: str) -> bool:
        return int((~np.isnan(cases.values(figure))).sum()) == done

    if known(_COST) and len(cases.texts.get(_CURRENCY, ())) == 1:
        return Objective(_COST, "min")
    figure, goal = next(((figure, goal) for figure, goal in _OTHERS if known(figure)), _OTHERS[-1])
    return Objective(figure, goal)


def goal_of(figure: str) -> Goal:
    """Which of a figure is better where nobody says it: less, but of shares, PV energy, savings and earnings."""
    return "max" if figure in _MORE_IS_BETTER else "min"


def ranked(matrix: Floats, objective: Objective) -> Ranking:
    """The combinations in order; of equals the earlier one first.

    Args:
        matrix: The figure by combination and repeat, NaN where there is none.
        objective: Which figure it is, and whether less is better.
    """
    found, complete = means(matrix), ~np.isnan(complete_means(matrix))
    keys = [rounded(_sign(objective) * value) for value in found.tolist()]
    order = sorted(np.flatnonzero(complete).tolist(), key=keys.__getitem__)
    incomplete = np.flatnonzero(~complete & ~np.isnan(found)).tolist()
    ties = sum(keys[i] == keys[order[0]] for i in order) if order else 0
    return Ranking(objective, tuple(order), tuple(incomplete), found, ties)


def lead_of(matrix: Floats, objective: Objective, first: int, other: int) -> Lead | None:
    """How far a combination is better than another; None where they have no seed in common."""
    differences = (_sign(objective) * (matrix[other] - matrix[first])).tolist()
    found = [rounded(each) for each in differences if not math.isnan(each)]
    band = band_of(found)
    return None if band is None else Lead(band, sum(each > 0 for each in found))


def _sign(objective: Objective) -> int:
    return 1 if objective.goal == "min" else -1
