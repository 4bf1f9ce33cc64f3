"""Columns of a weather file put on a grid of UTC."""

from dataclasses import replace

import numpy as np

from pvsim.core.quantities.physics import Floats, iso_utc
from pvsim.core.quantities.timeline import HOUR_S
from pvsim.core.quantities.types import Ints
from pvsim.core.weather.series import WeatherSeries
from pvsim.errors import BadInputError

__all__ = ["on_grid", "without_beam_on_the_level"]

_COARSEST_S = HOUR_S
_MOST_EMPTY = 20  # intervals for each line of a file
_FEW = 100_000


def on_grid(source: str, t_utc: Ints, columns: dict[str, Floats], *, stamp_share: float) -> WeatherSeries:
    """The columns on a grid of their most frequent step, NaN where a line or a value is missing.

    Args:
        source: The file's name.
        t_utc: Unix time of each line.
        columns: Light in W/m², temperature in °C, wind in m/s, each of the shape of `t_utc`.
        stamp_share: Which part of its interval a time is: 0 the start, 0.5 the middle, 1 the end.

    Raises:
        BadInputError: times out of order or off the grid, a step that no hour can be divided by, a jump of years,
            a global irradiance alone in steps below a minute.
    """
    if len(t_utc) < 2:  # noqa: PLR2004 - a step needs two
        fix = "give a file of two lines or more: the time between them is the length of an interval"
        raise BadInputError("there is only one line of data", where=source, fix=fix)
    steps = np.diff(t_utc)
    if (steps <= 0).any():
        when = iso_utc(int(t_utc[int(np.argmax(steps <= 0)) + 1]))
        fix = "sort the file, each time once; where clocks change, write times with their offset or in UTC"
        raise BadInputError(f"the time {when} comes twice or out of order", where=source, fix=fix)
    values, counts = np.unique(steps, return_counts=True)
    step = int(values[np.argmax(counts)])
    places, off = np.divmod(t_utc - t_utc[0], step)
    if step > _COARSEST_S or _COARSEST_S % step or off.any():
        problem = "coarser than an hour" if step > _COARSEST_S else "it does not divide an hour"
        what = f"the times are not on a grid of {step} s" if off.any() else f"the step is {step} s: {problem}"
        raise BadInputError(what, where=source, fix="resample the file to one step, from 1 s to 1 h")
    _refuse_alone(columns, source, step)
    count = int(places[-1]) + 1
    if count > max(_FEW, _MOST_EMPTY * len(t_utc)):
        at = int(np.argmax(steps))
        what = f"after {iso_utc(int(t_utc[at]))} the file goes on at {iso_utc(int(t_utc[at + 1]))}"
        raise BadInputError(what, where=source, fix="check these times, or give the part after them")
    gridded = WeatherSeries(source, step, int(t_utc[0]) - round(stamp_share * step), typical=False)
    for name, part in columns.items():
        whole = np.full(count, np.nan)
        whole[places] = part
        gridded = replace(gridded, **{name: whole})  # type: ignore[arg-type]  # the fields of columns are arrays
    return gridded


def without_beam_on_the_level(columns: dict[str, Floats]) -> dict[str, Floats]:
    """The columns without the beam on the level: global light is that and the diffuse light together."""
    if "bhi" not in columns:
        return columns
    others = {name: values for name, values in columns.items() if name != "bhi"}
    if "dhi" in columns:
        return {**others, "ghi": columns["bhi"] + columns["dhi"]}
    return {**others, "dhi": np.maximum(columns["ghi"] - columns["bhi"], 0.0)}


def _refuse_alone(columns: dict[str, Floats], source: str, step: int) -> None:
    if "dni" not in columns and "dhi" not in columns and step < 60:  # noqa: PLR2004 - see the message
        what = f"only ghi, in steps of {step} s: beam and diffuse light cannot be told apart below a minute"
        raise BadInputError(what, where=source, fix="add dni or dhi, or average the file to minutes or hours")
