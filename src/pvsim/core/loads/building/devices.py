"""What a building contains, as plain data: devices, their programs and when they are used.

A *program* is a row of phases; a phase has a duration and a power, constant or switching on and off. Durations
and powers are quantile tables: equally spaced quantiles from 0 to 1 with straight lines between them, so their
means are exact, and so is the energy that a device is expected to use (`Device.energy_kwh`).
"""

from functools import cache
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.types import DW_PER_W
from pvsim.errors import BadInputError

__all__ = ["ColdDevice", "Device", "Kind", "Phase", "Shape", "parse_kinds", "quantile"]

QUARTERS = 96
"""Quarter hours of a local day: the grid of all rates."""

_HOURS = 24
_J_PER_KWH = 3_600_000.0
_QUANTILES = (np.arange(1_000) + 0.5) / 1_000

Floats = NDArray[np.float64]


class Phase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a program.

    Attributes:
        w: Power while on, quantile table in W.
        s: Duration, quantile table in seconds.
        cycle: Seconds on and seconds off, in turns; None is always on.
        off_w: Power in the pauses of the cycle.
        ripple_w: Spread of a fast, zero-mean fluctuation while the phase lasts.
    """

    w: tuple[float, ...]
    s: tuple[float, ...]
    cycle: tuple[int, int] | None = None
    off_w: float = 0.0
    ripple_w: float = 0.0

    def seconds(self, q: Floats) -> NDArray[np.int64]:
        """The durations at quantiles `q`, in whole seconds."""
        return np.rint(quantile(self.s, q)).astype(np.int64)

    def power_dw(self, q: Floats) -> NDArray[np.int64]:
        """The powers while on at quantiles `q`, in 0.1 W."""
        return np.rint(quantile(self.w, q) * DW_PER_W).astype(np.int64)

    def on_s(self, seconds: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many of the first `seconds` seconds are on."""
        if self.cycle is None:
            return seconds
        on, off = self.cycle
        return seconds // (on + off) * on + np.minimum(seconds % (on + off), on)


