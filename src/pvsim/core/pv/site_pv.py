"""The PV power of physical sites, as a pure function of site, sky and second."""

from dataclasses import dataclass, field
from math import ceil
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pvsim.core.pv.plant import ac_and_clipped_w, cell_temperature, in_plane
from pvsim.core.quantities.timeline import HOUR_S
from pvsim.core.quantities.types import DW_PER_W, Ints
from pvsim.core.site.schema import Plant
from pvsim.core.weather.clear_sky import ClearSky, LightOutside
from pvsim.core.weather.sky import Air, Sky
from pvsim.core.weather.sun import Sun

__all__ = ["SitePv"]

_FORGOTTEN = 17
"""Time constants after which the cells have forgotten where they began: exp(−17) = 4e-8."""


_Dw: TypeAlias = NDArray[np.int32]
"""Powers in 0.1 W, of an hour of many sites."""

_Cells: TypeAlias = list[list[float | None]]
"""Temperatures that the cells had last, by sky and plant; None where they have rested in the dark."""


@dataclass(frozen=True, slots=True)
class _Light:
    """The clear sky over some hours."""

    first_utc: int
    lit: Ints
    sun: Sun
    clear: ClearSky

    def hour(self, first_utc: int) -> tuple[Ints, Sun, ClearSky]:
        """One of the hours, as `LightOutside.at` gives it."""
        start = first_utc - self.first_utc
        which = slice(*np.searchsorted(self.lit, [start, start + HOUR_S]).tolist())
        return self.lit[which] - start, self.sun[which], ClearSky(self.clear.dni[which], self.clear.dhi[which])


@dataclass(slots=True)
class SitePv:
    """The plants of a site, added up; or of several such sites, each under its own part of the sky.

    Power is computed hour by hour of UTC, with the temperature of the cells carried on from hour to hour. Each
    block of six hours begins so far before it that the cells have forgotten where they began: two hours at 7
    minutes of inertia. So a value is the same whatever window it is asked for in, and however many sites there
    are (I7). The latest hour is kept: 1,000 sites take 14 MB.

    Attributes:
        outside: The place and its clear sky, which all sites share.
        plants: Those of each site, with their horizons; () is a site without PV.
        skies: Clouds, temperature and wind of each site; several may share one.
    """

    outside: LightOutside
    plants: tuple[tuple[Plant, ...], ...]
    skies: tuple[Sky, ...]
    _hour: int | None = field(default=None, init=False, repr=False)
    _power_dw: _Dw = field(init=False, repr=False)
    _clipped_dw: _Dw | None = field(default=None, init=False, repr=False)
    _cells: _Cells = field(init=False, repr=False)
    _light: _Light = field(init=False, repr=False)
    _begins_h: tuple[int, ...] = field(init=False, repr=False)

    BLOCK_H = 6

    def power_dw(self, first_utc: int, n: int) -> Ints:
        """See `PvSource.power_dw`."""
        return self.powers_dw(first_utc, n)[0]

    def powers_dw(self, first_utc: int, n: int) -> tuple[Ints, Ints]:
        """See `ClippingPvSource.powers_dw`."""
        power = np.empty((n, len(self.skies)), np.int64)
        clipped = np.zeros_like(power)
        done = 0
        while done < n:
            hour, skip = divmod(first_utc + done, HOUR_S)
            self._go_to(hour)
            part = self._power_dw[skip : skip + n - done]
            power[done : done + len(part)] = part
            if self._clipped_dw is not None:
                clipped[done : done + len(part)] = self._clipped_dw[skip : skip + n - done]
            done += len(part)
        return (power, clipped) if len(self.skies) > 1 else (power[:, 0], clipped[:, 0])

    def _go_to(self, hour: int) -> None:
        """Compute an hour, from the one before it or from the beginning of its block."""
        if hour == self._hour:
            return
        block = hour // self.BLOCK_H * self.BLOCK_H
        first = self._hour + 1 if self._hour is not None else hour + 1
        if not block < first <= hour:
            first = self._begin(block, hour)
        for each in range(first, hour + 1):
            self._power_dw, self._clipped_dw = self._next_hour(each * HOUR_S)
        self._hour = hour

    def _begin(self, block: int, hour: int) -> int:
        """The hour to compute first for an hour of a block: the latest dark one, after which cells have rested."""
        self._begins_h = tuple(block - ceil(_FORGOTTEN * _inertia_s(plants) / HOUR_S) for plants in self.plants)
        first = min(self._begins_h)
        t_utc = np.arange(first * HOUR_S, (block + self.BLOCK_H) * HOUR_S, dtype=np.int64)
        self._light = _Light(first * HOUR_S, *self.outside.at(t_utc))
        self._rest()
        return max((h for h in range(first, hour + 1) if not len(self._light.hour(h * HOUR_S)[0])), default=first)

    def _rest(self) -> None:
        self._cells = [[None] * len(plants) for plants in self.plants]

    def _next_hour(self, first_utc: int) -> tuple[_Dw, _Dw | None]:
        """The hour after the one that `_cells` is from: power and clipped power in 0.1 W, shape (3600, sites)."""
        lit, sun, clear = self._light.hour(first_utc)
        power_dw = np.zeros((HOUR_S, len(self.skies)), np.int32)
        clipped_dw: _Dw | None = None
        if not len(lit):
            self._rest()
            return power_dw, None
        beam_share = np.zeros(HOUR_S)
        beam_share[lit] = clear.beam_share(sun)
        under: tuple[Sky, Air, ClearSky] | None = None
        for site, (sky, plants, cells) in enumerate(zip(self.skies, self.plants, self._cells, strict=True)):
            if not plants or first_utc < self._begins_h[site] * HOUR_S:  # it begins when it does alone
                continue
            if under is None or under[0] is not sky:
                air = sky.air(first_utc, beam_share)
                under = sky, air, clear.under(air.beam_index[lit], air.diffuse_index[lit], sun)
            _, air, light = under
            total, clipped = np.zeros(HOUR_S), np.zeros(len(lit))
            for i, plant in enumerate(plants):
                plane = in_plane(plant, sun, light)
                temp_cell = cell_temperature(plant, lit, plane, air, before=cells[i])
                cells[i] = float(temp_cell[-1])
                power, cut = ac_and_clipped_w(plant, lit, plane, temp_cell)
                total += power
                if cut is not None:
                    clipped += cut
            power_dw[:, site] = np.rint(total * DW_PER_W)
            if clipped.any():
                clipped_dw = np.zeros_like(power_dw) if clipped_dw is None else clipped_dw
                clipped_dw[lit, site] = np.rint(clipped * DW_PER_W)
        return power_dw, clipped_dw


def _inertia_s(plants: tuple[Plant, ...]) -> float:
    return max((plant.thermal_time_constant_s for plant in plants), default=0.0)
