"""The PV power of a physical site, with pvlib: sun, sky, horizon, modules, inverter."""

from pvsim.core.pv_site.clear_sky import ClearSky, clear_sky
from pvsim.core.pv_site.gaps import Coverage, covering
from pvsim.core.pv_site.site_pv import LightOutside, SitePv
from pvsim.core.pv_site.sky import Air, ClimateSky, CloudIndices, Sky
from pvsim.core.pv_site.sun import Place, Sun, sun_at
from pvsim.core.pv_site.types import physics_extra
from pvsim.core.pv_site.weather import FileSky
from pvsim.core.pv_site.weather_series import FileTemperature, WeatherSeries

__all__ = [
    "Air",
    "ClearSky",
    "ClimateSky",
    "CloudIndices",
    "Coverage",
    "FileSky",
    "FileTemperature",
    "LightOutside",
    "Place",
    "SitePv",
    "Sky",
    "Sun",
    "WeatherSeries",
    "clear_sky",
    "covering",
    "physics_extra",
    "sun_at",
]
