"""The models of runs that are carried out side by side: what several of them have in common is built once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET

from pvsim.app.simulate import simulate
from pvsim.app.together import LIGHTS, Latest, RememberedLight, RememberedPower, RememberedPv, RememberedSky
from pvsim.config import RunConfig, SitePvConfig
from pvsim.core.pv.site_pv import SitePv
from pvsim.core.quantities.timeline import HOUR_S
from pvsim.core.quantities.types import PowerSource, PvSource
from pvsim.core.results.samples import Samples
from pvsim.core.results.totals import Totals
from pvsim.core.run.plan import RunPlan
from pvsim.core.weather.clear_sky import LightOutside
from pvsim.core.weather.sky import Sky
from pvsim.wiring.build import Inputs, Pv, build_loads, build_pv, joined
from pvsim.wiring.cuts import ClippedCount, Cuts, clipped_counts, counted, cuts_of, dimmed_energies
from pvsim.wiring.prices import Worth, totals_of, worth_of

__all__ = ["SharedModels", "loads_key"]

_RUNS = 16
_FEW_SKIES = 8  # those of more places would take much memory
_AT_ONCE_H = 6
_DAY_H = 24
_MOST_READINGS = 86_400  # of a portion, which has 64 bytes for each
_FEW_LIGHTS = 4  # of a run that is longer than what is remembered: it comes back to none but the last
_LIGHTS: Latest[RememberedLight] = Latest(2)
"""Of the last places: the sun is the same whatever the seed, in one job as in the next."""


@dataclass(frozen=True, slots=True)
class _Loads:
    """The loads of a run, and what is told of them: see `Loads`.

    Attributes:
        sources: Those of buildings are counted on their way.
        inputs: What was read for them.
        clipped: Of each building what counts its clipped seconds.
        dimmed: What dimming takes from each.
    """

    sources: tuple[PowerSource, ...]
    inputs: Inputs
    clipped: Mapping[str, ClippedCount]
    dimmed: Cuts


class SharedModels:
    """Builds the models of runs; what it has built for one serves the next where nothing of it differs.

    The runs go on side by side, portion by portion, and are of one period, or else little is shared.
    """

    def __init__(self) -> None:
        self._loads: Latest[_Loads] = Latest(_RUNS)
        self._pv: Latest[Pv] = Latest(_RUNS)
        self._skies: Latest[tuple[Sky, ...]] = Latest(_RUNS)
        self._worth: Latest[Worth] = Latest(_RUNS)

    def samples(self, config: RunConfig, plan: RunPlan) -> Iterator[Samples]:
        """The rows of a run in order, in portions of some hours.

        Raises:
            UsageError: if a meter is somebody else's.
            BadInputError: if a file does not fit.
        """
        loads, pv = self._loads_of(config, plan), self._pv_of(config, plan)
        hours = max(_AT_ONCE_H // len(plan.meters), 1)
        readings = min(hours * HOUR_S * len(plan.meters), _MOST_READINGS)
        return simulate(plan, loads.sources, pv.source, block=readings, at_once_s=hours * HOUR_S)

    def inputs(self, config: RunConfig, plan: RunPlan) -> Mapping[str, Mapping[str, Any]]:
        """What was read for a run whose rows have been taken, and what buildings take less than they would.

        See `SimulatedRun.inputs`; raises as `samples`.
        """
        loads = self._loads_of(config, plan)
        of_models = joined(self._pv_of(config, plan).inputs, loads.inputs)
        cuts = cuts_of(counted(loads.clipped), loads.dimmed)
        return {**of_models, **self._worth_of(config, plan).inputs, **cuts}

    def totals(self, config: RunConfig, plan: RunPlan) -> Totals:
        """What adds up the summary of a run; raises as `worth_of`."""
        return totals_of(config, plan, self._worth_of(config, plan))

    def _loads_of(self, config: RunConfig, plan: RunPlan) -> _Loads:
        return self._loads.get(loads_key(config), lambda: _loads(config, plan))

    def _pv_of(self, config: RunConfig, plan: RunPlan) -> Pv:
        return self._pv.get(
            _key(config.pv, _places(config), *_of_run(config)), lambda: self._built_pv(config, plan)
        )

    def _worth_of(self, config: RunConfig, plan: RunPlan) -> Worth:
        money = config.tariff, config.co2, config.series_sha256, config.unpaid, config.feed_in
        key = _key(*(None if each is UNSET else each for each in money), *_of_run(config), config.every_s)
        return self._worth.get(key, lambda: worth_of(config, plan.timeline))

    def _built_pv(self, config: RunConfig, plan: RunPlan) -> Pv:
        built = build_pv(config, plan)
        return Pv(RememberedPv(self._with_shared_sky(built.source, config, plan)), built.inputs)

    def _with_shared_sky(self, source: PvSource, config: RunConfig, plan: RunPlan) -> PvSource:
        """The PV power; a physical site's with the sky and the light that others have already."""
        pv = config.pv
        if not isinstance(pv, SitePvConfig) or not isinstance(source, SitePv):
            return source
        skies = source.skies
        if len({id(sky) for sky in skies}) <= _FEW_SKIES:
            weather = pv.site.location, pv.site.weather, pv.weather_sha256, pv.spread_km
            key = _key(weather, _places(config), len(skies), *_of_run(config))
            skies = self._skies.get(key, lambda: _remembered(source.skies))
        outside = source.outside
        most = LIGHTS if plan.timeline.days * _DAY_H <= LIGHTS * _AT_ONCE_H else _FEW_LIGHTS
        light = _LIGHTS.get((outside, most), lambda: _light(outside, most))
        return SitePv(light, source.plants, skies)


def loads_key(config: RunConfig) -> bytes:
    """What the readings of a run follow from; runs of which it is the same have the same."""
    return _key(config.meters, *_of_run(config), config.dimming)


def _of_run(config: RunConfig) -> tuple[Any, ...]:
    """What any model may depend on."""
    part = () if config.hours is UNSET else (config.hours,)
    return config.first_date, config.days, config.tz, *part, config.seed, config.meter_max_w, config.meter_kind


def _places(config: RunConfig) -> tuple[str, ...]:
    """What the places of the meters are drawn by, where they are scattered."""
    pv = config.pv
    scattered = isinstance(pv, SitePvConfig) and pv.spread_km
    return tuple(meter.home for meter in config.meters) if scattered else ()


def _key(*parts: object) -> bytes:
    return msgspec.json.encode(parts)


def _loads(config: RunConfig, plan: RunPlan) -> _Loads:
    built = build_loads(config, plan)
    clipped = clipped_counts(config, plan, built.sources)
    loads = zip(config.meters, built.sources, strict=True)
    sources = (RememberedPower(clipped.get(meter.name, load)) for meter, load in loads)
    return _Loads(tuple(sources), built.inputs, clipped, dimmed_energies(config, plan))


def _remembered(skies: tuple[Sky, ...]) -> tuple[Sky, ...]:
    """Each sky once, however many sites are under it."""
    found = {id(sky): RememberedSky(sky) for sky in skies}
    return tuple(found[id(sky)] for sky in skies)


def _light(outside: LightOutside, most: int) -> RememberedLight:
    return RememberedLight(outside.place, outside.linke_turbidity, Latest(most))
