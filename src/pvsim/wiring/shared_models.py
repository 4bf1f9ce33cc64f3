"""The models of runs that are carried out side by side: what several of them have in common is built once."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET

from pvsim.app.simulate import simulate
from pvsim.app.together import Latest, RememberedLight, RememberedPower, RememberedPv, RememberedSky
from pvsim.config import RunConfig, SitePvConfig
from pvsim.core.pv.site_pv import SitePv
from pvsim.core.quantities.timeline import HOUR_S
from pvsim.core.quantities.types import PowerSource, PvSource
from pvsim.core.results.samples import Samples
from pvsim.core.results.totals import Totals
from pvsim.core.run.plan import RunPlan
from pvsim.core.weather.clear_sky import LightOutside
from pvsim.core.weather.sky import Sky
from pvsim.wiring.build import build_loads, build_pv
from pvsim.wiring.prices import Worth, totals_of, worth_of

__all__ = ["SharedModels", "loads_key"]

_RUNS = 16
_FEW_SKIES = 8  # those of more places would take much memory
_AT_ONCE_H = 6
_MOST_READINGS = 86_400  # of a portion, which has 64 bytes for each
_LIGHTS: Latest[RememberedLight] = Latest(2)
"""Of the last places: the sun is the same whatever the seed, in one job as in the next."""


class SharedModels:
    """Builds the models of runs; what it has built for one serves the next where nothing of it differs.

    The runs go on side by side, portion by portion, and are of one period, or else little is shared.
    """

    def __init__(self) -> None:
        self._loads: Latest[tuple[PowerSource, ...]] = Latest(_RUNS)
        self._pv: Latest[PvSource] = Latest(_RUNS)
        self._skies: Latest[tuple[Sky, ...]] = Latest(_RUNS)
        self._worth: Latest[Worth] = Latest(_RUNS)

    def samples(self, config: RunConfig, plan: RunPlan) -> Iterator[Samples]:
        """The rows of a run in order, in portions of some hours.

        Raises:
            UsageError: if a meter is somebody else's.
            BadInputError: if a file does not fit.
        """
        loads = self._loads.get(loads_key(config), lambda: _loads(config, plan))
        pv_key = _key(config.pv, _places(config), *_of_run(config))
        pv = self._pv.get(pv_key, lambda: RememberedPv(self._source(config, plan)))
        hours = max(_AT_ONCE_H // len(plan.meters), 1)
        readings = min(hours * HOUR_S * len(plan.meters), _MOST_READINGS)
        return simulate(plan, loads, pv, block=readings, at_once_s=hours * HOUR_S)

    def totals(self, config: RunConfig, plan: RunPlan) -> Totals:
        """What adds up the summary of a run; raises as `worth_of`."""
        money = config.tariff, config.co2, config.series_sha256, config.unpaid, config.feed_in
        key = _key(*(None if each is UNSET else each for each in money), *_of_run(config), config.every_s)
        return totals_of(config, plan, self._worth.get(key, lambda: worth_of(config, plan.timeline)))

    def _source(self, config: RunConfig, plan: RunPlan) -> PvSource:
        """The PV power; a physical site's with the sky and the light that others have already."""
        pv, source = config.pv, build_pv(config, plan).source
        if not isinstance(pv, SitePvConfig) or not isinstance(source, SitePv):
            return source
        skies = source.skies
        if len({id(sky) for sky in skies}) <= _FEW_SKIES:
            weather = pv.site.location, pv.site.weather, pv.weather_sha256, pv.spread_km
            key = _key(weather, _places(config), len(skies), *_of_run(config))
            skies = self._skies.get(key, lambda: _remembered(source.skies))
        outside = source.outside
        light = _LIGHTS.get(outside, lambda: _light(outside))
        return SitePv(light, source.plants, skies)


def loads_key(config: RunConfig) -> bytes:
    """What the readings of a run follow from; runs of which it is the same have the same."""
    return _key(config.meters, *_of_run(config), config.dimming)


def _of_run(config: RunConfig) -> tuple[Any, ...]:
    """What any model may depend on."""
    return config.first_date, config.days, config.tz, config.seed, config.meter_max_w, config.meter_kind


def _places(config: RunConfig) -> tuple[str, ...]:
    """What the places of the meters are drawn by, where they are scattered."""
    pv = config.pv
    scattered = isinstance(pv, SitePvConfig) and pv.spread_km
    return tuple(meter.home for meter in config.meters) if scattered else ()


def _key(*parts: object) -> bytes:
    return msgspec.json.encode(parts)


def _loads(config: RunConfig, plan: RunPlan) -> tuple[PowerSource, ...]:
    return tuple(RememberedPower(source) for source in build_loads(config, plan).sources)


def _remembered(skies: tuple[Sky, ...]) -> tuple[Sky, ...]:
    """Each sky once, however many sites are under it."""
    found = {id(sky): RememberedSky(sky) for sky in skies}
    return tuple(found[id(sky)] for sky in skies)


def _light(outside: LightOutside) -> RememberedLight:
    return RememberedLight(outside.place, outside.linke_turbidity)
