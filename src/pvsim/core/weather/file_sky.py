"""Weather from a file, made into the air of each second.

A file has means over intervals of 1 s to 1 h. Within an interval the light goes on following the sun: the mean is
divided by that of the clear sky over the same interval, and this index is applied to the clear sky of each second.
With `hold` the interval keeps its mean exactly; `interpolate` draws straight lines between the intervals' middles.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from pvsim.core.quantities.physics import Floats
from pvsim.core.quantities.types import Ints
from pvsim.core.weather.clear_sky import LightOutside
from pvsim.core.weather.series import WeatherSeries
from pvsim.core.weather.sky import Air, ClimateSky

__all__ = ["FileSky", "Indices"]

_SAMPLE_S = 60  # how finely the clear sky is averaged over an interval
_DARK_W = 0.5  # W/m²: where the clear sky gives less, there is nothing to divide by
_MOST_BEAM, _MOST_DIFFUSE = 10.0, 20.0  # a low sun and an offset of the sensor make any ratio


@dataclass(frozen=True, slots=True)
class Indices:
    """Light of some intervals as shares of the clear sky's; 1 where the file has no value by day, 0 by night.

    Attributes:
        beam: Share of the beam.
        diffuse: Share of the diffuse light.
        clear_ghi: The clear sky's global irradiance, in W/m².
        clear_beam: The part of it that is beam.
    """

    beam: Floats
    diffuse: Floats
    clear_ghi: Floats
    clear_beam: Floats


@dataclass(frozen=True, slots=True)
class FileSky:
    """The air after a file; what the file does not have comes from the climate.

    Attributes:
        outside: The place, whose clear sky the file's light is compared with.
        series: The file.
        climate: Temperature and wind where the file has none.
        fill: How an index goes from interval to interval.
        filled: Indices for intervals by day that the file lacks: number → (beam, diffuse).
    """

    outside: LightOutside
    series: WeatherSeries
    climate: ClimateSky
    fill: Literal["hold", "interpolate"] = "hold"
    filled: dict[int, tuple[float, float]] = field(default_factory=dict)

    def air(self, first_utc: int, beam_share: Floats) -> Air:
        """See `Sky.air`."""
        n = len(beam_share)
        step, origin = self.series.step_s, self.series.first_utc
        numbers = np.arange((first_utc - origin) // step - 1, (first_utc + n - 1 - origin) // step + 2)
        indices = self.indices(numbers)
        t_utc = np.arange(first_utc, first_utc + n, dtype=np.int64)
        place = (t_utc - origin) // step - numbers[0]
        middles = origin + (numbers.astype(np.float64) + 0.5) * step
        seconds = t_utc.astype(np.float64) + 0.5
        if self.fill == "hold":
            beam, diffuse = indices.beam[place], indices.diffuse[place]
        else:
            lit = indices.clear_ghi > _DARK_W
            lit |= not lit.any()
            beam, diffuse = (
                np.interp(seconds, middles[lit], part[lit]) for part in (indices.beam, indices.diffuse)
            )
        air = self.climate.air(first_utc, beam_share)
        temp_air = self.series.with_gaps_from(air.temp_air, self.series.temp_air, t_utc)
        wind_speed = self.series.with_gaps_from(air.wind_speed, self.series.wind_speed, t_utc)
        return Air(beam, diffuse, temp_air, wind_speed)

    def indices(self, numbers: Ints) -> Indices:
        """The indices of intervals, which are counted from `first_utc` on."""
        beam_w, diffuse_w, level_w, extra_w = self._clear_means(numbers)
        rows = self.series.rows(numbers)
        ghi, dni, dhi = (
            np.full(len(rows), np.nan) if part is None else part[rows]
            for part in (self.series.ghi, self.series.dni, self.series.dhi)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.series.dni is None and self.series.dhi is None:
                dhi = ghi * _diffuse_fraction(ghi / extra_w)
            dhi = np.where(np.isnan(dhi), ghi - dni * level_w / beam_w, dhi)
            beam = np.where(np.isnan(dni), (ghi - dhi) / level_w, dni / beam_w)
            diffuse = dhi / diffuse_w
        beam = np.where(level_w > _DARK_W, np.clip(np.nan_to_num(beam, nan=1.0), 0.0, _MOST_BEAM), 0.0)
        diffuse = np.where(diffuse_w > _DARK_W, np.clip(np.nan_to_num(diffuse, nan=1.0), 0.0, _MOST_DIFFUSE), 0.0)
        for place, number in enumerate(numbers.tolist() if self.filled else ()):
            if number in self.filled:
                beam[place], diffuse[place] = self.filled[number]
        return Indices(beam, diffuse, level_w + diffuse_w, level_w)

    def _clear_means(self, numbers: Ints) -> tuple[Floats, Floats, Floats, Floats]:
        """Means of the clear sky over intervals: beam, diffuse, beam on a level plane, and light above the air.

        The last one is on a level plane too.
        """
        step, origin = self.series.step_s, self.series.first_utc
        spacing = min(_SAMPLE_S, step)
        t_utc = (
            origin + numbers[:, None] * step + np.arange(spacing // 2, step, spacing, dtype=np.int64)
        ).reshape(-1)
        lit, sun, clear = self.outside.at(t_utc)
        cosine = np.cos(np.radians(sun.apparent_zenith))
        found = []
        for part in (clear.dni, clear.dhi, clear.dni * cosine, sun.dni_extra * cosine):
            whole = np.zeros(len(t_utc))
            whole[lit] = part
            found.append(whole.reshape(len(numbers), -1).mean(axis=1))
        beam, diffuse, level, extra = found
        return beam, diffuse, level, extra


def _diffuse_fraction(clearness: Floats) -> Floats:
    """Diffuse share of the global irradiance by the clearness index (Erbs et al. 1982).

    doi 10.1016/0038-092X(82)90302-4. Fitted to hourly means; rough for minutes, and no good for seconds.
    """
    k = np.clip(clearness, 0.0, 1.0)
    middle = 0.9511 - 0.1604 * k + 4.388 * k**2 - 16.638 * k**3 + 12.336 * k**4
    fraction: Floats = np.where(k <= 0.22, 1.0 - 0.09 * k, np.where(k <= 0.8, middle, 0.165))  # noqa: PLR2004
    return fraction
