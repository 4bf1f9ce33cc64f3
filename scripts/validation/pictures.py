# ruff: noqa: INP001 - stands beside the scripts that import it
"""Draws the pictures of the page about the building models: a street's evening, and homes beside measured ranges.

Light and dark, and readable without colour: one home is a solid line, what is measured a hatched bar or ring.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Range", "evening", "ranges"]

WIDTH, LEFT, RIGHT = 960, 56, 24
PANEL, GAP, TOP = 84, 52, 116
MEAN_TOP_EXTRA, MEAN_PANEL = 26, 132
ROW, ROWS_TOP, BAR = 108, 128, 12
SCALE_LEFT = 250

STYLE = """
  text { font: 14px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1F2933 }
  .title { font-size: 20px; font-weight: 600 }
  .muted { fill: #52606D }
  .tick { font-size: 12px; fill: #52606D; font-variant-numeric: tabular-nums }
  .ground { fill: #FFFFFF } .grid { stroke: #E4E7EB; stroke-width: 1 }
  .home { fill: none; stroke: #1F2933; stroke-width: 1.25; stroke-linejoin: round }
  .street { fill: none; stroke: #0A6FB8; stroke-width: 2; stroke-linejoin: round }
  .under { fill: #0A6FB8; opacity: .12 }
  .dot { fill: #0A6FB8; opacity: .75 }
  .before { fill: none; stroke: #52606D; stroke-width: 1.5; stroke-dasharray: 4 3 }
  .measured { fill: #B77B0E; opacity: .3 } .edge { fill: none; stroke: #B77B0E; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #F2F4F7 } .muted, .tick { fill: #9AA5B1 } .ground { fill: #111827 } .grid { stroke: #2A3442 }
    .home { stroke: #F2F4F7 } .street { stroke: #6EB8F6 } .under { fill: #6EB8F6 } .dot { fill: #6EB8F6 }
    .before { stroke: #9AA5B1 } .measured { fill: #F09B41 } .edge { stroke: #F09B41 }
  }
"""


@dataclass(frozen=True)
class Range:
    """A figure of homes beside its measured range.

    Attributes:
        name: What it is, and in which unit.
        measured: Lowest and highest.
        said: Of whom.
        ours: Of each home.
        before: Lowest and highest of the version before.
        most: Where the axis ends; it begins at 0.
        form: How a number is written.
    """

    name: str
    measured: tuple[float, float]
    said: str
    ours: Sequence[float]
    before: tuple[float, float]
    most: float
    form: str


def evening(
    mean_w: Sequence[float], single_w: Sequence[Sequence[float]], homes: int, hours: tuple[int, int]
) -> str:
    """An evening in December by minutes: some homes of a street, and the mean of all."""
    peak = max(mean_w)
    said = (
        f"Four graphs of an evening in December from {hours[0]} to {hours[1]} o'clock, by minutes. Three single"
        f" homes: long rest with short peaks up to {max(map(max, single_w)) / 1_000:.1f} kW at different times."
        f" Below, the mean of {homes} homes, smooth, at most {peak / 1_000:.2f} kW a home."
    )
    mean_top = TOP + len(single_w) * (PANEL + GAP) + MEAN_TOP_EXTRA
    parts = [f'<text x="{LEFT}" y="{TOP - 24}">three of the homes, kW</text>']
    top_kw = 6.0 if max(map(max, single_w)) <= 6_000 else 9.0  # noqa: PLR2004 - W
    for number, watts in enumerate(single_w):
        top = TOP + number * (PANEL + GAP - 16)
        parts += _levels(top, PANEL, (0.0, top_kw / 3, top_kw * 2 / 3, top_kw), "{:.0f}")
        parts.append(_steps("home", watts, top, PANEL, top_kw * 1_000))
    mean_top = TOP + len(single_w) * (PANEL + GAP - 16) + MEAN_TOP_EXTRA
    most_kw = 2.0 if peak > 1_500 else 1.5  # noqa: PLR2004 - W
    parts.append(f'<text x="{LEFT}" y="{mean_top - 24}">mean of the {homes} homes, kW a home</text>')
    parts += _levels(mean_top, MEAN_PANEL, (0.0, 0.5, 1.0, 1.5, 2.0)[: int(most_kw * 2) + 1], "{:.1f}")
    line = _steps("street", mean_w, mean_top, MEAN_PANEL, most_kw * 1_000)
    area = line.replace('class="street"', 'class="under"').replace('"/>', f'V{mean_top + MEAN_PANEL}H{LEFT}Z"/>')
    parts += [area, line]
    floor = mean_top + MEAN_PANEL
    for hour in range(hours[0], hours[1] + 1):
        x = LEFT + (hour - hours[0]) / (hours[1] - hours[0]) * (WIDTH - LEFT - RIGHT)
        parts.append(f'<text class="tick" x="{x:.0f}" y="{floor + 22}" text-anchor="middle">{hour}:00</text>')
    title = f"A December evening in a street of {homes} homes"
    return _picture(title, "12 December 2023, means of a minute", said, floor + 48, parts)


def ranges(rows: Sequence[Range], homes: int) -> str:
    """Figures of homes, one dot each, above the range that was measured."""
    said = f"Figures of {homes} homes of one annual energy, a dot each, beside what was measured: " + "; ".join(
        f"{row.name}: measured {row.form.format(row.measured[0])} to {row.form.format(row.measured[1])}"
        f" ({row.said}), here {row.form.format(min(row.ours))} to {row.form.format(max(row.ours))}"
        for row in rows
    )
    parts = [
        f'<circle class="dot" cx="{LEFT + 6}" cy="92" r="4"/><text x="{LEFT + 20}" y="97">a home of pvsim</text>',
        '<rect class="measured" x="210" y="86" width="30" height="12"/>',
        '<rect class="edge" x="210" y="86" width="30" height="12"/><text x="250" y="97">measured range</text>',
        '<rect class="before" x="384" y="86" width="30" height="12"/><text x="424" y="97">pvsim 0.1</text>',
    ]
    for number, row in enumerate(rows):
        parts += _row(row, ROWS_TOP + number * ROW)
    title, under = "Homes of one annual energy", f"{homes} homes of 3,500 kWh, every second week of a year"
    return _picture(title, under, said, ROWS_TOP + len(rows) * ROW, parts)


def _row(row: Range, top: float) -> list[str]:
    def x(value: float) -> float:
        return SCALE_LEFT + min(value / row.most, 1.0) * (WIDTH - RIGHT - SCALE_LEFT)

    floor = top + 70
    parts = [f'<text x="{LEFT}" y="{top + 34}">{row.name}</text>']
    parts.append(f'<text class="tick" x="{LEFT}" y="{top + 54}">{row.said}</text>')
    for part in range(6):
        at = row.most * part / 5
        parts.append(f'<path class="grid" d="M{x(at):.1f} {top + 6}V{floor}"/>')
        label = row.form.format(at)
        parts.append(f'<text class="tick" x="{x(at):.1f}" y="{floor + 16}" text-anchor="middle">{label}</text>')
    for y, kinds, (low, high) in (
        (top + 38, ("measured", "edge"), row.measured),
        (top + 56, ("before",), row.before),
    ):
        size = f'x="{x(low):.1f}" y="{y}" width="{x(high) - x(low):.1f}" height="{BAR}"'
        parts += [f'<rect class="{kind}" {size}/>' for kind in kinds]
    parts += [
        f'<circle class="dot" cx="{x(value):.1f}" cy="{top + 14 + 5 * (number % 4):.0f}" r="3.5"/>'
        for number, value in enumerate(sorted(row.ours))
    ]
    return parts


def _levels(top: float, height: float, levels_kw: Iterable[float], form: str) -> list[str]:
    levels = list(levels_kw)
    parts = []
    for kw in levels:
        y = top + height * (1 - kw / levels[-1])
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(
            f'<text class="tick" x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{form.format(kw)}</text>'
        )
    return parts


def _steps(kind: str, watts: Sequence[float], top: float, height: float, most_w: float) -> str:
    width = (WIDTH - LEFT - RIGHT) / len(watts)
    ys = [top + height * (1 - min(w / most_w, 1.0)) for w in watts]
    steps = "".join(f"V{y:.1f}H{LEFT + (i + 1) * width:.1f}" for i, y in enumerate(ys))
    return f'<path class="{kind}" d="M{LEFT} {ys[0]:.1f}{steps}"/>'


def _picture(title: str, under: str, said: str, height: float, parts: Sequence[str]) -> str:
    size = f'viewBox="0 0 {WIDTH} {height:.0f}"'
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title said">',
        f'<title id="title">{title}</title>',
        f'<desc id="said">{said}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height:.0f}" rx="8"/>',
        f'<text class="title" x="{LEFT}" y="40">{title}</text>',
        f'<text class="muted" x="{LEFT}" y="64">{under}</text>',
    ]
    return "\n".join([*head, *parts, "</svg>", ""])
