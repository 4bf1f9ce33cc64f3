"""Clouds at 1 s: what a sky does to the light of a place, or of many places under it."""

from pvsim.core.clouds.field import CloudField, Sky
from pvsim.core.clouds.profile import beam_index, diffuse_index
from pvsim.core.clouds.regimes import REGIMES, Regime

__all__ = ["REGIMES", "CloudField", "Regime", "Sky", "beam_index", "diffuse_index"]
