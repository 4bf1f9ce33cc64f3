"""The weather file of a site."""

from pvsim.core.site.schema import FileWeather
from pvsim.core.weather.series import WeatherSeries

__all__ = ["weather_at"]


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
