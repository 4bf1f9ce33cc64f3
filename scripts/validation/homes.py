#!/usr/bin/env python3
"""What the model of a household comes to, over many homes: scripts/validation/homes.py [FILE.json].

Computes whole weeks second by second, spread over a year, of homes that share a roof, and prints the figures that
docs/explanation/validation-load.md compares with measured ones. The same figures from the same version.
"""

import json
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from spans import MUNICH, QUARTER_S, Floats, Ints, Ints32, Span, by_days, roof_dw

import pvsim
from pvsim.core.loads.building import BuildingLoad, BuildingPlace
from pvsim.core.quantities import noise
from pvsim.core.quantities.types import DW_PER_W, METER_MAX_DW
from pvsim.wiring.build import build_loads, plan_of
from pvsim.wiring.buildings import BuildingKind, building_load

QUANTILES, STEPS = (50.0, 95.0, 99.0, 99.9), (50.0, 90.0, 99.0, 99.9)
BASE_PERCENT = 5.0
SUMMER, WINTER = (6, 7, 8), (12, 1, 2)
EVENING_HOURS, DAYTIME_HOURS = range(16, 24), range(9, 17)
HOURS_PER_YEAR, MINUTE_S, QUARTER_MIN = 8_760, 60, 15
PROCESSES = 2

T = TypeVar("T")


@dataclass(frozen=True)
class Home:
    """What a home comes to over a span; powers in W, shares from 0 to 1.

    Attributes:
        annual_kwh: Its mean power times 8,760 h.
        self_consumption: Under the roof that all homes share; nan without one.
        self_sufficiency: Likewise.
        base_w: P5 of its seconds.
        weekly_cv: Standard deviation of the energies of its portions over their mean.
        quantiles_w: Of its seconds, at `QUANTILES`.
        steps_w: Of its changes from minute to minute, at `STEPS`.
        above_9_kw: Share of its seconds.
        load_factor: Mean power over that of the highest quarter hour.
        evening_hour: The hour from 16 o'clock on whose mean is highest.
        daytime_share: Share of its energy from 9 to 17 o'clock.
        quarters_w: Means of quarter hours.
    """

    annual_kwh: float
    self_consumption: float
    self_sufficiency: float
    base_w: float
    weekly_cv: float
    quantiles_w: tuple[float, ...]
    steps_w: tuple[float, ...]
    above_9_kw: float
    load_factor: float
    evening_hour: int
    daytime_share: float
    quarters_w: Floats


def home_of(load: BuildingLoad, span: Span, pv_dw: Sequence[Ints32] | None = None) -> Home:
    """The figures of one home."""
    counts = np.zeros(1, dtype=np.int64)
    minutes, steps, both_dws, pv_dws = [], [], 0, 0
    for number, (first, n) in enumerate(span.portions):
        power = by_days(load.unclipped_dw, first, n)
        counts = _added(counts, np.bincount(np.maximum(power, 0)))
        minutes.append(power.reshape(-1, MINUTE_S).mean(axis=1) / DW_PER_W)
        steps.append(np.abs(np.diff(minutes[-1])))
        if pv_dw is not None:
            both_dws += int(np.minimum(power, pv_dw[number]).sum(dtype=np.int64))
            pv_dws += int(pv_dw[number].sum(dtype=np.int64))
    quarters = np.concatenate(minutes).reshape(-1, QUARTER_MIN).mean(axis=1)
    weeks = np.array([part.mean() for part in minutes])
    _, hour, _ = span.calendar
    by_hour = np.bincount(hour, weights=quarters) / np.bincount(hour)
    mean_w, at = float(quarters.mean()), _quantiles(counts)
    return Home(
        annual_kwh=mean_w * HOURS_PER_YEAR / 1_000,
        self_consumption=both_dws / pv_dws if pv_dws else float("nan"),
        self_sufficiency=both_dws / (mean_w * DW_PER_W * len(quarters) * QUARTER_S) if pv_dws else float("nan"),
        base_w=at(BASE_PERCENT),
        weekly_cv=float(weeks.std(ddof=1) / weeks.mean()),
        quantiles_w=tuple(at(percent) for percent in QUANTILES),
        steps_w=tuple(np.percentile(np.concatenate(steps), STEPS).tolist()),
        above_9_kw=float(counts[METER_MAX_DW + 1 :].sum() / counts.sum()),
        load_factor=mean_w / float(quarters.max()),
        evening_hour=max(EVENING_HOURS, key=lambda h: by_hour[h]),
        daytime_share=float(quarters[np.isin(hour, DAYTIME_HOURS)].sum() / quarters.sum()),
        quarters_w=quarters,
    )


def homes_of(loads: Sequence[BuildingLoad], span: Span, pv_dw: Sequence[Ints32] | None = None) -> list[Home]:
    """The figures of several homes."""
    return in_two(partial(home_of, span=span, pv_dw=pv_dw), loads)


def in_two(work: Callable[[BuildingLoad], T], loads: Sequence[BuildingLoad]) -> list[T]:
    """What each load comes to, computed in two processes, which inherit all that the work needs."""
    share = partial(_shared.update, work=work, loads=loads)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("fork"), initializer=share) as pool:
        return list(pool.map(_work_on, range(len(loads))))


_shared: dict[str, Any] = {}


def _work_on(number: int) -> Any:
    return _shared["work"](_shared["loads"][number])


