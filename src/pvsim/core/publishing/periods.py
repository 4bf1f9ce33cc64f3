"""The means that a service publishes: sums of rows over periods, open until all seconds of one are decided."""

from typing import Any

import msgspec

from pvsim.core.devices.balance import SOC_STEPS
from pvsim.core.publishing.contract import Sample, powers_of, time_of
from pvsim.core.publishing.counters import Counters

__all__ = ["Period", "Row"]


class Row(msgspec.Struct, frozen=True):
    """A row of one meter: a second, with powers in 0.1 W as `Samples` has them.

    Attributes:
        number: Its number among all rows of the service.
        battery_dw: None of a meter without a battery; so is `soc_steps`.
        held: The value before stands for a missing one.
    """

    number: int
    t_utc: int
    meter_dw: int
    pv_dw: int
    battery_dw: int | None = None
    soc_steps: int | None = None
    held: bool = False


class Period(msgspec.Struct, omit_defaults=True):
    """A period of one meter of which not all is known yet.

    Attributes:
        start_utc: Its first second.
        every_s: Its length.
        last_row: Number of its last row so far.
        energies: Of its rows.
        seconds: How many rows it has so far.
        held_s: How many of them are held.
        soc_steps: State of charge after the last one; None without a battery.
    """

    start_utc: int
    every_s: int
    last_row: int = 0
    energies: Counters = Counters()
    seconds: int = 0
    held_s: int = 0
    soc_steps: int | None = None

    @property
    def end_utc(self) -> int:
        """The second after its last."""
        return self.start_utc + self.every_s

    def add(self, row: Row) -> None:
        """Count a row that belongs to it."""
        self.last_row = row.number
        self.energies += Counters.of_second(row.meter_dw, row.pv_dw, row.battery_dw or 0)
        self.seconds += 1
        self.held_s += row.held
        self.soc_steps = row.soc_steps

    def sample(self, service: str, meter: str) -> Sample:
        """The mean of its rows as a message; of a period of one second the row itself."""
        meter_dw = _mean(self.energies.meter_dws, self.seconds)
        pv_dw = _mean(self.energies.pv_dws, self.seconds)
        more: dict[str, Any] = {}
        battery_dw = None
        if self.soc_steps is not None:
            battery_dw = _mean(self.energies.battery_dws, self.seconds)
            more["soc"] = self.soc_steps / SOC_STEPS
        if self.seconds < self.every_s:
            more["seconds"] = self.seconds
        if self.held_s:
            more["held_s"] = self.held_s
        return Sample(
            v=1,
            service=service,
            t_utc=time_of(self.start_utc),
            every_s=self.every_s,
            meter=meter,
            row=self.last_row,
            **powers_of(meter_dw, pv_dw, battery_dw),
            **more,
        )


def _mean(total: int, count: int) -> int:
    """Rounded half to even, as the means of a run are."""
    quotient, rest = divmod(total, count)
    return quotient + (2 * rest > count or (2 * rest == count and quotient % 2 == 1))
