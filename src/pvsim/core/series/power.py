"""From the values of a column, whatever they are, to powers in watts."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pvsim.core.series.counter import increments_of, is_said_counter, looks_like_counter
from pvsim.core.series.findings import span_text
from pvsim.core.series.headers import heading_of
from pvsim.core.series.mixed_steps import refuse_mixed_steps
from pvsim.core.series.order import OrderedSeries
from pvsim.core.series.stated_interval import stated_interval_s
from pvsim.core.series.types import DAY_S, ENERGY_UNITS, HOUR_S, Quantity, SeriesOptions, Unit
from pvsim.errors import BadInputError

__all__ = ["Powers", "powers_of"]

_W_OR_WH_IN: Final[dict[Unit, float]] = {"W": 1.0, "kW": 1e3, "MW": 1e6, "Wh": 1.0, "kWh": 1e3, "MWh": 1e6}
_MAYBE_COUNTER_WORDS: Final = frozenset({"total", "lifetime", "gesamt", "overall", "today", "sum"})
_YEAR_H: Final = 8_760
_COARSE: Final = 0.1  # a counter's step is told where it is more of the mean
_MOST_W: Final = 1e12


@dataclass(frozen=True, slots=True)
class Powers:
    """Powers of a file.

    Args:
        file: The samples, their values now mean powers in W from each time on; NaN where there is none.
        quantity: What the column holds, such as `energy per 15 min`.
        remarks: What was assumed, counted and scaled on the way.
        resets: How often a counter began again at zero.
        rollovers: How often it passed its last digit.
        scale: What the powers were multiplied with, 1 if with nothing.
    """

    file: OrderedSeries
    quantity: str
    remarks: tuple[str, ...] = ()
    resets: int = 0
    rollovers: int = 0
    scale: float = 1.0


def powers_of(file: OrderedSeries, options: SeriesOptions, quantity: Quantity) -> Powers:
    """Turn a column into powers: energy by its interval, a counter by its growth; then sign and scale.

    Raises:
        BadInputError: energies that look like readings of a counter and do not say so, or are of more than one
            interval; a counter that falls; a column of power said to be a counter; a scale that the powers do not
            allow.
    """
    samples = file.samples
    values = samples.values * _W_OR_WH_IN[samples.unit]
    _refuse_absurd(file, values)
    plain = _with_values(file, values)
    if samples.unit not in ENERGY_UNITS:
        _refuse_no_energy(file, options, quantity)
        found = Powers(plain, "power")
    elif _is_counter(file, options, quantity):
        _refuse_points(file, options, quantity, "readings of a counter")
        found = _from_counter(file, plain, options, quantity)
    else:
        _refuse_points(file, options, quantity, "energies of intervals")
        other_s = _other_interval_s(file, options, quantity)
        refuse_mixed_steps(file, options, quantity)
        power_w = values * (HOUR_S / file.step_s)
        remarks = (f"its header says per {span_text(other_s)}",) if other_s else ()
        found = Powers(_with_values(plain, power_w), f"energy per {span_text(file.step_s)}", remarks)
    stated = heading_of(samples.column).unit
    if samples.unit_from == "option" and stated not in {None, samples.unit}:
        found = replace(found, remarks=(f"its header says {stated}", *found.remarks))
    return _scaled(found, options, quantity)


def _refuse_absurd(file: OrderedSeries, values: NDArray[np.float64]) -> None:
    """Beyond this, sums would no longer be exact."""
    beyond = np.abs(np.nan_to_num(values)) > _MOST_W
    if beyond.any():
        samples, index = file.samples, int(np.argmax(beyond))
        what = (
            f"column {samples.column!r} has {samples.values[index]:g} {samples.unit}, more than any plant or meter"
        )
        raise BadInputError(what, where=samples.at(index), fix="correct the value, or leave the cell empty")


def _refuse_no_energy(file: OrderedSeries, options: SeriesOptions, quantity: Quantity) -> None:
    if options.kind != "counter":
        return
    samples = file.samples
    what = f"column {samples.column!r} is read in {samples.unit}, a unit of power; a counter shows energy"
    fix = f"pass {options.option('unit', quantity)} Wh, kWh or MWh, or leave {_counter(options, quantity)} out"
    raise BadInputError(what, where=samples.source, fix=fix)


def _refuse_points(file: OrderedSeries, options: SeriesOptions, quantity: Quantity, what: str) -> None:
    if options.fill == "interpolate":
        samples, option = file.samples, options.option("fill", quantity)
        fix = f"leave {option} out: an energy gives the mean power of its interval, not the power at a moment"
        raise BadInputError(
            f"column {samples.column!r} holds {what}, which cannot be interpolated", where=samples.source, fix=fix
        )


def _other_interval_s(file: OrderedSeries, options: SeriesOptions, quantity: Quantity) -> int:
    """The interval of energies that their header names, 0 unless it is another than the step.

    Raises:
        BadInputError: it is another, and the user says neither the unit nor what the file is scaled to.
    """
    samples = file.samples
    interval_s = stated_interval_s(samples.column) or file.step_s
    if interval_s == file.step_s:
        return 0
    if samples.unit_from == "option" or options.free_of_unit:
        return interval_s
    stated, step = span_text(interval_s), span_text(file.step_s)
    what = f"the header of column {samples.column!r} says an energy per {stated}, but its rows are {step} apart"
    unit, scale = options.option("unit", quantity), options.option("scale", quantity)
    power = f"{unit} {samples.unit[:-1]} {scale} {HOUR_S / interval_s:.9g}"
    fix = f"pass {unit} {samples.unit} if each value is of its own {step}, or {power} if it is of {stated}"
    raise BadInputError(what, where=samples.source, fix=fix)


def _is_counter(file: OrderedSeries, options: SeriesOptions, quantity: Quantity) -> bool:
    """By the user's word, else by the header; what merely looks like a counter is asked for."""
    samples = file.samples
    if options.kind is not None or is_said_counter(samples, options):
        return is_said_counter(samples, options)
    if samples.length_s is not None:  # both ends of each interval are written
        return False
    known = np.flatnonzero(~np.isnan(samples.values))
    elapsed_s = np.diff(file.elapsed_s[known])
    if not looks_like_counter(samples.values[known] * _W_OR_WH_IN[samples.unit], elapsed_s):
        return False
    if heading_of(samples.column).words & _MAYBE_COUNTER_WORDS and file.stamp == "start":
        return True
    what = (
        f"column {samples.column!r} ({samples.unit}) never falls: readings of a counter, or energies of intervals?"
    )
    option, interval = options.option("kind", quantity), _interval(options, quantity)
    fix = f"pass {option} counter, or {option} {interval} if each value is the energy of its own interval"
    raise BadInputError(what, where=samples.at(int(known[0])), fix=fix)


