"""The PV power of a physical site, as a pure function of site, sky and second."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pvsim.core.months import monthly
from pvsim.core.pv_site.clear_sky import ClearSky, clear_sky
from pvsim.core.pv_site.plant import ac_power_w, in_plane
from pvsim.core.pv_site.sky import Sky
from pvsim.core.pv_site.sun import Place, Sun, sun_at
from pvsim.core.pv_site.types import Floats
from pvsim.core.site import Plant
from pvsim.core.timeline import HOUR_S
from pvsim.core.types import DW_PER_W, Ints

__all__ = ["LightOutside", "SitePv"]


@dataclass(frozen=True, slots=True)
class LightOutside:
    """A place under its cloudless sky.

    Attributes:
        place: Where.
        linke_turbidity: Twelve monthly means.
    """

    place: Place
    linke_turbidity: Sequence[float]

    def at(self, t_utc: Ints) -> tuple[Ints, Sun, ClearSky]:
        """Which of the seconds `t_utc` (Unix time, rising) have the sun up, and sun and light at those."""
        everywhere = sun_at(self.place, t_utc)
        lit = np.flatnonzero(everywhere.apparent_zenith < 90.0)  # noqa: PLR2004 - the horizon
        sun = everywhere[lit]
        if not len(lit):
            return lit, sun, ClearSky(np.empty(0), np.empty(0))
        return lit, sun, clear_sky(self.place, sun, monthly(self.linke_turbidity, t_utc[lit]))


@dataclass(slots=True)
class SitePv:
    """The plants of a site, added up.

    Power is computed in blocks of six hours of UTC, each from two hours before it, so that the cells' temperature
    has forgotten where it began (17 time constants of 7 minutes leave 4e-8 of it). A value is the same whatever
    window it is asked for in (I7). The latest block is kept.

    Attributes:
        outside: The place and its clear sky.
        plants: With their horizons.
        sky: Clouds, temperature, wind.
    """

    outside: LightOutside
    plants: tuple[Plant, ...]
    sky: Sky
    _number: int | None = field(default=None, init=False, repr=False)
    _power_dw: Ints = field(default_factory=lambda: np.empty(0, np.int64), init=False, repr=False)

    BLOCK_S = 6 * HOUR_S
    LEAD_S = 2 * HOUR_S

    def power_dw(self, first_utc: int, n: int) -> Ints:
        """See `PowerSource.power_dw`."""
        power = np.empty(n, np.int64)
        done = 0
        while done < n:
            number, skip = divmod(first_utc + done, self.BLOCK_S)
            part = self._block(number)[skip : skip + n - done]
            power[done : done + len(part)] = part
            done += len(part)
        return power

    def _block(self, number: int) -> Ints:
        if number != self._number:
            watts = self._watts(number * self.BLOCK_S - self.LEAD_S, self.LEAD_S + self.BLOCK_S)
            self._power_dw = np.rint(watts[self.LEAD_S :] * DW_PER_W).astype(np.int64)
            self._number = number
        return self._power_dw

    def _watts(self, first_utc: int, n: int) -> Floats:
        total = np.zeros(n)
        lit, sun, clear = self.outside.at(np.arange(first_utc, first_utc + n, dtype=np.int64))
        if not len(lit):
            return total
        air = self.sky.air(first_utc, n)
        dni = np.minimum(clear.dni * air.beam_index[lit], sun.dni_extra)  # no beam is stronger than in space
        light = ClearSky(dni, clear.dhi * air.diffuse_index[lit])
        for plant in self.plants:
            total += ac_power_w(plant, lit, in_plane(plant, sun, light), air)
        return total
