#!/usr/bin/env python3
"""Draws the first day of a finished run as an SVG: scripts/draw_day.py DIR PICTURE.svg.

Only the standard library, and the same bytes from the same rows. The picture works light and dark, and
without colour: the building's line is dashed, export is hatched and below zero, and words say the rest.
"""

import csv
import json
import math
import sys
from calendar import month_name
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WIDTH, LEFT, RIGHT = 960, 56, 24
TOP, GAP, BOTTOM = 116, 56, 56
PX_PER_KW = 34.0  # of both panels, so that their heights can be compared
DW_PER_KW = 10_000
TICK_H = 3

STYLE = """
  text { font: 14px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1F2933 }
  .title { font-size: 20px; font-weight: 600 }
  .muted { fill: #52606D }
  .tick { font-size: 12px; fill: #52606D; font-variant-numeric: tabular-nums }
  .ground { fill: #FFFFFF }
  .grid { stroke: #E4E7EB; stroke-width: 1 }
  .zero { stroke: #52606D; stroke-width: 1.25 }
  .pv { fill: none; stroke: #B77B0E; stroke-width: 2.5; stroke-linejoin: round }
  .pv-area { fill: #B77B0E; fill-opacity: .14 }
  .used { fill: #B77B0E; fill-opacity: .42 }
  .building { fill: none; stroke: #1F2933; stroke-width: 1.75; stroke-dasharray: 5 2.5 }
  .import { fill: #0A93F3 }
  .export-line { fill: none; stroke: #813184; stroke-width: 1.5 }
  .export { fill: url(#hatch) }
  .hatch-ground { fill: #813184; fill-opacity: .14 }
  .hatch-line { stroke: #813184; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #F2F4F7 }
    .muted, .tick { fill: #9AA5B1 }
    .ground { fill: #111827 }
    .grid { stroke: #2A3442 }
    .zero { stroke: #9AA5B1 }
    .pv { stroke: #F09B41 }
    .pv-area, .used { fill: #F09B41 }
    .building { stroke: #F2F4F7 }
    .import { fill: #6EB8F6 }
    .export-line, .hatch-line { stroke: #AB35B9 }
    .hatch-ground { fill: #AB35B9; fill-opacity: .22 }
  }
"""

HATCH = """<defs>
<pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect class="hatch-ground" width="7" height="7"/>
<line class="hatch-line" x1="1" x2="1" y2="7"/>
</pattern>
</defs>"""


@dataclass(frozen=True)
class Day:
    """The rows of one local day: times of day `HH:MM`, and powers in 0.1 W."""

    date: str
    zone: str
    step_s: int
    clock: tuple[str, ...]
    meter_dw: tuple[int, ...]
    pv_dw: tuple[int, ...]

    @property
    def net_dw(self) -> tuple[int, ...]:
        """Meter − PV of each row."""
        return tuple(meter - pv for meter, pv in zip(self.meter_dw, self.pv_dw, strict=True))

    def kwh(self, powers_dw: Sequence[int]) -> float:
        """The energy of one power a row."""
        return sum(powers_dw) * self.step_s / (DW_PER_KW * 3600)


def read_day(directory: Path) -> Day:
    """The first local day of a finished run of one meter."""
    config = json.loads((directory / "manifest.json").read_text())["config"]
    with (directory / "samples.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["timestamp"].startswith(config["first_date"])]
    return Day(
        date=config["first_date"],
        zone=config["tz"],
        step_s=config["every_s"],
        clock=tuple(row["timestamp"][11:16] for row in rows),
        meter_dw=tuple(_dw(row["meter_kw"]) for row in rows),
        pv_dw=tuple(_dw(row["pv_kw"]) for row in rows),
    )


def draw(day: Day) -> str:
    """The picture: what the building takes and the PV gives, and below it what goes over the grid's meter."""
    net = day.net_dw
    imported, exported = [max(dw, 0) for dw in net], [max(-dw, 0) for dw in net]
    shared = [min(powers) for powers in zip(day.meter_dw, day.pv_dw, strict=True)]
    kwh = {
        name: day.kwh(powers)
        for name, powers in (
            ("load", day.meter_dw),
            ("pv", day.pv_dw),
            ("used", shared),
            ("import", imported),
            ("export", exported),
        )
    }
    upper = math.ceil(max(*day.meter_dw, *day.pv_dw) / DW_PER_KW)
    above, below = math.ceil(max(imported) / DW_PER_KW), math.ceil(max(exported) / DW_PER_KW)
    zero = TOP + upper * PX_PER_KW
    net_top = zero + GAP
    net_zero = net_top + above * PX_PER_KW
    floor = net_zero + below * PX_PER_KW
    x = _scale(len(net))
    parts = [
        *_head(day, kwh, floor + BOTTOM),
        *_grid(zero, upper, 0),
        *_grid(net_zero, above, below),
        *_clock(day, x, (TOP, zero, net_top, floor)),
        _shape("pv-area", day.pv_dw, x, zero, closed=True),
        _shape("used", shared, x, zero, closed=True),
        _shape("pv", day.pv_dw, x, zero),
        _shape("building", day.meter_dw, x, zero),
        _shape("import", imported, x, net_zero, closed=True),
        _shape("export", [-dw for dw in exported], x, net_zero, closed=True),
        _shape("export-line", [-dw for dw in exported], x, net_zero),
        f'<path class="zero" d="M{LEFT} {zero:g}H{WIDTH - RIGHT}M{LEFT} {net_zero:g}H{WIDTH - RIGHT}"/>',
        *_keys(kwh, net_top),
    ]
    return "\n".join([*parts, "</svg>", ""])


def _head(day: Day, kwh: Mapping[str, float], height: float) -> list[str]:
    """What stands before the graphs: what the picture is, in words too, its styles, ground and title."""
    used = (
        f"{kwh['used'] / kwh['pv']:.0%} of the PV energy is used in the building" if kwh["pv"] else "no PV energy"
    )
    date = f"{int(day.date[8:])} {month_name[int(day.date[5:7])]} {day.date[:4]}"
    step = f"{day.step_s // 60}-minute" if day.step_s % 60 == 0 else f"{day.step_s}-second"
    load_kw, pv_kw = max(day.meter_dw) / DW_PER_KW, max(day.pv_dw) / DW_PER_KW
    said = (
        f"Two graphs of {len(day.clock)} {step} means. Above, the building takes {kwh['load']:.1f} kWh with a peak"
        f" of {load_kw:.1f} kW; the PV gives {kwh['pv']:.1f} kWh with a peak of {pv_kw:.1f} kW, of which"
        f" {kwh['used']:.1f} kWh are used in the building. Below, meter minus PV: {kwh['import']:.1f} kWh are"
        f" imported from the grid, above zero, and {kwh['export']:.1f} kWh exported, below zero."
    )
    size = f'viewBox="0 0 {WIDTH} {height:g}"'
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title said">',
        f'<title id="title">Building, PV and grid on {date}, {day.zone}</title>',
        f'<desc id="said">{said}</desc>',
        f"<style>{STYLE}</style>",
        HATCH,
        f'<rect class="ground" width="{WIDTH}" height="{height:g}" rx="8"/>',
        f'<text class="title" x="{LEFT}" y="40">{date}: {used}</text>',
        f'<text class="muted" x="{LEFT}" y="64">power in kW, {step} means, {day.zone}; below: meter − PV</text>',
    ]


