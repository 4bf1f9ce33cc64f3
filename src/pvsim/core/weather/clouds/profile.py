"""From the field to the light: what a place gets, by how deep in a cloud or how far from one it is.

The *depth* is the field's value minus the threshold: below zero is cloud, and the lower the thicker; above
zero is a gap, and the higher the farther from the clouds around it.
"""

from dataclasses import dataclass, replace

import numpy as np

from pvsim.core.weather.clouds.gaussian import Floats

__all__ = ["Profile", "beam_index", "diffuse_index", "transmission"]

_FORWARD = 0.85
"""The asymmetry g of scattering by cloud droplets in visible light (Bohren 1987)."""
_HAZE = 0.09 / 0.0387
"""Haze takes more of the beam than of all light: the ratio of the exponents by which turbidity weakens both in the
clear sky of Ineichen & Perez 2002 (doi 10.1016/S0038-092X(02)00045-2)."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The index as a function of depth, in four levels and three scales; hyperbolas between them.

    Attributes:
        thick: What an infinitely thick cloud lets through.
        thin: What a cloud lets through at its edge, ≥ `thick`.
        cloud_scale: The depth at which transmission is halfway from thin to thick.
        far: The index far from any cloud: below 1 where clear-sky models read high.
        bright: What a gap has at a cloud's edge in addition to `far`: light from the cloud's side.
        gap_scale: The distance at which half of that is left.
        edge: A cloud's edge is not sharp: from this depth in it to this distance from it one goes over into the
            other in a straight line.
        steep: The share of the light from clouds' sides that falls with the square of that: 0..1. This share
            differs from cloud to cloud.
        deep: The optical depth of a cloud grows with its depth and `deep` times the square of it, in units of
            `cloud_scale`: clouds that rise from one base hold the more water the higher they are.
    """

    thick: Floats | float
    thin: float
    cloud_scale: Floats | float
    far: Floats | float
    bright: float
    gap_scale: float
    edge: float = 0.0
    steep: float = 0.0
    deep: float = 0.0

    def at(self, thick: Floats | float, far: Floats | float, cloud_scale: Floats | float) -> "Profile":
        """The same with other levels and clouds: one each, or one for each depth that is asked."""
        return replace(self, thick=thick, far=far, cloud_scale=cloud_scale)

    def cloud_index(self, depth: Floats, thin: Floats | float) -> Floats:
        """The transmission of a cloud of this depth (≤ 0); positive depths count as 0."""
        within = np.minimum(depth, 0.0) / self.cloud_scale
        index: Floats = self.thick + (thin - self.thick) / (1.0 - within + self.deep * (within * within))
        return index

    def gap_index(self, depth: Floats, shine: Floats | float = 1.0) -> Floats:
        """The index in a gap at this distance from its edge (≥ 0); negative distances count as 0."""
        near = 1.0 + np.maximum(depth, 0.0) / self.gap_scale
        if not self.steep:
            index: Floats = self.far + self.bright / near
            return index
        steeper: Floats = self.far + self.bright * ((1.0 - self.steep) + self.steep * shine / near) / near
        return steeper

    def index(self, depth: Floats, thin: Floats | float, shine: Floats | float = 1.0) -> Floats:
        """The global clear-sky index, before edges are smoothed.

        Args:
            depth: See the module.
            thin: In place of the profile's own.
            shine: Multiplies the share `steep` of `bright`.
        """
        return self._joined(depth, self.cloud_index(depth, thin), self.gap_index(depth, shine))

    def beam(self, depth: Floats, thin: Floats | float) -> Floats:
        """The beam's index, before edges are smoothed: that of the cloud, or of the haze in a gap."""
        haze: Floats = np.round(np.minimum(self.far, 1.0) ** _HAZE, 6)
        return self._joined(depth, beam_index(self.cloud_index(depth, thin)), np.ones(len(depth))) * haze

    def _joined(self, depth: Floats, cloud: Floats, gap: Floats) -> Floats:
        if not self.edge:
            return np.where(depth < 0.0, cloud, gap)
        share = np.clip((depth + self.edge) / (2.0 * self.edge), 0.0, 1.0)
        joined: Floats = cloud + (gap - cloud) * share
        return joined


def beam_index(transmission: Floats | float) -> Floats:
    """How much of the beam a cloud lets through, from how much of the global light it lets through.

    A cloud of optical depth τ lets 2 / (2 + (1 − g) τ) of all light through (two streams, no absorption,
    g = 0.85; Bohren 1987, doi 10.1119/1.15109). It scatters the share g² into the sun's aureole, a few degrees
    around it, which instruments and panels take for beam (delta-Eddington; Joseph et al. 1976, doi
    10.1175/1520-0469(1976)033<2452:TDEAFR>2.0.CO;2), so that exp(−(1 − g²) τ) of the beam arrives. A cloud that
    halves the light (τ = 13) leaves 2 % of the beam; one that takes 5 % (τ = 0.7) leaves 82 % of it.

    Args:
        transmission: The cloud's share of global light, in (0, 1].
    """
    beam: Floats = np.exp(-2.0 * (1.0 + _FORWARD) * (1.0 / np.minimum(transmission, 1.0) - 1.0))
    return beam


def transmission(optical_depth: Floats) -> Floats:
    """How much of all light a cloud of this optical depth lets through: 2 / (2 + (1 − g) τ), see `beam_index`."""
    passed: Floats = 2.0 / (2.0 + (1.0 - _FORWARD) * optical_depth)
    return passed


def diffuse_index(index: Floats, beam: Floats, beam_share: Floats | float) -> Floats:
    """The index of the diffuse light that makes beam and diffuse add up to the global index.

    index = beam_share · beam + (1 − beam_share) · diffuse, where all are shares of the clear sky's own.

    Args:
        index: The global clear-sky index.
        beam: The beam's index (`CloudSky.beam`).
        beam_share: The beam on the horizontal as a share of clear global light, in [0, 1); 0 at night.

    Returns:
        Never negative: where the clear sky's beam exceeds `index` (a beam share above the haze's level)
        it is 0, and the sum is the beam alone.
    """
    diffuse: Floats = np.maximum(index - beam_share * beam, 0.0) / (1.0 - beam_share)
    return diffuse
