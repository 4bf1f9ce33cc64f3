"""PV plants as plain data: those of a site, and those of the homes of a street, whose numbers may be drawn."""

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct, field

__all__ = [
    "MAX_POWER_KW",
    "AzimuthRange",
    "HomePlant",
    "HorizonPoint",
    "PeakRange",
    "Percent",
    "Plant",
    "PowerKw",
    "Share",
    "TiltRange",
]

MAX_POWER_KW = 9_999.0
"""Rows print at most four digits before the point."""

Tilt: TypeAlias = Annotated[float, Meta(ge=0, le=90)]
Degrees: TypeAlias = Annotated[float, Meta(ge=0, le=360)]
Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Percent: TypeAlias = Annotated[float, Meta(ge=0, le=100)]
PowerKw: TypeAlias = Annotated[float, Meta(ge=0, le=MAX_POWER_KW)]


class HorizonPoint(Struct, frozen=True, forbid_unknown_fields=True):
    """A point of the line that hides the sun.

    Attributes:
        azimuth_deg: Direction from north by way of east: 90 is east, 180 south.
        elevation_deg: Height of the line there.
        soft_deg: How soft the edge is: the beam rises from 12 to 88 % over four times this. The sun's disc is
            0.53° wide.
    """

    azimuth_deg: Degrees
    elevation_deg: Annotated[float, Meta(ge=0, le=90)]
    soft_deg: Annotated[float, Meta(ge=0, le=45)] = 0.13


class _Modules(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Modules of one orientation with their inverter.

    Attributes:
        name: What it is called in messages.
        inverter_kw: The most that the inverter gives, AC; if left out, as much as the modules' peak.
        losses_percent: Soiling, mismatch, wiring, light-induced degradation …, on the DC side; PVWatts' 14 %.
        temperature_percent_per_c: Change of power with each degree above 25 °C of the cell.
        inverter_efficiency: At full load.
        albedo: Share of light that the ground throws back.
        faiman_u0: Loss of heat of the modules in W/m²/°C; 25 is a free-standing rack.
        faiman_u1: The wind's part in W/m²/°C for each m/s.
        thermal_time_constant_s: How slowly the cells follow the light; 0 is at once.
        horizon: What hides the sun from this plant; if left out, the site's.
    """

    name: str = ""
    inverter_kw: PowerKw | None = None
    losses_percent: Percent = 14.0
    temperature_percent_per_c: Annotated[float, Meta(ge=-2, le=0)] = -0.35
    inverter_efficiency: Annotated[float, Meta(ge=0.5, le=1)] = 0.96
    albedo: Share = 0.2
    faiman_u0: Annotated[float, Meta(ge=1, le=100)] = 25.0
    faiman_u1: Annotated[float, Meta(ge=0, le=50)] = 6.84
    thermal_time_constant_s: Annotated[float, Meta(ge=0, le=3600)] = 420.0
    horizon: tuple[HorizonPoint, ...] | None = None


class Plant(_Modules, frozen=True, forbid_unknown_fields=True):
    """Modules of one orientation with their inverter.

    Attributes:
        tilt_deg: 0 is flat, 90 a wall.
        azimuth_deg: Where the modules face, from north by way of east: 180 is south, 270 west.
        peak_kw: Power of the modules under standard test conditions (kWp).
    """

    tilt_deg: Tilt
    azimuth_deg: Degrees
    peak_kw: PowerKw


class TiltRange(Struct, frozen=True, forbid_unknown_fields=True):
    """A tilt that is drawn for each home, each as likely.

    Attributes:
        from_: The least.
        to: The most.
    """

    from_: Tilt = field(name="from")
    to: Tilt


class AzimuthRange(Struct, frozen=True, forbid_unknown_fields=True):
    """An azimuth that is drawn for each home, each as likely.

    Attributes:
        from_: The least.
        to: The most.
    """

    from_: Degrees = field(name="from")
    to: Degrees


class PeakRange(Struct, frozen=True, forbid_unknown_fields=True):
    """A peak that is drawn for each home, each as likely.

    Attributes:
        from_: The least, in kWp.
        to: The most.
    """

    from_: PowerKw = field(name="from")
    to: PowerKw


class HomePlant(_Modules, frozen=True, forbid_unknown_fields=True):
    """A plant of a home of a street; numbers that differ between its homes are drawn for each.

    Attributes:
        tilt_deg: 0 is flat, 90 a wall.
        azimuth_deg: Where the modules face, from north by way of east: 180 is south, 270 west.
        peak_kw: Power of the modules under standard test conditions (kWp).
    """

    tilt_deg: Tilt | TiltRange
    azimuth_deg: Degrees | AzimuthRange
    peak_kw: PowerKw | PeakRange
