#!/usr/bin/env python3
"""Says whether a reference month of Munich is one of ours: scripts/munich_months.py writes it.

Into docs/explanation/physics.md between its markers: the diffuse share of the months of forty of our years, as it
would be at the reference's light. Each 64th second (`CloudField.sampled`), about two minutes; the same
numbers each time.
"""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from clouds_months import at_index
from clouds_year import MONTH_NAMES, row
from marks import fill
from numpy.typing import NDArray
from validate_physics import (
    DIFFUSE_KWH,
    MUEHLDORF_DIFFUSE_KWH,
    MUEHLDORF_KWH,
    MUNICH_DIFFUSE_KWH,
    MUNICH_KWH,
    REFERENCE_KWH,
    YEAR,
)

from pvsim.adapters.site_file import read_site
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.weather.cloud_cover import field_over
from pvsim.core.weather.clouds import diffuse_index
from pvsim.wiring.sites import clear_light

Floats = NDArray[np.float64]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "explanation" / "physics.md"
SEEDS, EVERY_S = range(1, 41), 64


def months_of(seed: int) -> tuple[Floats, Floats]:
    """Global and diffuse kWh/m² of the months of a year, from each 64th second: shape (12,) each."""
    home = read_site("home")
    first_utc = int(datetime(YEAR, 1, 1, tzinfo=UTC).timestamp()) // EVERY_S * EVERY_S
    t_utc = first_utc + np.arange(0, 365 * DAY_S, EVERY_S, dtype=np.int64)
    lit, sun, clear = clear_light(home).at(t_utc)
    level = clear.dni * np.cos(np.radians(sun.apparent_zenith))
    sampled = field_over(home, home.weather, seed).sampled(first_utc, len(t_utc), EVERY_S)
    index, beam = (each[lit] for each in sampled)
    diffuse = clear.dhi * diffuse_index(index, beam, level / np.maximum(level + clear.dhi, 1e-9))
    months = t_utc[lit].astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12
    kwh = EVERY_S / 3.6e6
    return np.bincount(months, level * beam + diffuse) * kwh, np.bincount(months, diffuse) * kwh


def table(light: Floats, diffuse: Floats) -> list[str]:
    """The table, from arrays of shape (years, 12)."""
    rows = []
    for month, name in enumerate(MONTH_NAMES):
        share = DIFFUSE_KWH[month] / REFERENCE_KWH[month]
        own = diffuse[:, month] / light[:, month]
        spread = at_index(light[:, month], own, REFERENCE_KWH[month], share)
        low, middle, high = spread.quantiles.tolist()
        both = sorted(
            (MUNICH_DIFFUSE_KWH[month] / MUNICH_KWH[month], MUEHLDORF_DIFFUSE_KWH[month] / MUEHLDORF_KWH[month])
        )
        ours = f"**{middle:.2f}** ({low:.2f}–{high:.2f})"
        rows.append(row(name, f"{share:.2f} ({both[0]:.2f}, {both[1]:.2f})", ours, spread.says(share)))
    head = row("month", "diffuse share, reference (its two stations)", "ours, median (P5–P95)", "the reference is")
    return [head, row(*["---"] * 4), *rows]


def main() -> None:
    """Compute the years, and write the table."""
    light, diffuse = (np.array(part) for part in zip(*(months_of(seed) for seed in SEEDS), strict=True))
    fill(PAGE, {"munich-months": "\n".join(table(light, diffuse))})


if __name__ == "__main__":
    main()
