"""From a configuration to what it describes: the plan, the loads, the PV power and the devices of a run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import UNSET, UnsetType

from pvsim.adapters.shared.shipped import shipped
from pvsim.config import (
    BuildingMeter,
    CurveConfig,
    ExternalMeter,
    FileConfig,
    MeterConfig,
    NoPvConfig,
    RunConfig,
    SitePvConfig,
    zone_of,
)
from pvsim.config.connection import ExportStep
from pvsim.core.devices.balance import Balance, Limit
from pvsim.core.devices.battery import battery_of
from pvsim.core.devices.limits import NO_LIMIT_DW, LimitSteps
from pvsim.core.loads.simple import UniformLoad, WalkLoad
from pvsim.core.pv.curve import CurvePv
from pvsim.core.pv.no_pv import NoPv
from pvsim.core.quantities import noise
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import DW_PER_KW, MeterRange, PowerSource, PvSource
from pvsim.core.results.input_counts import PLACES
from pvsim.core.run.plan import RunPlan
from pvsim.core.site.schema import FileWeather
from pvsim.errors import UsageError
from pvsim.wiring.configure import file_sha256, refuse_changed, refuse_other

if TYPE_CHECKING:
    from pvsim.core.loads.building import BuildingLoad
    from pvsim.core.series import LocalDays, MeasuredSeries, SeriesOptions

__all__ = [
    "Built",
    "Loads",
    "Pv",
    "build",
    "build_loads",
    "build_pv",
    "building_of",
    "dimming_of_run",
    "is_external",
    "plan_of",
]

_FEW_SITES = 50  # their clouds of six hours take 17 MB

Inputs = Mapping[str, Mapping[str, Any]]
"""How files were read, and what they lacked: by the name of the meter, `pv`, `weather` and `places_m`."""


@dataclass(frozen=True, slots=True)
class Loads:
    """The power that each meter shows, in the order of the plan, and what was read for it."""

    sources: tuple[PowerSource, ...]
    inputs: Inputs


@dataclass(frozen=True, slots=True)
class Pv:
    """The PV power, and what was read for it."""

    source: PvSource
    inputs: Inputs


@dataclass(frozen=True, slots=True)
class Built:
    """All that a run is made of.

    Attributes:
        plan: Its meters, seconds and rows.
        loads: The power that each meter shows, in the order of the plan.
        pv: The PV power.
        devices: Battery and export limit of each meter's site; None is neither.
        inputs: How files were read, and what they lacked: as in the run's manifest, which counts besides what
            buildings take less than they would.
    """

    plan: RunPlan
    loads: tuple[PowerSource, ...]
    pv: PvSource
    devices: Balance | None
    inputs: Inputs


def build(config: RunConfig) -> Built:
    """All that a run is made of; the same configuration gives the same, and nothing else changes.

    Raises:
        UsageError: if a meter is somebody else's.
        BadInputError: if a file is not what it was when the configuration was made, or does not fit.
    """
    refuse_other(config, RunConfig, "config", "for a request: pvsim.build(pvsim.configure(request))")
    plan = plan_of(config)
    pv, loads = build_pv(config, plan), build_loads(config, plan)
    return Built(plan, loads.sources, pv.source, plan.balance, joined(pv.inputs, loads.inputs))


def joined(pv: Inputs, loads: Inputs) -> Inputs:
    """What was read for both; the weather of the plants says more than that of the heat pumps."""
    return {**pv, **{name: report for name, report in loads.items() if name not in pv}}


def plan_of(config: RunConfig) -> RunPlan:
    """The plan of a run; no file is read for it.

    Raises:
        UsageError: if it is impossible.
    """
    timeline = Timeline.of_days(config.first_date, config.days, zone_of(config.tz))
    if config.hours is not UNSET:
        timeline = timeline.part(config.hours)
    fuse_kw = config.connection.fuse_kw if config.connection is not None else None
    return RunPlan(
        config.run_id,
        timeline,
        tuple(meter.name for meter in config.meters),
        config.every_s,
        _balance(config, _export_limits(config, timeline)),
        MeterRange.up_to(config.meter_max_w, grid=config.meter_kind == "grid"),
        config.missing,
        None if fuse_kw is None else round(fuse_kw * DW_PER_KW),
        None if config.partitions is UNSET else config.partitions,
    )


def is_external(config: RunConfig) -> bool:
    """Whether some meter's readings cannot be computed here."""
    return any(isinstance(meter.source, ExternalMeter) for meter in config.meters)


