"""From the light on open ground to that on tilted modules, and through their glass.

In the order of pvlib's operations: the same bits come out, and the tests compare with it.
"""

import numpy as np

from pvsim.core.quantities.physics import Floats

__all__ = ["aoi_projection", "ground_diffuse", "haydavies", "iam_physical"]

_REFRACTIVE_INDEX = 1.526  # of glass
_EXTINCTION_PER_M = 4.0
_GLASS_M = 0.002


def aoi_projection(surface_tilt: float, surface_azimuth: float, zenith: Floats, azimuth: Floats) -> Floats:
    """Cosine of the angle of incidence; negative with the sun behind the modules.

    Args:
        surface_tilt: Of the modules, in degrees from the level.
        surface_azimuth: Where they face, in degrees from north by way of east.
        zenith: Of the sun, in degrees.
        azimuth: Of the sun.
    """
    tilt, from_above = np.radians(surface_tilt), np.radians(zenith)
    projection = np.cos(tilt) * np.cos(from_above) + np.sin(tilt) * np.sin(from_above) * np.cos(
        np.radians(azimuth - surface_azimuth)
    )
    cosine: Floats = np.clip(projection, -1, 1)
    return cosine


def haydavies(surface_tilt: float, dhi: Floats, dni: Floats, dni_extra: Floats, ratio: Floats) -> Floats:
    """Diffuse light from the sky on the modules in W/m² (Hay & Davies 1980).

    As much of it comes from the sun's direction as of the light outside the atmosphere comes through as beam.

    Args:
        surface_tilt: Of the modules, in degrees.
        dhi: Diffuse light on open ground.
        dni: Beam.
        dni_extra: Light outside the atmosphere.
        ratio: Beam on the modules to beam on the level.
    """
    anisotropy = dni / dni_extra
    view = 0.5 * (1 + np.cos(np.radians(surface_tilt)))
    isotropic = np.maximum(dhi * (1 - anisotropy) * view, 0)
    diffuse: Floats = isotropic + np.maximum(dhi * (anisotropy * ratio), 0)
    return diffuse


def ground_diffuse(surface_tilt: float, ghi: Floats, albedo: float) -> Floats:
    """What the ground sends to the modules of the light `ghi` that falls on it, in W/m²."""
    diffuse: Floats = ghi * albedo * (1 - np.cos(np.radians(surface_tilt))) * 0.5
    return diffuse


def iam_physical(aoi: Floats) -> Floats:
    """Share of the beam that gets through the glass, against the share at right angles (De Soto et al. 2006).

    doi 10.1016/j.solener.2005.06.010: reflection at the surface of glass without a coating (Fresnel, Snell), and
    absorption in it.

    Args:
        aoi: Angle of incidence in degrees; 90 and more let nothing in.
    """
    n = _REFRACTIVE_INDEX
    cosine = np.maximum(0, np.cos(np.radians(aoi)))
    within = np.sqrt(1 - (1 / n * np.sqrt(1 - cosine**2)) ** 2)
    absorbed = np.exp(-_EXTINCTION_PER_M * _GLASS_M / within)
    crosswise = ((cosine - n * within) / (cosine + n * within)) ** 2
    parallel = ((within - n * cosine) / (within + n * cosine)) ** 2
    straight = (1 - ((1 - n) / (1 + n)) ** 2) * np.exp(-_EXTINCTION_PER_M * _GLASS_M)
    share: Floats = ((1 - crosswise) * absorbed + (1 - parallel) * absorbed) / 2 / straight
    return share
