"""The files that a run reads again when it is carried out, wherever that is."""

from pvsim.config.run_config import BuildingMeter, FileConfig, RunConfig, SitePvConfig
from pvsim.core.site.schema import FileWeather, Weather
from pvsim.core.site.tariff import series_of

__all__ = ["files_of"]


def files_of(config: RunConfig) -> dict[str, str]:
    """The digest of each file by its absolute path, as the configuration was made with it."""
    found: dict[str, str] = {}
    for source in (config.pv, *(meter.source for meter in config.meters)):
        if isinstance(source, FileConfig):
            found[source.path] = source.sha256
        elif isinstance(source, BuildingMeter):
            found |= _of_weather(source.weather, source.weather_sha256)
        elif isinstance(source, SitePvConfig):
            found |= _of_weather(source.site.weather, source.weather_sha256)
    digests = config.series_sha256 or {}
    for setting, series in series_of(config.tariff, config.co2).items():
        found[series.path] = digests.get(setting, "")
    return found


def _of_weather(weather: Weather | None, sha256: str | None) -> dict[str, str]:
    return {weather.path: sha256 or ""} if isinstance(weather, FileWeather) else {}
