#!/usr/bin/env python3
"""What means over longer windows hide, modelled and measured: scripts/validate_resolution.py PAGE.md DATA.

DATA is the UCI file "Individual household electric power consumption" (doi 10.24432/C58K54), or a part of it with
one column of local times, as CSV. Writes the table between the marks of the page. Computes two years second by
second, about two minutes.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from marks import fill

from pvsim import MeterRequest, Request, simulate
from pvsim.core.results.summary import Resolution, Summary

WINDOWS_S = (1, 60, 900, 3_600)
FIRST, DAYS = "2006-12-17", 28
"""The part of the measured year that is evaluated."""


def measured(data: Path, date: str) -> Request:
    """The measured house with the roof and the sky of the example site `home`, from a date on."""
    meter = MeterRequest(source=str(data), column="global_active_power_kw", gaps="hold", start=FIRST, max_w=12_000)
    return Request(date=date, days=DAYS, site="home", meter=meter, every="1min")


def runs(data: Path) -> Iterator[tuple[str, Request]]:
    """What is compared, with its description."""
    yield "the brief's meter (0..9000 W anew each second), its curve, a day", Request()
    for seed in (1, 2):
        yield (
            f"`--site home`, household of 4,500 kWh, 8 kWp, 2023, seed {seed}",
            Request(date="2023-01-01", days=365, site="home", seed=seed),
        )
    yield "a measured house (UCI), four weeks of winter, 8 kWp", measured(data, FIRST)
    yield "the same load under the sky of 20 March to 16 April", measured(data, "2024-03-20")


def rows(name: str, summary: Summary) -> Iterator[str]:
    """The lines of a run: self-consumption, self-sufficiency, highest import."""
    by_window: dict[int, Resolution] = {each.window_s: each for each in summary.resolution or ()}
    for of, cell in (
        ("self-consumption", lambda each: f"{100 * each.self_consumption:.1f} %"),
        ("self-sufficiency", lambda each: f"{100 * each.self_sufficiency:.1f} %"),
        ("highest import", lambda each: f"{each.peak_import_kw:.2f} kW"),
    ):
        cells = (cell(by_window[s]) if s in by_window else "–" for s in WINDOWS_S)
        yield f"| {name if of == 'self-consumption' else ''} | {of} | {' | '.join(cells)} |"


def main(page: Path, data: Path) -> None:
    """Compute everything, and write it into the page."""
    lines = ["| run | | 1 s | 1 min | 15 min | 1 h |", "|---|---|---|---|---|---|"]
    for name, request in runs(data):
        lines += rows(name, simulate(request).summary)
    fill(page, {"windows": "\n".join(lines)})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
