"""A site as plain data: where it is, its plants, weather, load, battery and grid connection."""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType, field

from pvsim.core.site.energy import MAX_HOMES, AnnualKwh, BuildingName, DepotKwh, HomeKwh, HouseholdKwh, OfficeKwh
from pvsim.core.site.place import ClearWeather, CloudyWeather, FileWeather, Location, Weather
from pvsim.core.site.plants import (
    MAX_POWER_KW,
    AzimuthRange,
    HomePlant,
    HorizonPoint,
    PeakRange,
    Percent,
    Plant,
    PowerKw,
    Share,
    TiltRange,
)
from pvsim.core.site.tariff import Co2, Cost, Tariff

__all__ = [
    "MAX_POWER_KW",
    "AzimuthRange",
    "Battery",
    "ClearWeather",
    "CloudyWeather",
    "DepotLoad",
    "DimmingWindow",
    "ElectricCar",
    "FileWeather",
    "Grid",
    "HeatPump",
    "Home",
    "HomePlant",
    "HorizonPoint",
    "HouseholdLoad",
    "Load",
    "Location",
    "OfficeLoad",
    "PeakRange",
    "Plant",
    "Site",
    "TiltRange",
    "Weather",
]

MAX_CAPACITY_KWH = 10_000.0
"""With efficiencies to 0.1 % this is 3.6·10¹⁷ of the units that a battery counts in, far inside 64 bits."""

Efficiency: TypeAlias = Annotated[float, Meta(ge=0.1, le=1)]
EfficiencyPoint: TypeAlias = Annotated[tuple[Share, ...], Meta(min_length=2, max_length=2)]
EfficiencyCurve: TypeAlias = Annotated[tuple[EfficiencyPoint, ...], Meta(min_length=1, max_length=100)]


People: TypeAlias = Annotated[int, Meta(ge=1, le=12)]


class HeatPump(Struct, frozen=True, forbid_unknown_fields=True):
    """A heat pump.

    Attributes:
        annual_kwh: Electric energy of a year.
    """

    annual_kwh: Annotated[float, Meta(ge=200, le=12_000)]


class ElectricCar(Struct, frozen=True, forbid_unknown_fields=True):
    """Charging at this site.

    Attributes:
        annual_kwh: Energy charged in a year.
        charger_kw: Power of the charging point: one phase of 16 A, three of 16 A, three of 32 A. What is above the
            meter's range of 9 kW is cut off.
    """

    annual_kwh: Annotated[float, Meta(ge=100, le=8_000)]
    charger_kw: float = 3.7


