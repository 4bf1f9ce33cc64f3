# ruff: noqa: INP001 - stands beside the scripts that import it
"""The measured house near Paris beside homes of the model with its energy, under one roof."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
from homes import STEPS, alike, in_two, spread
from measured import HOUSE_DAYS, house_w
from spans import Floats, Ints32, Span, by_days, roof_dw

from pvsim.core.loads.building import BuildingLoad, BuildingPlace
from pvsim.core.quantities.types import DW_PER_W

SCEAUX = BuildingPlace(ZoneInfo("Europe/Paris"), 48.78, 2.29)
FIRST_DAY = date(2006, 12, 17)
MOST_KWH = 12_000.0  # that a household may have: its own four weeks come to more, so the homes are scaled
PV_FROM = {"December": FIRST_DAY, "March": date(2007, 2, 25), "June": date(2007, 6, 3)}  # all on a Sunday
PEAKS_KW = (3.0, 6.0)
QUARTER_MIN, LAGS = 15, {"15 min": 1, "30 min": 2, "1 h": 4, "1 day": 96}


@dataclass(frozen=True)
class OfHouse:
    """What is compared of four weeks of minutes.

    Attributes:
        self_consumption: By the month whose PV it is, and the peak power.
        steps_w: Quantiles of the change from minute to minute.
        autocorrelation: Of quarter hours, at `LAGS`.
        quantiles_w: P5, P50, P95, P99 of the minutes.
    """

    self_consumption: dict[tuple[str, float], float]
    steps_w: tuple[float, ...]
    autocorrelation: tuple[float, ...]
    quantiles_w: tuple[float, ...]


def compared(homes_per_seed: int = 7, seeds: Sequence[int] = range(1, 9)) -> tuple[OfHouse, list[OfHouse]]:
    """The measured house, and homes of the model at the same place and time, scaled to its energy."""
    measured, span = house_w(), Span.days(FIRST_DAY, HOUSE_DAYS, SCEAUX)
    roofs = {
        month: _minutes_w(roof_dw(Span.days(first, HOUSE_DAYS, SCEAUX), 1)) for month, first in PV_FROM.items()
    }
    pv_w = {(month, kw): roof * kw / 6.0 for month, roof in roofs.items() for kw in PEAKS_KW}
    loads = alike(MOST_KWH, seeds=seeds, homes=homes_per_seed, place=SCEAUX)
    minutes = in_two(partial(_minutes_of, span=span), loads)
    ours = [_of_house(home * (measured.mean() / home.mean()), pv_w) for home in minutes]
    return _of_house(measured, pv_w), ours


def differences(measured: OfHouse, ours: Sequence[OfHouse]) -> dict[tuple[str, float], dict[str, float]]:
    """Self-consumption of the model less that of the house, in points, over the homes."""
    return {
        case: spread([100 * (home.self_consumption[case] - theirs) for home in ours])
        for case, theirs in measured.self_consumption.items()
    }


def _minutes_of(load: BuildingLoad, span: Span) -> Floats:
    return _minutes_w([by_days(load.unclipped_dw, first, n) for first, n in span.portions])


def _minutes_w(portions_dw: Sequence[Ints32]) -> Floats:
    return np.concatenate([part.reshape(-1, 60).mean(axis=1) for part in portions_dw]) / DW_PER_W


def _of_house(minutes: Floats, pv_w: dict[tuple[str, float], Floats]) -> OfHouse:
    quarters = minutes.reshape(-1, QUARTER_MIN).mean(axis=1)
    return OfHouse(
        {case: float(np.minimum(minutes, pv).sum() / pv.sum()) for case, pv in pv_w.items()},
        tuple(np.percentile(np.abs(np.diff(minutes)), STEPS).tolist()),
        tuple(float(np.corrcoef(quarters[lag:], quarters[:-lag])[0, 1]) for lag in LAGS.values()),
        tuple(np.percentile(minutes, (5, 50, 95, 99)).tolist()),
    )
