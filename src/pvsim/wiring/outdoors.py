"""From a site's weather to the temperature outdoors: the same for PV cells and heat pump; without pvlib."""

from dataclasses import dataclass
from datetime import datetime
from math import inf

import numpy as np

from pvsim.core.loads.building import BuildingPlace
from pvsim.core.loads.building.heat_pump import SLOT_S
from pvsim.core.quantities import noise
from pvsim.core.quantities.months import MONTHS
from pvsim.core.quantities.physics import Floats
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.quantities.types import OutdoorTemperature
from pvsim.core.series.report import FileReading
from pvsim.core.site.schema import FileWeather, Weather
from pvsim.core.weather.series import FileTemperature, WeatherSeries
from pvsim.core.weather.sky import ClimateSky, CloudIndices
from pvsim.errors import BadInputError

__all__ = ["Outdoors", "by_month", "climate_of", "outdoors", "weather_at"]

REFERENCE_YEAR = 2023
"""In whose weather a heat pump uses what the user names; a year of 365 days. Not the run's: a value may not
depend on when a run begins (I7)."""

_YEAR_S = 365 * DAY_S


@dataclass(frozen=True, slots=True)
class Outdoors:
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
    reading: FileReading | None = None


def climate_of(
    weather: Weather, longitude_deg: float, *, seed: int, clouds: CloudIndices | None = None
) -> ClimateSky:
    """The air of a site as its numbers describe it, under given clouds; None is a clear sky."""
    return ClimateSky(
        longitude_deg,
        by_month(weather.temp_air_c),
        weather.temp_air_swing_c,
        weather.wind_speed_ms,
        clouds,
        weather.temp_air_spread_c,
        noise.key(seed, "weather", "temperature"),
    )


def outdoors(weather: Weather, place: BuildingPlace, *, seed: int, run_utc: tuple[int, int]) -> Outdoors:
    """The temperature that the PV cells of a site have around them, and a year to compute a heat pump's energy in.

    The year is 2023 in the site's climate, or in a typical year's file; the first 365 days of a measured file that
    has so many; else, with a shorter file, 2023 in the climate.

    Args:
        weather: As checked by `read_site`.
        place: Of the site; a year begins by its clock.
        seed: Of the simulation.
        run_utc: The run's first second and the one after its last (Unix time): a weather file must cover it.

    Raises:
        BadInputError: the weather file cannot be read, does not cover the run, or has less than a year of
            temperatures where the site does not give them by month either.
    """
    climate = climate_of(weather, place.longitude, seed=seed).temp_air
    years = (REFERENCE_YEAR, REFERENCE_YEAR + 1)
    first_utc, end_utc = (int(datetime(year, 1, 1, tzinfo=place.zone).timestamp()) for year in years)
    if not isinstance(weather, FileWeather):
        return Outdoors(climate, _half_hours(climate, first_utc, end_utc))
    series = weather_at(weather, place.latitude, place.longitude)
    series.refuse_uncovered(*run_utc)
    whole_year = series.temp_air is not None and (series.typical or series.end_utc - series.first_utc >= _YEAR_S)
    if whole_year and not series.typical:
        first_utc, end_utc = series.first_utc, series.first_utc + _YEAR_S
    if not whole_year and not isinstance(weather.temp_air_c, tuple):
        what = "the heat pump needs the temperatures of a year, and the weather file has less"
        fix = "give the site's twelve monthly means: temp_air_c = [1, 2, 6, …] under [weather]"
        raise BadInputError(what, where=series.source, fix=fix)
    coldest_c = inf if series.temp_air is None else float(np.nanmin(series.temp_air, initial=inf))
    temperature = FileTemperature(series, climate)
    return Outdoors(temperature, _half_hours(temperature, first_utc, end_utc), coldest_c, series.reading)


def _half_hours(temperature: OutdoorTemperature, first_utc: int, end_utc: int) -> Floats:
    return temperature(np.arange(first_utc, end_utc, SLOT_S, dtype=np.int64) + SLOT_S // 2)


def weather_at(weather: FileWeather, latitude_deg: float, longitude_deg: float) -> WeatherSeries:
    """The weather file of a site.

    Raises:
        BadInputError: it cannot be read, or is of another place.
    """
    from pvsim.adapters.tables.weather_files import read_weather  # noqa: PLC0415 - most sites read no file
    from pvsim.core.weather.noon import noon_remark  # noqa: PLC0415

    series = read_weather(weather)
    series.refuse_elsewhere(latitude_deg, longitude_deg)
    remark = noon_remark(series, longitude_deg)
    return series.remarked(remark) if remark else series


def by_month(values: float | tuple[float, ...]) -> tuple[float, ...]:
    """Twelve values, of one or of twelve."""
    return values if isinstance(values, tuple) else (values,) * MONTHS
