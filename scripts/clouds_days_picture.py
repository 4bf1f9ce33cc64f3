# ruff: noqa: INP001 - stands beside the script that imports it
"""Draws the second picture of scripts/validate_clouds.py: a day of cumulus in July and a dull one in December.

The light on the level in each minute, with the clear sky's dashed. Light and dark, and readable without colour.
"""

import numpy as np
from clouds_picture import STYLE
from numpy.typing import NDArray

__all__ = ["draw_days"]

Floats = NDArray[np.float64]

WIDTH, HEIGHT, LEFT, RIGHT = 960, 624, 64, 24
TOPS, FLOORS = (104, 400), (328, 576)
HIGHEST_W = (1_200.0, 300.0)
LEVELS_W = ((0, 300, 600, 900, 1_200), (0, 100, 200, 300))
FIRST_HOUR, LAST_HOUR = 3, 20


def draw_days(names: tuple[str, str], light_w: tuple[Floats, Floats], clear_w: tuple[Floats, Floats]) -> str:
    """The picture.

    Args:
        names: Of the two days.
        light_w: Global light on the level in W/m² in each minute of a UTC day, shape (1440,).
        clear_w: That of the clear sky.
    """
    title = "Two days of the climate at 55.8° N, minute by minute"
    more_w = light_w[0].max() - clear_w[0].max()
    said = (
        f"Two graphs of the light on a level plane from {FIRST_HOUR} to {LAST_HOUR} o'clock UTC. {names[0]}: sun"
        f" and shadow between cumulus clouds, up to {light_w[0].max():.0f} W/m², {more_w:.0f} more than the clear"
        f" sky's most; liveliest around noon. {names[1]}: soft grey light of at most {light_w[1].max():.0f} W/m²."
    )
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title said">',
        f'<title id="title">{title}</title>',
        f'<desc id="said">{said}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}" rx="8"/>',
        f'<text class="title" x="{LEFT}" y="40">{title}</text>',
        f'<text class="muted" x="{LEFT}" y="64">global light on the level in W/m², by UTC</text>',
        f'<path class="mean" d="M{LEFT + 400} 59h30"/>',
        f'<text x="{LEFT + 440}" y="64">the clear sky</text>',
    ]
    for panel, (name, light, clear) in enumerate(zip(names, light_w, clear_w, strict=True)):
        parts += _panel(panel, name, light, clear)
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: int, name: str, light: Floats, clear: Floats) -> list[str]:
    parts = [f'<text x="{LEFT}" y="{TOPS[panel] - 10}">{name}</text>']
    for level in LEVELS_W[panel]:
        y = _height(panel, level)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{level:,}</text>')
    hours = [
        f'<text class="tick" x="{_across(60.0 * hour):.1f}" y="{FLOORS[panel] + 20}" text-anchor="middle">'
        f"{hour:02d}</text>"
        for hour in range(FIRST_HOUR, LAST_HOUR + 1)
    ]
    return [*parts, *hours, _line(panel, "site", light), _line(panel, "mean", clear)]


def _height(panel: int, level_w: float) -> float:
    return FLOORS[panel] - level_w / HIGHEST_W[panel] * (FLOORS[panel] - TOPS[panel])


def _across(minute: float) -> float:
    return LEFT + (minute / 60.0 - FIRST_HOUR) / (LAST_HOUR - FIRST_HOUR) * (WIDTH - LEFT - RIGHT)


def _line(panel: int, kind: str, values_w: Floats) -> str:
    minutes = range(60 * FIRST_HOUR, 60 * LAST_HOUR)
    points = " ".join(f"{_across(i + 0.5):.1f},{_height(panel, float(values_w[i])):.1f}" for i in minutes)
    return f'<polyline class="{kind}" points="{points}"/>'
