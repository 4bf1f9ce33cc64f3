"""The messages that a service publishes about its rows; `pvsim schema sample` prints the schema of one.

Powers are numbers with exactly one decimal, since they are computed in 0.1 W: `net_w` is `meter_w - pv_w` to the
last digit (I3).
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from pvsim.core.publishing.counters import Counters
from pvsim.core.quantities.types import DW_PER_W

__all__ = [
    "EnergyCounters",
    "Powers",
    "Sample",
    "ServiceState",
    "State",
    "body_of",
    "powers_of",
    "service_state_of",
    "state_of",
    "time_of",
]

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_Count = Annotated[int, msgspec.Meta(ge=0)]
_Positive = Annotated[int, msgspec.Meta(ge=1)]


class Powers(msgspec.Struct, frozen=True, kw_only=True):
    """Mean powers over a period.

    Attributes:
        v: Version of the contract.
        service: Name of the service.
        t_utc: Start of the period, in UTC.
        every_s: Length of the period in seconds.
        meter_w: Mean power that the meter showed, in W.
        pv_w: Mean PV power in W.
        net_w: `meter_w - pv_w`, in W: positive imports, negative exports.
        grid_w: `net_w + battery_w`, in W: what a meter at the grid connection shows, positive imports.
        battery_w: Mean power of the battery in W, positive charges; not there without a battery.
    """

    v: Literal[1]
    service: _Name
    t_utc: Annotated[datetime, msgspec.Meta(tz=True)]
    every_s: _Positive
    meter_w: float
    pv_w: Annotated[float, msgspec.Meta(ge=0)]
    net_w: float
    grid_w: float
    battery_w: float | UnsetType = UNSET


class _OfMeter(Powers, frozen=True, kw_only=True):
    """What is said of one meter.

    Attributes:
        meter: Name of the meter within the service.
        row: Number of the row among all rows of the service, from 0; of a mean that of its last row. It rises from
            sample to sample: one that comes twice has the same.
        soc: State of charge of the battery at the end of the period, 0 to 1; not there without a battery.
        seconds: Seconds of the period that have a row; not there if all have one.
        held_s: Seconds for which the value before stands for a missing one (`--hold`); not there if none.
    """

    meter: _Name
    row: _Count
    soc: Annotated[float, msgspec.Meta(ge=0, le=1)] | UnsetType = UNSET
    seconds: _Positive | UnsetType = UNSET
    held_s: _Positive | UnsetType = UNSET


class Sample(_OfMeter, frozen=True, kw_only=True, tag_field="kind", tag="sample"):
    """One row of a meter with its PV power, or the mean of a period of rows (`--publish-every`)."""


class EnergyCounters(msgspec.Struct, frozen=True, kw_only=True):
    """Energies in whole Wh since the service began; they never fall.

    Attributes:
        meter_import_wh: What the meter measured with a positive sign.
        meter_export_wh: What it measured with a negative sign: only a meter at the grid connection can.
        pv_wh: PV energy.
        import_wh: Drawn from the grid, with PV and battery.
        export_wh: Fed in.
        charge_wh: What the battery took at its AC side; not there without a battery.
        discharge_wh: What it gave; not there without a battery.
    """

    meter_import_wh: _Count
    meter_export_wh: _Count
    pv_wh: _Count
    import_wh: _Count
    export_wh: _Count
    charge_wh: _Count | UnsetType = UNSET
    discharge_wh: _Count | UnsetType = UNSET


class State(_OfMeter, frozen=True, kw_only=True, tag_field="kind", tag="state"):
    """The newest sample of a meter and its energy counters at the end of that period, in one message.

    Attributes:
        counters: Energies since the service began.
    """

    counters: EnergyCounters


class ServiceState(Powers, frozen=True, kw_only=True, tag_field="kind", tag="service_state"):
    """The sums over all meters of a service, of one period.

    Attributes:
        meters: Meters that have a sample of this period: the powers are their sums.
        counters: Energies of all meters since the service began.
    """

    meters: _Positive
    counters: EnergyCounters


def body_of(message: Sample | State | ServiceState) -> bytes:
    """The message as JSON."""
    return msgspec.json.encode(message)


def powers_of(meter_dw: int, pv_dw: int, battery_dw: int | None) -> dict[str, Any]:
    """The fields of the powers, from powers in 0.1 W."""
    net_dw = meter_dw - pv_dw
    powers = {
        "meter_w": meter_dw / DW_PER_W,
        "pv_w": pv_dw / DW_PER_W,
        "net_w": net_dw / DW_PER_W,
        "grid_w": (net_dw + (battery_dw or 0)) / DW_PER_W,
    }
    return powers if battery_dw is None else powers | {"battery_w": battery_dw / DW_PER_W}


def state_of(sample: Sample, counters: Counters) -> State:
    """The state of a meter after a sample."""
    fields = {name: getattr(sample, name) for name in Sample.__struct_fields__}
    return State(**fields, counters=_energies(counters, battery=sample.battery_w is not UNSET))


def service_state_of(samples: list[Sample], counters: Counters) -> ServiceState:
    """The sums over the samples of one period, one of each meter.

    Args:
        samples: At least one.
        counters: The sum of the counters of all meters of the service.
    """
    sums = {name: _sum_w(samples, name) for name in ("meter_w", "pv_w", "net_w", "grid_w")}
    with_battery = [sample for sample in samples if sample.battery_w is not UNSET]
    if with_battery:
        sums["battery_w"] = _sum_w(with_battery, "battery_w")
    return ServiceState(
        v=1,
        service=samples[0].service,
        t_utc=samples[0].t_utc,
        every_s=samples[0].every_s,
        meters=len(samples),
        counters=_energies(counters, battery=bool(with_battery)),
        **sums,
    )


def time_of(t_utc: int) -> datetime:
    """A Unix time as messages have it."""
    return datetime.fromtimestamp(t_utc, UTC)


def _sum_w(samples: list[Sample], name: str) -> float:
    """The sum of powers that have one decimal, without the last bits of floating-point numbers."""
    total_dw: int = sum(round(getattr(sample, name) * DW_PER_W) for sample in samples)
    return total_dw / DW_PER_W


def _energies(counters: Counters, *, battery: bool) -> EnergyCounters:
    wh = counters.wh
    if not battery:
        del wh["charge_wh"], wh["discharge_wh"]
    return EnergyCounters(**wh)