def _from_counter(file: OrderedSeries, plain: OrderedSeries, options: SeriesOptions, quantity: Quantity) -> Powers:
    """The mean power from each reading to the next; over a gap it is the mean of the gap."""
    samples = file.samples
    known = np.flatnonzero(~np.isnan(samples.values))
    elapsed_s = np.diff(file.elapsed_s[known])
    grown = increments_of(samples.values[known], elapsed_s)
    if grown.falls:
        _refuse_fall(file, known, grown.falls[0], options, quantity)
    factor = _W_OR_WH_IN[samples.unit]
    power_w = np.full(len(samples.values), np.nan)
    power_w[known[:-1]] = grown.energy * (factor * HOUR_S) / elapsed_s
    remarks = [
        _counted(len(found), name)
        for found, name in ((grown.resets, "reset"), (grown.rollovers, "rollover"))
        if found
    ]
    if grown.resolution:
        step_w = grown.resolution * factor * HOUR_S / file.step_s
        mean_w = float(grown.energy.sum()) * factor * HOUR_S / float(elapsed_s.sum())
        if step_w > _COARSE * mean_w:
            remarks.append(f"its steps of {grown.resolution:g} {samples.unit} are {step_w:,.0f} W here")
    closed = _without_closing_reading(_with_values(plain, power_w))
    return Powers(closed, "readings of a counter", tuple(remarks), len(grown.resets), len(grown.rollovers))