def alike(
    annual_kwh: float,
    *,
    seeds: Sequence[int],
    homes: int = 1,
    kind: BuildingKind = "household",
    place: BuildingPlace = MUNICH,
) -> list[BuildingLoad]:
    """Buildings of one annual energy, so many of each seed."""
    names = [(seed, f"m{number + 1}") for seed in seeds for number in range(homes)]
    return [building_load(kind, annual_kwh, place=place, seed=seed, meter=meter) for seed, meter in names]


def street(homes: int, *, annual_kwh: float, seed: int) -> list[BuildingLoad]:
    """The homes of `pvsim run --site home --meters N --annual-kwh E`, as it draws them."""
    request = pvsim.Request(
        site="home",
        meter=pvsim.MeterRequest(source="household"),
        meters=homes,
        annual_kwh=annual_kwh,
        seed=seed,
    )
    config = pvsim.configure(request)
    loads = build_loads(config, plan_of(config)).sources
    return [load for load in loads if isinstance(load, BuildingLoad)]


def seasons(homes: Sequence[Home], span: Span) -> dict[str, Any]:
    """What months and hours of the mean home are like; powers relative to the year's mean, by its months."""
    month, hour, _ = span.calendar
    mean = np.mean([home.quarters_w for home in homes], axis=0)
    cells = np.bincount(month * 24 + hour, weights=mean, minlength=13 * 24)
    profile = (cells / np.bincount(month * 24 + hour, minlength=13 * 24).clip(1)).reshape(13, 24)[1:]
    year = profile.mean()

    def at(months: Sequence[int], hours: Sequence[int]) -> float:
        return float(np.mean([profile[m - 1, h] for m in months for h in hours]) / year)

    return {
        "month_factors": (profile.mean(axis=1) / year).tolist(),
        "peak_hours": profile.argmax(axis=1).tolist(),
        "summer_17_19": at(SUMMER, (17, 18)),
        "winter_05_06": at(WINTER, (5,)),
        "winter_23_01": at(WINTER, (23, 0)),
        "hours": (profile.mean(axis=0)).tolist(),
    }


def pair_correlation(quarters_w: Sequence[Floats]) -> float:
    """Mean correlation of the quarter hours of two homes, over all pairs."""
    rows: Floats = np.atleast_2d(np.corrcoef(np.stack(quarters_w)))
    return float(rows[np.triu_indices(len(rows), 1)].mean())


def spread(values: Sequence[float]) -> dict[str, float]:
    """Mean, standard deviation, and P10, P50, P90 of a figure over homes."""
    p10, p50, p90 = np.percentile(values, (10, 50, 90)).tolist()
    low, high = min(values), max(values)
    sd = float(np.std(values, ddof=1))
    return {"mean": float(np.mean(values)), "sd": sd, "p10": p10, "p50": p50, "p90": p90, "min": low, "max": high}


def figures(homes: Sequence[Home], span: Span) -> dict[str, Any]:
    """All figures of homes over a span, as in JSON."""
    single = (
        "annual_kwh",
        "self_consumption",
        "self_sufficiency",
        "base_w",
        "weekly_cv",
        "above_9_kw",
        "load_factor",
        "evening_hour",
        "daytime_share",
    )
    of_each = {name: spread([getattr(home, name) for home in homes]) for name in single}
    for name, levels in (("quantiles_w", QUANTILES), ("steps_w", STEPS)):
        columns = zip(*(getattr(home, name) for home in homes), strict=True)
        of_each |= {f"{name}_{level:g}": spread(column) for level, column in zip(levels, columns, strict=True)}
    return {
        "homes": len(homes),
        **of_each,
        "pair_correlation": pair_correlation([home.quarters_w for home in homes]),
        **seasons(homes, span),
    }


def coincident_w(quarters_w: Sequence[Floats], homes: int, *, draws: int = 40) -> float:
    """Highest quarter hour of the sum of so many homes, in W a home: median over draws of which homes."""
    rows = np.stack(quarters_w)
    found = []
    for draw in range(draws if homes < len(rows) else 1):
        order = np.argsort(noise.raw(noise.key(draw, "validation", "which homes"), 0, len(rows)))[:homes]
        found.append(float(rows[order].mean(axis=0).max()))
    return float(np.median(found))


def _added(one: Ints, other: Ints) -> Ints:
    total = np.zeros(max(len(one), len(other)), dtype=np.int64)
    total[: len(one)] += one
    total[: len(other)] += other
    return total


def _quantiles(counts: Ints) -> Any:
    """From a percentage to the power in W that so many of the counted seconds do not exceed."""
    below = np.cumsum(counts)
    return lambda percent: float(np.searchsorted(below, percent / 100 * below[-1])) / DW_PER_W


def main(arguments: Sequence[str]) -> None:
    """Print the figures of 56 homes of 3,500 kWh and of a street of 56, and write them to a file."""
    span = Span.weeks(every=3)
    pv_dw = roof_dw(span, seed=1)
    found = {
        "alike": figures(homes_of(alike(3_500, seeds=range(1, 9), homes=7), span, pv_dw), span),
        "street": figures(homes_of(street(56, annual_kwh=3_500, seed=1), span, pv_dw), span),
    }
    text = json.dumps(found, indent=1)
    sys.stdout.write(text + "\n")
    for name in arguments:
        Path(name).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
