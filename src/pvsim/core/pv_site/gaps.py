"""Does a weather file cover a run, and what stands where it has no value?

By night a missing value is a zero. By day it is refused, unless the user said what to take.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from pvsim.core.pv_site.types import iso_utc
from pvsim.core.pv_site.weather import FileSky
from pvsim.core.timeline import DAY_S
from pvsim.errors import BadInputError

__all__ = ["Coverage", "covering"]

_BRIGHT_W = 20.0  # W/m²: an index from less light than that is not worth holding


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a weather file lacked over a run.

    Attributes:
        night_intervals: Missing by night: zeros.
        day_intervals: Missing by day: filled as the site says.
    """

    night_intervals: int
    day_intervals: int


def covering(
    sky: FileSky, start_utc: int, end_utc: int, gaps: Literal["error", "hold", "clear"]
) -> tuple[FileSky, Coverage]:
    """The sky with its gaps filled over a run.

    Args:
        sky: Fresh from a file.
        start_utc: First second of the run (Unix time).
        end_utc: The second after its last.
        gaps: By day: refuse them, hold the latest index (of the day before at the earliest), or a clear sky.

    Raises:
        BadInputError: the file does not reach as far as the run, or lacks values by day.
    """
    sky.series.refuse_uncovered(start_utc, end_utc)
    step, origin = sky.series.step_s, sky.series.first_utc
    first, after = (start_utc - origin) // step, -(-(end_utc - origin) // step)
    missing = sky.series.missing
    by_night, by_day = 0, []
    a_day = DAY_S // step
    for low in range(first, after, a_day) if missing.any() else ():
        numbers = np.arange(low, min(low + a_day, after))
        lacking = numbers[missing[sky.series.rows(numbers)]]
        if len(lacking):
            light = sky.indices(lacking).clear_ghi > 0.0
            by_night += int((~light).sum())
            by_day += lacking[light].tolist()
    if by_day and gaps == "error":
        when = iso_utc(origin + by_day[0] * step)
        what = f"no light is given for {len(by_day):,} intervals by day, the first at {when}"
        fix = 'fill the file, or say so in the site: gaps = "hold" or gaps = "clear" under [weather]'
        raise BadInputError(what, where=sky.series.source, fix=fix)
    filled = _held(sky, by_day) if gaps == "hold" else {}
    return replace(sky, filled=filled), Coverage(by_night, len(by_day))


def _held(sky: FileSky, by_day: list[int]) -> dict[int, tuple[float, float]]:
    """For each of the rising numbers the latest index in good light, of up to a day before; else a clear sky's."""
    found: dict[int, tuple[float, float]] = {}
    for number in by_day:
        if number - 1 in found:
            found[number] = found[number - 1]
            continue
        before = np.arange(number - DAY_S // sky.series.step_s, number)
        indices = sky.indices(before)
        good = np.flatnonzero((indices.clear_ghi > _BRIGHT_W) & ~sky.series.missing[sky.series.rows(before)])
        beam, diffuse = (float(part[good[-1]]) if len(good) else 1.0 for part in (indices.beam, indices.diffuse))
        found[number] = (beam, diffuse)
    return found
