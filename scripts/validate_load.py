#!/usr/bin/env python3
"""Compares the building models with measured homes: scripts/validate_load.py PAGE.md PICTURE.svg.

Writes the tables between the marks of the page and draws the picture: a winter workday by minutes and the mean
day. Computes thirteen years second by second, about a minute. The same bytes from the same version.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from pvsim.core.loads.building import BuildingPlace
from pvsim.wiring.buildings import BuildingKind, building_load

BEGIN, END = "<!-- tables: scripts/validate_load.py -->", "<!-- end of tables -->"
PLACE = BuildingPlace(ZoneInfo("Europe/Berlin"), 52.5, 13.4)
YEAR, DAYS, DAY_S = 2023, 365, 86_400
FIRST = int(datetime(YEAR, 1, 1, tzinfo=PLACE.zone).timestamp())
QUANTILES, STEPS = (50, 95, 99, 99.9), (50, 90, 99, 99.9)
HOMES: dict[str, tuple[float, tuple[float, ...], str]] = {
    "household": (4_674.0, (326, 1_769, 3_585, 6_094), "74 homes (HTW Berlin)"),
    "small household": (2_972.0, (152, 1_603, 2_857, 4_694), "a couple (LoadProfileGenerator CHR01, a model)"),
}
MEASURED_STEPS = (
    ("one French home (UCI, Sceaux)", (16, 510, 1_942, 2_862)),
    ("LoadProfileGenerator CHR01", (8, 88, 1_015, 2_490)),
    ("442 US homes", (7, 257, 2_802, 5_258)),
)
SHOWN_DAY = 16  # Tuesday, 17 January
W, H, LEFT, RIGHT, TOP, PANEL, GAP = 960, 620, 56, 24, 108, 190, 100

STYLE = """
  text { font: 14px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1F2933 }
  .title { font-size: 20px; font-weight: 600 }
  .tick { font-size: 12px; fill: #52606D }
  .ground { fill: #FFFFFF } .grid { stroke: #E4E7EB }
  .building { fill: none; stroke: #1F2933; stroke-width: 1.5 }
  .weekend { fill: none; stroke: #0A93F3; stroke-width: 2; stroke-dasharray: 6 4 }
  .dot { fill: #B77B0E }
  @media (prefers-color-scheme: dark) {
    text { fill: #F2F4F7 } .tick { fill: #9AA5B1 } .ground { fill: #111827 } .grid { stroke: #2A3442 }
    .building { stroke: #F2F4F7 } .weekend { stroke: #6EB8F6 } .dot { fill: #F09B41 }
  }
"""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Figures:
    """What a year of one building comes to; powers in W."""

    kwh: float
    quantiles: Floats
    steps: Floats
    clipped: float
    by_quarter: Floats  # mean day, (2, 96): workdays and weekends
    minutes: Floats  # of the shown day

    @property
    def by_hour(self) -> Floats:
        """The mean day by hours."""
        hours: Floats = ((5 * self.by_quarter[0] + 2 * self.by_quarter[1]) / 7).reshape(24, 4).mean(axis=1)
        return hours


def figures(kind: BuildingKind, kwh: float, seed: int) -> Figures:
    """Compute a year of one building, second by second."""
    load = building_load(kind, kwh, place=PLACE, seed=seed, meter="m1")
    days = [load.unclipped_dw(FIRST + day * DAY_S, DAY_S).astype(np.int32) for day in range(DAYS)]
    seconds = np.concatenate(days)
    minutes = seconds.reshape(-1, 60).mean(axis=1) / 10
    quarters = minutes.reshape(-1, 15).mean(axis=1)
    times = FIRST + 900 * np.arange(len(quarters))
    local = [datetime.fromtimestamp(int(t), UTC).astimezone(PLACE.zone) for t in times]
    place = np.array([(t.weekday() >= 5) * 96 + t.hour * 4 + t.minute // 15 for t in local])  # noqa: PLR2004
    mean = np.bincount(place, weights=quarters) / np.bincount(place)
    return Figures(
        kwh=float(seconds.sum(dtype=np.int64)) / 36e6,
        quantiles=np.percentile(seconds, QUANTILES) / 10,
        steps=np.percentile(np.abs(np.diff(minutes)), STEPS),
        clipped=float((seconds > 90_000).mean()),  # noqa: PLR2004 - the meter's range in 0.1 W
        by_quarter=mean.reshape(2, 96),
        minutes=minutes[SHOWN_DAY * 1_440 : (SHOWN_DAY + 1) * 1_440],
    )


def tables(homes: dict[str, list[Figures]], others: dict[str, tuple[float, list[Figures]]]) -> str:
    """All tables, in Markdown."""
    lines = ["| 1-s power in W | P50 | P95 | P99 | P99.9 | above 9 kW |", "|---|---|---|---|---|---|"]
    for name, found in homes.items():
        kwh, measured, source = HOMES[name]
        lines.append(_row(f"{source}, {kwh:,.0f} kWh", [f"{w:,.0f}" for w in measured], ""))
        ours = _spans(f.quantiles for f in found)
        lines.append(_row(f"pvsim, {kwh:,.0f} kWh", ours, _span([f.clipped for f in found], "{:.3%}")))
    lines += ["", "| 1-min change in W | P50 | P90 | P99 | P99.9 |", "|---|---|---|---|---|"]
    lines += [_row(source, [f"{w:,.0f}" for w in steps]) for source, steps in MEASURED_STEPS]
    for name, found in homes.items():
        lines.append(_row(f"pvsim, {HOMES[name][0]:,.0f} kWh", _spans(f.steps for f in found)))
    hours = np.mean([f.by_hour for f in homes["household"]], axis=0)
    lines += ["", "| mean power in W, 4,674 kWh | 03–04 h | 07–08 h | 12–13 h | 15–16 h | 19–20 h |"]
    lines += ["|---|---|---|---|---|---|", _row("74 homes (HTW Berlin)", ["249", "", "", "", "838"])]
    lines.append(_row("pvsim", [f"{hours[hour]:,.0f}" for hour in (3, 7, 12, 15, 19)]))
    lines += [
        "",
        "| a year of seconds | asked for | seeds | energy is off by | above 9 kW |",
        "|---|---|---|---|---|",
    ]
    all_kinds = {name: (HOMES[name][0], found) for name, found in homes.items()} | others
    for name, (kwh, found) in all_kinds.items():
        off = _span([f.kwh / kwh - 1 for f in found], "{:+.2%}")
        clipped = _span([f.clipped for f in found], "{:.3%}")
        lines.append(_row(name, [f"{kwh:,.0f} kWh", str(len(found)), off, clipped]))
    return "\n".join(lines)


def draw(home: Figures) -> str:
    """The picture: a day by minutes, and the mean day of the year."""
    said = (
        "Two graphs. Above, the power of a household on 17 January 2023 by minutes: a base of about"
        f" {np.percentile(home.minutes, 5):.0f} W with short peaks up to {home.minutes.max() / 1_000:.1f} kW."
        " Below, its mean power over the year by quarter hours: workdays rise in the morning and most in the"
        " evening, weekends also at noon; two dots are what 74 measured homes have at 3 and at 19 o'clock."
    )
    words = "mean over the year, kW: workdays (solid), weekends (dashed), 74 measured homes (dots)"
    lower = TOP + PANEL + GAP
    day_max, mean_max = 8_000.0, 1_200.0
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {W} {H}" role="img" aria-labelledby="title said">',
        '<title id="title">A simulated household of 4,674 kWh a year</title>',
        f'<desc id="said">{said}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{W}" height="{H}" rx="8"/>',
        f'<text class="title" x="{LEFT}" y="40">A simulated household of 4,674 kWh a year</text>',
        f'<text x="{LEFT}" y="{TOP - 20}">17 January 2023, means of a minute, kW</text>',
        *_grid(TOP, day_max, 2_000, "{:.0f}"),
        _line("building", home.minutes, TOP, day_max),
        f'<text x="{LEFT}" y="{lower - 20}">{words}</text>',
        *_grid(lower, mean_max, 400, "{:.1f}"),
        _line("building", home.by_quarter[0], lower, mean_max),
        _line("weekend", home.by_quarter[1], lower, mean_max),
    ]
    for hour, watts in ((3.5, 249), (19.5, 838)):
        x, y = LEFT + hour / 24 * (W - LEFT - RIGHT), lower + PANEL * (1 - watts / mean_max)
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="5"/>')
    return "\n".join([*parts, "</svg>", ""])


def _row(name: str, cells: Sequence[str], *more: str) -> str:
    return f"| {' | '.join((name, *cells, *more))} |"


def _span(values: Sequence[float], form: str) -> str:
    low, high = form.format(min(values)), form.format(max(values))
    return low if low == high else f"{low} to {high}"


def _spans(rows: Iterable[Floats]) -> list[str]:
    return [_span(column.tolist(), "{:,.0f}") for column in np.stack(list(rows)).T]


def _grid(top: float, most: float, step: int, form: str) -> list[str]:
    parts = []
    for watts in range(0, int(most) + 1, step):
        y = top + PANEL * (1 - watts / most)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{W - RIGHT}" y1="{y:g}" y2="{y:g}"/>')
        kw = form.format(watts / 1_000)
        parts.append(f'<text class="tick" x="{LEFT - 10}" y="{y + 4:g}" text-anchor="end">{kw}</text>')
    for hour in range(0, 25, 3):
        x = LEFT + hour / 24 * (W - LEFT - RIGHT)
        parts.append(
            f'<text class="tick" x="{x:g}" y="{top + PANEL + 22}" text-anchor="middle">{hour:02}:00</text>'
        )
    return parts


def _line(kind: str, watts: Floats, top: float, most: float) -> str:
    width = (W - LEFT - RIGHT) / len(watts)
    ys = [top + PANEL * (1 - w / most) for w in watts]
    steps = (f"V{y:.1f}H{LEFT + (i + 1) * width:.1f}" for i, y in enumerate(ys))
    return f'<path class="{kind}" d="M{LEFT} {ys[0]:.1f}{"".join(steps)}"/>'


def main(page: Path, picture: Path) -> None:
    """Compute everything, write the tables into the page and the picture."""
    homes = {
        "household": [figures("household", HOMES["household"][0], seed) for seed in range(1, 7)],
        "small household": [figures("household", HOMES["small household"][0], seed) for seed in (1, 2, 3)],
    }
    others: dict[str, tuple[float, list[Figures]]] = {
        "office": (9_000.0, [figures("office", 9_000.0, seed) for seed in (1, 2)]),
        "depot": (9_000.0, [figures("depot", 9_000.0, seed) for seed in (1, 2)]),
    }
    text = page.read_text(encoding="utf-8")
    before, after = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    page.write_text(f"{before}\n\n{tables(homes, others)}\n\n{after}", encoding="utf-8")
    picture.write_text(draw(homes["household"][0]), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