def _refuse_fall(
    file: OrderedSeries, known: NDArray[np.intp], fall: int, options: SeriesOptions, quantity: Quantity
) -> None:
    samples = file.samples
    before, after = samples.values[known[fall : fall + 2]].tolist()
    what = (
        f"the counter in column {samples.column!r} falls from {before:g} to {after:g}: no reset to 0, no rollover"
    )
    option, interval = options.option("kind", quantity), _interval(options, quantity)
    fix = f"correct the reading, or pass {option} {interval} if each value is the energy of its own interval"
    raise BadInputError(what, where=samples.at(int(known[fall + 1])), fix=fix)


def _without_closing_reading(file: OrderedSeries) -> OrderedSeries:
    """Leave out a last reading at midnight, which only ends the interval before it."""
    samples = file.samples
    if int(samples.wall_s[-1]) % DAY_S:
        return file
    keep = slice(None, -1)
    offset = None if samples.offset_s is None else samples.offset_s[keep]
    length = None if samples.length_s is None else samples.length_s[keep]
    shorter = replace(
        samples,
        lines=samples.lines[keep],
        wall_s=samples.wall_s[keep],
        offset_s=offset,
        values=samples.values[keep],
        length_s=length,
    )
    return replace(file, samples=shorter, again=file.again[keep], elapsed_s=file.elapsed_s[keep])


def _scaled(found: Powers, options: SeriesOptions, quantity: Quantity) -> Powers:
    remarks, values = list(found.remarks), found.file.samples.values
    if options.sign == "negative":
        values = -values
        remarks.append("sign reversed")
    scale, why = _scale(values, found.file, options, quantity)
    if why:
        remarks.append(why)
    file = _with_values(found.file, values * scale)
    return replace(found, file=file, remarks=tuple(remarks), scale=scale)


def _scale(
    power_w: NDArray[np.float64], file: OrderedSeries, options: SeriesOptions, quantity: Quantity
) -> tuple[float, str]:
    """The factor and what to say of it."""
    known = power_w[~np.isnan(power_w)]
    if options.scale is not None:
        return options.scale, f"scaled by {options.scale:g}"
    if options.annual_kwh is not None:
        mean_w = float(known.mean()) if len(known) else 0.0
        option = options.option("annual_kwh", quantity)
        _refuse_nothing_to_scale(mean_w, f"the mean of column {file.samples.column!r}", option, file)
        scale = options.annual_kwh * 1000 / _YEAR_H / mean_w
        days = len(known) * file.step_s / DAY_S
        return scale, f"scaled by {scale:.4g}: {options.annual_kwh:,g} kWh in a year like the file's {days:,.4g} d"
    if options.peak_kw is not None:
        most_w = float(known.max(initial=0.0))
        option = options.option("peak_kw", quantity)
        _refuse_nothing_to_scale(most_w, f"the maximum of column {file.samples.column!r}", option, file)
        scale = options.peak_kw * 1000 / most_w
        return scale, f"scaled by {scale:.4g}: a peak of {options.peak_kw:g} kW"
    return 1.0, ""


def _refuse_nothing_to_scale(reference_w: float, what: str, option: str, file: OrderedSeries) -> None:
    if not reference_w > 0:
        fix = f"choose another column, or leave {option} out"
        raise BadInputError(f"{what} is {reference_w:g}: it cannot be scaled", where=file.samples.source, fix=fix)


def _with_values(file: OrderedSeries, values: NDArray[np.float64]) -> OrderedSeries:
    return replace(file, samples=replace(file.samples, values=values, unit="W"))


def _counter(options: SeriesOptions, quantity: Quantity) -> str:
    return f"{options.option('kind', quantity)} counter"


def _interval(options: SeriesOptions, quantity: Quantity) -> str:
    return "generation" if quantity == "pv" else "grid" if options.grid else "load"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")