def build_loads(config: RunConfig, plan: RunPlan, progress: Callable[[int], None] = lambda _: None) -> Loads:
    """The power that each meter shows.

    Args:
        config: The run.
        plan: Of the run.
        progress: Takes how many meters are done, after each.

    Raises:
        BadInputError: if a file does not fit.
        UsageError: if a meter is somebody else's.
    """
    sources = (meter.source for meter in config.meters)
    buildings = (source for source in sources if isinstance(source, BuildingMeter))
    weather = {(b.weather.path, b.weather_sha256) for b in buildings if isinstance(b.weather, FileWeather)}
    for path, sha256 in weather:  # a thousand buildings share one
        refuse_changed(Path(path), sha256)
    inputs: dict[str, Any] = {}
    loads = []
    for number, meter in enumerate(config.meters, start=1):
        loads.append(_load(meter, config, plan, inputs))
        progress(number)
    return Loads(tuple(loads), inputs)


def build_pv(config: RunConfig, plan: RunPlan) -> Pv:
    """The PV power.

    Raises:
        BadInputError: if a file does not fit.
    """
    if isinstance(config.pv, CurveConfig):
        with shipped("pv_curve.csv") as path:
            return Pv(CurvePv.from_curve(path.read_text(), plan.timeline, peak_kw=config.pv.peak_kw), {})
    if isinstance(config.pv, NoPvConfig):
        return Pv(NoPv(), {})
    inputs: dict[str, Any] = {}
    if isinstance(config.pv, SitePvConfig):
        return Pv(_site_pv(config.pv, config, plan, inputs), inputs)
    return Pv(_measured(config.pv, config, plan, inputs, quantity="pv", name="pv"), inputs)


def _site_pv(pv: SitePvConfig, config: RunConfig, plan: RunPlan, inputs: dict[str, Any]) -> PvSource:
    from pvsim.core.weather.cloud_cover import PORTION_S, clouds_over, scattered  # noqa: PLC0415
    from pvsim.wiring.sites import site_pv  # noqa: PLC0415 - not for other sources, as the line above

    site, timeline, seed = pv.site, plan.timeline, config.seed
    if isinstance(site.weather, FileWeather):
        refuse_changed(Path(site.weather.path), pv.weather_sha256)
    places = {site.name: (0.0, 0.0)}
    if pv.spread_km:
        of_homes = scattered([meter.home for meter in config.meters], seed, pv.spread_km)
        places = {meter.name: of_homes[meter.home] for meter in config.meters}
        inputs[PLACES] = places
    portion_s = PORTION_S if len(places) <= _FEW_SITES else 0
    clouds = [clouds_over(site, seed, *place, portion_s=portion_s) for place in places.values()]
    homes = None if pv.homes is UNSET else [home.plants for home in pv.homes]
    found = site_pv(site, timeline.start_utc, timeline.end_utc, clouds, seed=seed, homes=homes)
    if found.coverage is not None:
        counts = {name: count for name, count in asdict(found.coverage).items() if name != "gaps"}
        inputs["weather"] = {**counts, "reading": asdict(found.reading)} if found.reading else counts
    return found.source


def _load(meter: MeterConfig, config: RunConfig, plan: RunPlan, inputs: dict[str, Any]) -> PowerSource:
    source = meter.source
    if isinstance(source, ExternalMeter):
        what = f"the readings of meter {meter.name} come from elsewhere"
        raise UsageError(what, field="meter.source", fix="leave it to its owner, and use pvsim simulate")
    if isinstance(source, FileConfig):
        return _measured(source, config, plan, inputs, quantity="meter", name=meter.name)
    if isinstance(source, BuildingMeter):
        return building_of(meter.home, source, config, plan, inputs)
    stream = noise.key(config.seed, "load", source.model, meter.name)
    model = UniformLoad if source.model == "uniform" else WalkLoad
    return model(stream, plan.meter_range.high_dw)


def building_of(
    home: str, source: BuildingMeter, config: RunConfig, plan: RunPlan, inputs: dict[str, Any]
) -> "BuildingLoad":
    """The load of one building by its home; what was read of its weather is added to `inputs`."""
    from pvsim.wiring.buildings import load_of, weather_reading  # noqa: PLC0415 - not for other meters

    zone, run_utc = zone_of(config.tz), (plan.timeline.start_utc, plan.timeline.end_utc)
    max_dw = plan.meter_range.high_dw
    load = load_of(
        source,
        zone=zone,
        seed=config.seed,
        meter_name=home,
        run_utc=run_utc,
        max_dw=max_dw,
        dimming=dimming_of_run(config),
    )
    reading = weather_reading(source, zone=zone, seed=config.seed, run_utc=run_utc)
    if reading is not None:
        inputs.setdefault("weather", {"reading": asdict(reading)})
    return load


