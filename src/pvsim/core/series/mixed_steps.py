"""Energies whose rows change their step: one that is of an hour must not be read as one of a quarter of it.

Where two rows are further apart than the step, either rows between them are missing or the interval is a longer
one. Rows are missing here and there; an interval stays the same from row to row. So what is longer, the same
several times in a row, is an interval, if many rows would have to be missing. Nights without rows are not.
"""

from typing import Final

import numpy as np

from pvsim.core.series.findings import span_text
from pvsim.core.series.order import OrderedSeries
from pvsim.core.series.stated_interval import stated_interval_s
from pvsim.core.series.types import HOUR_S, Quantity, SeriesOptions
from pvsim.errors import BadInputError

__all__ = ["refuse_mixed_steps"]

_FEWEST: Final = 3
_FEWEST_MISSING: Final = 8
"""Of years of 15 min that lack a tenth of their rows, at random, fewer than 1 in 1,000 have these."""


def refuse_mixed_steps(file: OrderedSeries, options: SeriesOptions, quantity: Quantity) -> None:
    """Refuse energies of more than one interval, unless the header or two times a row say it is one.

    Args:
        file: Whose values are energies of intervals.
        options: What the user says.
        quantity: For messages.

    Raises:
        BadInputError: with the line at which the step changes.
    """
    samples, step = file.samples, file.step_s
    known = np.flatnonzero(~np.isnan(samples.values))
    apart = np.diff(file.elapsed_s[known])
    of = known[1:] if file.stamp == "end" else known[:-1]
    longer = (apart > step) & (samples.values[of] != 0)  # no energy is none in any interval
    if samples.length_s is not None:
        longer &= samples.length_s[of] != step
    lengths = np.where(longer, apart, 0)
    starts = np.flatnonzero(np.diff(lengths, prepend=-1))
    counts = np.diff(starts, append=len(lengths))
    missing = counts * (lengths[starts] // step - 1)
    found = (counts >= _FEWEST) & (missing >= _FEWEST_MISSING)
    if not found.any() or stated_interval_s(samples.column) == step:
        return
    first = int(np.argmax(found))
    start, count = int(starts[first]), int(counts[first])
    until = start == 0
    longer_text, step_text = span_text(int(lengths[start])), span_text(step)
    what = (
        f"column {samples.column!r} has energies of two intervals: most rows are {step_text} apart, but the"
        f" {count:,} {'before this line' if until else 'from this line on'} {longer_text}"
    )
    where = samples.at(int(known[start + count if until else start]))
    raise BadInputError(what, where=where, fix=_fix(file, options, quantity))


def _fix(file: OrderedSeries, options: SeriesOptions, quantity: Quantity) -> str:
    """Powers need no interval: each holds to the next."""
    power, step = file.samples.unit[:-1], file.step_s
    option = f"{options.option('unit', quantity)} {power}"
    if not options.free_of_unit:
        option += f" {options.option('scale', quantity)} {(options.scale or 1.0) * HOUR_S / step:.9g}"
    return (
        "give a file of the rows of one interval, or write each energy as the power of its own interval, in"
        f" {power}; or pass {option} if each value is of {span_text(step)} and rows are missing"
    )
