"""The figures of a run, as `summary.json` has them: each is defined once, here or in a struct that is part of it.

Symbols in the formulas: Δt is the length of a row, sums are over the rows; grid = load − pv + battery (positive
charges) is what the connection to the grid carries: **positive imports, negative exports**. Energies are in kWh,
powers in kW, shares between 0 and 1. A figure is null where it has no meaning: a share whose denominator is 0, a
load that is not known, a device that is not there. Of several meters, energies are sums over the meters (what one
imports while another exports is counted as both), and what is said *of all meters together* is of the sum of
their powers, row by row.

Self-consumption and self-sufficiency as in Luthander et al. 2015, Applied Energy 142, doi
10.1016/j.apenergy.2014.12.028.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from pvsim.core.results.distribution import OverMeters
from pvsim.core.results.emissions import Emissions
from pvsim.core.results.money import Money

__all__ = [
    "BatteryUse",
    "CoincidentPeak",
    "Duration",
    "Energies",
    "FuseLoad",
    "Peaks",
    "PeriodEnergies",
    "Ramp",
    "Resolution",
    "Summary",
    "YieldAmongYears",
]


class Energies(msgspec.Struct, frozen=True):
    """Energies in kWh: pv = self_consumed + export; import − export = load − pv + charge − discharge.

    What the plants could have given is pv + curtailed. Behind a meter at the grid connection load and
    self-consumption are not known; there import − export = meter − pv + charge − discharge. Both hold exactly, in
    integers of 0.1 W · s, before they are printed.

    Attributes:
        load: What the building used: Σ load · Δt. None where the meter is at the grid connection.
        pv: What the plants gave, on the AC side: Σ pv · Δt.
        self_consumed: PV energy that was not exported: used at once, or charged; pv − export. Without a battery
            also load − import = Σ min(load, pv) · Δt. What a battery with a delay gives the grid is part of the
            export. None where `load` is.
        import: Energy from the grid: Σ max(grid, 0) · Δt.
        export: Energy to the grid: Σ max(−grid, 0) · Δt.
        battery_charge: Energy into the battery, on the AC side: Σ max(battery, 0) · Δt. None where there is no
            battery.
        battery_discharge: Energy out of the battery, on the AC side: Σ max(−battery, 0) · Δt. None where there is
            no battery.
        curtailed: PV energy that the export limit kept the plants from giving: Σ (potential − pv) · Δt. None where
            there is no limit.
        meter: What the meter at the grid connection shows, exports subtracted; None for other meters.
        inverter_clipped: Energy that the modules could have given above what their inverters give: DC power above
            the inverter's limit, at its efficiency there; Σ max(η · pdc − limit, 0) · Δt. It is no part of the
            potential pv + curtailed. None where the PV power is not that of a site's plants.
    """

    load: float | None
    pv: float
    self_consumed: float | None
    import_: float = msgspec.field(name="import")
    export: float
    battery_charge: float | None = None
    battery_discharge: float | None = None
    curtailed: float | None = None
    meter: float | None = None
    inverter_clipped: float | None = None


class Peaks(msgspec.Struct, frozen=True):
    """Highest powers in kW: of single rows, and of 15-minute means.

    Quarters of an hour are those of the local clock. The mean is that of grid over the rows of the quarter, so
    that import and export cancel within it; it is None where 15 minutes are not a whole number of rows.

    Attributes:
        load: The highest load of a row; None where the meter is at the grid connection.
        pv: The highest PV power of a row.
        import: The highest grid of a row, 0 if it never imports.
        export: The highest −grid of a row, 0 if it never exports.
        import_15min: The highest mean of grid over a quarter of an hour. A demand charge counts import alone, as
            the register of a meter does: `money.demand_kw`.
        export_15min: The highest mean of −grid over a quarter of an hour.
        meter: What a meter at the grid connection shows at most; None for other meters.
    """

    load: float | None
    pv: float
    import_: float = msgspec.field(name="import")
    export: float
    import_15min: float | None
    export_15min: float | None
    meter: float | None = None


class BatteryUse(msgspec.Struct, frozen=True):
    """What was done with the battery; of several meters the sums over theirs.

    With it the balance closes: battery_charge = battery_discharge + losses_kwh + stored_change_kwh. Losses are
    told apart, and what went past the building is counted, second by second, whatever the length of the rows.
    Where somebody else publishes the readings, the seconds are known in rows of 1 s alone: a mean does not tell in
    which of its seconds the battery ran or was late.

    Attributes:
        capacity_kwh: Energy between states of charge 0 and 1.
        full_cycles: Equivalent full cycles: battery_discharge / capacity_kwh, energy on the AC side by the
            whole capacity. There is no standard; by the usable capacity, or by charge, it is more.
        losses_kwh: Energy lost in charging, discharging and standby: battery_charge − battery_discharge −
            stored_change_kwh.
        stored_start_kwh: Energy in the battery before the first row.
        stored_end_kwh: Energy in the battery after the last row. Both are read off the state of charge as
            `samples.csv` has it, in steps of 1/10,000 of the capacity, rounded down.
        stored_change_kwh: stored_end_kwh − stored_start_kwh.
        hours_empty: Hours in which a row ended at the lower limit of the state of charge, to 1/10,000; of several
            meters the mean.
        hours_full: Hours in which a row ended at the upper limit of the state of charge, to 1/10,000; of several
            meters the mean.
        standby_kwh: Of losses_kwh the standby: standby_w · 1 s of the seconds that end above the lower limit. None
            where they are not known, unless standby_w is 0.
        no_load_kwh: Of losses_kwh what the converter lost while it ran: no_load_w · 1 s of the seconds whose
            battery power is not 0. None where they are not known, unless no_load_w is 0.
        conversion_kwh: Of losses_kwh the rest, lost in charging and discharging, within a step of the state of
            charge: losses_kwh − standby_kwh − no_load_kwh. None where one of these is.
        from_grid_kwh: Energy that went from the grid into the battery, which came too late or stayed too long:
            Σ min(max(battery, 0), max(grid, 0)) · 1 s. It may be more than longer rows import, in which import and
            export cancel. None where no battery has a delay, or the seconds are not known.
        to_grid_kwh: Energy that went from the battery into the grid likewise: Σ min(max(−battery, 0),
            max(−grid, 0)) · 1 s.
    """

    capacity_kwh: float
    full_cycles: float
    losses_kwh: float
    stored_start_kwh: float
    stored_end_kwh: float
    stored_change_kwh: float
    hours_empty: float
    hours_full: float
    standby_kwh: float | None = None
    no_load_kwh: float | None = None
    conversion_kwh: float | None = None
    from_grid_kwh: float | None = None
    to_grid_kwh: float | None = None


class Resolution(msgspec.Struct, frozen=True):
    """The same run as a meter sees it that knows only the means over longer windows.

    Windows begin at whole minutes, quarters of an hour and hours of the local clock; where the clock changes
    within one it is cut there. Each meter's grid is averaged over the window, and import and export are those of
    the means: what alternates within a window cancels, so self-consumption can only rise with its length. The
    battery is not simulated anew: it does what it did second by second.

    Attributes:
        window_s: Length of the window in seconds; the first one is that of the rows.
        self_consumption: (pv − export_kwh) / pv.
        self_sufficiency: (load − import_kwh) / load.
        import_kwh: Σ over the windows of max(mean of grid, 0) · length; of several meters the sum over them.
        export_kwh: Σ over the windows of max(−mean of grid, 0) · length; of several meters the sum over them.
        peak_import_kw: The highest mean of grid over a window, 0 if there is no import; of several meters that of
            all meters together.
        peak_export_kw: The highest mean of −grid over a window, 0 if there is no export; of several meters that of
            all meters together.
    """

    window_s: int
    self_consumption: float | None
    self_sufficiency: float | None
    import_kwh: float
    export_kwh: float
    peak_import_kw: float
    peak_export_kw: float


class Ramp(msgspec.Struct, frozen=True):
    """How far a power goes up or down within some seconds: |P(t + lag) − P(t)| over all t, of rows both there.

    Percentiles are those of the nearest rank: the smallest change which at least so many percent of the changes do
    not exceed. They are exact to 0.1 W where no change exceeds 13.1 kW, else to 1/65,536 of the largest. Of
    several meters the powers are those of all meters together, where each has its row. What is said of each of
    several meters is the lowest change of a bin that is at most 1/1,024 as wide as its changes, of more than 20
    meters 1/64; the largest change is exact.

    Attributes:
        of: `load` (`meter` where the meter is at the grid connection), `pv` or `grid`.
        lag_s: Seconds between the two rows: 1, 10 or 60, if that is a whole number of rows.
        changes: How many pairs of rows there are.
        p50_kw: The median change in kW.
        p99_kw: The change in kW that 99 % of the changes do not exceed.
        p99_9_kw: The change in kW that 99.9 % of the changes do not exceed.
        highest_kw: The largest change in kW.
    """

    of: str
    lag_s: int
    changes: int
    p50_kw: float
    p99_kw: float
    p99_9_kw: float
    highest_kw: float


class Duration(msgspec.Struct, frozen=True):
    """Duration curve of grid: which power is reached or exceeded for how much of the time.

    Of several meters that of all meters together; where one lacks its row, of the others. Powers are exact to
    0.1 W where none exceeds 13.1 kW, else to 1/65,536 of the largest. The curve of each of several meters is exact
    to 1/1,024 of the power, of more than 20 meters to 1/64, and at both ends.

    Attributes:
        time_percent: Share of the time that has rows, in percent: 0, 1, 2 … 100; of a day, a month and each of
            several meters 0, 10, 20 … 100.
        grid_kw: Power in kW that is reached or exceeded during that share of the time: at 0 the highest import, at
            100 the lowest grid, negative where it exports.
    """

    time_percent: tuple[float, ...]
    grid_kw: tuple[float, ...]


class PeriodEnergies(Energies, frozen=True, kw_only=True):
    """Energies and further figures of a day or a month.

    Attributes:
        period: `2024-06-21` or `2024-06`, local time.
        self_consumption: That of the day or month.
        self_sufficiency: That of the day or month.
        peak_kw: Peaks of the day or month; of several meters those of all meters together.
        hours_with_export: Those of the day or month.
        battery: What was done with the battery in the day or month.
        resolution: The day or month seen through longer windows; of several meters their sum.
        ramps: Changes whose later row is in the day or month; of several meters those of all meters together.
        duration: Duration curve of the day or month with 11 points; of several meters that of all meters together.
    """

    period: str
    self_consumption: float | None = None
    self_sufficiency: float | None = None
    peak_kw: Peaks | None = None
    hours_with_export: float | None = None
    battery: BatteryUse | None = None
    resolution: tuple[Resolution, ...] | None = None
    ramps: tuple[Ramp, ...] | None = None
    duration: Duration | None = None


class CoincidentPeak(msgspec.Struct, frozen=True):
    """The highest quarter of an hour of the first meters of a run together, which is lower than the sum of theirs.

    By meter it is what is known as the after-diversity maximum demand (ADMD). Quarters are those of the local
    clock; the first meters are those of the run's order, so that more meters change nothing that is said of fewer.

    Attributes:
        meters: How many: 1, 2, 5, 10, 20, 50 … and all.
        load_w_per_meter: The highest 15-minute mean of the sum of their loads, in W, divided by `meters`. None
            where the meters are at the grid connection.
        load_coincidence: That sum over the sum of the highest 15-minute means of each, whenever they are: 1 where
            they coincide. None where the load is 0 or not known.
        import_w_per_meter: The highest 15-minute mean of the sum of grid over these meters, in W divided by
            `meters`: what one exports serves another; 0 if they never import together.
        import_coincidence: That sum over the sum of `peak_kw.import_15min` of each. None where none imports.
    """

    meters: int
    load_w_per_meter: float | None
    load_coincidence: float | None
    import_w_per_meter: float
    import_coincidence: float | None


class FuseLoad(msgspec.Struct, frozen=True):
    """How long the main fuses of the site carry more than their rated current; nothing is cut for it.

    Attributes:
        rated_kw: The power at which they carry it: current × phases × 230 V.
        seconds_above: Seconds of the rows in which |grid| is above rated_kw; of several meters, each with fuses of
            its own, the sum. Of rows longer than 1 s it is the mean that counts.
    """

    rated_kw: float
    seconds_above: int


class YieldAmongYears(msgspec.Struct, frozen=True):
    """Where the PV yield of a long run lies among those that years of the site's weather give.

    These years are the synthetic skies of seeds 1, 2, 3 … over the same days, the run's own among them if its seed
    is, each at one second in 256, which is within 0.5 % of a run of it. Yields are in kWh per kW of the plants'
    peak power, over the days of the run.

    Attributes:
        kwh_per_kwp: Of the run: (pv + curtailed) / peak power of the plants.
        percentile: How many percent of these years give less; those that give as much count half.
        years: How many they are.
        mean: Of these years.
        p10: 10 % of these years give this or less. Percentiles are those of the nearest rank.
        p50: The median of these years.
        p90: 90 % of these years give this or less.
    """

    kwh_per_kwp: float
    percentile: float
    years: int
    mean: float
    p10: float
    p50: float
    p90: float


class Summary(msgspec.Struct, frozen=True):
    """What a run comes to. Shares are None where their denominator is 0, or the load not known.

    Attributes:
        rows: How many rows.
        resolution_s: Seconds that one row is the mean of.
        energy_kwh: Energies of the run.
        self_consumption: Part of the PV energy that was not exported: self_consumed / pv.
        self_sufficiency: Part of the load that was not imported: (load − import) / load; without a battery this is
            self_consumed / load.
        generation_multiple: PV energy over load: pv / load.
        peak_kw: Highest powers; of several meters the highest of any one.
        peak_of_all_kw: Peaks of all meters together, where a run has several: what the connection that they share
            sees; lower than the sum of their peaks, which do not coincide.
        meters: The same for each meter, where a run has several; totals are their sums, peaks their maxima.
        days: Energies and further figures of each local day, where a run has several; a day without rows is left
            out.
        months: Energies and further figures of each local month, where a run touches several.
        resolution: The same run seen at 1 s, 1 min, 15 min and 1 h, as far as these are whole numbers of rows; the
            first is the row's own length. Also of each meter, day and month.
        ramps: Changes of load, PV power and grid within 1, 10 and 60 s. Also of each meter, day and month.
        duration: Duration curve of grid. Also of each meter, day and month, with fewer points.
        hours_with_export: Hours in which a row exports: grid < 0; of several meters of all meters together.
        battery: What was done with the battery; None where there is none.
        over_meters: How the figures of the meters are distributed, where a run has several.
        fuse: How long the main fuses carry more than their rated current; None where they are not known.
        money: What the run costs; None where the site has no tariff.
        emissions: What the grid emits for it; None where the site does not say it.
        peak_load_15min_kw: The highest 15-minute mean of the load; of several meters that of all meters together.
            None where the load is not known, or 15 minutes are not a whole number of rows.
        load_factor: Mean load over `peak_load_15min_kw`; of several meters that of all meters together. None also
            where the load is 0.
        coincidence: How far the peaks of the meters coincide, where a run has several.
        yield_among_years: Where its PV yield lies among 40 years of the site; None for less than a year, with
            rows missing, and where PV power does not come from a site's synthetic clouds.
    """

    rows: int
    resolution_s: int
    energy_kwh: Energies
    self_consumption: float | None
    self_sufficiency: float | None
    generation_multiple: float | None
    peak_kw: Peaks
    peak_of_all_kw: Peaks | None = None
    meters: Mapping[str, Any] | None = None
    days: tuple[PeriodEnergies, ...] | None = None
    months: tuple[PeriodEnergies, ...] | None = None
    resolution: tuple[Resolution, ...] | None = None
    ramps: tuple[Ramp, ...] | None = None
    duration: Duration | None = None
    hours_with_export: float | None = None
    battery: BatteryUse | None = None
    over_meters: OverMeters | None = None
    fuse: FuseLoad | None = None
    money: Money | None = None
    emissions: Emissions | None = None
    peak_load_15min_kw: float | None = None
    load_factor: float | None = None
    coincidence: tuple[CoincidentPeak, ...] | None = None
    yield_among_years: YieldAmongYears | None = None
