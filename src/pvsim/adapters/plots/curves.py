"""Pictures of powers: over the time of day, and by how long they last."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pvsim.adapters.plots.style import (
    BATTERY,
    BUILDING,
    EXPORT,
    GRID,
    IMPORT,
    PV,
    figure_of,
    finish,
    legend,
    numbers_on,
    tint,
)
from pvsim.adapters.plots.subject import Subject
from pvsim.adapters.plots.words import Words
from pvsim.core.quantities.timeline import DAY_S, HOUR_S, Timeline
from pvsim.core.quantities.types import DW_PER_KW
from pvsim.core.results.profile import POWERS
from pvsim.core.run.plan import RunPlan

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["duration", "powers"]

_SHOWN_DAYS = 7
_MM_OF_SCALE, _MM_OF_TIME, _MM_OF_DATE = 15, 16, 16
_STEPS_S = (60, 300, 600, 900, 1_800, HOUR_S, 2 * HOUR_S, 3 * HOUR_S, 6 * HOUR_S, 12 * HOUR_S, DAY_S)

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Mean powers over the days that are shown.

    Attributes:
        days: How many.
        midnights_h: Hours since the run's start at which they begin, and the end of the last.
        edges_h: Hours since the run's start at which the steps begin, and the end of the last.
        kw: The mean of each power by its name; NaN where there is no row.
        soc: The mean state of charge; None without a battery.
    """

    days: int
    midnights_h: Numbers
    edges_h: Numbers
    kw: dict[str, Numbers]
    soc: Numbers | None


def powers(subject: Subject, width_mm: float, words: Words) -> "Figure":
    """The powers of the first days, second by second or as means: a stack up to the load, exports below zero."""
    plan, shown = subject.plan, _stretch(subject)
    battery = shown.soc is not None
    figure = figure_of(width_mm, 0.56 if battery else 0.44, 75.0 if battery else 50.0)
    if battery:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(4.2, 1))
        _draw_soc(lower, shown, words)
    else:
        upper = lower = figure.subplots()
    handles = _draw_powers(upper, shown, words, known=not plan.meter_range.grid)
    upper.set_ylabel(words.power_kw + _of_meters(plan, words))
    numbers_on(upper.yaxis, words)
    finish(upper)
    _time_axis(lower, plan.timeline, shown, words, width_mm - _MM_OF_SCALE)
    for midnight_h in shown.midnights_h[1:-1] if shown.days <= _SHOWN_DAYS else ():
        for axes in {upper, lower}:
            axes.axvline(midnight_h, color=GRID, linewidth=0.5, zorder=0)
    legend(figure, handles)
    return figure


def duration(subject: Subject, width_mm: float, words: Words) -> "Figure | None":
    """The grid's duration curve: which power is reached for how much of the time."""
    curve = subject.summary.duration
    if curve is None:
        return None
    figure = figure_of(width_mm, 0.4)
    axes = figure.subplots()
    x, y = np.array(curve.time_percent), np.array(curve.grid_kw)
    axes.fill_between(x, 0, np.maximum(y, 0), facecolor=tint(IMPORT), edgecolor="none", label=words.imported)
    axes.fill_between(x, 0, np.minimum(y, 0), **_exported(words))
    axes.plot(x, y, color=BUILDING, linewidth=1.1)
    axes.set_xlim(0, 100)
    axes.set_xlabel(words.time_percent)
    axes.set_ylabel(words.power_kw + _of_meters(subject.plan, words))
    numbers_on(axes.yaxis, words)
    finish(axes)
    legend(figure, axes.get_legend_handles_labels()[0])
    return figure


def _of_meters(plan: RunPlan, words: Words) -> str:
    return words.of_meters.format(n=len(plan.meters)) if len(plan.meters) > 1 else ""


def _stretch(subject: Subject) -> _Stretch:
    profile, timeline = subject.profile, subject.plan.timeline
    start = timeline.start_utc
    if profile.days_dw is None:
        edges = np.minimum(np.arange(len(profile.buckets.periods) + 1) * profile.bucket_s, timeline.seconds)
        mean, soc, days = profile.buckets.mean_dw, profile.buckets.soc, timeline.days
    else:
        days = min(timeline.days, _SHOWN_DAYS)
        midnights = np.asarray(timeline.midnights_utc[: days + 1]) - start
        steps = np.arange(profile.days_dw.shape[2]) * profile.shape_s
        begin = midnights[:-1, None] + steps
        inside = begin < midnights[1:, None]
        edges = np.append(begin[inside], midnights[-1])
        mean = profile.days_dw[:, :days][:, inside]
        soc = None if profile.days_soc is None else profile.days_soc[:days][inside]
    kw = dict(zip(POWERS, mean / DW_PER_KW, strict=True))
    midnights_h = (np.asarray(timeline.midnights_utc[: days + 1]) - start) / HOUR_S
    return _Stretch(days, midnights_h, edges / HOUR_S, kw, soc)


