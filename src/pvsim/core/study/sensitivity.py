"""How much a figure changes with each thing that the cases of a study differ in.

Of a parameter that is swept: the mean of the figure at each of its values, over all combinations of the others. Of
one that is drawn: the slope of a plane through the figures (least squares, all drawn parameters together) times
the range of the values that were drawn. Of the variants: each one's mean beside that of the first. Only groups of
combinations of which no figure is missing are taken, so that each mean is over the same others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from pvsim.core.quantities.rounding import rounded
from pvsim.core.study.bands import Floats
from pvsim.core.study.factors import VARIANT, Codes, Factor

__all__ = ["Effect", "Plane", "Sensitivity", "sensitivity_of"]

Kind: TypeAlias = Literal["swept", "drawn", "variant"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What comes of one parameter, or of one variant. Values are told by their positions in `Factor.values`.

    Attributes:
        path: Of the parameter; empty of a variant.
        kind: How it was found.
        low: The lowest value, the first one of values that are no numbers; the first variant.
        high: The highest or last value; the variant.
        at_low: The figure at `low`.
        at_high: The figure at `high`.
        least: The lowest figure at any value between.
        most: The highest one.
        least_at: The value where it is lowest.
        most_at: The value where it is highest.
    """

    path: str
    kind: Kind
    low: int
    high: int
    at_low: float
    at_high: float
    least: float
    most: float
    least_at: int
    most_at: int

    @property
    def change(self) -> float:
        """From `low` to `high`."""
        return rounded(self.at_high - self.at_low)

    @property
    def range(self) -> float:
        """Between the lowest and the highest figure."""
        return rounded(self.most - self.least)


@dataclass(frozen=True, slots=True)
class Plane:
    """How well a plane describes what comes of the parameters that are drawn.

    Attributes:
        points: Through how many points it goes.
        r2: The part of the variance that it explains; None where the figure is always the same.
    """

    points: int
    r2: float | None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What a figure depends on.

    Attributes:
        effects: The largest range first.
        mean: The mean over the combinations that have the figure; NaN where none has it.
        plane: Of the parameters that are drawn; None where there are none.
        unknown: Paths of the parameters of which nothing can be said, for lack of figures.
    """

    effects: tuple[Effect, ...]
    mean: float
    plane: Plane | None
    unknown: tuple[str, ...]


def sensitivity_of(factors: Sequence[Factor], figure: Floats) -> Sensitivity:
    """What a figure depends on.

    Args:
        factors: What the combinations differ in.
        figure: Of each combination, NaN where it is not known.
    """
    swept, drawn = [each for each in factors if not each.sampled], [each for each in factors if each.sampled]
    grid = _grid(swept, drawn, figure)
    effects: list[Effect] = []
    unknown = []
    for axis, factor in enumerate(swept):
        levels = _means_along(grid, axis)
        if np.isnan(levels).any():
            unknown.append(factor.path)
        else:
            effects += _of_levels(factor, [rounded(each) for each in levels.tolist()])
    plane = None
    if drawn:
        plane, found = _of_plane(drawn, _of_points(grid))
        effects += found
        unknown += [each.path for each in drawn] if plane is None else []
    effects.sort(key=lambda each: -each.range)
    known = figure[~np.isnan(figure)]
    mean = rounded(float(known.mean())) if len(known) else float("nan")
    return Sensitivity(tuple(effects), mean, plane, tuple(unknown))


def _grid(swept: Sequence[Factor], drawn: Sequence[Factor], figure: Floats) -> Floats:
    """The figures by the value of each swept factor; the last axis are the points that are drawn."""
    points = np.zeros(len(figure), dtype=np.int64)
    if drawn:
        points = np.unique(np.stack([each.codes for each in drawn]), axis=1, return_inverse=True)[1].reshape(-1)
    count = int(points.max(initial=0)) + 1
    grid = np.full((*(len(each.values) for each in swept), count), np.nan)
    grid[(*(each.codes for each in swept), points)] = figure
    return grid


def _means_along(grid: Floats, axis: int) -> Floats:
    """The mean at each place of an axis, over the groups that have a figure at every place; NaN without any."""
    places = np.moveaxis(grid, axis, 0).reshape(grid.shape[axis], -1)
    complete = np.flatnonzero(~np.isnan(places).any(axis=0))
    if not len(complete):
        return np.full(len(places), np.nan)
    found: Floats = places[:, complete].mean(axis=1)
    return found


def _of_points(grid: Floats) -> Floats:
    """The mean at each point that is drawn, over all that is swept; NaN where a figure is missing."""
    found: Floats = grid.reshape(-1, grid.shape[-1]).mean(axis=0)
    return found


def _of_levels(factor: Factor, levels: Sequence[float]) -> list[Effect]:
    if factor.path == VARIANT:
        first, *others = enumerate(levels)
        return [_between(VARIANT, "variant", first, other) for other in others]
    least, most, last = min(levels), max(levels), len(levels) - 1
    at = levels.index(least), levels.index(most)
    return [Effect(factor.path, "swept", 0, last, levels[0], levels[-1], least, most, *at)]


def _between(path: str, kind: Kind, low: tuple[int, float], high: tuple[int, float]) -> Effect:
    """Of two values with their figures, or of a straight line between them."""
    least, most = (high, low) if high[1] < low[1] else (low, high)
    return Effect(path, kind, low[0], high[0], low[1], high[1], least[1], most[1], least[0], most[0])


def _of_plane(drawn: Sequence[Factor], of_points: Floats) -> tuple[Plane | None, list[Effect]]:
    """The plane through the figures of the points, and what it says of each parameter."""
    known = ~np.isnan(of_points)
    places = np.unique(np.stack([each.codes for each in drawn]), axis=1)[:, known]
    y = of_points[known]
    columns = [_columns(factor, codes) for factor, codes in zip(drawn, places, strict=True)]
    design = np.concatenate([np.ones((len(y), 1)), *columns], axis=1)
    if len(y) <= design.shape[1]:
        return None, []
    centres = design.mean(axis=0)
    solution, _, rank, _ = np.linalg.lstsq(design, y, rcond=None)
    if rank < design.shape[1]:
        return None, []
    rest, all_of_it = y - design @ solution, y - y.mean()
    variance = float(all_of_it @ all_of_it)
    r2 = None if variance <= 0 else round(1 - float(rest @ rest) / variance, 4)
    effects, first = [], 1
    for factor, part in zip(drawn, columns, strict=True):
        slopes, middle = (each[first : first + part.shape[1]] for each in (solution, centres))
        first += part.shape[1]
        base = float(y.mean() - slopes @ middle)
        levels = [rounded(base), *(rounded(base + float(slope)) for slope in slopes)]
        effects.append(_of_slopes(factor, levels))
    return Plane(len(y), r2), effects


def _columns(factor: Factor, codes: Codes) -> Floats:
    """A number between the ends of its range as 0 to 1; else a column for each value but the first."""
    if factor.numeric:
        values = np.array(factor.values, dtype=np.float64)
        shares: Floats = ((values - values[0]) / (values[-1] - values[0]))[codes]
        return shares[:, None]
    found: Floats = (codes[:, None] == np.arange(1, len(factor.values))).astype(np.float64)
    return found


def _of_slopes(factor: Factor, levels: Sequence[float]) -> Effect:
    if factor.numeric:
        return _between(factor.path, "drawn", (0, levels[0]), (len(factor.values) - 1, levels[1]))
    (effect,) = _of_levels(factor, levels)
    return replace(effect, kind="drawn")
