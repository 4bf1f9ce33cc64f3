"""A battery that follows what a controller asks, second by second, as far as it can.

Rule: a setpoint is followed as far as the power and the limits of the state of charge allow. Each second first
loses its standby energy, then charges or discharges.

Units: power in 0.1 W at the AC side, positive charges, so `grid = net + battery`. Stored energy is an integer.
With constant efficiencies as reduced fractions, charge a/A and discharge b/B, one *unit* is 0.1 J / (A b): a
second at 0.1 W then stores exactly a·b units or takes exactly A·B, and the balance (I8)

    stored_end − stored_start = a·b Σ charge − A·B Σ discharge − Σ standby

holds in integers, on every machine, wherever the input is cut into blocks (I2). At a limit the power is the
largest multiple of 0.1 W that still fits; so "full" may be up to one such step short of the limit.

Method: a chunk of seconds in which no limit is met is a cumulative sum. A battery at rest (full and asked to
charge, empty and asked to discharge) is a constant. Only the remaining seconds are done one by one: a closed form
over limits would need a state that rounds at the limit, which would break the exact balance.

A battery with a delay, a no-load loss or an efficiency by load follows in the same way behind a `Converter`. Its
state is then not the stored energy alone.
"""

from dataclasses import dataclass, field
from functools import partial

import numpy as np
from msgspec import UNSET, UnsetType

from pvsim.core.devices.bounds import refuse_outside
from pvsim.core.devices.converter import Converter
from pvsim.core.devices.dynamics import Response, power_in, state_of
from pvsim.core.devices.losses import Constant, Conversion, Efficiency, conversion_of
from pvsim.core.quantities.types import DW_PER_KW, DW_PER_W, Ints
from pvsim.core.site.schema import MAX_CAPACITY_KWH
from pvsim.core.site.schema import Battery as SiteBattery
from pvsim.errors import BadInputError, UsageError

__all__ = ["MAX_POWER_KW", "BatteryModel", "Dispatch", "battery_of"]

MAX_POWER_KW = 10_000.0
_DJ_PER_KWH = 36_000_000
_PER_MILLE = 1_000
_SITES = SiteBattery(capacity_kwh=1.0, charge_kw=1.0)  # a model's usual values are those of a site file
AT_ONCE = Response()
_CHUNK_S = 512  # seconds tried at once: long enough to spare numpy calls, short enough when a limit is met


