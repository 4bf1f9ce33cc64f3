"""Columns of a weather file put on a grid of UTC."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from pvsim.core.pv_site.types import Floats, iso_utc
from pvsim.core.pv_site.weather_series import WeatherSeries
from pvsim.core.timeline import HOUR_S
from pvsim.core.types import Ints
from pvsim.errors import BadInputError

__all__ = ["on_grid", "which_columns", "without_beam_on_the_level"]

_HEADERS: Final = {
    "ghi": {"ghi", "g(h)", "global", "globalstrahlung"},
    "dni": {"dni", "gb(n)", "direct_normal", "beam"},
    "dhi": {"dhi", "gd(h)", "diffuse", "diffus"},
    "temp_air": {"temp_air", "temp_air_c", "temperature", "t2m", "temp", "lufttemperatur"},
    "wind_speed": {"wind_speed", "wind_speed_ms", "ws10m", "wind", "windgeschwindigkeit"},
}
_TIMES: Final = frozenset({"time", "timestamp", "datetime", "date", "time(utc)", "utc", "zeit", "zeitstempel"})
_UNIT: Final = re.compile(r"\s*[\[(]?\s*(w/m\^?[²2]|wm-2|w_m2|°?c|m/s)\s*[\])]?\s*$|_w_?m2$|_ms$|_c$")
_LIGHT: Final = "W/m²"
_RANGES: Final = {
    **dict.fromkeys(("ghi", "dni", "dhi"), (-20.0, 2000.0, _LIGHT)),  # an offset by night; beside clouds
    "temp_air": (-90.0, 60.0, "°C"),
    "wind_speed": (0.0, 120.0, "m/s"),
}
"""What there is on Earth; a column beyond is in another unit."""

_DIM_W = 2.0  # kW/m² never exceed it; W/m² do on any day with a sun
_COARSEST_S = HOUR_S


def which_columns(header: Sequence[str], source: str) -> tuple[int, dict[str, int]]:
    """Places of the time and of the columns of weather, by their headers.

    Raises:
        BadInputError: there is no light among them, or two columns mean the same.
    """
    names = [name.strip().lower() for name in header]
    time = next((place for place, name in enumerate(names) if name in _TIMES), 0)
    found: dict[str, int] = {}
    for place, name in enumerate(names):
        for meaning, words in _HEADERS.items():
            if place == time or not ({name, _UNIT.sub("", name)} & words):
                continue
            if meaning in found:
                what = f"the columns {header[found[meaning]]!r} and {header[place]!r} are both {meaning}"
                raise BadInputError(what, where=source, fix="leave one of them out")
            found[meaning] = place
    if "ghi" not in found and not {"dni", "dhi"} <= found.keys():
        what = f"there is neither ghi nor dni with dhi among the columns {', '.join(header)}"
        fix = "name the columns ghi, dni, dhi (W/m²), temp_air (°C), wind_speed (m/s)"
        raise BadInputError(what, where=source, fix=fix)
    return time, found


def on_grid(source: str, t_utc: Ints, columns: dict[str, Floats], *, stamp_share: float) -> WeatherSeries:
    """The columns on a grid of their most frequent step, NaN where a line or a value is missing.

    Args:
        source: The file's name.
        t_utc: Unix time of each line.
        columns: Light in W/m², temperature in °C, wind in m/s, each of the shape of `t_utc`.
        stamp_share: Which part of its interval a time is: 0 the start, 0.5 the middle, 1 the end.

    Raises:
        BadInputError: times out of order or off the grid, a step that no hour can be divided by, light that no sun
            gives, a global irradiance alone in steps below a minute.
    """
    if len(t_utc) < 2:  # noqa: PLR2004 - a step needs two
        raise BadInputError("there is one line of data only", where=source, fix="give a file with whole days")
    steps = np.diff(t_utc)
    if (steps <= 0).any():
        when = iso_utc(int(t_utc[int(np.argmax(steps <= 0)) + 1]))
        fix = "sort the file, each time once; where clocks change, write times with their offset or in UTC"
        raise BadInputError(f"the time {when} comes twice or out of order", where=source, fix=fix)
    values, counts = np.unique(steps, return_counts=True)
    step = int(values[np.argmax(counts)])
    places, off = np.divmod(t_utc - t_utc[0], step)
    if step > _COARSEST_S or _COARSEST_S % step or off.any():
        problem = "coarser than an hour" if step > _COARSEST_S else "no divisor of an hour"
        what = f"the times are not on a grid of {step} s" if off.any() else f"the step is {step} s: {problem}"
        raise BadInputError(what, where=source, fix="resample the file to one step, from 1 s to 1 h")
    _refuse_absurd(columns, t_utc, source, step)
    gridded = WeatherSeries(source, step, int(t_utc[0]) - round(stamp_share * step), typical=False)
    for name, part in columns.items():
        whole = np.full(int(places[-1]) + 1, np.nan)
        whole[places] = np.maximum(part, 0.0) if name in {"ghi", "dni", "dhi"} else part
        gridded = replace(gridded, **{name: whole})  # type: ignore[arg-type]  # the fields of columns are arrays
    return gridded


def without_beam_on_the_level(columns: dict[str, Floats]) -> dict[str, Floats]:
    """The columns with global light in place of the beam on the level: the sum of that and the diffuse light."""
    if "bhi" not in columns:
        return columns
    others = {name: values for name, values in columns.items() if name != "bhi"}
    return {**others, "ghi": columns["bhi"] + columns["dhi"]}


def _refuse_absurd(columns: dict[str, Floats], t_utc: Ints, source: str, step: int) -> None:
    for name, (low, high, unit) in _RANGES.items():
        values = columns.get(name)
        if values is None:
            continue
        absurd = (values < low) | (values > high)
        if absurd.any():
            index = int(np.argmax(absurd))
            what = f"{name} is {values[index]:g} {unit} at {iso_utc(int(t_utc[index]))}"
            fix = f"give {unit}, {low:g} to {high:g}; leave the cell empty where the measurement is missing"
            raise BadInputError(what, where=source, fix=fix)
    light = [columns[name] for name in ("ghi", "dni", "dhi") if name in columns]
    brightest = max(float(np.fmax.reduce(values, initial=0.0)) for values in light)
    if 0 < brightest <= _DIM_W:
        what = f"the light is never more than {brightest:g} {_LIGHT}: is it in kW/m²?"
        raise BadInputError(what, where=source, fix="give W/m²: multiply the columns by 1000")
    if "dni" not in columns and "dhi" not in columns and step < 60:  # noqa: PLR2004 - see the message
        what = f"only ghi, in steps of {step} s: beam and diffuse light cannot be told apart below a minute"
        raise BadInputError(what, where=source, fix="add dni or dhi, or average the file to minutes or hours")
