"""What the charts of a study's page show."""

from collections.abc import Iterable
from typing import Any

from pvsim.app.report.study_found import StudyFound
from pvsim.core.study.bands import HourBand, hour_bands
from pvsim.core.study.factors import VARIANT
from pvsim.core.study.sensitivity import Effect

__all__ = ["MOST_BARS", "study_data"]

MOST_BARS = 20


def study_data(found: StudyFound) -> dict[str, Any]:
    """Numbers and words for the charts."""
    words, cells = found.forms.words, found.cells
    shown = ("chart.", "number.", "study.chart.", "study.power.", "study.points")
    best = found.ranking.order[0] if found.ranking.order else None
    return {
        "words": {key: text for key, text in words.items() if key.startswith(shown)},
        "axes": [{"label": axis.label, "values": list(axis.values)} for axis in cells.axes],
        "codes": cells.codes.ravel().tolist(),
        "figures": [_figure(found, name, values.tolist()) for name, values in cells.figures.items()],
        "best": None if best is None or not cells.axes else cells.codes[cells.of[best]].tolist(),
        "profile": _profile(found),
        "mean": _short(found.sensitivity.mean),
        "effects": [_effect(found, each) for each in found.sensitivity.effects[:MOST_BARS]],
        "days": [
            {
                "name": found.naming.combination(combination),
                "powers": {name: _band(band) for name, band in hour_bands(hours).items()},
            }
            for combination, hours in found.facts.hours.items()
        ],
    }


def _figure(found: StudyFound, name: str, values: Iterable[float]) -> dict[str, Any]:
    form = found.naming.figure(name)
    numbers = [_short(value) for value in values]
    largest = max((abs(number) for number in numbers if number is not None), default=0.0)
    return {
        "label": form.label,
        "unit": form.unit,
        "digits": 1 if form.share else form.digits(largest),
        "share": form.share,
        "values": numbers,
    }


def _profile(found: StudyFound) -> list[list[float | None]] | None:
    """P5 and P95 of each cell where there is one axis: there a cell is a combination."""
    if len(found.factors) != 1 or found.cells.axes[0].binned:
        return None
    bands = [found.band(found.figure.name, each) for each in range(len(found.cases.combinations))]
    edges: list[list[float | None]] = [[None, None]] * len(found.cells.codes)
    for cell, band in zip(found.cells.of.tolist(), bands, strict=True):
        if band is not None:
            edges[cell] = [_short(band.p5), _short(band.p95)]
    return edges


def _effect(found: StudyFound, effect: Effect) -> dict[str, Any]:
    factor = next(each for each in found.factors if each.path == effect.path)
    return {
        "label": found.naming.value(factor, effect.high)
        if effect.path == VARIANT
        else found.naming.factor(factor),
        "least": _short(effect.least),
        "most": _short(effect.most),
        "least_at": found.naming.value(factor, effect.least_at),
        "most_at": found.naming.value(factor, effect.most_at),
    }


def _band(band: HourBand) -> dict[str, list[float | None]]:
    return {name: [_short(value) for value in values] for name, values in band._asdict().items()}


def _short(value: float | None) -> float | None:
    """Six digits; None for what is not known."""
    return None if value is None or value != value else float(f"{value:.6g}")  # noqa: PLR0124 - NaN