def _measured(
    source: FileConfig,
    config: RunConfig,
    plan: RunPlan,
    inputs: dict[str, Any],
    *,
    quantity: Literal["meter", "pv"],
    name: str,
) -> PowerSource:
    from pvsim.core.series import LocalDays, SeriesOptions  # noqa: PLC0415 - a fifth of the start of most runs

    timeline = plan.timeline
    part_utc = None if timeline.is_whole else (timeline.start_utc, timeline.end_utc)
    run = LocalDays(config.first_date, config.days, zone_of(config.tz), part_utc)
    later = {name: getattr(source, name) for name in ("sign", "scale", "annual_kwh", "peak_kw")}
    options = SeriesOptions(
        column=source.column,
        time_column=source.time_column,
        unit=source.unit,
        fill=source.fill,
        gaps=source.gaps,
        start=source.start,
        meter_range=plan.meter_range,
        tz=zone_of(source.tz, f"{quantity}.tz") if source.tz else None,
        date_order=source.date_order or None,
        stamp=source.stamp or None,
        decimal=source.decimal or None,
        kind=source.measures or None,
        **{name: value for name, value in later.items() if value is not UNSET},
    )
    path = Path(source.path)
    series = _read(path, file_sha256(path), options, quantity, run)
    refuse_changed(path, source.sha256)
    inputs[name] = asdict(series.findings)
    return series


@lru_cache(maxsize=2)  # runs of a study have the same load, or the same PV power
def _read(
    path: Path, sha256: str, options: "SeriesOptions", quantity: Literal["meter", "pv"], run: "LocalDays"
) -> "MeasuredSeries":
    from pvsim.adapters.tables.series_csv import read_series  # noqa: PLC0415 - most runs read no file

    series = read_series(path, options, quantity=quantity, run=run)
    refuse_changed(path, sha256)  # it may have changed before it was read
    return series


def dimming_of_run(config: RunConfig) -> LimitSteps | None:
    """The most that a dimmed device takes; None where none is dimmed."""
    windows = ((each.start_utc, each.end_utc, round(each.limit_kw * DW_PER_KW)) for each in config.dimming)
    return LimitSteps.of_windows(windows) if config.dimming else None


def _export_limits(config: RunConfig, timeline: Timeline) -> Limit | tuple[Limit, ...]:
    """What may be fed in, in 0.1 W; of each meter's site where they differ."""
    connection = config.connection
    if connection is None:
        return _export_limit((), config.export_limit_kw, timeline)
    if connection.homes is UNSET:
        return _export_limit(connection.export, config.export_limit_kw, timeline)
    return tuple(_export_limit(steps, None, timeline) for steps in connection.homes)


def _export_limit(steps: Sequence[ExportStep], fixed_kw: float | None, timeline: Timeline) -> Limit:
    """A limit in 0.1 W; a number where it is always the same."""
    kws = [step.limit_kw for step in steps] or [fixed_kw]
    limits = [NO_LIMIT_DW if kw is None else round(kw * DW_PER_KW) for kw in kws]
    if len(set(limits)) == 1:
        return None if limits[0] == NO_LIMIT_DW else limits[0]
    starts = (timeline.midnights_utc[(step.first_date - timeline.first_date).days] for step in steps)
    return LimitSteps(tuple(starts), tuple(limits))


def _balance(config: RunConfig, limit_dw: Limit | tuple[Limit, ...]) -> Balance | None:
    """Batteries and export limit as the simulator computes with them; None where there is neither.

    Raises:
        UsageError: if a battery is impossible.
    """
    alike = (config.battery,) * len(config.meters)
    batteries = alike if isinstance(config.batteries, UnsetType) else config.batteries
    if limit_dw is None and not any(batteries):
        return None
    models = {battery: battery_of(battery) for battery in batteries if battery is not None}
    start = tuple(models[battery].stored_at(battery.soc_at_start) for battery in batteries if battery is not None)
    found = tuple(None if battery is None else models[battery] for battery in batteries)
    return Balance(found, start if config.stored_at_start is UNSET else config.stored_at_start, limit_dw)
