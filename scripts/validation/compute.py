# ruff: noqa: INP001 - stands beside the scripts that import it
"""Everything that the page about the building models shows, as JSON: some four minutes of CPU time."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from homes import alike, coincident_w, figures, homes_of, in_two, spread, street
from house import LAGS, compared, differences
from measured import COUPLE_KWH, HTW_KWH
from spans import Floats, Span, by_days, roof_dw

from pvsim.core.loads.building import BuildingLoad
from pvsim.core.quantities.types import DW_PER_W

SEEDS, HOMES_PER_SEED, KWH = range(1, 9), 7, 3_500.0
STREET, STREET_KWH, EVENING, EVENING_HOURS = 100, 3_500.0, date(2023, 12, 12), (16, 23)
DECEMBER = date(2023, 12, 1), 31
COINCIDENT = (1, 3, 10, 30, 92, 100)
OTHER_KINDS: dict[str, tuple[Any, float]] = {"office": ("office", 9_000.0), "depot": ("depot", 9_000.0)}
SHOWN = (3, 41, 77)  # homes of the street whose evenings are drawn


def everything() -> dict[str, Any]:
    """All figures, by the part of the page that shows them."""
    year, part = Span.weeks(every=2), Span.weeks(every=4)
    roof = roof_dw(year, seed=1)
    one_energy = homes_of(alike(KWH, seeds=SEEDS, homes=HOMES_PER_SEED), year, roof)
    in_street = street(STREET, annual_kwh=STREET_KWH, seed=1)
    roof_kwh = sum(int(week.sum(dtype=np.int64)) for week in roof) / 36e6
    return {
        "roof_kwh_per_kwp": roof_kwh / 6.0 * 365 / 182,
        "one_energy": figures(one_energy, year),
        "each": {name: [getattr(home, name) for home in one_energy] for name in ("self_sufficiency", "weekly_cv")}
        | {"steps_w_50": [home.steps_w[0] for home in one_energy]}
        | {"daytime_share": [home.daytime_share for home in one_energy]},
        "street": figures(homes_of(in_street[:56], part, roof[::2]), part),
        "htw": figures(homes_of(alike(HTW_KWH, seeds=SEEDS, homes=2), part), part),
        "couple": figures(homes_of(alike(COUPLE_KWH, seeds=SEEDS, homes=2), part), part),
        **{name: _other(kind, kwh, part) for name, (kind, kwh) in OTHER_KINDS.items()},
        "december": _december(in_street),
        "house": _house(),
    }


def _other(kind: Any, kwh: float, span: Span) -> dict[str, Any]:
    return figures(homes_of(alike(kwh, seeds=(1, 2, 3, 4), kind=kind), span), span)


def _december(loads: Sequence[BuildingLoad]) -> dict[str, Any]:
    """Highest quarter hours of so many homes in December, and an evening of the street by minutes."""
    span = Span.days(*DECEMBER)
    quarters = [home.quarters_w for home in homes_of(loads, span)]
    evening = Span.days(EVENING, 1)
    minutes = np.stack(in_two(lambda load: _minutes_w(load, evening), loads))
    first, after = (hour * 60 for hour in EVENING_HOURS)
    return {
        "coincident_w": {str(homes): coincident_w(quarters, homes) for homes in COINCIDENT},
        "mean_w": np.mean(minutes, axis=0)[first:after].round(1).tolist(),
        "single_w": [minutes[number - 1][first:after].round(1).tolist() for number in SHOWN],
    }


def _minutes_w(load: BuildingLoad, span: Span) -> Floats:
    parts = [by_days(load.unclipped_dw, first, n) for first, n in span.portions]
    minutes: Floats = np.concatenate(parts).reshape(-1, 60).mean(axis=1) / DW_PER_W
    return minutes


def _house() -> dict[str, Any]:
    house, ours = compared()
    return {
        "self_consumption": {f"{month} {kw:g}": share for (month, kw), share in house.self_consumption.items()},
        "points": {f"{month} {kw:g}": of for (month, kw), of in differences(house, ours).items()},
        "steps_w": {"house": house.steps_w, "ours": _columns([home.steps_w for home in ours])},
        "quantiles_w": {"house": house.quantiles_w, "ours": _columns([home.quantiles_w for home in ours])},
        "autocorrelation": {
            "lags": list(LAGS),
            "house": house.autocorrelation,
            "ours": _columns([home.autocorrelation for home in ours]),
        },
    }


def _columns(rows: Sequence[Sequence[float]]) -> list[dict[str, float]]:
    return [spread(column) for column in zip(*rows, strict=True)]
