"""The temperature outdoors by a site's weather: the same for PV cells and heat pump; without pvlib."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from pvsim.core.quantities import noise
from pvsim.core.quantities.months import MONTHS
from pvsim.core.quantities.physics import Floats
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.quantities.types import OutdoorTemperature
from pvsim.core.site.schema import Weather
from pvsim.core.weather.cloud_cover import sunniness_over
from pvsim.core.weather.sky import ClimateSky, CloudIndices
from pvsim.core.weather.spells import Spells
from pvsim.errors import BadInputError

if TYPE_CHECKING:
    from pvsim.core.series.findings import FileReading
    from pvsim.core.weather.series import WeatherSeries

__all__ = ["HALF_HOUR_S", "OutdoorAir", "by_month", "climate_of", "outdoor_air"]

HALF_HOUR_S = 1_800

REFERENCE_YEAR = 2023
"""In whose weather a heat pump uses what the user names; a year of 365 days. Not the run's: a value may not
depend on when a run begins (I7)."""

_YEAR_S = 365 * DAY_S


@dataclass(frozen=True, slots=True)
class OutdoorAir:
    """The air outdoors, and one year of it.

    Attributes:
        temperature: Of the air.
        year_c: At each half hour's middle of the year in which a heat pump uses what the user names.
        coldest_c: The coldest that a file has; a heat pump is large enough for it.
        reading: How the file was read.
    """

    temperature: OutdoorTemperature
    year_c: Floats
    coldest_c: float = inf
    reading: "FileReading | None" = None


def climate_of(
    weather: Weather,
    latitude_deg: float,
    longitude_deg: float,
    *,
    seed: int,
    clouds: CloudIndices | None = None,
) -> ClimateSky:
    """The air of a site as its numbers describe it, under given clouds; None is a clear sky.

    Under synthetic clouds its warm and cold spells go with them, whoever asks: the PV cells under the clouds of
    their place, or a heat pump that needs none.
    """
    sunny = sunniness_over(weather, seed)
    return ClimateSky(
        longitude_deg,
        by_month(weather.temp_air_c),
        weather.temp_air_swing_c,
        weather.wind_speed_ms,
        clouds,
        weather.temp_air_spread_c,
        Spells(noise.key(seed, "weather", "temperature"), sunny, latitude_deg),
    )


def outdoor_air(
    weather: Weather,
    series: "WeatherSeries | None",
    latitude_deg: float,
    longitude_deg: float,
    *,
    zone: tzinfo,
    seed: int,
    run_utc: tuple[int, int],
) -> OutdoorAir:
    """The temperature that the PV cells of a site have around them, and a year to compute a heat pump's energy in.

    The year is 2023 in the site's climate, or in a typical year's file; the first 365 days of a measured file that
    has so many; else, with a shorter file, 2023 in the climate.

    Args:
        weather: Of the site.
        series: Its file; None where it has none.
        latitude_deg: Of the site.
        longitude_deg: Of the site.
        zone: Of the site; a year begins by its clock.
        seed: Of the simulation.
        run_utc: The run's first second and the one after its last (Unix time): a weather file must cover it.

    Raises:
        BadInputError: the weather file does not cover the run, or has less than a year of temperatures where the
            site does not give them by month either.
    """
    climate = climate_of(weather, latitude_deg, longitude_deg, seed=seed).temp_air
    years = (REFERENCE_YEAR, REFERENCE_YEAR + 1)
    first_utc, end_utc = (int(datetime(year, 1, 1, tzinfo=zone).timestamp()) for year in years)
    if series is None:
        return OutdoorAir(climate, _half_hours(climate, first_utc, end_utc))
    from pvsim.core.weather.series import FileTemperature  # noqa: PLC0415 - most sites read no file

    series.refuse_uncovered(*run_utc)
    whole_year = series.temp_air is not None and (series.typical or series.end_utc - series.first_utc >= _YEAR_S)
    if whole_year and not series.typical:
        first_utc, end_utc = series.first_utc, series.first_utc + _YEAR_S
    if not whole_year and not isinstance(weather.temp_air_c, tuple):
        what = "the heat pump needs the temperatures of a year, and the weather file has less"
        fix = "give the site's twelve monthly means: temp_air_c = [1, 2, 6, …] under [weather]"
        raise BadInputError(what, where=series.source, fix=fix)
    coldest_c = inf if series.temp_air is None else float(np.nanmin(series.temp_air, initial=inf))
    temperature, reading = FileTemperature(series, climate), series.reading_over(*run_utc)
    return OutdoorAir(temperature, _half_hours(temperature, first_utc, end_utc), coldest_c, reading)


def _half_hours(temperature: OutdoorTemperature, first_utc: int, end_utc: int) -> Floats:
    return temperature(np.arange(first_utc, end_utc, HALF_HOUR_S, dtype=np.int64) + HALF_HOUR_S // 2)


def by_month(values: float | tuple[float, ...]) -> tuple[float, ...]:
    """Twelve values, of one or of twelve."""
    return values if isinstance(values, tuple) else (values,) * MONTHS
