"""The weather file of a site."""

from functools import lru_cache
from pathlib import Path

from pvsim.core.site.schema import FileWeather
from pvsim.core.weather.series import WeatherSeries
from pvsim.wiring.configure import file_sha256, refuse_changed

__all__ = ["weather_at"]


def weather_at(weather: FileWeather, latitude_deg: float, longitude_deg: float) -> WeatherSeries:
    """The weather file of a site.

    A file is read once, as long as it stays as it is: sites and runs may have it in common.

    Raises:
        BadInputError: it cannot be read, or is of another place.
    """
    return _read(weather, latitude_deg, longitude_deg, file_sha256(Path(weather.path)))


@lru_cache(maxsize=2)
def _read(weather: FileWeather, latitude_deg: float, longitude_deg: float, sha256: str) -> WeatherSeries:
    from pvsim.adapters.tables.weather_files import read_weather  # noqa: PLC0415 - most sites read no file
    from pvsim.core.weather.noon import noon_remark  # noqa: PLC0415

    series = read_weather(weather)
    refuse_changed(Path(weather.path), sha256)  # it may have changed before it was read
    series.refuse_elsewhere(latitude_deg, longitude_deg)
    remark = noon_remark(series, longitude_deg)
    return series.remarked(remark) if remark else series
