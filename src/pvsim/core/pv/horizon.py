"""What stands before the sun: hills, houses, trees. It takes the beam; the diffuse light of the sky stays."""

from collections.abc import Sequence

import numpy as np

from pvsim.core.quantities.physics import Floats
from pvsim.core.site.schema import HorizonPoint
from pvsim.core.weather.sun import Sun

__all__ = ["share_of_beam"]

_TURN_DEG = 360.0
_SHARPEST_DEG = 1e-3
_FAR = 40.0  # exp(-40) is nothing; the clip keeps exp from overflowing


def share_of_beam(sun: Sun, horizon: Sequence[HorizonPoint]) -> Floats:
    """The share of the beam that gets over the horizon, 0..1, shape of `sun`.

    Between the points the line runs straight, also across north. The edge is soft, as a tree line is no knife
    edge: a logistic step, 12 % to 88 % of the beam over four times `soft_deg`. An empty horizon takes nothing.
    """
    if not horizon:
        return np.ones_like(sun.azimuth)
    azimuth = [point.azimuth_deg for point in horizon]
    line = np.interp(sun.azimuth, azimuth, [point.elevation_deg for point in horizon], period=_TURN_DEG)
    width = np.interp(sun.azimuth, azimuth, [point.soft_deg for point in horizon], period=_TURN_DEG)
    over = (90.0 - sun.apparent_zenith - line) / np.maximum(width, _SHARPEST_DEG)
    return 1.0 / (1.0 + np.exp(-np.clip(over, -_FAR, _FAR)))
