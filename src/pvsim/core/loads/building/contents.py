"""What one building contains and how often it is used, so that a year takes the energy that was asked for.

Powers stay as they are: the numbers of uses are scaled, but for those of devices that run by themselves. Where a
home of so many persons would have to use its devices absurdly often or hardly at all, the base load takes or gives
what is left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pvsim.core.loads.building.always_on import Compressor
from pvsim.core.loads.building.devices import Device, Kind, quantile
from pvsim.core.loads.building.events import Used
from pvsim.core.loads.building.rates import SHARE
from pvsim.core.loads.building.rhythm import lived
from pvsim.core.loads.building.traits import Traits
from pvsim.core.quantities import noise
from pvsim.core.quantities.types import DW_PER_KW, Ints

__all__ = ["Contents", "contents_of"]

_HOURS_PER_YEAR = 8_760
_W_PER_KW = 1_000
_HABIT_OF_HOMES = (0.25, 0.6, 0.9, 1.25, 2.2)  # quantile table: one bakes, the other never does
_HABIT_OF_OTHERS = (0.5, 1.0, 1.5)
_SCALE = (0.3, 1.5)  # of the uses by three persons in `devices.json`
_BY_PEOPLE = (0.51, 0.78, 1.0, 1.10, 1.46)  # annual energies of homes relative to three persons: BDEW 2021
_LEAST_BASE = 0.05  # of the annual energy


@dataclass(frozen=True, slots=True)
class Contents:
    """What a building contains.

    Attributes:
        base_dw: The mean of what is always on, in 0.1 W.
        cold: Fridges and freezers.
        used: Devices with their uses in a year.
        scale: Of the uses, beside those in `devices.json`.
    """

    base_dw: int
    cold: tuple[Compressor, ...]
    used: tuple[Used, ...]
    scale: float


@dataclass(frozen=True, slots=True)
class _Use:
    """A device, and how often it is used before calibration."""

    device: Device
    key: noise.Key
    per_year: float
    power_q: float | None

    @property
    def kwh(self) -> float:
        """Energy of a year."""
        return self.per_year * self.device.energy_kwh(self.power_q)


def contents_of(
    kind: Kind,
    traits: Traits,
    key: Callable[..., noise.Key],
    *,
    annual_kwh: float,
    season_share: float = 1.0,
    extra: Sequence[Device] = (),
) -> Contents:
    """Furnish a building and scale its uses to its annual energy.

    Args:
        kind: What such a building contains.
        traits: What this one is like.
        key: Names its random numbers.
        annual_kwh: Energy of a year of 365 days, without `extra`.
        season_share: Of its place, see `BuildingPlace.season_share`.
        extra: Devices on top, with uses of their own number.
    """
    cold = tuple(
        Compressor.of(device, key("cold", device.name), season_share)
        for device in kind.cold
        if traits.has(device, annual_kwh)
    )
    uses = [_use(device, traits, key) for device in kind.devices if traits.has(device, annual_kwh)]
    given = sum(use.kwh for use in uses if use.device.scaled)
    left = annual_kwh - sum(use.kwh for use in uses if not use.device.scaled)
    left -= sum(compressor.mean_w for compressor in cold) * _HOURS_PER_YEAR / _W_PER_KW
    base_kwh = kind.base_share * annual_kwh * traits.base_factor
    if traits.people:
        by_people = _BY_PEOPLE[min(traits.people, len(_BY_PEOPLE)) - 1]
        most, least = (left - scale * by_people * given for scale in _SCALE)
        base_kwh = max(min(base_kwh, most), least, _LEAST_BASE * annual_kwh)
    base_dw = round(base_kwh * DW_PER_KW / _HOURS_PER_YEAR)
    scale = (left - base_dw * _HOURS_PER_YEAR / DW_PER_KW) / given
    used = tuple(
        Used(
            use.device,
            _hours(kind, traits, use.device),
            round(use.per_year * (scale if use.device.scaled else 1.0) * SHARE),
            use.key,
            int(noise.raw(use.key, -3, 1)[0]) % SHARE,
            use.power_q,
        )
        for use in (*uses, *(_use(device, traits, key) for device in extra))
    )
    return Contents(base_dw, cold, used, scale)


def _use(device: Device, traits: Traits, key: Callable[..., noise.Key]) -> _Use:
    stream = key("device", device.name)
    power_q = float(noise.uniform(stream, -4, 1)[0]) if device.fixed else None
    habit = 1.0
    if device.scaled:
        table = _HABIT_OF_HOMES if traits.people else _HABIT_OF_OTHERS
        habit = float(quantile(table, noise.uniform(stream, -8, 1))[0])
    return _Use(device, stream, device.per_year * habit, power_q)


def _hours(kind: Kind, traits: Traits, device: Device) -> Ints:
    """At which hours the device is used: people have hours of their own."""
    shape = kind.shapes[device.shape]
    if not traits.people or device.needs == "nothing" or not device.scaled:
        return shape.quarters()
    return lived(shape, traits.later_quarters, traits.by_day)
