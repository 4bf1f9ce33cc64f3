"""From rows of a service to messages about them: in one order, whatever portions the rows come in.

A sample has the number of its last row in the service, and samples are in order of these numbers: they rise, as
the publishing ids of the stream `pvsim.<service>.samples` have to (number + 1). They are a function of the rows
alone, so that a service which was killed goes on with the same ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from pvsim.core.publishing.contract import Sample, ServiceState, State, service_state_of, state_of
from pvsim.core.publishing.counters import Counters
from pvsim.core.publishing.periods import Period, Row
from pvsim.core.results.samples import Samples
from pvsim.errors import UsageError

__all__ = ["Outgoing", "OutgoingState", "Told"]

LONGEST_S = 3_600


class OutgoingState(msgspec.Struct, omit_defaults=True):
    """What an `Outgoing` needs to go on.

    Attributes:
        every_s: Length of the newest periods.
        periods: Of each meter those that are not over, oldest first.
        counters: Energy counters of each meter, up to its last sample.
    """

    every_s: int = 1
    periods: dict[str, list[Period]] = msgspec.field(default_factory=dict)
    counters: dict[str, Counters] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to tell after some rows.

    Attributes:
        samples: New samples in order of their `row`.
        states: The newest state of each meter that has a new sample.
        service: The sums over the meters of the newest period; None where there is no new sample.
    """

    samples: tuple[Sample, ...] = ()
    states: tuple[State, ...] = ()
    service: ServiceState | None = None


class Outgoing:
    """Makes messages of rows.

    Args:
        service: Name of the service.
        every_s: Seconds that a sample is the mean of; periods begin at multiples of it. If it was another length
            before, it holds when the periods that are open are over.
        state: Where it was; it is changed in place.

    Raises:
        UsageError: if periods of that length do not fit into an hour.
    """

    def __init__(self, service: str, every_s: int = 1, state: OutgoingState | None = None) -> None:
        if every_s < 1 or LONGEST_S % every_s:
            what = f"a sample is the mean of a part of an hour, and {every_s} s is none"
            raise UsageError(what, where="--publish-every", fix="for example 1s, 10s, 1min or 15min")
        self.state = state if state is not None else OutgoingState()
        self._service, self._every_s = service, every_s
        ends = [period.end_utc for periods in self.state.periods.values() for period in periods]
        self._from_utc = max(ends, default=0)

    def take(self, meters: Sequence[str], samples: Samples, first_row: int) -> None:
        """Count rows.

        Args:
            meters: Names of all meters, to which `samples.meter` counts; new ones are added at the end.
            samples: The next rows, in order of time.
            first_row: Number of the first of them in the service.
        """
        for meter, row in _rows(samples, first_row):
            if row.t_utc >= self._from_utc:
                self.state.every_s = self._every_s
            periods = self.state.periods.setdefault(meters[meter], [])
            if not periods or row.t_utc >= periods[-1].end_utc:
                every_s = self.state.every_s
                periods.append(Period(row.t_utc - row.t_utc % every_s, every_s))
            periods[-1].add(row)

    def decide(self, decided_utc: int) -> Told:
        """End the periods of which nothing more can come.

        Args:
            decided_utc: No row before this second will come any more.
        """
        return self._told([self._sample(*ended) for ended in self._ended(decided_utc)])

    def _ended(self, decided_utc: int) -> list[tuple[str, Period]]:
        """Take out the periods that are over, in order of their last rows."""
        ended = []
        for meter, periods in list(self.state.periods.items()):
            over = sum(period.end_utc <= decided_utc for period in periods)
            ended += [(meter, period) for period in periods[:over]]
            del periods[:over]
            if not periods:
                del self.state.periods[meter]
        return sorted(ended, key=lambda one: one[1].last_row)

    def _sample(self, meter: str, period: Period) -> Sample:
        self.state.counters[meter] = self.state.counters.get(meter, Counters()) + period.energies
        return period.sample(self._service, meter)

    def _told(self, samples: list[Sample]) -> Told:
        if not samples:
            return Told()
        newest = {sample.meter: sample for sample in samples}
        states = tuple(state_of(sample, self.state.counters[meter]) for meter, sample in newest.items())
        together = [sample for sample in newest.values() if sample.t_utc == samples[-1].t_utc]
        total = sum(self.state.counters.values(), Counters())
        return Told(tuple(samples), states, service_state_of(together, total))


def _rows(samples: Samples, first_row: int) -> Iterator[tuple[int, Row]]:
    """Each row with the number of its meter."""
    n = len(samples)
    battery = samples.battery_dw.tolist() if samples.battery_dw is not None else [None] * n
    soc = samples.soc_steps.tolist() if samples.soc_steps is not None else [None] * n
    held = (samples.held_s > 0).tolist() if samples.held_s is not None else [False] * n
    columns = (
        range(first_row, first_row + n),
        samples.meter.tolist(),
        samples.t_utc.tolist(),
        samples.meter_dw.tolist(),
        samples.pv_dw.tolist(),
        battery,
        soc,
        held,
    )
    for number, meter, t_utc, meter_dw, pv_dw, battery_dw, soc_steps, is_held in zip(*columns, strict=True):
        if soc_steps is not None and soc_steps < 0:  # of a site without a battery, beside others that have one
            battery_dw = soc_steps = None  # noqa: PLW2901
        yield meter, Row(number, t_utc, meter_dw, pv_dw, battery_dw, soc_steps, is_held)
