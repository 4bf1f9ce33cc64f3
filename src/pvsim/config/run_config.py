"""What a run is configured with: plain data, written to the manifest and read back from it."""

from datetime import date
from functools import cache
from hashlib import sha256
from typing import Any, Literal, TypeAlias

import msgspec

from pvsim.config.connection import ConnectionConfig
from pvsim.config.dimming import DimmedTime
from pvsim.config.feed_in import HomeFeedIn, UnpaidSpan
from pvsim.config.single_settings import Format, check_batch, check_days, check_meter_max_w
from pvsim.core.pv.curve import MAX_PEAK_KW
from pvsim.core.quantities.types import METER_MAX_W
from pvsim.core.site.energy import EnergyPopulation
from pvsim.core.site.schema import Battery, Load, Plant, Site, Weather
from pvsim.core.site.tariff import Co2, Cost, Tariff
from pvsim.errors import UsageError

__all__ = [
    "AnnualEnergies",
    "BuildingMeter",
    "CurveConfig",
    "ExternalMeter",
    "FileConfig",
    "HomePlants",
    "MeterConfig",
    "NoPvConfig",
    "PvConfig",
    "RunConfig",
    "SitePvConfig",
    "SyntheticMeter",
    "digest",
    "without_later_defaults",
]

MAX_SPREAD_KM = 100.0
"""The sun of the named place serves for all: at the edge it is off by half a degree."""


class HomesFile(msgspec.Struct, frozen=True):
    """The file of a run's homes; what it says is in the configuration.

    Attributes:
        path: Absolute path.
        sha256: Its digest when the run was made.
        rows: How many homes it has.
    """

    path: str
    sha256: str
    rows: int


class FileConfig(msgspec.Struct, frozen=True, tag_field="kind", tag="file"):
    """Measured data replayed from a CSV file.

    Attributes:
        path: Absolute path.
        sha256: Digest of the file when the run was made: a run is not resumed with other data.
        column: Header of the power column, None to find it.
        time_column: Header of the time column, None to find it.
        unit: Of the power column, None to find it in the header; Wh, kWh and MWh are energies.
        fill: How values stand between samples.
        gaps: What to do where samples are missing.
        start: The file's day that is the run's first day, None for the first whole one.
        tz: IANA zone of the file's clock; left out where the file tells it.
        date_order: Which number of a date such as 01/06/2024 is the day; left out where the file tells it.
        stamp: What of its interval a time is; left out where the file tells it.
        decimal: The mark of the decimals; left out where the file tells it.
        measures: What the column holds, as `meter.kind` and `pv.kind` of a request say it. Unset where nobody said
            it: this and the following fields are later than the first manifests, and do not change the digest
            while unset.
        sign: `negative`: what is wanted is written with a minus.
        scale: Factor of the powers.
        annual_kwh: The powers are scaled so that a year of the file's mean is so much.
        peak_kw: The powers are scaled so that the file's highest is this.
    """

    path: str
    sha256: str
    column: str | None = None
    time_column: str | None = None
    unit: Literal["W", "kW", "MW", "Wh", "kWh", "MWh"] | None = None
    fill: Literal["hold", "interpolate"] = "hold"
    gaps: Literal["error", "hold", "interpolate", "zero"] | None = None
    start: date | None = None
    tz: str | msgspec.UnsetType = msgspec.UNSET  # so that the digest of a run that was made without stays the same
    date_order: Literal["day-first", "month-first", "year-first"] | msgspec.UnsetType = msgspec.UNSET
    stamp: Literal["start", "middle", "end"] | msgspec.UnsetType = msgspec.UNSET
    decimal: Literal["point", "comma"] | msgspec.UnsetType = msgspec.UNSET
    measures: Literal["load", "grid", "generation", "counter"] | msgspec.UnsetType = msgspec.UNSET
    sign: Literal["positive", "negative"] | msgspec.UnsetType = msgspec.UNSET
    scale: float | msgspec.UnsetType = msgspec.UNSET
    annual_kwh: float | msgspec.UnsetType = msgspec.UNSET
    peak_kw: float | msgspec.UnsetType = msgspec.UNSET


class SyntheticMeter(msgspec.Struct, frozen=True, tag_field="kind", tag="synthetic"):
    """A load model driven by the seed."""

    model: Literal["uniform", "walk"] = "uniform"


