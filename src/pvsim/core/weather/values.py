"""The numbers of a weather file: markers for missing values, negative light, and what there is not on Earth."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from pvsim.core.quantities.physics import Floats
from pvsim.core.weather.names import LIGHT
from pvsim.errors import BadInputError

__all__ = ["Cleaned", "cleaned"]

_RANGES: Final = {
    **dict.fromkeys(LIGHT, (-20.0, 2000.0, "W/m²")),  # an offset of the sensor by night; beside clouds
    "temp_air": (-90.0, 60.0, "°C"),
    "wind_speed": (0.0, 90.0, "m/s"),
}
"""What there is on Earth; a column beyond is in another unit."""

_MARKERS: Final = (-99, -99.9, -999, -999.9, -9900, -9999, -99999, 99, 99.9, 999, 999.9, 9999, 99999, 999999)
"""What programs write where a value is missing; a marker inside the range is a value."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A column as it is used, and what was changed in it.

    Attributes:
        values: In W/m², °C or m/s, NaN where a value is missing.
        below_zero: Values of light below 0, taken as 0.
        marked: How often each marker was read as a missing value.
    """

    values: Floats
    below_zero: int
    marked: dict[str, int]


def cleaned(name: str, raw: Floats, values: Floats, where: Callable[[int], str]) -> Cleaned:
    """A column without markers and negative light.

    Args:
        name: What it is, such as `ghi`.
        raw: Its numbers as the file has them.
        values: The same in W/m², °C or m/s.
        where: Says where a row is.

    Raises:
        BadInputError: a value that there is not on Earth.
    """
    low, high, unit = _RANGES[name]
    with np.errstate(invalid="ignore"):
        beyond = (values < low) | (values > high)
    marked: dict[str, int] = {}
    if beyond.any():
        for marker in _MARKERS:
            here = beyond & (raw == marker)
            if here.any():
                marked[f"{marker:g}" if marker < 1e5 else str(marker)] = int(here.sum())  # noqa: PLR2004 - 1e+06
                values, beyond = np.where(here, np.nan, values), beyond & ~here
    if beyond.any():
        row = int(np.argmax(beyond))
        what = f"{name} is {values[row]:g} {unit}"
        fix = (
            f"give {unit}, {low:g} to {high:g}, or write the unit into the header; "
            "leave the cell empty where the measurement is missing"
        )
        raise BadInputError(what, where=where(row), fix=fix)
    below = 0
    if name in LIGHT:
        below = int((values < 0).sum())
        values = np.where(values < 0, 0.0, values)
    return Cleaned(values, below, marked)
