"""What a meter or a plant can show at all: values outside are cut and counted, or refused where that falsifies."""

from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pvsim.core.series.types import Quantity, RawSeries, SeriesOptions, Unit
from pvsim.errors import BadInputError

__all__ = ["MOST_PV_W", "Cut", "Limits", "count_cut", "cut_power_dw"]

MOST_PV_W: Final = 9_999_000.0
"""As the curve's highest peak."""
_SMALLER: Final = {"kW": "W", "MW": "kW", "kWh": "Wh", "MWh": "kWh"}


@dataclass(frozen=True, slots=True)
class Limits:
    """The least and most that is shown, in W."""

    low_w: float
    high_w: float


@dataclass(frozen=True, slots=True)
class Cut:
    """What was cut: number of samples, and energy in kWh."""

    low: int
    high: int
    low_kwh: float
    high_kwh: float


def cut_power_dw(
    samples: RawSeries, limits: Limits, options: SeriesOptions, *, quantity: Quantity, unit: Unit
) -> NDArray[np.int64]:
    """Powers in 0.1 W inside the limits, 0 where there is none.

    Args:
        samples: Powers in W.
        limits: The limits.
        options: What the user said, for messages.
        quantity: Meter or PV.
        unit: The unit of the column in the file, for messages.

    Raises:
        BadInputError: a meter of a load is negative; more is cut than kept; more PV than any plant has.
    """
    power_w = np.nan_to_num(samples.values)
    inside = np.clip(power_w, limits.low_w, limits.high_w)
    kept = float(np.abs(inside).sum())
    if quantity == "meter" and limits.low_w == 0:
        _refuse_negative(samples, power_w, kept, options)
    if float((inside - power_w).clip(0).sum()) > kept:
        raise _mostly_below(samples, power_w, limits, options, quantity)
    if float((power_w - inside).clip(0).sum()) > (kept if quantity == "meter" else 0):
        raise _mostly_above(samples, power_w, limits, options, quantity=quantity, unit=unit)
    return np.rint(inside * 10).astype(np.int64)


def count_cut(power_w: NDArray[np.float64], limits: Limits, step_s: int) -> Cut:
    """What the limits cut from powers, none of them missing."""
    below, above = limits.low_w - power_w, power_w - limits.high_w
    kwh = step_s / 3.6e6
    return Cut(
        int((below > 0).sum()),
        int((above > 0).sum()),
        float(below.clip(0).sum()) * kwh,
        float(above.clip(0).sum()) * kwh,
    )


def _refuse_negative(
    samples: RawSeries, power_w: NDArray[np.float64], kept: float, options: SeriesOptions
) -> None:
    if not (power_w < 0).any():
        return
    index = int(np.argmax(power_w < 0))
    what = f"column {samples.column!r} is negative ({power_w[index]:,g} W), but the meter measures a load"
    fix = f"of a meter at the grid connection: {options.option('kind', 'meter')} grid"
    if kept == 0:
        fix = (
            f"if consumption is written negative: {options.option('sign', 'meter')} {_other_sign(options)}; {fix}"
        )
    fix += f"; else choose another column with {options.option('column', 'meter')} NAME"
    raise BadInputError(what, where=samples.at(index), fix=fix)


def _mostly_below(
    samples: RawSeries, power_w: NDArray[np.float64], limits: Limits, options: SeriesOptions, quantity: Quantity
) -> BadInputError:
    index = int(np.argmin(power_w))
    what = (
        f"column {samples.column!r} goes down to {power_w[index]:,.0f} W: more of its energy is below"
        f" {limits.low_w:,g} W than within what can be shown"
    )
    fix = f"if generation is written negative: {options.option('sign', quantity)} {_other_sign(options)}"
    if quantity == "meter":
        fix = f"check the unit: {options.option('unit', quantity)}"
    fix += f"; else choose another column with {options.option('column', quantity)} NAME"
    return BadInputError(what, where=samples.at(index), fix=fix)


def _mostly_above(
    samples: RawSeries,
    power_w: NDArray[np.float64],
    limits: Limits,
    options: SeriesOptions,
    *,
    quantity: Quantity,
    unit: Unit,
) -> BadInputError:
    index = int(np.argmax(power_w))
    highest = float(power_w[index])
    beyond = f"more of its energy is above the {limits.high_w:,.0f} W that can be shown than below"
    if quantity == "pv":
        beyond = f"no plant here has more than {limits.high_w:,.0f} W"
    what = f"column {samples.column!r}, read in {unit}, reaches {highest:,.0f} W: {beyond}"
    fix = f"check the unit: {options.option('unit', quantity)}"
    smaller = _SMALLER.get(unit)
    if smaller is not None and highest / 1000 <= limits.high_w:
        fix = f"if its values are in {smaller}: {options.option('unit', quantity)} {smaller}"
    if quantity == "meter":
        fix += f"; if the meter really shows this much: `meter.max_w` {ceil(highest)}"
    fix += f"; else scale the file: {options.option('scale', quantity)} FACTOR"
    return BadInputError(what, where=samples.at(index), fix=fix)


def _other_sign(options: SeriesOptions) -> str:
    return "positive" if options.sign == "negative" else "negative"
