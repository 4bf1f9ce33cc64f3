"""Suns at given places of the sky."""

import numpy as np

from pvsim.core.weather.sun import Sun

__all__ = ["sun_of"]


def sun_of(zenith, azimuth):
    zenith = np.atleast_1d(np.asarray(zenith, float))
    return Sun(zenith, np.broadcast_to(np.asarray(azimuth, float), zenith.shape), np.full(zenith.shape, 1361.0))
