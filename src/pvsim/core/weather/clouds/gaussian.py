"""A smooth random field over the ground that the wind carries along, as a sum of octaves.

White noise on a lattice of knots, joined by cubic B-splines (which makes it twice differentiable), on one
lattice for each time scale of 2, 4, 8 … seconds: "value noise" in the words of computer graphics. A knot's
number is drawn for the knot (its octave, its lane across the wind, its index along it), and a value depends
on the four knots around it along the wind and four lanes across. So any second is computed by itself, with
no warm-up and no seam at midnight (I7). It takes additions, multiplications and divisions only, element by
element: the same bits in a window of any length, and on any machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities import noise
from pvsim.core.quantities.types import Ints

__all__ = ["Floats", "Octave", "Position", "field", "sampled", "slow_field"]

Floats = NDArray[np.float64]

_COARSE_S = 2_048
_GRID_S = 64
"""Octaves from 2048 s on are computed each 64 s and joined by straight lines, which are off by
at most (64/2048)² / 8 · |curvature| < 0.0003 of their amplitude, and cost 64 times less."""
_SLOW_GRID_S = 1_024

SHORTEST_S = 64
"""Of the octaves that `sampled` draws."""

_FEW_PHASES = 64  # below it the long axis is the knots', so that NumPy's inner loops are long

_KNOTS = 4  # of a cubic B-spline, along and across

_CHUNK_S = 4_096
"""Knots are drawn for so long at once and kept: at most 16 kB each, 2,048 of them. Of 200 sites within 3 km, asked
hour by hour, nearly all are shared; clouds then cost two thirds of what they do when each draws its own."""

_MOST_CHUNKS = 3  # a longer window draws its own


@dataclass(frozen=True, slots=True)
class Octave:
    """One time scale of the field: the seconds between two knots (a power of two), and its RMS."""

    step_s: int
    rms: float


@dataclass(frozen=True, slots=True)
class Position:
    """Where a sensor stands in the field that passes it.

    Attributes:
        delay_s: How much later than at the origin the same cloud is here.
        across_s: The distance from the origin across the wind, in seconds of wind.
    """

    delay_s: float = 0.0
    across_s: float = 0.0


def field(seed: int, name: str, octaves: Sequence[Octave], place: Position, *, first_utc: int, n: int) -> Floats:
    """The sum of the octaves for `n` seconds: shape (n,), mean 0, nearly Gaussian, RMS √Σ rms².

    Args:
        seed: The seed of the run.
        name: The field's name: fields of other names are independent.
        octaves: The time scales; those of RMS 0 cost nothing.
        place: Where.
        first_utc: The first second, in Unix time.
        n: How many.
    """
    whole_s = int(np.floor(-place.delay_s))
    first, part_s = first_utc + whole_s, -place.delay_s - whole_s
    total = np.zeros(n)
    for octave in octaves:
        if octave.step_s < _COARSE_S and octave.rms:
            total += _octave(seed, name, octave, place.across_s, _Window(first, n, part_s))
    coarse = [octave for octave in octaves if octave.step_s >= _COARSE_S and octave.rms]
    if coarse and n:
        low, high = first // _GRID_S, (first + n - 1) // _GRID_S + 2
        window = _Window(low, high - low, part_s / _GRID_S, _GRID_S)
        nodes = _sum(seed, name, coarse, place.across_s, window)
        ramp = np.arange(_GRID_S) / _GRID_S
        lines = nodes[:-1, None] * (1.0 - ramp) + nodes[1:, None] * ramp
        total += lines.ravel()[first - low * _GRID_S :][:n]
    return total


def sampled(
    seed: int, name: str, octaves: Sequence[Octave], place: Position, *, first_utc: int, n: int, every_s: int
) -> Floats:
    """The sum of the octaves at each `every_s`-th second: as `field` has it, but for its quickest changes.

    Octaves shorter than a minute are drawn as one of `SHORTEST_S` with their variance: what one second has is as
    likely as in the field, and the same to a few hundredths of the RMS.

    Args:
        seed: The seed of the run.
        name: The field's name.
        octaves: The time scales.
        place: Where; its delay is rounded to whole steps.
        first_utc: The first second, in Unix time; a multiple of `every_s`.
        n: How many.
        every_s: From one to the next: a power of two, of which an octave of 2048 s is a multiple.
    """
    first = first_utc // every_s - round(place.delay_s / every_s)
    window = _Window(first, n, 0.0, every_s)
    total = np.zeros(n)
    for octave in _joined(octaves):
        if octave.step_s >= every_s:
            total += _octave(seed, name, octave, place.across_s, window)
        else:  # a second at a knot, with the one before it and the one after it; the fourth's weight is 0
            stride = every_s // octave.step_s
            lattice = _Lattice(seed, name, octave.step_s)
            knots = _knots(lattice, place.across_s / octave.step_s, first * stride - 1, n * stride + 2)
            for k, weight in enumerate(_phase_weights(1, 0.0, octave.rms)[:3, 0].tolist()):
                total += knots[k::stride][:n] * weight
    return total


def _joined(octaves: Sequence[Octave]) -> list[Octave]:
    quick = [octave for octave in octaves if octave.step_s <= SHORTEST_S]
    slow = [octave for octave in octaves if octave.step_s > SHORTEST_S and octave.rms]
    rms = sqrt(sum(octave.rms**2 for octave in quick))
    return [Octave(SHORTEST_S, rms), *slow] if rms else slow


def slow_field(seed: int, name: str, octaves: Sequence[Octave], t_utc: Ints) -> Floats:
    """The same at the field's origin at any times, for octaves so slow that straight lines over 17 minutes do.

    Args:
        seed: The seed of the run.
        name: The field's name.
        octaves: The time scales, of 2048 s or more.
        t_utc: Unix times, at least one, in any order.
    """
    at, within = np.divmod(t_utc, _SLOW_GRID_S)
    low = int(at.min())
    window = _Window(low, int(at.max()) + 2 - low, 0.0, _SLOW_GRID_S)
    nodes = _sum(seed, name, octaves, 0.0, window)
    before, after = nodes[at - low], nodes[at - low + 1]
    line: Floats = before + (after - before) * (within / _SLOW_GRID_S)
    return line


class _Lattice(NamedTuple):
    """The knots of one octave of one field."""

    seed: int
    name: str
    step_s: int


@dataclass(frozen=True, slots=True)
class _Window:
    """Points `(first + part + i) · unit_s` of the field's own time, i = 0 … n − 1, 0 ≤ part < 1."""

    first: int
    n: int
    part: float
    unit_s: int = 1


