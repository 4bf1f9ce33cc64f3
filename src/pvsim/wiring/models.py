"""From a configuration to the objects that it describes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import UNSET

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
from pvsim.core.delivery.checkpoint import slot_bytes
from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import battery_of
from pvsim.core.loads.simple import UniformLoad, WalkLoad
from pvsim.core.pv.curve import CurvePv
from pvsim.core.pv.no_pv import NoPv
from pvsim.core.quantities import noise
from pvsim.core.quantities.timeline import DAY_S, Timeline
from pvsim.core.quantities.types import DW_PER_KW, MeterRange, PowerSource, PvSource
from pvsim.core.run.plan import RunPlan
from pvsim.core.site.schema import Battery as BatteryConfig
from pvsim.core.site.schema import FileWeather
from pvsim.errors import BadInputError, UsageError
from pvsim.wiring.configure import file_sha256

if TYPE_CHECKING:
    from pvsim.core.loads.building import BuildingLoad

__all__ = ["Models", "balance_of"]

_FEW_SITES = 50  # their clouds of six hours take 17 MB


@dataclass(slots=True)
class Models:
    """The plan, loads and PV source of one configuration, made when first asked for.

    Attributes:
        inputs: What was read from files: filled by `loads` and `pv`.
        clipped: Seconds of each building above the meter's range, where there are any: filled by `count_clipped`.
    """

    config: RunConfig
    plan: RunPlan = field(init=False)
    inputs: dict[str, Any] = field(default_factory=dict)
    clipped: dict[str, dict[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        timeline = Timeline.of_days(self.config.first_date, self.config.days, zone_of(self.config.tz))
        names = tuple(meter.name for meter in self.config.meters)
        balance = balance_of(self.config.battery, self.config.export_limit_kw)
        meter_range = MeterRange.up_to(self.config.meter_max_w, grid=self.config.meter_kind == "grid")
        self.plan = RunPlan(
            self.config.run_id, timeline, names, self.config.every_s, balance, meter_range, self.config.missing
        )

    @property
    def external(self) -> bool:
        """Whether some meter's readings cannot be computed here."""
        return any(isinstance(meter.source, ExternalMeter) for meter in self.config.meters)

    @property
    def slot_bytes(self) -> int:
        """Length of a slot of the run's checkpoint."""
        return slot_bytes(len(self.plan.stored_at_start) + (len(self.plan.meters) if self.plan.holds else 0))

    def loads(self) -> Sequence[PowerSource]:
        """The load of each meter.

        Raises:
            BadInputError: if a file does not fit.
            UsageError: if a meter is somebody else's.
        """
        sources = (meter.source for meter in self.config.meters)
        buildings = (source for source in sources if isinstance(source, BuildingMeter))
        weather = {(b.weather.path, b.weather_sha256) for b in buildings if isinstance(b.weather, FileWeather)}
        for path, sha256 in weather:  # a thousand buildings share one
            _refuse_changed(Path(path), sha256)
        return [self._load(meter) for meter in self.config.meters]

    def count_clipped(self) -> None:
        """Count the seconds in which a building takes more than the meter can show."""
        timeline = self.plan.timeline
        for meter in self.config.meters:
            if isinstance(meter.source, BuildingMeter):
                load = self._building(meter.name, meter.source)
                starts = range(timeline.start_utc, timeline.end_utc, DAY_S)
                seconds = sum(load.clipped_s(start, min(DAY_S, timeline.end_utc - start)) for start in starts)
                if seconds:
                    self.clipped[meter.name] = {"clipped_s": seconds}

    def pv(self) -> PvSource:
        """The PV source.

        Raises:
            BadInputError: if a file does not fit.
        """
        if isinstance(self.config.pv, CurveConfig):
            curve = (files("pvsim") / "data" / "pv_curve.csv").read_text()
            return CurvePv.from_curve(curve, self.plan.timeline, peak_kw=self.config.pv.peak_kw)
        if isinstance(self.config.pv, NoPvConfig):
            return NoPv()
        if isinstance(self.config.pv, SitePvConfig):
            return self._site_pv(self.config.pv)
        return self._measured(self.config.pv, "pv", "pv")

    def _site_pv(self, pv: SitePvConfig) -> PvSource:
        from pvsim.core.weather.cloud_cover import PORTION_S, clouds_over, scattered  # noqa: PLC0415 - not for other sources
        from pvsim.wiring.sites import site_pv  # noqa: PLC0415 - likewise

        site, timeline = pv.site, self.plan.timeline
        if isinstance(site.weather, FileWeather):
            _refuse_changed(Path(site.weather.path), pv.weather_sha256)
        seed, places = self.config.seed, {site.name: (0.0, 0.0)}
        if pv.spread_km:
            places = scattered(self.plan.meters, seed, pv.spread_km)
            self.inputs["places_m"] = places
        portion_s = PORTION_S if len(places) <= _FEW_SITES else 0
        clouds = [clouds_over(site, seed, *place, portion_s=portion_s) for place in places.values()]
        found = site_pv(site, timeline.start_utc, timeline.end_utc, clouds, seed=seed)
        if found.coverage is not None:
            counts = {name: count for name, count in asdict(found.coverage).items() if name != "gaps"}
            self.inputs["weather"] = {**counts, "reading": asdict(found.reading)} if found.reading else counts
        return found.source

    def _load(self, meter: MeterConfig) -> PowerSource:
        source = meter.source
        if isinstance(source, ExternalMeter):
            what = f"the readings of meter {meter.name} come from elsewhere"
            raise UsageError(what, field="meter.source", fix="leave it to its owner, and use pvsim simulate")
        if isinstance(source, FileConfig):
            return self._measured(source, "meter", meter.name)
        if isinstance(source, BuildingMeter):
            return self._building(meter.name, source)
        stream = noise.key(self.config.seed, "load", source.model, meter.name)
        model = UniformLoad if source.model == "uniform" else WalkLoad
        return model(stream, self.plan.meter_range.high_dw)

    def _building(self, name: str, source: BuildingMeter) -> "BuildingLoad":
        from pvsim.wiring.buildings import load_of, weather_reading  # noqa: PLC0415 - not for other meters

        zone, run_utc = zone_of(self.config.tz), (self.plan.timeline.start_utc, self.plan.timeline.end_utc)
        max_dw = self.plan.meter_range.high_dw
        load = load_of(source, zone=zone, seed=self.config.seed, meter_name=name, run_utc=run_utc, max_dw=max_dw)
        if "weather" not in self.inputs:
            reading = weather_reading(source, zone=zone, seed=self.config.seed, run_utc=run_utc)
            self.inputs |= {"weather": {"reading": asdict(reading)}} if reading else {}
        return load

    def _measured(self, source: FileConfig, quantity: Literal["meter", "pv"], name: str) -> PowerSource:
        from pvsim.adapters.tables.series_csv import read_series  # noqa: PLC0415 - a fifth of the start of most runs
        from pvsim.core.series import LocalDays, SeriesOptions  # noqa: PLC0415

        path = Path(source.path)
        run = LocalDays(self.config.first_date, self.config.days, zone_of(self.config.tz))
        later = {name: getattr(source, name) for name in ("sign", "scale", "annual_kwh", "peak_kw")}
        options = SeriesOptions(
            column=source.column,
            time_column=source.time_column,
            unit=source.unit,
            fill=source.fill,
            gaps=source.gaps,
            start=source.start,
            meter_range=self.plan.meter_range,
            tz=zone_of(source.tz, f"{quantity}.tz") if source.tz else None,
            date_order=source.date_order or None,
            stamp=source.stamp or None,
            decimal=source.decimal or None,
            kind=source.measures or None,
            **{name: value for name, value in later.items() if value is not UNSET},
        )
        series = read_series(path, options, quantity=quantity, run=run)
        _refuse_changed(path, source.sha256)
        self.inputs[name] = asdict(series.report)
        return series


def _refuse_changed(path: Path, sha256: str | None) -> None:
    if file_sha256(path) != sha256:
        what = "the file has changed since the run was made" if path.exists() else "the file is not there any more"
        raise BadInputError(what, where=str(path), fix="restore the file, or start a new run")


def balance_of(battery: BatteryConfig | None, export_limit_kw: float | None) -> Balance | None:
    """Battery and export limit as the simulator computes with them; None where there is neither.

    Raises:
        UsageError: if the battery is impossible.
    """
    if battery is None and export_limit_kw is None:
        return None
    limit_dw = None if export_limit_kw is None else round(export_limit_kw * DW_PER_KW)
    if battery is None:
        return Balance(export_limit_dw=limit_dw)
    b = battery_of(battery)
    return Balance(b, b.stored_at(battery.soc_at_start), limit_dw)
