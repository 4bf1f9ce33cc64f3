"""The proving pass over a finished run: every row recomputed, none missing, none twice.

It goes over the run once. Each portion of rows is rendered and compared with the file, and only then handed on as
samples, to whatever wants them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TypeAlias

import numpy as np

from pvsim.app.expected import Rendered
from pvsim.core.quantities.types import Ints, PvSource
from pvsim.core.results import row_text, rows
from pvsim.core.results.accumulator import Adder
from pvsim.core.results.samples import Samples
from pvsim.core.results.sampling import pv_and_clipped, pv_means
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BadInputError

__all__ = ["Read", "add_up", "prove", "prove_foreign", "read_samples"]

_LINES = 50_000

Read: TypeAlias = Callable[[int], bytes]
"""Gives the next n bytes of the samples file, fewer at its end."""


def add_up(samples: Iterable[Samples], *adders: Adder) -> None:
    """Go through samples once, for all that want them."""
    for portion in samples:
        for adder in adders:
            adder.add(portion)


def prove(plan: RunPlan, expected: Rendered, read: Read) -> Iterator[Samples]:
    """Compare a file with what the run must give, byte by byte; each portion comes out when it is proved.

    Args:
        plan: The run.
        expected: All its rows with their text, as `app.simulate.simulate` and `core.results.rows` give them.
        read: The samples file.

    Raises:
        BadInputError: naming the first line that differs.
    """
    _compare(read, rows.header(plan), 1)
    line = 2
    for samples, text in expected:
        _compare(read, text, line)
        line += len(samples)
        yield samples
    if read(1):
        raise BadInputError("the file goes on after the last row of the run", where=f"line {line}")


def prove_foreign(plan: RunPlan, pv: PvSource, lines: Iterator[bytes], missing_rows: int) -> Iterator[Samples]:
    """The same where the readings cannot be computed again: order, number, PV power and differences of each row.

    What a battery or an export limit did to rows depends on readings that are not there: behind an export limit
    their PV power is only held against what the plant could give (the rest was curtailed), and the battery's power
    is taken as it stands.

    Args:
        plan: The run.
        pv: The PV power.
        lines: The lines of the file.
        missing_rows: Rows that the manifest says are missing.

    Raises:
        BadInputError: naming the first line that is wrong.
    """
    return _read(plan, lines, missing_rows, partial(_with_pv, plan, pv))


def read_samples(plan: RunPlan, lines: Iterator[bytes], missing_rows: int) -> Iterator[Samples]:
    """The rows as a file has them: order, number and differences checked, the powers taken as they stand.

    Args and errors as those of `prove_foreign`.
    """
    return _read(plan, lines, missing_rows, lambda samples, _: samples)


def _read(
    plan: RunPlan, lines: Iterator[bytes], missing_rows: int, expected: Callable[[Samples, int], Samples]
) -> Iterator[Samples]:
    """The rows of a file; `expected` gives what they and the number of their first line must lead to."""
    header = rows.header(plan)
    if (found := next(lines, b"")) != header:
        raise row_text.first_difference(found, header, 1)
    line, last_row = 2, -1
    while chunk := list(islice(lines, _LINES)):
        samples = row_text.parse(chunk, plan, line)
        row = samples.row(plan)
        if (wrong := np.flatnonzero(np.diff(row, prepend=last_row) <= 0)).size:
            raise BadInputError("the rows are not in order, or one stands twice", where=f"line {line + wrong[0]}")
        samples = expected(samples, line)
        text, wanted = b"".join(chunk), rows.render(samples, plan)
        if text != wanted:
            raise row_text.first_difference(text, wanted, line)
        yield samples
        line, last_row = line + len(chunk), int(row[-1])
    if (count := line - 2) + missing_rows != plan.rows:
        what = f"{count:,} rows and {missing_rows:,} known to be missing, but the run has {plan.rows:,}"
        raise BadInputError(what, where=f"line {line}")


def _with_pv(plan: RunPlan, pv: PvSource, samples: Samples, line: int) -> Samples:
    """The samples with the PV power that they must have, and behind an export limit with what was curtailed."""
    could_dw, clipped_dw = _pv_of_rows(plan, pv, samples.row(plan))
    samples = replace(samples, clipped_dw=clipped_dw)
    if not plan.has_export_limit:
        return replace(samples, pv_dw=could_dw)
    if (wrong := np.flatnonzero(samples.pv_dw > could_dw)).size:
        raise BadInputError("the PV power is more than the plant can give", where=f"line {line + wrong[0]}")
    return replace(samples, curtailed_dw=could_dw - samples.pv_dw)


def _pv_of_rows(plan: RunPlan, pv: PvSource, row: Ints) -> tuple[Ints, Ints | None]:
    """PV power of rows that rise, and what inverters cut off."""
    n_meters = len(plan.meters)
    first, last = int(row[0]) // n_meters, int(row[-1]) // n_meters
    first_utc = plan.timeline.start_utc + first * plan.every_s
    power, clipped = pv_and_clipped(pv, first_utc, (last - first + 1) * plan.every_s)
    which = row - first * n_meters
    return pv_means(plan, power)[which], None if clipped is None else pv_means(plan, clipped)[which]


def _compare(read: Read, expected: bytes, first_line: int) -> None:
    if (actual := read(len(expected))) != expected:
        raise row_text.first_difference(actual, expected, first_line)