class _Load(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the building uses.

    Attributes:
        annual_kwh: Energy of a year, without heat pump and cars; a list of one for each meter, or how it differs
            from home to home.
        heat_pump: A heat pump, if there is one.
        electric_car: Cars, if they charge here.
    """

    annual_kwh: AnnualKwh
    heat_pump: HeatPump | None = None
    electric_car: ElectricCar | None = None

    @property
    def kind(self) -> BuildingName:
        """Its name in a file."""
        return self.__struct_config__.tag  # type: ignore[return-value]  # the classes below have these


class HouseholdLoad(
    _Load, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="household"
):
    """A home.

    Attributes:
        annual_kwh: Energy of a year, without heat pump and cars.
        people: Who live there; if left out, drawn by seed and meter, the more the larger the annual energy.
    """

    annual_kwh: HouseholdKwh
    people: People | None = None


class OfficeLoad(_Load, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="office"):
    """Offices: weekdays, by day.

    Attributes:
        annual_kwh: Energy of a year, without heat pump and cars.
    """

    annual_kwh: OfficeKwh


class DepotLoad(_Load, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="depot"):
    """A yard whose vehicles charge.

    Attributes:
        annual_kwh: Energy of a year, without heat pump and cars.
    """

    annual_kwh: DepotKwh


Load: TypeAlias = HouseholdLoad | OfficeLoad | DepotLoad


class Battery(Struct, frozen=True, forbid_unknown_fields=True):
    """A battery that keeps import and export small.

    Attributes:
        capacity_kwh: Usable energy between the limits 0 and 100 %.
        charge_kw: The most that it takes, AC.
        discharge_kw: The most that it gives, AC; if left out, as `charge_kw`.
        charge_efficiency: Share of the AC energy that is stored: a number, or points (share of `charge_kw`,
            efficiency) with straight lines between them.
        discharge_efficiency: Share of the stored energy that comes out, AC; points by the share of `discharge_kw`.
        standby_w: What it uses itself; nothing while it is at its minimum.
        min_soc_percent: It is not discharged below.
        max_soc_percent: It is not charged above.
        start_soc_percent: Where a run starts; if left out, at 50, or at the limit nearest to it.
        response_s: How late it follows the surplus: after this time 63 % of a step are reached. Half of it is dead
            time, half the time constant of a first-order lag. 0 is ideal control.
        dead_time_s: In place of `response_s`, the time until it begins to follow: for measuring and sending.
        time_constant_s: And the time constant of the lag after it.
        ramp_kw_per_s: The fastest change of its power; if left out, any.
        no_load_w: What its converter loses in addition while it charges or discharges. It is asked for nothing
            that is not more than this.
    """

    capacity_kwh: Annotated[float, Meta(ge=0.001, le=MAX_CAPACITY_KWH)]
    charge_kw: Annotated[float, Meta(gt=0, le=MAX_POWER_KW)]
    discharge_kw: Annotated[float, Meta(gt=0, le=MAX_POWER_KW)] | None = None
    charge_efficiency: Efficiency | EfficiencyCurve = 0.96
    discharge_efficiency: Efficiency | EfficiencyCurve = 0.96
    standby_w: Annotated[float, Meta(ge=0, le=1000)] = 10.0
    min_soc_percent: Percent = 0.0
    max_soc_percent: Percent = 100.0
    start_soc_percent: Percent | None = None
    response_s: Annotated[float, Meta(ge=0, le=120)] | UnsetType = (
        UNSET  # unset, it is in no manifest, as in `Site`
    )
    dead_time_s: Annotated[float, Meta(ge=0, le=60)] | UnsetType = UNSET
    time_constant_s: Annotated[float, Meta(ge=0, le=300)] | UnsetType = UNSET
    ramp_kw_per_s: Annotated[float, Meta(ge=0.0001, le=20_000)] | UnsetType = UNSET
    no_load_w: Annotated[float, Meta(ge=0, le=1000)] | UnsetType = UNSET

    @property
    def soc_at_start(self) -> float:
        """Where a run starts, as a share of the capacity."""
        if self.start_soc_percent is not None:
            return self.start_soc_percent / 100
        return min(max(50.0, self.min_soc_percent), self.max_soc_percent) / 100


class Home(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A kind of home in a street: in what its homes differ from the site. What is left out is the site's own.

    Attributes:
        share: How many homes are of this kind, beside the other shares of its group; drawn for each home.
        count: So many homes are of this kind; they come first, in the order of the file.
        group: Each home takes one entry of each group: roofs may be drawn by themselves, people by themselves.
        load: What the building uses, in place of the site's.
        annual_kwh: Energy of a year, without heat pump and cars.
        people: Who live there.
        heat_pump: A heat pump, or `none`.
        electric_car: Cars that charge here, or `none`.
        plants: Its PV plants; an empty list is no PV.
        battery: A battery, or `none`.
        commissioned: The day on which its plants went into operation, for the site's rules.
    """

    share: Annotated[float, Meta(gt=0, le=1_000_000)] | UnsetType = UNSET
    count: Annotated[int, Meta(ge=1, le=MAX_HOMES)] | UnsetType = UNSET
    group: Annotated[str, Meta(max_length=64)] = ""
    load: Load | UnsetType = UNSET
    annual_kwh: HomeKwh | UnsetType = UNSET
    people: People | UnsetType = UNSET
    heat_pump: HeatPump | Literal["none"] | UnsetType = UNSET
    electric_car: ElectricCar | Literal["none"] | UnsetType = UNSET
    plants: Annotated[tuple[HomePlant, ...], Meta(max_length=100)] | UnsetType = UNSET
    battery: Battery | Literal["none"] | UnsetType = UNSET
    commissioned: date | UnsetType = UNSET


class DimmingWindow(Struct, frozen=True, forbid_unknown_fields=True):
    """A time in which the grid operator dims a heat pump and the charging of a car.

    Attributes:
        from_: Its first second, by the clock of the site: 2025-01-15T17:00, or with an offset.
        to: The second after its last.
        limit_kw: The most that each such device takes.
    """

    from_: Annotated[str, Meta(min_length=1, max_length=40)] = field(name="from")
    to: Annotated[str, Meta(min_length=1, max_length=40)]
    limit_kw: PowerKw


class Grid(Struct, frozen=True, forbid_unknown_fields=True):
    """The connection to the grid.

    Attributes:
        export_limit_kw: No more than this is fed in; the surplus is curtailed. If left out, there is no limit. Of
            several limits the lowest holds.
        export_limit_percent: The same in percent of the modules' peak power, of all plants together.
        fuse_a: Rated current of the main fuses in A; seconds above it are counted, nothing is cut.
        fuse_phases: How many phases of 230 V there are, 1 or 3; if left out, 3.
        dimming: Times in which the grid operator dims a heat pump and the charging of a car.
        dimming_file: The same from a CSV file with the columns from, to, limit_kw; relative to the site file.
    """

    export_limit_kw: PowerKw | None = None
    export_limit_percent: Percent | UnsetType = UNSET  # unset, it is in no manifest, as in `Site`
    fuse_a: Annotated[float, Meta(gt=0, le=10_000)] | UnsetType = UNSET
    fuse_phases: Annotated[int, Meta(ge=1, le=3)] | UnsetType = UNSET
    dimming: Annotated[tuple[DimmingWindow, ...], Meta(max_length=50_000)] | UnsetType = UNSET
    dimming_file: Annotated[str, Meta(min_length=1, max_length=4096)] | UnsetType = UNSET


class Site(Struct, frozen=True, forbid_unknown_fields=True):
    """One place with what stands there.

    Attributes:
        name: What it is called.
        location: Where it is.
        plants: Its PV plants; their powers add up.
        weather: What the sky does.
        horizon: What hides the sun, for plants that have no horizon of their own.
        load: What the building uses; if left out, `meter.source` says, else it is random (0..9000 W).
        battery: A battery, if there is one.
        grid: The connection.
        rules: Whose rules hold: `de`, `be`, or a file of rules; relative to the site file. If left out, nobody's.
        commissioned: The day on which the plants went into operation: some rules hold for new plants only. If left
            out, the first day of the run.
        tariff: What import costs and export earns.
        cost: What PV and battery cost.
        co2: What the grid emits.
        homes: Kinds of homes, of which each meter is one; if left out, each is the site as it is.
        homes_file: The homes from a CSV file, one in a line, in place of `homes`; relative to the site file.
    """

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    location: Location
    plants: Annotated[tuple[Plant, ...], Meta(min_length=1, max_length=100)]
    weather: Weather = ClearWeather()
    horizon: tuple[HorizonPoint, ...] = ()
    load: Load | None = None
    battery: Battery | None = None
    grid: Grid = Grid()
    rules: Annotated[str, Meta(min_length=1, max_length=4096)] | UnsetType = UNSET
    commissioned: date | UnsetType = UNSET
    tariff: Tariff | UnsetType = UNSET  # unset, it is in no manifest: those of older runs keep their digest
    cost: Cost | UnsetType = UNSET
    co2: Co2 | UnsetType = UNSET
    homes: Annotated[tuple[Home, ...], Meta(min_length=1, max_length=MAX_HOMES)] | UnsetType = UNSET
    homes_file: Annotated[str, Meta(min_length=1, max_length=4096)] | UnsetType = UNSET
