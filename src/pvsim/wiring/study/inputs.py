"""The files of a study's cases, read before anything runs: what does not fit is told then, and not after hours."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from pvsim.config import FileConfig, RunConfig, SitePvConfig
from pvsim.core.site.schema import FileWeather
from pvsim.core.site.tariff import series_of
from pvsim.errors import BadInputError, PvsimError, UsageError
from pvsim.wiring.build import build_loads, build_pv, plan_of
from pvsim.wiring.prices import worth_of

__all__ = ["InputFiles"]

_MOST = 100
"""So many files and periods are read, which takes seconds each; those after them are when their cases run."""


class InputFiles:
    """Reads each file once for each period that it is needed for."""

    def __init__(self) -> None:
        self._read: dict[bytes, PvsimError | None] = {}

    def check(self, config: RunConfig) -> None:
        """Read the files of a run, unless they were read for another one.

        Raises:
            BadInputError: if one does not fit.
            UsageError: if something that is said of it does not.
        """
        period = [config.first_date, config.days, config.tz, None if config.hours is UNSET else config.hours]
        if meters := tuple(meter for meter in config.meters if isinstance(meter.source, FileConfig)):
            of_files = replace(config, meters=meters, battery=None, batteries=UNSET, connection=None)
            key = ["meters", *period, [meter.source for meter in meters], config.meter_max_w, config.meter_kind]
            self._once(key, lambda: build_loads(of_files, plan_of(of_files)))
        if files := _of_pv(config):
            self._once(["pv", *period, *files], lambda: build_pv(config, plan_of(config)))
        if series := series_of(config.tariff, config.co2):
            key = ["prices", *period, config.every_s, series, config.series_sha256]
            self._once(key, lambda: worth_of(config, plan_of(config).timeline))

    def _once(self, what: list[Any], read: Callable[[], object]) -> None:
        """Read something once; what was wrong with it is so for other cases too."""
        key = msgspec.json.encode(what)
        if key not in self._read and len(self._read) < _MOST:
            try:
                read()
                self._read[key] = None
            except (BadInputError, UsageError) as error:
                self._read[key] = error
        if (known := self._read.get(key)) is not None:
            raise known


def _of_pv(config: RunConfig) -> list[Any]:
    """The file that the PV power is from, or its weather."""
    pv = config.pv
    if isinstance(pv, FileConfig):
        return [pv]
    if isinstance(pv, SitePvConfig) and isinstance(pv.site.weather, FileWeather):
        return [pv.site.weather, pv.weather_sha256, pv.site.location]
    return []
