"""Pictures of energies and shares: by day, by month, and by the window that a meter averages over."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pvsim.adapters.plots.style import (
    BUILDING,
    EXPORT,
    IMPORT,
    MM_PER_LETTER,
    PV,
    figure_of,
    finish,
    legend,
    numbers_on,
    tint,
)
from pvsim.adapters.plots.subject import Subject
from pvsim.adapters.plots.words import Words
from pvsim.core.results.summary import PeriodEnergies

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["days", "months", "resolution"]

_MOST_BARS = 62
_HATCH = "//////"


def resolution(subject: Subject, width_mm: float, words: Words) -> "Figure | None":
    """Self-consumption and self-sufficiency as meters with longer windows see them."""
    known = [each for each in subject.summary.resolution or () if each.self_consumption is not None]
    if len(known) < 2:  # noqa: PLR2004 - nothing to compare
        return None
    figure = figure_of(width_mm, 0.38)
    axes = figure.subplots()
    shares = (
        ([each.self_consumption for each in known], words.self_consumption, PV, ""),
        ([each.self_sufficiency for each in known], words.self_sufficiency, BUILDING, _HATCH),
    )
    for offset, (values, label, color, hatch) in zip((-0.19, 0.19), shares, strict=True):
        percent = [100 * (value or 0.0) for value in values]
        style: dict[str, Any] = {
            "facecolor": tint(color, 0.7 if not hatch else 0.12),
            "edgecolor": color,
            "linewidth": 0.6,
        }
        bars = axes.bar(np.arange(len(known)) + offset, percent, 0.36, label=label, hatch=hatch, **style)
        texts = ["–" if value is None else f"{100 * value:.1f}".replace(".", words.decimal) for value in values]
        axes.bar_label(bars, texts, padding=1.5, fontsize=7)
    axes.set_ylim(0, 108)
    axes.set_yticks(range(0, 101, 20))
    axes.set_xticks(range(len(known)), [_window(each.window_s) for each in known])
    axes.set_xlabel(words.window)
    axes.set_ylabel(words.share_percent)
    finish(axes)
    legend(figure, axes.get_legend_handles_labels()[0])
    return figure


def days(subject: Subject, width_mm: float, words: Words) -> "Figure | None":
    """The energies of each day, as long as single days can be told apart."""
    found = subject.summary.days or ()
    return _energies(found, width_mm, words) if 1 < len(found) <= _MOST_BARS else None


def months(subject: Subject, width_mm: float, words: Words) -> "Figure | None":
    """The energies of each month."""
    found = subject.summary.months or ()
    return _energies(found[-_MOST_BARS:], width_mm, words) if len(found) > 1 else None


def _energies(periods: Sequence[PeriodEnergies], width_mm: float, words: Words) -> "Figure":
    figure = figure_of(width_mm, 0.4)
    axes = figure.subplots()
    x = np.arange(len(periods))
    used = np.array([each.self_consumed or 0.0 for each in periods])
    imported = np.array([each.import_ for each in periods])
    exported = np.array([each.export for each in periods])
    if any(each.self_consumed is not None for each in periods):
        axes.bar(x, used, 0.8, facecolor=tint(PV, 0.55), label=words.self_consumed)
    axes.bar(x, imported, 0.8, bottom=used, facecolor=tint(IMPORT), label=words.imported)
    below: dict[str, Any] = {"facecolor": tint(EXPORT, 0.15), "edgecolor": EXPORT, "hatch": _HATCH, "linewidth": 0}
    axes.bar(x, -exported, 0.8, label=f"{words.exported} ({words.below_zero})", **below)
    known = [(i, each.load) for i, each in enumerate(periods) if each.load is not None]
    if known:
        at, load = (list(values) for values in zip(*known, strict=True))
        marks: dict[str, Any] = {"color": BUILDING, "linewidths": 1.4, "zorder": 4}
        axes.hlines(load, [i - 0.4 for i in at], [i + 0.4 for i in at], label=words.load, **marks)
    label_mm = (len(periods[0].period) + 2) * MM_PER_LETTER
    every = -(-len(periods) // max(2, int((width_mm - 15) / label_mm)))
    axes.set_xticks(x[::every], [each.period for each in periods[::every]])
    axes.set_xlim(-0.6, len(periods) - 0.4)
    axes.set_ylabel(words.energy_kwh)
    numbers_on(axes.yaxis, words)
    finish(axes)
    legend(figure, axes.get_legend_handles_labels()[0])
    return figure


def _window(seconds: int) -> str:
    for unit_s, unit in ((3_600, "h"), (60, "min")):
        if seconds % unit_s == 0:
            return f"{seconds // unit_s} {unit}"
    return f"{seconds} s"