class Device(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is switched on now and then.

    Attributes:
        name: Also names its random numbers.
        per_year: How often it is used in a year, before calibration.
        shape: The name of the shape that says at which hours.
        phases: Its program.
        winter: How much more often in January than on average; negative for summer devices.
        days: How often on workdays, Saturdays and Sundays, relative to each other.
        dark: How much less it is used in full daylight: 1 is a lamp.
        needs: "active" somebody at home and awake, "home" not on holiday, "nothing".
        fixed: Its power is the same each time: drawn once for each building.
        exclusive: One at a time; what overlaps waits.
        scaled: Its use is scaled to the annual energy that the user names.
        owned: Share of homes of 1, 2, 3, and of more persons that have it; all have it where nothing is said.
        part_of: The thing that it is a part of, where devices are owned together.
        from_kwh: Buildings that use less in a year have none.
    """

    name: str
    per_year: float
    shape: str
    phases: tuple[Phase, ...]
    winter: float = 0.0
    days: tuple[int, int, int] = (10, 10, 10)
    dark: float = 0.0
    needs: Literal["active", "home", "nothing"] = "active"
    fixed: bool = True
    exclusive: bool = True
    scaled: bool = True
    owned: tuple[float, ...] = ()
    part_of: str = ""
    from_kwh: float = 0.0

    @property
    def thing(self) -> str:
        """What a home has or has not."""
        return self.part_of or self.name

    def energy_kwh(self, power_q: float | None) -> float:
        """The mean energy of one use; `power_q` is the quantile of its powers where that is fixed."""
        joules = 0.0
        for phase in self.phases:
            seconds = phase.seconds(_QUANTILES)
            on_s = phase.on_s(seconds)
            where = _QUANTILES if power_q is None else np.array([power_q])
            on_w = float(phase.power_dw(where).mean()) / DW_PER_W
            joules += on_w * float(on_s.mean()) + phase.off_w * float((seconds - on_s).mean())
        return joules / _J_PER_KWH


class ColdDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fridge or freezer: a compressor that runs for a share `duty` of each period.

    Attributes:
        w: Power while running, quantile table of buildings in W.
        period_s: Length of a cycle, quantile table of buildings.
        duty: Mean share of the period that it runs.
        surge_w: Additional power in the first second (the motor starts).
        from_kwh: Buildings that use less in a year have none.
        owned: Share of homes of 1, 2, 3, and of more persons that have it; all have it where nothing is said.
    """

    name: str
    w: tuple[float, ...]
    period_s: tuple[float, ...]
    duty: float
    surge_w: float = 0.0
    from_kwh: float = 0.0
    owned: tuple[float, ...] = ()

    @property
    def thing(self) -> str:
        """What a home has or has not."""
        return self.name


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Relative rates at the 24 hours of the local clock, each at its middle."""

    workday: tuple[float, ...]
    weekend: tuple[float, ...]

    @cache  # noqa: B019 - a few shapes, which all buildings share
    def quarters(self) -> NDArray[np.int64]:
        """Shape (2, 96): workday and weekend by quarter hour, straight lines between the hours, in 1/1000."""
        rows = [_interpolated(np.array(hours)) for hours in (self.workday, self.weekend)]
        return np.rint(np.stack(rows) * 1_000).astype(np.int64)


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of building.

    Attributes:
        base_share: Share of the annual energy that is always on.
        least_kwh: Annual energy below which the model does not hold; `most_kwh` above which.
        people: Persons who come, go, sleep and have holidays; 0 for a place that has working hours instead.
    """

    base_share: float
    least_kwh: float
    most_kwh: float
    people: int
    cold: tuple[ColdDevice, ...]
    shapes: dict[str, Shape]
    devices: tuple[Device, ...]

    def shares(self, people: int) -> dict[str, float]:
        """The things that not every home of so many persons has, with the share of those that do."""
        devices: tuple[Device | ColdDevice, ...] = (*self.cold, *self.devices)
        return {
            device.thing: device.owned[min(people, len(device.owned)) - 1] for device in devices if device.owned
        }


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    about: str
    sources: tuple[str, ...]
    kinds: dict[str, Kind]


def parse_kinds(text: str) -> dict[str, Kind]:
    """Read the device table (`data/devices.json`).

    Raises:
        BadInputError: naming what is wrong where.
    """
    try:
        kinds = msgspec.json.decode(text, type=_Table).kinds
    except msgspec.DecodeError as error:
        raise BadInputError(
            str(error), where="devices.json", fix="restore the file that came with pvsim"
        ) from error
    for name, kind in kinds.items():
        _check(name, kind)
    return kinds


def quantile(table: tuple[float, ...], q: Floats) -> Floats:
    """The value of a quantile table at quantiles `q` in [0, 1).

    Additions and multiplications only, so that every machine gets the same bits (I2).
    """
    values = np.array([*table, table[-1]])
    place = q * (len(table) - 1)
    index = place.astype(np.int64)
    result: Floats = values[index] + (values[index + 1] - values[index]) * (place - index)
    return result


def _interpolated(hours: Floats) -> Floats:
    """24 values at half past each hour as 96 at the middle of each quarter, around the clock."""
    place = (np.arange(QUARTERS) + 0.5) / 4 - 0.5
    index = np.floor(place).astype(np.int64)
    left, right = hours[index % _HOURS], hours[(index + 1) % _HOURS]
    result: Floats = left + (right - left) * (place - index)
    return result


def _check(name: str, kind: Kind) -> None:
    wrong = [f"shape {key} has not 24 hours" for key, shape in kind.shapes.items() if not _complete(shape)]
    for device in kind.devices:
        if device.shape not in kind.shapes:
            wrong.append(f"{device.name} has an unknown shape {device.shape!r}")
        if not device.phases or not all(phase.w and phase.s for phase in device.phases):
            wrong.append(f"{device.name} has no phase, or one without power or duration")
        if not (-1 < device.winter < 1 and min(device.days) >= 0 < max(device.days) and device.per_year > 0):
            wrong.append(f"{device.name} would be used less than never")
        if not all(0 <= share <= 1 for share in device.owned):
            wrong.append(f"{device.name} is owned by less than nobody, or more than all")
        if any(phase.cycle and min(phase.cycle) < 1 for phase in device.phases):
            wrong.append(f"{device.name} has a cycle of less than a second")
    if len({device.name for device in kind.devices}) < len(kind.devices):
        wrong.append("two devices have one name")
    if wrong:
        fix = "restore the file that came with pvsim"
        raise BadInputError(f"{name}: {'; '.join(wrong)}", where="devices.json", fix=fix)


def _complete(shape: Shape) -> bool:
    return len(shape.workday) == len(shape.weekend) == _HOURS