def _sum(seed: int, name: str, octaves: Sequence[Octave], across_s: float, window: _Window) -> Floats:
    total = np.zeros(window.n)
    for octave in octaves:
        total += _octave(seed, name, octave, across_s, window)
    return total


def _octave(seed: int, name: str, octave: Octave, across_s: float, window: _Window) -> Floats:
    phases = octave.step_s // window.unit_s  # points between two knots
    low, high = window.first // phases, (window.first + window.n - 1) // phases
    count = high - low + 1
    lattice = _Lattice(seed, name, octave.step_s)
    knots = _knots(lattice, across_s / octave.step_s, low - 1, count + _KNOTS - 1)
    start = window.first - low * phases
    if count == 1:  # an hour between two knots of the weather: only its own phases
        weights = _spline((np.arange(start, start + window.n) + window.part) / phases) * octave.rms
        values = knots[0] * weights[0]
        for k in range(1, _KNOTS):
            values += knots[k] * weights[k]
        return np.asarray(values)
    weights = _phase_weights(phases, window.part, octave.rms)
    if phases < _FEW_PHASES:
        values = knots[:count] * weights[0][:, None]
        for k in range(1, _KNOTS):
            values += knots[k : count + k] * weights[k][:, None]
        values = values.T
    else:
        values = knots[:count, None] * weights[0]
        for k in range(1, _KNOTS):
            values += knots[k : count + k, None] * weights[k]
    inside: Floats = values.ravel()[start:][: window.n]
    return inside


def _knots(lattice: _Lattice, across: float, low: int, n: int) -> Floats:
    """The knots that the wind carries over a place: four lanes, weighted by their distance."""
    size = max(_CHUNK_S // lattice.step_s, 1)
    numbers = range(low // size, (low + n - 1) // size + 1)
    start = low - numbers.start * size
    lane = int(np.floor(across))
    total = np.zeros(n)
    for k, weight in enumerate(_lane_weights(across - lane)):
        if weight:
            if len(numbers) > _MOST_CHUNKS:
                drawn = _draw(lattice, lane + k, low, n)
            elif len(numbers) == 1:
                drawn = _drawn(lattice, lane + k, numbers.start, size)[start : start + n]
            else:
                parts = [_drawn(lattice, lane + k, number, size) for number in numbers]
                drawn = np.concatenate(parts)[start : start + n]
            total += drawn * weight
    return total


@lru_cache(maxsize=2_048)
def _drawn(lattice: _Lattice, lane: int, number: int, size: int) -> Floats:
    """A chunk of a lane: what the next hour needs too, and the neighbours."""
    return _draw(lattice, lane, number * size, size)


def _draw(lattice: _Lattice, lane: int, low: int, n: int) -> Floats:
    """The numbers of a lane's knots."""
    stream = noise.key(lattice.seed, "clouds", lattice.name, str(lattice.step_s), str(lane))
    return noise.near_normal(stream, low, n)


@lru_cache(maxsize=256)
def _lane_weights(u: float) -> tuple[float, ...]:
    return tuple(_spline(np.array([u]))[:, 0].tolist())


@lru_cache(maxsize=64)
def _phase_weights(phases: int, part: float, rms: float) -> Floats:
    return _spline((np.arange(phases) + part) / phases) * rms


def _spline(u: Floats) -> Floats:
    """The four weights of a cubic B-spline at `u` in [0, 1), shape (4, len(u)); scaled to Σ w² = 1.

    Without the scale the variance would be 0.48 ± 0.02 of the knots', in step with them.
    """
    v = 1.0 - u
    u2, v2 = u * u, v * v
    weights = np.array([v2 * v, 3.0 * u2 * u - 6.0 * u2 + 4.0, 3.0 * v2 * v - 6.0 * v2 + 4.0, u2 * u])
    scaled: Floats = weights / np.sqrt((weights * weights).sum(axis=0))
    return scaled
