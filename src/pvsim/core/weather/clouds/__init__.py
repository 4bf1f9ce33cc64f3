"""Clouds at 1 s: what a sky does to the light of a place, or of many places under it."""

from pvsim.core.weather.clouds.field import CloudField, CloudSky
from pvsim.core.weather.clouds.profile import beam_index, diffuse_index
from pvsim.core.weather.clouds.regimes import REGIMES, Regime

__all__ = ["REGIMES", "CloudField", "CloudSky", "Regime", "beam_index", "diffuse_index"]
