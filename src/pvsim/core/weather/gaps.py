"""Does a weather file cover a run, and what stands where it has no value?

By night a missing value is a zero. By day it is refused, unless the user said what to take.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from pvsim.core.quantities.physics import Floats, iso_utc
from pvsim.core.quantities.timeline import DAY_S, HOUR_S
from pvsim.core.quantities.types import Ints
from pvsim.core.series.findings import FileReading
from pvsim.core.weather.file_sky import FileSky
from pvsim.errors import BadInputError

__all__ = ["Coverage", "covering"]

_BRIGHT_W = 20.0  # W/m²: an index from less light than that is not worth holding
_DAYS_BESIDE = 7


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a weather file lacked over a run.

    Attributes:
        night_intervals: Missing by night: zeros.
        day_intervals: Missing by day: filled as the site says.
        gaps: How many gaps they make.
    """

    night_intervals: int
    day_intervals: int
    gaps: int = 0

    def of_reading(self, reading: FileReading | None, gaps: str) -> FileReading | None:
        """A file's reading with what it lacked over a run, and how that is filled."""
        if reading is None or not self.gaps:
            return reading
        ways = {"hold": "filled from the days beside them or from before", "clear": "filled with a clear sky"}
        counts = ((self.night_intervals, "by night taken as 0"), (self.day_intervals, f"by day {ways.get(gaps)}"))
        remarks = tuple(f"{count:,} without light {what}" for count, what in counts if count)
        gap_s = (self.night_intervals + self.day_intervals) * reading.step_s
        return replace(reading, gaps=self.gaps, gap_s=gap_s, remarks=(*reading.remarks, *remarks))


def covering(
    sky: FileSky, start_utc: int, end_utc: int, gaps: Literal["error", "hold", "clear"]
) -> tuple[FileSky, Coverage]:
    """The sky with its gaps filled over a run.

    Args:
        sky: Fresh from a file.
        start_utc: First second of the run (Unix time).
        end_utc: The second after its last.
        gaps: By day: refuse them, hold the index of the days beside (or of just before), or a clear sky.

    Raises:
        BadInputError: the file does not reach as far as the run, or lacks values by day.
    """
    sky.series.refuse_uncovered(start_utc, end_utc)
    step, origin = sky.series.step_s, sky.series.first_utc
    first, after = (start_utc - origin) // step, -(-(end_utc - origin) // step)
    missing = sky.series.missing
    by_night, by_day, runs, last = 0, [], 0, first - 2
    a_day = DAY_S // step
    for low in range(first, after, a_day) if missing.any() else ():
        numbers = np.arange(low, min(low + a_day, after))
        lacking = numbers[missing[sky.series.rows(numbers)]]
        if len(lacking):
            runs += int((np.diff(lacking, prepend=last) > 1).sum())
            last = int(lacking[-1])
            light = sky.indices(lacking).clear_ghi > 0.0
            by_night += int((~light).sum())
            by_day += lacking[light].tolist()
    if by_day and gaps == "error":
        when = iso_utc(origin + by_day[0] * step)
        what = f"no light is given for {len(by_day):,} intervals by day, the first at {when}"
        fix = 'fill the file, or say so in the site: gaps = "hold" or gaps = "clear" under [weather]'
        raise BadInputError(what, where=sky.series.source, fix=fix)
    filled = _held(sky, by_day) if by_day and gaps == "hold" else {}
    return replace(sky, filled=filled), Coverage(by_night, len(by_day), runs)


def _held(sky: FileSky, by_day: list[int]) -> dict[int, tuple[float, float]]:
    """Indices for the rising numbers of intervals without light, each a function of the file alone (I7).

    A gap of up to an hour keeps the index before it. In a longer one stands the mean of the nearest days before
    and after, of up to a week, at the same time of day: the index of a low sun says nothing of noon. Where no such
    day has a value, the latest index of up to a day before; else a clear sky's. Where one gives more light on the
    level than a clear sky, a clear sky stands.
    """
    numbers = np.asarray(by_day, dtype=np.int64)
    clear = sky.indices(numbers)
    beam, diffuse = np.full((2, len(numbers)), np.nan)
    for others in (_just_before, _days_beside, _latest):
        open_ = np.flatnonzero(np.isnan(beam))
        if len(open_):
            beam[open_], diffuse[open_] = others(sky, numbers[open_])
    ghi = beam * clear.clear_beam + diffuse * (clear.clear_ghi - clear.clear_beam)
    held = ghi < clear.clear_ghi  # not so where nothing is found: NaN
    pairs = zip(np.where(held, beam, 1.0).tolist(), np.where(held, diffuse, 1.0).tolist(), strict=True)
    return dict(zip(by_day, pairs, strict=True))


def _good(sky: FileSky, numbers: Ints) -> tuple[Floats, Floats]:
    """The indices of intervals, NaN where the file has none or the sun is low."""
    series = sky.series
    rows = series.rows(numbers)
    indices = sky.indices(numbers)
    good = (indices.clear_ghi > _BRIGHT_W) & ~series.missing[rows]
    if not series.typical:
        good &= numbers == rows
    return np.where(good, indices.beam, np.nan), np.where(good, indices.diffuse, np.nan)


def _just_before(sky: FileSky, numbers: Ints) -> tuple[Floats, Floats]:
    """The index before a gap of up to an hour."""
    series = sky.series
    edges = np.flatnonzero(~series.missing)
    rows = series.rows(numbers)
    after = np.searchsorted(edges, rows)
    inside = (after > 0) & (after < len(edges))
    before = edges[np.maximum(after, 1) - 1] if len(edges) else rows
    length = edges[np.minimum(after, len(edges) - 1)] - before - 1 if len(edges) else rows
    short = inside & (length * series.step_s <= HOUR_S)
    beam, diffuse = _good(sky, np.where(short, numbers - (rows - before), numbers))
    return np.where(short, beam, np.nan), np.where(short, diffuse, np.nan)


def _days_beside(sky: FileSky, numbers: Ints) -> tuple[Floats, Floats]:
    """The mean of the nearest day before and the nearest one after that have the same time of day."""
    a_day = DAY_S // sky.series.step_s
    sides = np.full((2, 2, len(numbers)), np.nan)  # before and after; beam and diffuse
    for side, sign in enumerate((-1, 1)):
        for days in range(1, _DAYS_BESIDE + 1):
            open_ = np.flatnonzero(np.isnan(sides[side, 0]))
            if len(open_):
                sides[side][:, open_] = _good(sky, numbers[open_] + sign * days * a_day)
    before, after = sides
    beam, diffuse = np.where(np.isnan(before), after, np.where(np.isnan(after), before, (before + after) / 2))
    return beam, diffuse


def _latest(sky: FileSky, numbers: Ints) -> tuple[Floats, Floats]:
    """The latest index of up to a day before."""
    a_day = DAY_S // sky.series.step_s
    found: list[tuple[float, float]] = []
    for number in numbers.tolist():
        beam, diffuse = _good(sky, np.arange(number - a_day, number, dtype=np.int64))
        good = np.flatnonzero(~np.isnan(beam))
        found.append((float(beam[good[-1]]), float(diffuse[good[-1]])) if len(good) else (np.nan, np.nan))
    beam, diffuse = np.array(found).T
    return beam, diffuse