class BuildingMeter(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="building"):
    """A household, office or depot made of its devices, driven by the seed.

    Attributes:
        load: What it is and what it uses in a year.
        latitude_deg: Latitude of the building, north positive; people need light when it is dark there.
        longitude_deg: Longitude of the building, east positive.
        weather: The air that its heat pump takes heat from; None without one: the name of a run comes from this.
        weather_sha256: Digest of the weather file, where it has one.
        home: What its random numbers are drawn by, where that is not the meter's name: `m1` of the meter `m01`, so
            that the first homes of 9 and of 100 are the same.
    """

    load: Load
    latitude_deg: float
    longitude_deg: float
    weather: Weather | None = None
    weather_sha256: str | None = None
    home: str | msgspec.UnsetType = msgspec.UNSET


class ExternalMeter(msgspec.Struct, frozen=True, tag_field="kind", tag="external"):
    """Somebody else publishes this meter's readings."""


class CurveConfig(msgspec.Struct, frozen=True, tag_field="kind", tag="curve"):
    """The brief's curve, scaled to another peak if one is given, in kW."""

    peak_kw: float | None = None

    def __post_init__(self) -> None:
        if self.peak_kw is not None and not 0 <= self.peak_kw <= MAX_PEAK_KW:
            what = f"`pv.peak_kw` is 0 to {MAX_PEAK_KW:g} kW, not {self.peak_kw:g} kW"
            raise UsageError(what, field="pv.peak_kw", fix="give the plant's peak in kW, for example 3.257")


class HomePlants(msgspec.Struct, frozen=True):
    """The plants of one meter's site; none is a home without PV."""

    plants: tuple[Plant, ...] = ()


class SitePvConfig(msgspec.Struct, frozen=True, tag_field="kind", tag="site"):
    """The plants of a site under its weather.

    Attributes:
        site: All of it, resolved: a later change of its file changes no run.
        weather_sha256: Digest of its weather file, where it has one.
        spread_km: Each meter of the run is a site like it, somewhere in a square of this side; 0: all are at
            one place.
        homes: The plants of each meter's site, where they differ, in place of the site's; unset where they do not.
    """

    site: Site
    weather_sha256: str | None = None
    spread_km: float = 0.0
    homes: tuple[HomePlants, ...] | msgspec.UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        if not 0 <= self.spread_km <= MAX_SPREAD_KM:
            what = f"`spread_km` is 0 to {MAX_SPREAD_KM:g} km, not {self.spread_km:g} km"
            raise UsageError(what, field="spread_km", fix="give the side of a square, for example 3")


class NoPvConfig(msgspec.Struct, frozen=True, tag_field="kind", tag="none"):
    """No PV: net is what the meter shows."""


PvConfig: TypeAlias = CurveConfig | FileConfig | SitePvConfig | NoPvConfig


class MeterConfig(msgspec.Struct, frozen=True):
    """One meter of the run."""

    name: str
    source: SyntheticMeter | BuildingMeter | FileConfig | ExternalMeter

    @property
    def home(self) -> str:
        """What the random numbers of its building, and its place under the clouds, are drawn by."""
        home = self.source.home if isinstance(self.source, BuildingMeter) else msgspec.UNSET
        return self.name if isinstance(home, msgspec.UnsetType) else home


