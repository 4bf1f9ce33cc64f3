"""What comes of messages: the rows of the seconds that they closed, what was rejected, and what happened."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, Protocol, TypeAlias

import numpy as np

from pvsim.core.devices.balance import Balance
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import PvSource
from pvsim.core.results.samples import Samples

__all__ = ["Closed", "Day", "DayRows", "DaySources", "EndedDay", "Event", "Portion", "What"]

What: TypeAlias = Literal[
    "met", "silent", "back", "clock-set-back", "counter-reset", "energy-lost", "phase-missing"
]


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell: what, of which meter (empty: of none), and when by the log's clock in Unix ms."""

    what: What
    meter: str
    at_ms: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A local day of the service.

    Attributes:
        timeline: Its seconds.
        pv: The PV power of each of them, the same for all meters.
        balance: Battery and export limit of one meter's site, as a meter begins that is met; None is neither.
        battery: What tells one battery from another: where it changes from one day to the next, each begins anew.
    """

    timeline: Timeline
    pv: PvSource
    balance: Balance | None = None
    battery: str = ""


class DaySources(Protocol):
    """Gives the days of a service; asked for them in rising order."""

    def of_day(self, day: date) -> Day:
        """One day; raises as the models do that it is made of."""
        ...


@dataclass(frozen=True, slots=True)
class DayRows:
    """Consecutive rows of one meter, within one local day: samples of a run that has this meter alone."""

    meter: str
    day: date
    samples: Samples


@dataclass(frozen=True, slots=True)
class EndedDay:
    """A local day of a meter that is over.

    Attributes:
        meter: The meter.
        day: The day.
        rows: Its rows.
        held: Those for which the value before stands.
        last_dw: The last value of the day.
        stored_at_start: The state of its battery when the day began; () where it has none.
        stored_at_end: When it ended.
    """

    meter: str
    day: date
    rows: int
    held: int
    last_dw: int
    stored_at_start: tuple[int, ...] = ()
    stored_at_end: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Portion:
    """Rows of all meters on one local day: by second, then by meter (an index of `Closed.meters`)."""

    day: date
    samples: Samples


@dataclass(frozen=True, slots=True)
class Closed:
    """What some messages have led to.

    Attributes:
        first_row: Number of the first row among all rows of the service.
        meters: Names of all meters, in the order in which they were met.
        portions: The rows, in order; a day may have several portions.
        rejected: Lines of `rejected.jsonl`.
        ended: Days that are over, all of whose rows are here or were before.
        events: What happened, in order.
    """

    first_row: int
    meters: tuple[str, ...]
    portions: tuple[Portion, ...] = ()
    rejected: bytes = b""
    ended: tuple[EndedDay, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(len(portion.samples) for portion in self.portions)

    def by_day(self) -> Iterator[DayRows]:
        """The rows of each meter and portion, those of a meter in order of time."""
        for portion in self.portions:
            order = np.argsort(portion.samples.meter, kind="stable")
            meters = portion.samples.meter[order]
            starts = np.flatnonzero(np.diff(meters, prepend=-1))
            for part in np.split(order, starts[1:]):
                rows = portion.samples.where(part)
                meter = int(rows.meter[0])
                yield DayRows(self.meters[meter], portion.day, replace(rows, meter=rows.meter * 0))
