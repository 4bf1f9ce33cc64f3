"""Proves a finished run: every row recomputed, none missing, none twice."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TypeAlias

import numpy as np

from pvsim.app.meter import readings
from pvsim.core.quantities.types import Ints, PowerSource, PvSource
from pvsim.core.results import row_text, rows
from pvsim.core.results.metrics import Summary, Tally
from pvsim.core.results.sampling import pv_means, samples_of
from pvsim.core.results.spans import Spans
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BadInputError

__all__ = ["Read", "verify_foreign", "verify_own"]

_LINES = 50_000

Read: TypeAlias = Callable[[int], bytes]
"""Gives the next n bytes of the samples file, fewer at its end."""


def verify_own(plan: RunPlan, loads: Sequence[PowerSource], pv: PvSource, read: Read) -> Summary:
    """Compare a file with what the plan must give, byte by byte, and add it up.

    Raises:
        BadInputError: naming the first line that differs.
    """
    tally = Tally(plan)
    _compare(read, rows.header(plan), 1)
    stored = plan.stored_at_start
    for first_row, values in _whole_windows(plan, loads):
        samples, stored = samples_of(plan, pv, first_row * plan.every_s, values, stored)
        _compare(read, rows.render(samples, plan), first_row + 2)
        tally.add(samples)
    if read(1):
        raise BadInputError("the file goes on after the last row of the run", where=f"line {plan.rows + 2}")
    return tally.result()


def verify_foreign(
    plan: RunPlan, pv: PvSource, lines: Iterator[bytes], missing_rows: int, spans: Spans | None = None
) -> Summary:
    """The same where the readings cannot be computed again: order, number, PV power and differences of each row.

    What a battery or an export limit did to rows depends on readings that are not there: behind an export limit
    their PV power is only held against what the plant could give (the rest was curtailed), and the battery's power
    is taken as it stands.

    Args:
        plan: The run.
        pv: The PV power.
        lines: The lines of the file.
        missing_rows: Rows that the manifest says are missing.
        spans: Takes the stretches that have no row, or hold a value.

    Raises:
        BadInputError: naming the first line that is wrong.
    """
    tally = Tally(plan)
    header = rows.header(plan)
    if (found := next(lines, b"")) != header:
        raise row_text.first_difference(found, header, 1)
    line, last_row = 2, -1
    while chunk := list(islice(lines, _LINES)):
        samples = row_text.parse(chunk, plan, line)
        row = samples.row(plan)
        if (wrong := np.flatnonzero(np.diff(row, prepend=last_row) <= 0)).size:
            raise BadInputError("the rows are not in order, or one stands twice", where=f"line {line + wrong[0]}")
        could_dw = _pv_of_rows(plan, pv, row)
        if not plan.has_export_limit:
            samples = replace(samples, pv_dw=could_dw)
        elif (wrong := np.flatnonzero(samples.pv_dw > could_dw)).size:
            raise BadInputError("the PV power is more than the plant can give", where=f"line {line + wrong[0]}")
        else:
            samples = replace(samples, curtailed_dw=could_dw - samples.pv_dw)
        expected = rows.render(samples, plan)
        if (text := b"".join(chunk)) != expected:
            raise row_text.first_difference(text, expected, line)
        tally.add(samples)
        if spans is not None:
            spans.add(samples)
        line, last_row = line + len(chunk), int(row[-1])
    if (count := line - 2) + missing_rows != plan.rows:
        what = f"{count:,} rows and {missing_rows:,} known to be missing, but the run has {plan.rows:,}"
        raise BadInputError(what, where=f"line {line}")
    if spans is not None:
        spans.close()
    return tally.result()


def _whole_windows(plan: RunPlan, loads: Sequence[PowerSource]) -> Iterator[tuple[int, Ints]]:
    """The run's readings in portions of whole averaging periods: number of the first row, and the values."""
    pending = np.empty(0, np.int64)
    first_row = 0
    for _, values in readings(plan, loads):
        joined = np.concatenate([pending, values]) if len(pending) else values
        whole = len(joined) - len(joined) % plan.window
        if whole:
            yield first_row, joined[:whole]
        first_row += whole // plan.every_s
        pending = joined[whole:]


def _pv_of_rows(plan: RunPlan, pv: PvSource, row: Ints) -> Ints:
    """PV power of rows that rise."""
    n_meters = len(plan.meters)
    first, last = int(row[0]) // n_meters, int(row[-1]) // n_meters
    power = pv.power_dw(plan.timeline.start_utc + first * plan.every_s, (last - first + 1) * plan.every_s)
    of_rows: Ints = pv_means(plan, power)[row - first * n_meters]
    return of_rows


def _compare(read: Read, expected: bytes, first_line: int) -> None:
    if (actual := read(len(expected))) != expected:
        raise row_text.first_difference(actual, expected, first_line)
