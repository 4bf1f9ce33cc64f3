"""Whether two runs can be compared: the same seconds, the same load, the same weather."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, TypeAlias

import msgspec

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
from pvsim.core.site.schema import ClearWeather, CloudyWeather

__all__ = ["Aspect", "Unlike", "unlike"]

Aspect: TypeAlias = Literal["period", "rows", "load", "weather"]


@dataclass(frozen=True, slots=True)
class Unlike:
    """In what two runs differ although both must have it in common.

    Attributes:
        aspect: What of the runs.
        what: How they differ, the other run first.
    """

    aspect: Aspect
    what: str


def unlike(base: RunConfig, other: RunConfig) -> tuple[Unlike, ...]:
    """What keeps a run from being compared with another; nothing where only plants and devices differ."""
    found = []
    if (_period(base), base.tz) != (_period(other), other.tz):
        found.append(Unlike("period", f"{_period(other)} in {other.tz} instead of {_period(base)} in {base.tz}"))
    if base.every_s != other.every_s:  # self-consumption depends on it
        found.append(Unlike("rows", f"means over {other.every_s:,} s instead of {base.every_s:,} s"))
    if _load(base) != _load(other):
        found.append(Unlike("load", _instead(_meters(other), _meters(base), "config.meters")))
    weather = _weather(base), _weather(other)
    if None not in weather and weather[0] != weather[1]:
        found.append(Unlike("weather", _instead(_sky(other), _sky(base), "config.pv")))
    return tuple(found)


def _instead(this: str, base: str, where: str) -> str:
    return (
        f"{this} with other settings ({where} in manifest.json)" if this == base else f"{this} instead of {base}"
    )


def _period(config: RunConfig) -> str:
    last = config.first_date + timedelta(days=config.days - 1)
    return f"{config.first_date}" if config.days == 1 else f"{config.first_date} to {last}"


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


def _meters(config: RunConfig) -> str:
    """The meters in words."""
    kinds = _kinds(config.meters)
    seeded = any(isinstance(meter.source, BuildingMeter | SyntheticMeter) for meter in config.meters)
    count = f"{len(config.meters):,} meters: " if len(config.meters) > 1 else ""
    grid = " at the grid connection" if config.meter_kind == "grid" else ""
    dimmed = f", dimmed (windows: {len(config.dimming):,})" if config.dimming else ""
    return f"{count}{', '.join(kinds)}{grid}{dimmed}{f' (seed {config.seed})' if seeded else ''}"


def _kinds(meters: Sequence[MeterConfig]) -> list[str]:
    """Each kind of meter once, with its number; one that is alone by its name, for its load is drawn by that."""
    alike: dict[str, list[str]] = {}
    for meter in meters:
        alike.setdefault(_kind(meter, ""), []).append(_kind(meter, f" {meter.name}"))
    return [named[0] if len(named) == 1 else f"{len(named):,} × {kind}" for kind, named in alike.items()]


def _kind(meter: MeterConfig, name: str) -> str:
    source = meter.source
    if isinstance(source, FileConfig):
        return f"file {source.path.rpartition('/')[2]} ({source.sha256[:8]}…)"
    if isinstance(source, SyntheticMeter):
        return f"{source.model}{name}"
    if isinstance(source, BuildingMeter):
        return f"{source.load.kind}{name} of {source.load.annual_kwh:,.0f} kWh a year"
    return "external meter"


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


def _sky(config: RunConfig) -> str:
    """The light in words, where there is PV."""
    pv = config.pv
    if isinstance(pv, FileConfig):
        return f"PV power of {pv.path.rpartition('/')[2]} ({pv.sha256[:8]}…)"
    if not isinstance(pv, SitePvConfig):
        return "the brief's curve"
    place, weather = pv.site.location, pv.site.weather
    if isinstance(weather, CloudyWeather):
        sky = f"clouds ({weather.regime}, seed {config.seed})"
    elif isinstance(weather, ClearWeather):
        sky = "a clear sky"
    else:
        sky = f"weather of {weather.path.rpartition('/')[2]} ({(pv.weather_sha256 or '')[:8]}…)"
    return f"{sky} at {place.latitude_deg:g}° N {place.longitude_deg:g}° E"