class AnnualEnergies(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the annual energies of several buildings came about; each one's own is in its `source`.

    Attributes:
        kind: What they are; `building`: of several kinds.
        count: How many there are.
        lowest_kwh: The least that one uses.
        mean_kwh: Their mean.
        highest_kwh: The most that one uses.
        population: What they were drawn from; left out where they were listed, or all are as they were said.
        around: Whether one number was said, and taken for the mean of homes that differ.
        by_home: Whether kinds of homes of a street say it, or the rows of their file.
    """

    kind: Literal["household", "office", "depot", "building"]
    count: int
    lowest_kwh: float
    mean_kwh: float
    highest_kwh: float
    population: EnergyPopulation | None = None
    around: bool = False
    by_home: bool = False


class RunConfig(msgspec.Struct, frozen=True):
    """Everything that the bytes of a run's rows depend on (I2), the version of pvsim aside.

    Attributes:
        run_id: Name of the run; it is in every message and in the stream's name.
        first_date: First local day.
        days: How many local days.
        tz: IANA zone.
        seed: Seed of the load models.
        every_s: Seconds that one row is the mean of.
        battery: Of the site; None is none.
        export_limit_kw: The most that is fed in; None is no limit.
        split: `day`: in the end one file for each local day.
        meter_max_w: The most that a meter may show.
        meter_kind: `grid`: the meters are at the grid connection: negative exports, and the PV that is there
            already is in what they show.
        missing: How a reading of an external meter that is missing from the log is treated: `skip`: it has no
            row; `hold`: the last value before it is used; `stop`: the run stops.
        connection: What the site and its rules say of the connection to the grid; its limits stand in place of
            `export_limit_kw`. None where they say no more than that.
        dimming: Times in which heat pumps and the charging of cars are dimmed, of those that touch the run.
        batch: Messages that the meter publishes in one batch; 1 in manifests that do not say it.
        tariff: What import costs and export earns; None is not known. Of a site, as the next two.
        cost: What PV and battery cost; None is not known.
        co2: What the grid emits; None is not known.
        series_sha256: Digests of the files that tariff and CO2 name, by the path of the setting
            (`tariff.import_series`); None where there are none.
        unpaid: On which days the tariff's `zero_at_negative_prices` acts, where a rule begins or ends to hold
            within the run; None is on all.
        formats: The files that the rows are written to in the end; only csv in manifests that do not say it.
        annual_energies: How the annual energies of several buildings came about.
        batteries: Of each meter's site, in place of `battery`, None where it has none; unset where all are alike.
        homes_file: The file that the homes are from; unset without one.
        feed_in: What the rules pay each home, where that differs; unset where it does not.
        stored_at_start: What each battery holds when the run begins, in its units, in place of its
            `soc_at_start`: the run is a day of a service that goes on from the day before.
        hours: The run is so many first hours of its only day, or a part of it by its local clock, as
            `12:00-13:00`; unset: the whole day.
        partitions: Over how many streams the meters are spread (`pvsim.core.run.partitions`); unset: over none.
    """

    run_id: str
    first_date: date
    days: int
    tz: str
    seed: int
    every_s: int
    meters: tuple[MeterConfig, ...]
    pv: PvConfig
    battery: Battery | None = None
    export_limit_kw: float | None = None
    split: Literal["none", "day"] = "none"
    meter_max_w: int = METER_MAX_W
    meter_kind: Literal["load", "grid"] = "load"
    missing: Literal["skip", "hold", "stop"] = "stop"
    batch: int = 1
    connection: ConnectionConfig | None = None
    dimming: tuple[DimmedTime, ...] = ()
    tariff: Tariff | None = None
    cost: Cost | None = None
    co2: Co2 | None = None
    series_sha256: dict[str, str] | None = None
    unpaid: tuple[UnpaidSpan, ...] | None = None
    formats: tuple[Format, ...] = ("csv",)
    annual_energies: tuple[AnnualEnergies, ...] = ()
    batteries: tuple[Battery | None, ...] | msgspec.UnsetType = msgspec.UNSET
    homes_file: HomesFile | msgspec.UnsetType = msgspec.UNSET
    feed_in: tuple[HomeFeedIn, ...] | msgspec.UnsetType = msgspec.UNSET
    stored_at_start: tuple[int, ...] | msgspec.UnsetType = msgspec.UNSET
    hours: int | str | msgspec.UnsetType = msgspec.UNSET
    partitions: int | msgspec.UnsetType = msgspec.UNSET

    @property
    def homes_with_pv(self) -> int | None:
        """How many homes of a street have PV; None where all are alike."""
        if not isinstance(self.pv, SitePvConfig) or isinstance(self.pv.homes, msgspec.UnsetType):
            return None
        return sum(bool(home.plants) for home in self.pv.homes)

    def __post_init__(self) -> None:
        check_batch(self.batch)
        check_meter_max_w(self.meter_max_w)
        check_days(self.days)


_LATER = {"meter_max_w", "meter_kind", "connection", "dimming"}
"""Fields that older manifests lack: at their defaults they leave the digest as it was."""


_NO_ROWS = (
    "batch",
    "formats",
    "tariff",
    "cost",
    "co2",
    "series_sha256",
    "unpaid",
    "feed_in",
    "annual_energies",
    "homes_file",
)
"""Fields that change no byte of a row."""


def digest(config: RunConfig) -> bytes:
    """SHA-256 of the configuration."""
    fields = without_later_defaults(config)
    if config.missing != "hold":  # changes no byte of a row, and may be changed on resuming
        del fields["missing"]
    for name in _NO_ROWS:
        fields.pop(name, None)
    return sha256(msgspec.json.encode(fields, order="sorted")).digest()


def without_later_defaults(config: RunConfig) -> dict[str, Any]:
    """The configuration as plain data, without what older versions did not know and what is at its default."""
    data: dict[str, Any] = msgspec.to_builtins(config)
    for name, default in _later_defaults():
        if data[name] == default:
            del data[name]
    return data


@cache
def _later_defaults() -> tuple[tuple[str, Any], ...]:
    return tuple(
        (field.encode_name, field.default)
        for field in msgspec.structs.fields(RunConfig)
        if field.encode_name in _LATER
    )
