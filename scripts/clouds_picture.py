# ruff: noqa: INP001 - stands beside the script that imports it
"""Draws the picture of scripts/validate_clouds.py: an hour of clouds, and its changes beside measured ones.

Light and dark, and readable without colour: what is measured is a ring, ours a filled dot; the mean of many
sensors is dashed.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["draw"]

Floats = NDArray[np.float64]

WIDTH, HEIGHT, LEFT, RIGHT = 960, 640, 56, 24
HOUR_TOP, HOUR_FLOOR, HIGHEST = 112, 312, 1.25
DOTS_TOP, DOTS_FLOOR = 408, 584
SMALLEST, LARGEST = 0.002, 2.0
STEP_S = 4  # one point of a line: 880 px for 3600 s

STYLE = """
  text { font: 14px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1F2933 }
  .title { font-size: 20px; font-weight: 600 }
  .muted { fill: #52606D }
  .tick { font-size: 12px; fill: #52606D; font-variant-numeric: tabular-nums }
  .ground { fill: #FFFFFF }
  .grid { stroke: #E4E7EB; stroke-width: 1 }
  .site { fill: none; stroke: #B77B0E; stroke-width: 1.75; stroke-linejoin: round }
  .mean { fill: none; stroke: #1F2933; stroke-width: 1.75; stroke-dasharray: 6 3 }
  .measured { fill: none; stroke: #1F2933; stroke-width: 2 }
  .ours { fill: #B77B0E }
  @media (prefers-color-scheme: dark) {
    text { fill: #F2F4F7 }
    .muted, .tick { fill: #9AA5B1 }
    .ground { fill: #111827 }
    .grid { stroke: #2A3442 }
    .site { stroke: #F09B41 }
    .mean, .measured { stroke: #F2F4F7 }
    .ours { fill: #F09B41 }
  }
"""


def draw(site: Floats, mean: Floats, measured: Floats, ours: Floats, lags_s: Sequence[int]) -> str:
    """The picture.

    Args:
        site: The index of one sensor in each second of an hour.
        mean: The mean of 43 sensors.
        measured: The quantiles of |change| that were measured, shape (lags, quantiles).
        ours: The same of the model.
        lags_s: The lags.
    """
    said = (
        "Two graphs. Above, the clear-sky index of one sensor in an hour of broken clouds, between"
        f" {site.min():.2f} and {site.max():.2f}, and the smoother mean of 43 sensors. Below, 16 quantiles of its"
        " change over 1, 10, 60 and 300 seconds, measured and of the model, on a logarithmic axis: they lie"
        " close together."
    )
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title said">',
        '<title id="title">Broken clouds, second by second</title>',
        f'<desc id="said">{said}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}" rx="8"/>',
        f'<text class="title" x="{LEFT}" y="40">Broken clouds, second by second</text>',
        f'<text class="muted" x="{LEFT}" y="64">clear-sky index of one hour; below: its changes</text>',
        *_hour(site, mean),
        *_dots(measured, ours, lags_s),
    ]
    return "\n".join([*parts, "</svg>", ""])


def _hour(site: Floats, mean: Floats) -> list[str]:
    parts = [
        f'<path class="site" d="M{LEFT} {HOUR_TOP - 25}h30"/>',
        f'<text x="{LEFT + 40}" y="{HOUR_TOP - 20}">one sensor</text>',
        f'<path class="mean" d="M{LEFT + 160} {HOUR_TOP - 25}h30"/>',
        f'<text x="{LEFT + 200}" y="{HOUR_TOP - 20}">mean of 43 sensors within 5.5 km</text>',
    ]
    for level in (0.0, 0.25, 0.5, 0.75, 1.0, 1.25):
        y = _height(level)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{level:.2f}</text>')
    for minute in range(0, 61, 10):
        x = LEFT + minute / 60 * (WIDTH - LEFT - RIGHT)
        text = f"{minute} min" if minute else "0"
        parts.append(f'<text class="tick" x="{x:.1f}" y="{HOUR_FLOOR + 20}" text-anchor="middle">{text}</text>')
    return [*parts, _line("site", site), _line("mean", mean)]


def _height(level: float) -> float:
    return HOUR_FLOOR - level / HIGHEST * (HOUR_FLOOR - HOUR_TOP)


def _line(kind: str, values: Floats) -> str:
    width = (WIDTH - LEFT - RIGHT) / len(values)
    points = " ".join(
        f"{LEFT + i * width:.1f},{_height(value):.1f}"
        for i, value in enumerate(values.tolist())
        if i % STEP_S == 0
    )
    return f'<polyline class="{kind}" points="{points}"/>'


def _dots(measured: Floats, ours: Floats, lags_s: Sequence[int]) -> list[str]:
    """A group for each lag, in it P50, P90, P99 and P99.9 from left to right."""
    head = "|change| over a lag: P50, P90, P99 and P99.9 from left to right"
    parts = [
        f'<text x="{LEFT}" y="{DOTS_TOP - 36}">{head}</text>',
        f'<circle class="measured" cx="{LEFT + 552}" cy="{DOTS_TOP - 41}" r="7"/>',
        f'<text x="{LEFT + 568}" y="{DOTS_TOP - 36}">measured</text>',
        f'<circle class="ours" cx="{LEFT + 672}" cy="{DOTS_TOP - 41}" r="4"/>',
        f'<text x="{LEFT + 688}" y="{DOTS_TOP - 36}">pvsim</text>',
    ]
    for level in (0.002, 0.01, 0.1, 1.0):
        y = _log_height(level)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{level:g}</text>')
    group = (WIDTH - LEFT - RIGHT) / len(lags_s)
    for i, lag in enumerate(lags_s):
        for j in range(measured.shape[1]):
            x = LEFT + group * (i + 0.2 + 0.2 * j)
            pair = (("measured", 7, measured[i, j]), ("ours", 4, ours[i, j]))
            parts.extend(
                f'<circle class="{kind}" cx="{x:.1f}" cy="{_log_height(float(level)):.1f}" r="{size}"/>'
                for kind, size, level in pair
            )
        middle = LEFT + group * (i + 0.5)
        parts.append(
            f'<text class="tick" x="{middle:.1f}" y="{DOTS_FLOOR + 20}" text-anchor="middle">{lag} s</text>'
        )
    return parts


def _log_height(level: float) -> float:
    share = np.log(level / SMALLEST) / np.log(LARGEST / SMALLEST)
    return float(DOTS_FLOOR - share * (DOTS_FLOOR - DOTS_TOP))
