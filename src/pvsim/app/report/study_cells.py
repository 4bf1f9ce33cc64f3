"""The cells of a study's heat map: figures by what the combinations differ in, few enough for a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pvsim.app.report.study_words import Naming
from pvsim.core.study.bands import Floats
from pvsim.core.study.factors import Codes, Factor

__all__ = ["MAX_NUMBERS", "Axis", "Cells", "cells_of", "map_of"]

MAX_NUMBERS = 80_000
"""What a page has room for: 0.6 MB, beside 1.2 MB of scripts."""

_MOST_VALUES, _BINS = 24, 8
"""More values of a number than fit beside each other are taken together, and those of points that are drawn."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What the cells of a map differ in.

    Attributes:
        path: Of the parameter.
        label: What it is called.
        values: Its values in words, or ranges of them.
        codes: Which of them each combination has.
        binned: The values are ranges.
    """

    path: str
    label: str
    values: tuple[str, ...]
    codes: Codes
    binned: bool


@dataclass(frozen=True, slots=True)
class Cells:
    """Means of figures.

    Attributes:
        axes: What the cells differ in.
        left_out: Labels of what there was no room for: each cell is the mean over it.
        codes: Of each cell its place on each axis, shape (cells, axes).
        figures: The mean of each figure in each cell, NaN where no combination has it.
        of: The cell of each combination.
    """

    axes: tuple[Axis, ...]
    left_out: tuple[str, ...]
    codes: Codes
    figures: Mapping[str, Floats]
    of: Codes


def cells_of(
    factors: Sequence[Factor], figures: Mapping[str, Floats], naming: Naming, *, room: int = MAX_NUMBERS
) -> Cells:
    """The cells of a study.

    Args:
        factors: What its combinations differ in, the most wanted first.
        figures: Of each combination, NaN where it has none; the most wanted first.
        naming: How its things are called.
        room: How many numbers there may be.
    """
    axes = [_axis(factor, naming) for factor in factors]
    left_out: list[str] = []
    while True:
        codes, of = _different(axes, len(next(iter(figures.values()))))
        fits = room // max(len(codes), 1) - len(axes)
        if fits >= 1 or len(axes) <= 2:  # noqa: PLR2004 - a map has two
            break
        left_out.append(axes.pop().label)
    chosen = list(figures)[: max(fits, 1)]
    means = {name: _means(figures[name], of, len(codes)) for name in chosen}
    return Cells(tuple(axes), tuple(left_out), codes, means, of)


def map_of(cells: Cells, x: int, y: int, figure: str) -> Floats:
    """The mean over all cells at each place of two axes, shape (values of y, values of x); NaN where none is."""
    wide, high = len(cells.axes[x].values), len(cells.axes[y].values)
    place = cells.codes[:, y] * wide + cells.codes[:, x]
    return _means(cells.figures[figure], place, wide * high).reshape(high, wide)


def _axis(factor: Factor, naming: Naming) -> Axis:
    label = naming.factor(factor)
    if not factor.numeric or len(factor.values) <= (_BINS if factor.sampled else _MOST_VALUES):
        texts = tuple(naming.value(factor, code) for code in range(len(factor.values)))
        return Axis(factor.path, label, texts, factor.codes, binned=False)
    values = np.array(factor.values, dtype=np.float64)
    edges = np.linspace(values[0], values[-1], _BINS + 1)
    bins = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, _BINS - 1)
    ends = [naming.number(float(f"{edge:.3g}")) for edge in edges.tolist()]
    ranges = tuple(f"{low}–{high}" for low, high in pairwise(ends))
    return Axis(factor.path, label, ranges, bins[factor.codes], binned=True)


def _different(axes: Sequence[Axis], count: int) -> tuple[Codes, Codes]:
    """The different places on the axes, and which of them each combination has."""
    if not axes:
        return np.zeros((0, 0), dtype=np.int64), np.zeros(count, dtype=np.int64)
    found, of = np.unique(np.stack([axis.codes for axis in axes], axis=1), axis=0, return_inverse=True)
    return found, of.reshape(-1)


def _means(values: Floats, of: Codes, count: int) -> Floats:
    known = ~np.isnan(values)
    sums = np.bincount(of[known], weights=values[known], minlength=count)
    each = np.bincount(of[known], minlength=count)
    found: Floats = np.divide(sums, each, out=np.full(count, np.nan), where=each > 0)
    return found
