"""From the light to the power of one plant: cells whose temperature has inertia, and PVWatts.

The names are pvlib's (`poa_global`, `temp_cell`, `pdc0`).
"""

from dataclasses import dataclass

import numpy as np

from pvsim.core.pv.horizon import share_of_beam
from pvsim.core.pv.pvwatts import ac_w, dc_w
from pvsim.core.pv.thermal import faiman, lagged
from pvsim.core.pv.transposition import aoi_projection, ground_diffuse, haydavies, iam_physical
from pvsim.core.quantities.physics import Floats
from pvsim.core.quantities.types import Ints
from pvsim.core.site.schema import Plant
from pvsim.core.weather.clear_sky import ClearSky
from pvsim.core.weather.sky import Air
from pvsim.core.weather.sun import Sun

__all__ = ["InPlane", "ac_and_clipped_w", "ac_power_w", "cell_temperature", "in_plane"]

_W_PER_KW = 1000.0
_LOWEST_COSINE = 0.01745  # pvlib's bound: the sun 1° over the horizon


@dataclass(frozen=True, slots=True)
class InPlane:
    """Light on the modules in W/m²; arrays of one length.

    Attributes:
        poa_global: All that falls on them, which warms them.
        effective_irradiance: What gets through the glass to the cells.
    """

    poa_global: Floats
    effective_irradiance: Floats


def in_plane(plant: Plant, sun: Sun, light: ClearSky) -> InPlane:
    """Transposition (Hay & Davies 1980) and the glass (physical model, De Soto et al. 2006).

    Of the diffuse light, the circumsolar part comes from the sun's direction, as the beam does; it goes with the
    beam that gets over the horizon. The glass weakens the beam only, as in pvlib's ModelChain.

    Args:
        plant: Tilt, azimuth, albedo and horizon (None is taken as none).
        sun: At n seconds, all with the sun up.
        light: What arrives on open ground.
    """
    dni = light.dni * share_of_beam(sun, plant.horizon or ())
    up = np.cos(np.radians(sun.apparent_zenith))
    projection = aoi_projection(plant.tilt_deg, plant.azimuth_deg, sun.apparent_zenith, sun.azimuth)
    aoi = np.degrees(np.arccos(projection))
    ahead = np.maximum(projection, 0.0)
    beam = dni * ahead
    from_sky = haydavies(plant.tilt_deg, light.dhi, dni, sun.dni_extra, ahead / np.maximum(up, _LOWEST_COSINE))
    from_ground = ground_diffuse(plant.tilt_deg, dni * up + light.dhi, plant.albedo)
    diffuse = from_sky + from_ground
    return InPlane(beam + diffuse, beam * iam_physical(aoi) + diffuse)


def cell_temperature(
    plant: Plant, lit: Ints, plane: InPlane, air: Air, *, step_s: int = 1, before: float | None = None
) -> Floats:
    """Temperature of the cells in °C at each second of `air`: shape (n,).

    Faiman 2008 (doi 10.1002/pip.813) for the steady-state temperature, a first-order lag for the one that they
    have.

    Args:
        plant: The modules.
        lit: Which of the seconds of `air` have the sun up: their indices.
        plane: Light on the modules at the lit seconds.
        air: All seconds, without a gap: the lag needs the dark ones too.
        step_s: From one second of `air` to the next.
        before: The cells' temperature before the first second; None is the steady state there.
    """
    steady = air.temp_air.copy()
    steady[lit] = faiman(
        plane.poa_global, air.temp_air[lit], air.wind_speed[lit], plant.faiman_u0, plant.faiman_u1
    )
    return lagged(steady, plant.thermal_time_constant_s, step_s, before)


def ac_power_w(plant: Plant, lit: Ints, plane: InPlane, temp_cell: Floats) -> Floats:
    """AC power in W: the first of `ac_and_clipped_w`."""
    return ac_and_clipped_w(plant, lit, plane, temp_cell)[0]


def ac_and_clipped_w(plant: Plant, lit: Ints, plane: InPlane, temp_cell: Floats) -> tuple[Floats, Floats | None]:
    """AC power in W, shape of `temp_cell`, zeros where the sun is down; and what the inverter cuts off.

    PVWatts 5 (Dobos 2014, NREL/TP-6A20-62641) for DC power and inverter; the inverter clips. What it cuts off is
    the DC power above that at which it gives all it can, at the efficiency that it has there.

    Args:
        plant: The modules and the inverter.
        lit: Indices of the seconds with the sun up, as in `cell_temperature`.
        plane: Light on the modules in those seconds, as in `cell_temperature`.
        temp_cell: Temperature of the cells in °C, at all seconds.

    Returns:
        AC power, and clipped power in W at the lit seconds; None where there is none.
    """
    pdc = dc_w(
        plane.effective_irradiance,
        temp_cell[lit],
        plant.peak_kw * _W_PER_KW,
        plant.temperature_percent_per_c / 100.0,
    ) * (1.0 - plant.losses_percent / 100.0)
    most_kw = plant.peak_kw if plant.inverter_kw is None else plant.inverter_kw
    power, efficiency = np.zeros_like(temp_cell), plant.inverter_efficiency
    if most_kw > 0:
        # it divides by the load, which is almost nothing at the horizon
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            pac = ac_w(pdc, most_kw * _W_PER_KW / efficiency, efficiency)
        power[lit] = np.fmax(pac, 0.0)
    clipped = efficiency * pdc - most_kw * _W_PER_KW
    return power, np.maximum(clipped, 0.0) if (clipped > 0).any() else None