_in_range = partial(refuse_outside, example="capacity_kwh 10, charge_kw 5, discharge_kw 5")


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What the battery does over a block of seconds.

    Attributes:
        power_dw: Power at the AC side in 0.1 W, positive charges; shape (n,).
        stored: Stored energy after each second, in the battery's units; shape (n,).
        end: The battery's state after the last second, which the next block starts from.
    """

    power_dw: Ints
    stored: Ints
    end: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BatteryModel:
    """A battery and its rule.

    Args:
        capacity_kwh: Energy between state of charge 0 and 1.
        charge_kw: Highest charging power at the AC side.
        discharge_kw: Highest discharging power at the AC side.
        charge_efficiency: Stored energy by AC energy, kept to 0.1 %; or points by the share of `charge_kw`, see
            `losses`.
        discharge_efficiency: AC energy by energy taken from the store, likewise.
        standby_w: Power that the store loses at all times; at the lower limit it stops (the device sleeps).
        soc_min: Lower limit of the state of charge, kept to 0.1 %.
        soc_max: Upper limit.
        no_load_w: Power that the store loses in addition in each second in which it charges or discharges. It is
            asked for nothing that is not more than this.
        response: How late and how fast it follows.

    Raises:
        UsageError: if a value is out of range, the limits cross, or a second at full power is more than the
            battery holds between its limits.
    """

    capacity_kwh: float
    charge_kw: float
    discharge_kw: float
    charge_efficiency: Efficiency = _SITES.charge_efficiency
    discharge_efficiency: Efficiency = _SITES.discharge_efficiency
    standby_w: float = _SITES.standby_w
    soc_min: float = 0.0
    soc_max: float = 1.0
    no_load_w: float = 0.0
    response: Response = AT_ONCE
    conversion: Conversion = field(init=False, repr=False)
    units_per_dj: int = field(init=False, repr=False)
    charge_step: int = field(init=False, repr=False)
    discharge_step: int = field(init=False, repr=False)
    standby_step: int = field(init=False, repr=False)
    no_load_step: int = field(init=False, repr=False)
    lower: int = field(init=False, repr=False)
    upper: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _in_range("capacity_kwh", self.capacity_kwh, 0.001, MAX_CAPACITY_KWH)
        for name in ("charge_kw", "discharge_kw"):
            _in_range(name, getattr(self, name), 0.0, MAX_POWER_KW)
        for name in ("soc_min", "soc_max"):
            _in_range(name, getattr(self, name), 0.0, 1.0)
        for name in ("standby_w", "no_load_w"):
            _in_range(name, getattr(self, name), 0.0, 1_000.0)
        most_in, most_out = (round(kw * DW_PER_KW) for kw in (self.charge_kw, self.discharge_kw))
        conversion = conversion_of(self.charge_efficiency, self.discharge_efficiency, most_in, most_out)
        units_per_dj = conversion.units_per_dj
        capacity = round(self.capacity_kwh * _DJ_PER_KWH) * units_per_dj
        derived = {
            "conversion": conversion,
            "units_per_dj": units_per_dj,
            "charge_step": conversion.charge_step,
            "discharge_step": conversion.discharge_step,
            "standby_step": round(self.standby_w * DW_PER_W) * units_per_dj,
            "no_load_step": round(self.no_load_w * DW_PER_W) * units_per_dj,
            "lower": capacity * round(self.soc_min * _PER_MILLE) // _PER_MILLE,
            "upper": capacity * round(self.soc_max * _PER_MILLE) // _PER_MILLE,
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)  # the dataclass is frozen
        self._check_usable()

    def stored_at(self, soc: float) -> int:
        """The stored energy at a state of charge: where a run may start.

        Raises:
            UsageError: if it is outside the battery's limits.
        """
        _in_range("soc", soc, self.soc_min, self.soc_max)
        capacity = round(self.capacity_kwh * _DJ_PER_KWH) * self.units_per_dj
        return min(max(capacity * round(soc * _PER_MILLE) // _PER_MILLE, self.lower), self.upper)

    def units_per_soc(self, steps: int) -> int:
        """How many units one of `steps` parts of the capacity has, rounded up: a full battery is not above 1."""
        return -(-round(self.capacity_kwh * _DJ_PER_KWH) * self.units_per_dj // steps)

    def soc(self, stored: Ints) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """The state of charge, 0 to 1, of stored energies."""
        share: np.ndarray[tuple[int], np.dtype[np.float64]] = self.kwh(stored) / self.capacity_kwh
        return share

    def kwh(self, stored: Ints) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Stored energies in kWh."""
        energy: np.ndarray[tuple[int], np.dtype[np.float64]] = stored / (self.units_per_dj * _DJ_PER_KWH)
        return energy

    def at_rest(self, stored: int) -> tuple[int, ...]:
        """The state of a battery that holds so much, and has done and been asked for nothing."""
        return (stored,) if self.response.at_once else (stored, *(0,) * (1 + self.response.pending))

    def follow(self, setpoint_dw: Ints, state: tuple[int, ...]) -> Dispatch:
        """Follow setpoints over consecutive seconds.

        Args:
            setpoint_dw: What it is asked for in 0.1 W at the AC side, shape (n,); positive charges.
            state: Before the first second: `at_rest(...)` or the `end` of the block before. The stored energy is
                its first number; with a delay follow the power (`dynamics`), and the setpoints under way.

        Raises:
            BadInputError: if it is no state of this battery, for example of another battery's checkpoint.
        """
        stored = self._stored_in(state)
        wanted = np.clip(setpoint_dw, -round(self.discharge_kw * DW_PER_KW), round(self.charge_kw * DW_PER_KW))
        conversion = self.conversion
        if not (isinstance(conversion, Constant) and self.response.at_once and not self.no_load_step):
            return self._convert(wanted, state)
        changes = conversion.changes(wanted)
        power, levels = np.empty_like(wanted), np.empty_like(wanted)
        for start in range(0, len(wanted), _CHUNK_S):
            chunk = slice(start, start + _CHUNK_S)
            stored = self._chunk(wanted[chunk], changes[chunk], stored, power[chunk], levels[chunk])
        return Dispatch(power, levels, (stored,))

    def _stored_in(self, state: tuple[int, ...]) -> int:
        """The stored energy of a state, which is one of this battery."""
        fix = "resume with the battery that the run was started with, or start a new run"
        if len(state) != len(self.at_rest(0)):
            what = f"a state of {len(state)} numbers, where this battery's has {len(self.at_rest(0))}"
            raise BadInputError(what, where="battery state", fix=fix)
        if not self.lower <= state[0] <= self.upper:
            what = f"a stored energy of {state[0]:,} units is outside {self.lower:,}..{self.upper:,}"
            raise BadInputError(what, where="battery state", fix=fix)
        most = round(max(self.charge_kw, self.discharge_kw) * DW_PER_KW)
        for dw in (*map(power_in, state[1:2]), *state[2:]):
            if not abs(dw) <= most + 1:  # also refuses NaN
                what = f"a power of {dw / DW_PER_KW:g} kW is more than this battery has"
                raise BadInputError(what, where="battery state", fix=fix)
        return state[0]

    def _convert(self, wanted: Ints, state: tuple[int, ...]) -> Dispatch:
        """Follow late, or with losses that a constant efficiency does not have."""
        arriving, under_way = self.response.arriving(wanted, state[2:])
        arriving = np.where(np.abs(arriving) > round(self.no_load_w * DW_PER_W), arriving, 0)
        limits = self.lower, self.upper, self.standby_step, self.no_load_step
        converter = Converter(*limits, self.conversion, self.response)
        power, levels, stored, p = converter.follow(arriving, state[0], power_in(state[1]) if state[1:] else 0.0)
        return Dispatch(power, levels, (stored, state_of(p), *under_way) if state[1:] else (stored,))

    def _chunk(self, wanted: Ints, changes: Ints, stored: int, power: Ints, levels: Ints) -> int:
        """Fill `power` and `levels` of one chunk; returns the stored energy after it."""
        if stored - self.lower < self.discharge_step and wanted.max() <= 0:  # empty, and nothing to charge
            power[:] = 0
            idle = np.arange(1, len(levels) + 1) * self.standby_step
            np.maximum(stored - idle, self.lower, out=levels)
            return int(levels[-1])
        full = not self.standby_step and self.upper - stored < self.charge_step
        if full and wanted.min() >= 0:
            power[:], levels[:] = 0, stored
            return stored
        path = stored + np.cumsum(changes - self.standby_step)
        before = path - changes  # after the standby loss, before charging
        good = (before >= self.lower) & (path >= self.lower) & (path <= self.upper)
        free = len(good) if good.all() else int(good.argmin())
        power[:free], levels[:free] = wanted[:free], path[:free]
        if free == len(good):
            return int(path[-1])
        stored = int(path[free - 1]) if free else stored
        rest = slice(free, None)
        power[rest], levels[rest], stored = self._one_by_one(wanted[rest].tolist(), changes[rest].tolist(), stored)
        return stored

    def _one_by_one(self, wanted: list[int], changes: list[int], stored: int) -> tuple[list[int], list[int], int]:
        lower, upper, standby = self.lower, self.upper, self.standby_step
        charge_step, discharge_step = self.charge_step, self.discharge_step
        power, levels = [], []
        for dw, change in zip(wanted, changes, strict=True):
            rested = stored - standby
            if rested < lower:  # noqa: PLR1730 - max() costs a fifth of this loop
                rested = lower
            stored, given = rested + change, dw
            if stored > upper:
                given = (upper - rested) // charge_step
                stored = rested + given * charge_step
            elif stored < lower:
                given = -((rested - lower) // discharge_step)
                stored = rested + given * discharge_step
            power.append(given)
            levels.append(stored)
        return power, levels, stored

    def _check_usable(self) -> None:
        least = min(kw for kw in (self.charge_kw, self.discharge_kw, MAX_POWER_KW) if kw)
        if self.no_load_w >= 1_000 * least:
            what = f"battery.no_load_w, {self.no_load_w:g}, is not below the {least:g} kW of the battery"
            raise UsageError(what, where="battery.no_load_w", fix="give no_load_w in W and the powers in kW")
        usable = self.upper - self.lower
        if usable <= 0:
            low, high = 100 * self.soc_min, 100 * self.soc_max
            what = f"battery.min_soc_percent, {low:g}, is not below max_soc_percent, {high:g}, by 0.1 or more"
            raise UsageError(what, where="battery.min_soc_percent", fix="for example 10 and 95")
        charged = round(self.charge_kw * DW_PER_KW) * self.charge_step
        discharged = round(self.discharge_kw * DW_PER_KW) * self.discharge_step
        if max(charged, discharged, self.standby_step) + 2 * self.no_load_step > usable:
            what = f"battery.capacity_kwh, {self.capacity_kwh:g}, is less than a second at full power"
            fix = "give the capacity in kWh and the powers in kW"
            raise UsageError(what, where="battery.capacity_kwh", fix=fix)


def battery_of(site: SiteBattery) -> BatteryModel:
    """The battery that a site file describes.

    Raises:
        UsageError: if it is impossible, see `BatteryModel`.
    """
    return BatteryModel(
        site.capacity_kwh,
        site.charge_kw,
        site.charge_kw if site.discharge_kw is None else site.discharge_kw,
        site.charge_efficiency,
        site.discharge_efficiency,
        site.standby_w,
        site.min_soc_percent / 100,
        site.max_soc_percent / 100,
        _or(site.no_load_w, 0.0),
        _response_of(site),
    )


def _response_of(site: SiteBattery) -> Response:
    """How a battery of a site file follows: `response_s` is half dead time and half time constant."""
    ramp = None if site.ramp_kw_per_s is UNSET else site.ramp_kw_per_s
    if site.response_s is UNSET:
        return Response(_or(site.dead_time_s, 0.0), _or(site.time_constant_s, 0.0), ramp)
    if (site.dead_time_s, site.time_constant_s) != (UNSET, UNSET):
        what = "battery.response_s is the whole delay, and dead_time_s and time_constant_s are its parts"
        raise UsageError(
            what, where="battery.response_s", fix="give response_s, or dead_time_s and time_constant_s"
        )
    return Response(site.response_s / 2, site.response_s / 2, ramp)


def _or(value: float | UnsetType, default: float) -> float:
    return default if value is UNSET else value