def _draw_powers(axes: "Axes", shown: _Stretch, words: Words, *, known: bool) -> list[Any]:
    """The stack, and the lines over it; behind a meter at the grid connection only what is known."""
    kw, areas = shown.kw, []
    below = np.zeros_like(kw["load"])
    charge, discharge = kw["battery_charge"], kw["battery_discharge"]
    above = below
    if known:
        used = np.maximum(kw["pv"] - kw["export"] - charge, 0)
        areas.append(_area(axes, shown, above, used, facecolor=tint(PV, 0.55), edgecolor="none", label=words.used))
        above = above + used
    if shown.soc is not None and known:
        style = {"facecolor": tint(BATTERY, 0.2), "edgecolor": BATTERY, "hatch": "xxxx", "linewidth": 0}
        areas.append(_area(axes, shown, above, discharge, label=words.discharge, **style))
        above = above + discharge
    style = {"facecolor": tint(IMPORT), "edgecolor": "none"}
    areas.append(_area(axes, shown, above, kw["import"], label=words.imported, **style))
    areas.append(_area(axes, shown, below, -kw["export"], **_exported(words)))
    if shown.soc is not None:
        style = {"facecolor": tint(BATTERY, 0.2), "edgecolor": BATTERY, "hatch": "......", "linewidth": 0}
        areas.append(_area(axes, shown, -kw["export"], -charge, label=words.charge, **style))
    lines = [_line(axes, shown, kw["pv"], color=PV, linewidth=1.0, label=words.pv)]
    if np.nanmax(kw["curtailed"], initial=0) > 0:
        potential = kw["pv"] + kw["curtailed"]
        lines.append(_line(axes, shown, potential, color=PV, linestyle=":", label=words.potential))
    name = words.load if known else words.meter
    lines.append(
        _line(axes, shown, kw["load"], color=BUILDING, linestyle=(0, (4, 1.5)), linewidth=0.6, label=name)
    )
    return [*reversed(lines), *areas]


def _area(axes: "Axes", shown: _Stretch, base: Numbers, height: Numbers, **style: Any) -> Any:
    low, high = (np.append(each, each[-1:]) for each in (base, base + height))
    return axes.fill_between(shown.edges_h, low, high, step="post", **style)


def _line(axes: "Axes", shown: _Stretch, values: Numbers, **style: Any) -> Any:
    (line,) = axes.plot(shown.edges_h, np.append(values, values[-1:]), drawstyle="steps-post", zorder=4, **style)
    return line


def _exported(words: Words) -> dict[str, Any]:
    label = f"{words.exported} ({words.below_zero})"
    return {
        "facecolor": tint(EXPORT, 0.15),
        "edgecolor": EXPORT,
        "hatch": "//////",
        "linewidth": 0,
        "label": label,
    }


def _draw_soc(axes: "Axes", shown: _Stretch, words: Words) -> None:
    assert shown.soc is not None  # noqa: S101 - for the type: the caller has asked
    _line(axes, shown, 100 * shown.soc, color=BATTERY, linewidth=1.2)
    axes.set_ylim(-3, 103)  # a line at a limit is seen whole
    axes.set_yticks((0, 50, 100))
    axes.set_ylabel(words.charge_percent)
    finish(axes, zero=False)


def _time_axis(axes: "Axes", timeline: Timeline, shown: _Stretch, words: Words, room_mm: float) -> None:
    """Hours of the local clock, on days with a clock change too: 23 or 25 of them, and dates where days begin."""
    first, last = float(shown.edges_h[0]), float(shown.edges_h[-1])
    axes.set_xlim(first, last)
    if shown.days <= 2:  # noqa: PLR2004 - as long as the hours have room
        span_s = shown.days * DAY_S if timeline.is_whole else timeline.seconds
        steps = _STEPS_S[_STEPS_S.index(HOUR_S) :] if timeline.is_whole else _STEPS_S
        step_s = next(s for s in steps if span_s / s * _MM_OF_TIME <= room_mm)
        t = timeline.start_utc + np.arange(0, round(last * HOUR_S) + 60, 60)
        local = t + timeline.offset_s(t)
        at = np.flatnonzero(local % step_s == 0)
        labels = [f"{each // HOUR_S % 24:02d}:{each // 60 % 60:02d}" for each in local[at].tolist()]
        if local[-1] % DAY_S == 0:  # the end of the last day
            labels[-1] = "24:00"
        axes.set_xticks((t[at] - timeline.start_utc) / HOUR_S, labels)
        hours = last - first
        length = "" if hours == 24 * shown.days else f" ({hours:g} h)".replace(".", words.decimal)
        to = timeline.first_date + timedelta(days=shown.days - 1)
        until = "" if shown.days == 1 else f" – {to}"
        axes.set_xlabel(f"{words.local_time}, {timeline.first_date}{until}{length}, {timeline.zone}")
        return
    day_mm = room_mm / shown.days
    every = max(1, ceil(_MM_OF_DATE / day_mm))
    chosen = [day for day in range(0, shown.days, every) if (shown.days - day) * day_mm >= _MM_OF_DATE]
    dates = [(timeline.first_date + timedelta(days=day)).isoformat() for day in chosen]
    axes.set_xticks([float(shown.midnights_h[day]) for day in chosen], dates, ha="left")
    part = words.first_days.format(shown=shown.days, all=timeline.days) if shown.days < timeline.days else ""
    axes.set_xlabel(f"{words.local_time}, {timeline.zone}{part}")
