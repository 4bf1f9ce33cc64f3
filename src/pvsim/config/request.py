"""What a user can ask for: every setting of a run, each with its default; `pvsim.configure` checks it."""

from typing import Literal

from msgspec import Struct

from pvsim.core.messages.numbering import DEFAULT_BATCH
from pvsim.core.quantities.types import METER_MAX_W
from pvsim.core.site.energy import EnergyPopulation
from pvsim.core.site.schema import Site

__all__ = ["FileOptions", "MeterRequest", "PvRequest", "Request"]


class FileOptions(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How to read a CSV file of measured power; None leaves a thing to what the file shows.

    Attributes:
        column: Header of the power column.
        time_column: Header of the column of times.
        tz: IANA zone of the file's times; None is as written, else the run's.
        unit: Unit of the power column; Wh, kWh and MWh are energies of intervals.
        sign: `negative`: what is wanted is written with a minus.
        scale: Factor of the powers.
        annual_kwh: Scale the powers so that a year of the file's mean is so much, in kWh.
        date_order: Which number of a date such as 01/06/2024 is the day.
        stamp: What of its interval a time is.
        decimal: Mark of the decimals: 1.250 is 1.25 or 1250.
        fill: A sample is the mean power until the next, or a point on a line; None is hold.
        gaps: How to fill missing samples; None fills up to an hour as `fill` says, and refuses longer ones.
        start: The file's day that is the run's first day; None is the first whole one.
    """

    column: str | None = None
    time_column: str | None = None
    tz: str | None = None
    unit: Literal["W", "kW", "MW", "Wh", "kWh", "MWh"] | None = None
    sign: Literal["positive", "negative"] | None = None
    scale: float | None = None
    annual_kwh: float | None = None
    date_order: Literal["day-first", "month-first", "year-first"] | None = None
    stamp: Literal["start", "middle", "end"] | None = None
    decimal: Literal["point", "comma"] | None = None
    fill: Literal["hold", "interpolate"] | None = None
    gaps: Literal["error", "hold", "interpolate", "zero"] | None = None
    start: str | None = None


class MeterRequest(FileOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The meters, and how to read their file.

    Attributes:
        source: `uniform`, `walk`, `household`, `office`, `depot`, `external` or the path of a CSV file, with
            `NAME=` before it or without; several for several meters. `household:3200` uses 3,200 kWh in a year.
            None is the site's load, else `uniform`.
        kind: What a file or an external meter measures; None is `load`.
        max_w: The most that a meter shows, in W.
        missing: How a reading of an external meter that never came is treated; None is `skip`.
        timeout_s: End the run when no reading of an external meter has come for so long, in s; None waits.
    """

    source: str | tuple[str, ...] | None = None
    kind: Literal["load", "grid", "counter"] | None = None
    max_w: int = METER_MAX_W
    missing: Literal["skip", "hold", "stop"] | None = None
    timeout_s: float | None = None


class PvRequest(FileOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The PV power, and how to read its file.

    Attributes:
        source: `curve`, `site`, `none` or the path of a CSV file; None is `none` where the meters are at the grid
            connection, `site` where there is a site, else `curve`.
        kind: What the column of a file is: generation, or readings of energy that only grow.
        peak_kw: Scale the curve or the file to this peak, in kW.
    """

    source: str | None = None
    kind: Literal["generation", "counter"] | None = None
    peak_kw: float | None = None


class Request(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A run, as it is asked for.

    Attributes:
        date: First local day: `2024-06-21`, or `21.06.2024`.
        days: How many local days.
        hours: A part of the one day: its first so many hours, or `12-13`, `11:30-12:15` by its local clock; None
            is all of it.
        tz: IANA zone of the run; None is the site's, else Europe/Berlin.
        seed: Seed of meters, clouds and air, 0 to 10¹⁸ − 1.
        site: A place with its plants, weather, load and battery: one of the examples by name, the path of a site
            file, or a `Site`. None is none.
        meter: The meters.
        meters: So many meters of the one kind in `meter`; None is one of each.
        partitions: Spread the meters over so many streams, each with rows and a simulator of its own; None: all go
            through one.
        annual_kwh: What household, office or depot use in a year, in kWh: one number, around which several
            households differ; one for each building; or how they differ. None is the site's, else an example's.
        pv: The PV power.
        spread_km: Scatter the sites of several meters over a square of this side, in km; None is 1 where there
            are clouds.
        every: Write means over this period: `2s`, `1min`, `1h`.
        split: `day`: one file for each local day.
        format: The files that the rows are written to: `csv`, or `csv,parquet`.
        batch: Messages that the meter publishes in one batch, where the way to the broker has batches; 1 publishes
            each by itself.
        run_id: Name of the run; None makes one from the meters' side, so that meter and simulator that are asked
            for the same meet.
    """

    date: str = "2024-06-21"
    days: int = 1
    hours: int | str | None = None
    tz: str | None = None
    seed: int = 1
    site: str | Site | None = None
    meter: MeterRequest = MeterRequest()
    meters: int | None = None
    partitions: int | None = None
    annual_kwh: float | tuple[float, ...] | EnergyPopulation | None = None
    pv: PvRequest = PvRequest()
    spread_km: float | None = None
    every: str = "1s"
    split: Literal["none", "day"] = "none"
    format: str = "csv"
    batch: int = DEFAULT_BATCH
    run_id: str | None = None
