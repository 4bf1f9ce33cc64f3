"""Rows as text, many meters at once: rendering one row costs as much as rendering a hundred."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from pvsim.core.results import rows
from pvsim.core.results.samples import Samples, joined
from pvsim.core.run.plan import RunPlan
from pvsim.core.session.closed import Closed, DayRows, Portion

__all__ = ["DayText", "day_texts"]

_NEWLINE = ord("\n")


@dataclass(frozen=True, slots=True)
class DayText:
    """Lines of one meter's file of a day."""

    meter: str
    day: date
    text: bytes


def day_texts(closed: Sequence[Closed], plan_of: Callable[[str, date], RunPlan]) -> Iterator[DayText]:
    """The lines of consecutive rows, of each day and meter together.

    Args:
        closed: What was closed, in order.
        plan_of: The plan of a meter's day. Those of one day differ in the range of the meter only.
    """
    by_day: dict[date, list[Samples]] = defaultdict(list)
    for portion in (portion for each in closed for portion in each.portions):
        by_day[portion.day].append(portion.samples)
    meters = closed[-1].meters if closed else ()
    for day, samples in by_day.items():
        everything = Closed(0, meters, (Portion(day, joined(samples)),))
        alike: dict[bool, list[DayRows]] = defaultdict(list)
        for part in everything.by_day():
            alike[plan_of(part.meter, day).meter_range.grid].append(part)
        for parts in alike.values():
            yield from _texts(parts, plan_of(parts[0].meter, day))


def _texts(parts: Sequence[DayRows], plan: RunPlan) -> Iterator[DayText]:
    text = rows.render(joined(part.samples for part in parts), plan)
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == _NEWLINE) + 1
    start, row = 0, 0
    for part in parts:
        row += len(part.samples)
        end = int(ends[row - 1])
        yield DayText(part.meter, part.day, text[start:end])
        start = end
