"""A measured day, and the power of any plant at its points."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from pvsim.core.pv.plant import ac_power_w, cell_temperature, in_plane
from pvsim.core.pv.site_pv import SitePv
from pvsim.core.quantities.months import MONTHS
from pvsim.core.quantities.physics import Floats
from pvsim.core.quantities.types import DW_PER_KW, Ints
from pvsim.core.site.schema import HorizonPoint, Plant
from pvsim.core.weather.clear_sky import ClearSky, LightOutside
from pvsim.core.weather.sky import Air, ClimateSky
from pvsim.core.weather.sun import Place, Sun
from pvsim.errors import BadInputError

__all__ = ["Day", "Model", "plant_of"]

_LEAST_POINTS = 12
_W_PER_KW = 1000.0


@dataclass(frozen=True, slots=True)
class Day:
    """A measured day and what is known about it.

    Attributes:
        source: The file's name.
        place: Where.
        date: The local day.
        t_utc: Unix times of the points, evenly rising, shape (n,), n ≥ 2.
        power_kw: AC power at the points, shape (n,).
        linke_turbidity: Of the day.
        temp_air_c: Mean temperature of the day.
        temp_air_swing_c: From its coldest to its warmest time.
        wind_speed_ms: Wind at the modules.
        losses_percent: On the DC side: what one day cannot tell from a smaller plant.
    """

    source: str
    place: Place
    date: date
    t_utc: Ints
    power_kw: Floats
    linke_turbidity: float
    temp_air_c: float = 15.0
    temp_air_swing_c: float = 10.0
    wind_speed_ms: float = 1.0
    losses_percent: float = 10.0

    @property
    def step_s(self) -> int:
        """From point to point."""
        return int(self.t_utc[1] - self.t_utc[0])

    @property
    def sky(self) -> ClimateSky:
        """A clear one."""
        temp_air_c = (self.temp_air_c,) * MONTHS
        return ClimateSky(self.place.longitude_deg, temp_air_c, self.temp_air_swing_c, self.wind_speed_ms)

    @property
    def outside(self) -> LightOutside:
        """The place's light."""
        return LightOutside(self.place, (self.linke_turbidity,) * MONTHS)

    def power_of(self, plant: Plant) -> Floats:
        """Power of a plant at the points, in kW, as a run at 1 s has it."""
        source = SitePv(self.outside, ((plant,),), (self.sky,))
        powers = [int(source.power_dw(int(t), 1)[0]) for t in self.t_utc]
        return np.asarray(powers, np.float64) / DW_PER_KW


@dataclass(frozen=True, slots=True)
class Model:
    """The light of a day's points, computed once, and plants under it."""

    day: Day
    lit: Ints
    sun: Sun
    light: ClearSky
    air: Air

    @classmethod
    def of(cls, day: Day) -> "Model":
        """The model of a day.

        Raises:
            BadInputError: no power, or too few points with the sun up.
        """
        if not day.power_kw.any():
            raise BadInputError("the day has no power at all", where=day.source, fix="choose another day")
        lit, sun, light = day.outside.at(day.t_utc)
        if len(lit) < _LEAST_POINTS:
            what = f"{len(lit)} points have the sun up at this place on {day.date}; {_LEAST_POINTS} are needed"
            fix = "check `latitude`, `longitude`, `pv.start` and `pv.tz`, or give a file with more points"
            raise BadInputError(what, where=day.source, fix=fix)
        span = int(day.t_utc[-1] - day.t_utc[0]) + 1
        whole = day.sky.air(
            int(day.t_utc[0]), np.zeros(span)
        )  # without clouds the share of the beam is not asked for
        points = day.t_utc - day.t_utc[0]
        parts = (whole.beam_index, whole.diffuse_index, whole.temp_air, whole.wind_speed)
        return cls(day, lit, sun, light, Air(*(part[points] for part in parts)))

    def unit_kw(self, parameters: Floats) -> Floats:
        """Power of 1 kWp at the points; see `plant_of`."""
        plant = plant_of(parameters, self.day.losses_percent)
        plane = in_plane(plant, self.sun, self.light)
        temp_cell = cell_temperature(plant, self.lit, plane, self.air, step_s=self.day.step_s)
        return ac_power_w(plant, self.lit, plane, temp_cell) / _W_PER_KW

    def peak_kw(self, unit_kw: Floats) -> float:
        """The kWp that meet the day best, given the power of one."""
        square = float(unit_kw @ unit_kw)
        return max(float(unit_kw @ self.day.power_kw) / square, 0.0) if square > 0 else 0.0

    def residuals_kw(self, parameters: Floats) -> Floats:
        """Model − measured at the points, at the best peak power."""
        unit = self.unit_kw(parameters)
        return unit * self.peak_kw(unit) - self.day.power_kw

    def rmse_kw(self, parameters: Floats) -> float:
        """Root mean square of the residuals."""
        return float(np.sqrt(np.mean(self.residuals_kw(parameters) ** 2)))


def plant_of(parameters: Floats, losses_percent: float, peak_kw: float = 1.0) -> Plant:
    """The plant of six parameters in degrees: tilt, azimuth; height and softness of the horizon east, then west.

    East and west meet where the sun is highest, in the south and in the north.
    """
    tilt, azimuth, east, east_soft, west, west_soft = (float(value) for value in parameters)
    return Plant(
        tilt_deg=tilt,
        azimuth_deg=azimuth % 360.0,
        peak_kw=peak_kw,
        losses_percent=losses_percent,
        horizon=(
            HorizonPoint(1.0, east, east_soft),
            HorizonPoint(179.0, east, east_soft),
            HorizonPoint(181.0, west, west_soft),
            HorizonPoint(359.0, west, west_soft),
        ),
    )
