"""What a user says about a file of measured data, what was read from it, and what is reported about it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.types import BRIEFS_RANGE, MeterRange
from pvsim.core.series.findings import FileReading, Known
from pvsim.core.times import DateOrder, Stamp

__all__ = [
    "DAY_S",
    "ENERGY_UNITS",
    "HOUR_S",
    "Filling",
    "Gap",
    "Quantity",
    "RawSeries",
    "SeriesFindings",
    "SeriesOptions",
    "Unit",
    "date_of",
    "day_number",
    "wall_time",
]

DAY_S, HOUR_S = 86_400, 3_600
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

Quantity = Literal["meter", "pv"]
Unit = Literal["W", "kW", "MW", "Wh", "kWh", "MWh"]
ENERGY_UNITS: Final = frozenset[Unit]({"Wh", "kWh", "MWh"})
Filling = Literal["hold", "interpolate", "zero"]


@dataclass(frozen=True, slots=True)
class SeriesOptions:
    """What the user says about a file; None leaves it to what the file shows.

    Args:
        column: Header of the power column.
        time_column: Header of the time column.
        unit: Unit of the power column; Wh, kWh and MWh are energies.
        kind: What the column is: a load, a meter at the grid connection (negative where it exports), generation,
            or readings of a counter of energy; said, energies are those of intervals, but for a counter.
        sign: "negative": what is wanted is written with a minus.
        scale: Factor of the powers.
        annual_kwh: Scale the powers so that a year of the file's mean is so much.
        peak_kw: Scale the powers so that the file's highest is this.
        fill: Between samples: "hold" takes a sample as the mean power of the interval that starts at its
            time, "interpolate" as the power at its time, with straight lines between.
        gaps: Where samples are missing: a way to fill every gap, or "error" to accept none. None fills gaps
            of up to an hour as `fill` says and refuses longer ones; so does "night", but for zeros where the
            power is low before and after.
        start: The file's day that becomes the first day of the run; None is the first whole day.
        meter_range: What a meter of the run may show; of other files nothing is cut at the top.
        tz: The zone of the file's clock.
        tz_yields: Whether `tz` is for times only that tell no zone themselves.
        date_order: Which number of a date such as 01/06/2024 is the day.
        stamp: What of its interval a time is.
        decimal: Which mark is the decimal one, where the numbers do not show it.
    """

    column: str | None = None
    time_column: str | None = None
    unit: Unit | None = None
    kind: Literal["load", "grid", "generation", "counter"] | None = None
    sign: Literal["positive", "negative"] = "positive"
    scale: float | None = None
    annual_kwh: float | None = None
    peak_kw: float | None = None
    fill: Literal["hold", "interpolate"] = "hold"
    gaps: Filling | Literal["error", "night"] | None = None
    start: date | None = None
    meter_range: MeterRange = BRIEFS_RANGE
    tz: tzinfo | None = None
    tz_yields: bool = False
    date_order: DateOrder | None = None
    stamp: Stamp | None = None
    decimal: Literal["point", "comma"] | None = None

    @property
    def grid(self) -> bool:
        """Whether the column may be negative: of a meter at the grid connection."""
        return self.meter_range.grid

    @property
    def free_of_unit(self) -> bool:
        """Whether the powers are scaled to something known, so that their unit does not matter."""
        return self.annual_kwh is not None or self.peak_kw is not None

    def option(self, name: str, quantity: Quantity) -> str:
        """How messages call the setting that says `name` (a field of this class) of a file of `quantity`."""
        return f"`{quantity}.{name}`"


@dataclass(frozen=True, slots=True)
class RawSeries:
    """One power column of a file with its times, in the order of the file; arrays of one length.

    Args:
        source: The file's name, for messages.
        column: Header of the power column.
        lines: Line number of each sample, int64.
        wall_s: Local wall clock as written, in seconds since 1970-01-01T00:00 of that clock, int64.
        offset_s: Written offset from UTC in seconds, int64; None where the file writes none.
        utc: The times are instants without a local time (epoch seconds or `Z`): `wall_s` is UTC.
        values: As in the file, or as `unit` says later, float64; NaN where the cell is empty.
        unit: Unit of the values.
        unit_from: How the unit was known.
        ignored: Headers of other columns of power or energy.
        zone: Whose clock the file has: UTC, offsets, or a zone; "" where nothing says it.
        zone_from: How that was known.
        stamp: What of its interval a time is, if the header says it.
        ends_day: Whether a day's end is written as 24:00.
        length_s: From the start to the end of each interval, where the file has both, int64.
        remarks: What else the user should know of how the file was read.
    """

    source: str
    column: str
    lines: NDArray[np.int64]
    wall_s: NDArray[np.int64]
    offset_s: NDArray[np.int64] | None
    utc: bool
    values: NDArray[np.float64]
    unit: Unit = "W"
    unit_from: Known = "header"
    ignored: tuple[str, ...] = ()
    zone: str = ""
    zone_from: Known = "assumed"
    stamp: Stamp | None = None
    ends_day: bool = False
    length_s: NDArray[np.int64] | None = None
    remarks: tuple[str, ...] = ()

    def at(self, index: int) -> str:
        """Where sample `index` stands, as `file:line`."""
        return f"{self.source}:{self.lines[index]}"


@dataclass(frozen=True, slots=True)
class Gap:
    """Missing samples: the file's wall clock where they start, seconds without a value, how filled.

    `again`: whether that clock is shown for the second time.
    """

    start: datetime
    seconds: int
    filled: Filling
    again: bool = False


@dataclass(frozen=True, slots=True)
class SeriesFindings:
    """What was taken from a file, of the days that the run uses only.

    Args:
        source: The file's name.
        column: Header of the power column.
        first_day: The file's day that became the first day of the run.
        days: Number of days used.
        run_day: The first day of the run.
        season_days: Days of the year from one to the other.
        has_run_days: Whether the file has the days of the run too, though others were taken and nobody said so.
        step_s: Seconds between samples.
        samples: Number of samples with a value.
        gaps: Missing samples, in order of time.
        repeated_hours: Wall clock at which an hour starts for the second time (end of daylight saving).
        skipped_hours: Wall clock of the first moment that does not exist (start of daylight saving).
        clipped_low: RawSeries below 0 W, taken as 0 W.
        clipped_high: RawSeries above the meter's range, taken as its upper end.
        clipped_low_kwh: Energy that was cut at the lower end.
        clipped_high_kwh: Energy that was cut at the upper end.
        counter_resets: How often a counter began again at zero, in the whole file; so is the next.
        counter_rollovers: How often it passed its last digit.
        scale: What the powers were multiplied with.
        min_w: Smallest sample in watts, before clipping; so are the next two.
        max_w: Largest sample in watts.
        mean_w: Mean of the samples in watts.
        reading: How the file was read.
    """

    source: str
    column: str
    first_day: date
    days: int
    run_day: date
    season_days: int
    has_run_days: bool
    step_s: int
    samples: int
    gaps: tuple[Gap, ...]
    repeated_hours: tuple[datetime, ...]
    skipped_hours: tuple[datetime, ...]
    clipped_low: int
    clipped_high: int
    clipped_low_kwh: float
    clipped_high_kwh: float
    counter_resets: int
    counter_rollovers: int
    scale: float
    min_w: float
    max_w: float
    mean_w: float
    reading: FileReading


def wall_time(wall_s: int) -> datetime:
    """The wall clock of `wall_s` seconds, as a naive datetime."""
    return datetime.fromtimestamp(int(wall_s), UTC).replace(tzinfo=None)


def day_number(day: date) -> int:
    """Days from 1970-01-01 to `day`."""
    return day.toordinal() - _EPOCH_ORDINAL


def date_of(number: int) -> date:
    """The date `number` days after 1970-01-01."""
    return date.fromordinal(int(number) + _EPOCH_ORDINAL)
