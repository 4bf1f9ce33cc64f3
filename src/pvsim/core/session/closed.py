"""What comes of messages: the rows of the seconds that they closed, what was rejected, and what happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, TypeAlias

import numpy as np

from pvsim.core.devices.balance import Balance
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import Ints, PvSource
from pvsim.core.results.samples import Samples

__all__ = ["Closed", "Day", "DayRows", "DaySources", "EndedDay", "Event", "What"]

What: TypeAlias = Literal["met", "silent", "back", "clock-set-back"]


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
        balance: Battery and export limit of one meter's site, as the first site begins; None is neither.
    """

    timeline: Timeline
    pv: PvSource
    balance: Balance | None = None


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
class Closed:
    """What some messages have led to.

    Attributes:
        first_row: Number of the first row among all rows of the service.
        meters: Names of all meters, in the order in which they were met.
        samples: The rows of all meters: by second, and within a second by meter (an index of `meters`).
        days: The local day of each row: an index of `dates`.
        dates: The local days that the rows are of, in order.
        rejected: Lines of `rejected.jsonl`.
        ended: Days that are over, all of whose rows are here or were before.
        events: What happened, in order.
    """

    first_row: int
    meters: tuple[str, ...]
    samples: Samples
    days: Ints
    dates: tuple[date, ...] = ()
    rejected: bytes = b""
    ended: tuple[EndedDay, ...] = ()
    events: tuple[Event, ...] = ()

    def by_day(self) -> Iterator[DayRows]:
        """The rows of each meter and day, those of a meter in order of time."""
        key = self.samples.meter * max(1, len(self.dates)) + self.days
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.diff(key[order], prepend=-1))
        for part in np.split(order, starts[1:]) if len(starts) else ():
            rows = self.samples.where(part)
            meter, day = int(rows.meter[0]), int(self.days[part[0]])
            rows.meter[:] = 0
            yield DayRows(self.meters[meter], self.dates[day], rows)