def _keys(kwh: Mapping[str, float], net_top: float) -> list[str]:
    """What the lines and areas of both panels are, with their energies."""
    above = (
        ("building", f"building {kwh['load']:.1f} kWh"),
        ("pv", f"PV {kwh['pv']:.1f} kWh"),
        ("used", f"of it used in the building {kwh['used']:.1f} kWh"),
    )
    below = (
        ("import", f"import from the grid {kwh['import']:.1f} kWh"),
        ("export", f"export to the grid {kwh['export']:.1f} kWh, hatched and below zero"),
    )
    return [*_key(TOP - 20, above), *_key(net_top - 20, below)]


def _dw(kw: str) -> int:
    return round(float(kw) * DW_PER_KW)


def _scale(n: int) -> Callable[[int], float]:
    return lambda i: LEFT + i * (WIDTH - LEFT - RIGHT) / n


def _shape(
    kind: str, powers_dw: Sequence[int], x: Callable[[int], float], zero: float, *, closed: bool = False
) -> str:
    """A line in steps: a row is the mean until the next one."""
    ys = [zero - dw / DW_PER_KW * PX_PER_KW for dw in powers_dw]
    start = f"M{LEFT} {zero:g}V{ys[0]:.1f}" if closed else f"M{LEFT} {ys[0]:.1f}"
    steps = "".join(f"V{y:.1f}H{x(i + 1):.1f}" for i, y in enumerate(ys))
    return f'<path class="{kind}" d="{start}{steps}{f"V{zero:g}Z" if closed else ""}"/>'


def _grid(zero: float, above: int, below: int) -> list[str]:
    parts = []
    for kw in range(-below, above + 1):
        y = zero - kw * PX_PER_KW
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:g}" y2="{y:g}"/>')
        text = str(kw).replace("-", "−")
        parts.append(f'<text class="tick" x="{LEFT - 10}" y="{y + 4:g}" text-anchor="end">{text}</text>')
    return parts


def _clock(day: Day, x: Callable[[int], float], bounds: tuple[float, float, float, float]) -> list[str]:
    """Vertical lines at each third hour of the local clock, through both panels, and their words below."""
    top, zero, net_top, floor = bounds
    hours = {text: i for i, text in reversed(list(enumerate(day.clock)))}
    ticks = [(hours[text], text) for h in range(0, 24, TICK_H) if (text := f"{h:02}:00") in hours]
    parts = []
    for i, text in (*ticks, (len(day.clock), "24:00")):
        at = f"{x(i):.1f}"
        parts.append(f'<path class="grid" d="M{at} {top:g}V{zero:g}M{at} {net_top:g}V{floor:g}"/>')
        parts.append(f'<text class="tick" x="{at}" y="{floor + 24:g}" text-anchor="middle">{text}</text>')
    return parts


def _key(y: float, entries: Sequence[tuple[str, str]]) -> list[str]:
    """Samples of the lines and areas with their words, above their panel."""
    parts, x = [], LEFT
    for kind, text in entries:
        if kind in {"pv", "building"}:
            parts.append(f'<path class="{kind}" d="M{x} {y - 5:g}h30"/>')
        else:
            parts.append(f'<rect class="{kind}" x="{x}" y="{y - 12:g}" width="30" height="14"/>')
        parts.append(f'<text x="{x + 40}" y="{y:g}">{text}</text>')
        x += 40 + 7 * len(text) + 36
    return parts


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(draw(read_day(Path(sys.argv[1]))), encoding="utf-8")
