"""Whether two runs can be compared: the same seconds, the same load, the same weather."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, TypeAlias

import msgspec

from pvsim.app.report.forms import Phrase
from pvsim.config.changed_models import changed_between
from pvsim.config.run_config import (
    BuildingMeter,
    CurveConfig,
    FileConfig,
    MeterConfig,
    NoPvConfig,
    RunConfig,
    SitePvConfig,
    SyntheticMeter,
)
from pvsim.core.site.energy import plain_kwh
from pvsim.core.site.schema import ClearWeather, CloudyWeather

__all__ = ["Aspect", "Unlike", "unlike"]

Aspect: TypeAlias = Literal["period", "rows", "load", "weather"]


@dataclass(frozen=True, slots=True)
class Unlike:
    """In what two runs differ although both must have it in common.

    Attributes:
        aspect: What of the runs.
        this: What the other run has.
        base: What the first run has.
        where: Where the manifests tell more, should both be said in the same words.
    """

    aspect: Aspect
    this: Phrase
    base: Phrase
    where: str = ""

    @property
    def what(self) -> Phrase:
        """How they differ, the other run first."""
        if self.this == self.base:
            return Phrase("unlike.settings", {"this": self.this, "where": self.where})
        return Phrase("unlike.instead", {"this": self.this, "base": self.base})


def unlike(base: RunConfig, other: RunConfig, made_by: tuple[str, str] | None = None) -> tuple[Unlike, ...]:
    """What keeps a run from being compared with another; nothing where only plants and devices differ.

    Args:
        base: The first run's configuration.
        other: The other one's.
        made_by: The versions that made them; None: one made both. A model that gives other values by the one than
            by the other makes another load, or other weather.
    """
    found = []
    versions = made_by or ("", "")
    changed = set(changed_between(base, *versions)) & set(changed_between(other, *versions))
    if _period(base) != _period(other):
        found.append(Unlike("period", _period(other), _period(base)))
    if base.every_s != other.every_s:  # self-consumption depends on it
        found.append(Unlike("rows", _rows(other), _rows(base)))
    if _load(base) != _load(other):
        found.append(Unlike("load", _meters(other), _meters(base), "config.meters"))
    elif "buildings" in changed:
        found.append(Unlike("load", *_as_modelled(_meters(other), _meters(base), versions)))
    weather = _weather(base), _weather(other)
    if None not in weather and weather[0] != weather[1]:
        found.append(Unlike("weather", _sky(other), _sky(base), "config.pv"))
    elif None not in weather and "clouds" in changed:
        found.append(Unlike("weather", *_as_modelled(_sky(other), _sky(base), versions)))
    return tuple(found)


def _as_modelled(this: Phrase, base: Phrase, versions: tuple[str, str]) -> tuple[Phrase, Phrase]:
    """The same words of two versions, whose values differ."""
    first, last = (
        Phrase("unlike.modelled", {"what": what, "version": by})
        for what, by in zip((base, this), versions, strict=True)
    )
    return last, first


def _period(config: RunConfig) -> Phrase:
    first, last = config.first_date, config.first_date + timedelta(days=config.days - 1)
    if isinstance(config.hours, str):
        return Phrase("unlike.part", {"first": first, "zone": config.tz, "clock": config.hours.replace("-", "–")})
    if config.hours:
        return Phrase("unlike.hours", {"first": first, "zone": config.tz, "hours": config.hours})
    if config.days == 1:
        return Phrase("unlike.day", {"first": first, "zone": config.tz})
    return Phrase("unlike.days", {"first": first, "last": last, "zone": config.tz})


def _rows(config: RunConfig) -> Phrase:
    return Phrase("unlike.rows", {"seconds": config.every_s})


def _load(config: RunConfig) -> Any:
    """All that the readings depend on; where a file was does not matter, what it held does."""
    return config.meter_kind, [_source(meter, config) for meter in config.meters]


def _source(meter: MeterConfig, config: RunConfig) -> Any:
    source = meter.source
    if isinstance(source, FileConfig):
        return msgspec.structs.replace(source, path="")
    if isinstance(source, SyntheticMeter):  # drawn by name, in the meter's range
        return meter.name, source, config.seed, config.meter_max_w
    if isinstance(source, BuildingMeter):
        dimmable = source.load.heat_pump is not None or source.load.electric_car is not None
        return meter.name, _without_path(source), config.seed, config.dimming if dimmable else ()
    return source


def _meters(config: RunConfig) -> Phrase:
    """The meters in words."""
    count = len(config.meters)
    found = Phrase(
        "unlike.meters" if count > 1 else "unlike.meter", {"kinds": _kinds(config.meters), "count": count}
    )
    if config.meter_kind == "grid":
        found = Phrase("unlike.grid", {"meters": found})
    if config.dimming:
        found = Phrase("unlike.dimmed", {"meters": found, "count": len(config.dimming)})
    if any(isinstance(meter.source, BuildingMeter | SyntheticMeter) for meter in config.meters):
        found = Phrase("unlike.seeded", {"meters": found, "seed": str(config.seed)})
    return found


def _kinds(meters: Sequence[MeterConfig]) -> tuple[Phrase, ...]:
    """Each kind of meter once, with its number; one that is alone by its name, for its load is drawn by that."""
    alike: dict[str, list[MeterConfig]] = {}
    for meter in meters:
        source = meter.source
        kind = source.load.kind if isinstance(source, BuildingMeter) else repr(_kind([meter], ""))
        alike.setdefault(kind, []).append(meter)
    return tuple(
        Phrase("unlike.several", {"count": len(found), "kind": _kind(found, "")})
        if len(found) > 1
        else _kind(found, f" {found[0].name}")
        for found in alike.values()
    )


def _kind(meters: Sequence[MeterConfig], name: str) -> Phrase:
    """What meters of one kind are; buildings of one kind differ in their energies."""
    source = meters[0].source
    if isinstance(source, FileConfig):
        return Phrase("unlike.file", _file(source.path, source.sha256))
    if isinstance(source, SyntheticMeter):
        return Phrase("unlike.synthetic", {"model": source.model, "name": name})
    if isinstance(source, BuildingMeter):
        loads = [meter.source.load for meter in meters if isinstance(meter.source, BuildingMeter)]
        energies = sorted({round(plain_kwh(load.annual_kwh)) for load in loads})
        kwh: object = energies[0]
        if len(energies) > 1:
            kwh = Phrase("unlike.range", {"least": energies[0], "most": energies[-1]})
        return Phrase(f"unlike.{source.load.kind}", {"name": name, "kwh": kwh})
    return Phrase("unlike.external")


def _file(path: str, sha256: str) -> dict[str, object]:
    return {"file": path.rpartition("/")[2], "digest": sha256[:8]}


def _weather(config: RunConfig) -> Any:
    """What the light depends on, besides the plants; None where there is no PV and it does not matter."""
    pv = config.pv
    if isinstance(pv, NoPvConfig):
        return None
    if isinstance(pv, CurveConfig):
        return "curve"
    if isinstance(pv, FileConfig):  # of two files nobody can know
        return pv.sha256, pv.column, pv.start
    weather = pv.site.weather
    drawn = isinstance(weather, CloudyWeather) or weather.temp_air_spread_c > 0
    return _without_path(pv.site.location), _sky_of(pv), pv.spread_km, config.seed if drawn else None


def _sky_of(pv: SitePvConfig) -> Any:
    return _without_path(pv.site.weather), pv.weather_sha256


def _without_path(struct: msgspec.Struct) -> Any:
    """A struct as plain data without the places of files."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(part) for name, part in value.items() if name != "path"}
        return value

    return plain(msgspec.to_builtins(struct))


def _sky(config: RunConfig) -> Phrase:
    """The light in words, where there is PV."""
    pv = config.pv
    if isinstance(pv, FileConfig):
        return Phrase("unlike.pv_file", _file(pv.path, pv.sha256))
    if not isinstance(pv, SitePvConfig):
        return Phrase("unlike.curve")
    place, weather = pv.site.location, pv.site.weather
    if isinstance(weather, CloudyWeather):
        sky = Phrase("unlike.clouds", {"regime": weather.regime, "seed": str(config.seed)})
    elif isinstance(weather, ClearWeather):
        sky = Phrase("unlike.clear")
    else:
        sky = Phrase("unlike.weather", _file(weather.path, pv.weather_sha256 or ""))
    at = {"latitude": place.latitude_deg, "longitude": place.longitude_deg}
    return Phrase("unlike.at", {"sky": sky, **at})
