"""How all pictures look: sizes in mm, colours for print and for the colour-blind, numbers by language."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pvsim.adapters.plots.words import Words

__all__ = [
    "BATTERY",
    "BUILDING",
    "EXPORT",
    "GRID",
    "IMPORT",
    "MM_PER_LETTER",
    "PV",
    "RC",
    "figure_of",
    "finish",
    "legend",
    "numbers_on",
    "tint",
]

_MM_PER_INCH = 25.4
_MM_OF_HANDLE = 10.5
_MM_PER_ROW = 4.0
MM_PER_LETTER = 1.3

PV, IMPORT, EXPORT, BUILDING, BATTERY = "#B77B0E", "#0A93F3", "#813184", "#1F2933", "#2F7D4F"
"""Contrast of each with white is 3:1 or more; hatches, dashes and words say the same as the colours."""

_MUTED, GRID = "#52606D", "#D5DAE0"

RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so that the same text takes the same room everywhere
    "font.size": 7.5,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "axes.labelsize": 7.5,
    "axes.labelcolor": BUILDING,
    "axes.edgecolor": _MUTED,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "text.color": BUILDING,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "xtick.labelcolor": BUILDING,
    "ytick.labelcolor": BUILDING,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "hatch.linewidth": 0.6,
    "lines.linewidth": 0.9,
    "lines.solid_joinstyle": "round",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "none",  # text stays text: it can be searched, copied and edited
    "svg.hashsalt": "pvsim",
    "pdf.fonttype": 42,
    "pdf.compression": 9,
}


def figure_of(width_mm: float, share: float, least_mm: float = 50.0) -> "Figure":
    """An empty picture; nothing of pyplot's state is touched.

    Args:
        width_mm: Its width.
        share: Its height as a share of the width, the legend comes on top.
        least_mm: The least height.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - takes a third of a second

    height_mm = max(width_mm * share, least_mm)
    return Figure(figsize=(width_mm / _MM_PER_INCH, height_mm / _MM_PER_INCH), layout="constrained")


def numbers_on(axis: Any, words: "Words") -> None:
    """Write an axis' numbers in the language's form."""
    from matplotlib.ticker import ScalarFormatter  # noqa: PLC0415 - as above

    class _Numbers(ScalarFormatter):
        def __call__(self, x: float, pos: int | None = None) -> str:
            return str(super().__call__(x, pos)).replace(".", words.decimal)

    form = _Numbers(useOffset=False)
    form.set_scientific(False)
    axis.set_major_formatter(form)


def tint(color: str, share: float = 0.45) -> str:
    """A colour on white paper, so much of it: printers know no transparency."""
    parts = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - share * (255 - part)):02X}" for part in parts)


def legend(figure: "Figure", handles: Sequence[Any]) -> None:
    """What is what, above the picture, in as many columns as have room."""
    width, height = figure.get_size_inches()
    longest_mm = _MM_OF_HANDLE + max(len(handle.get_label()) for handle in handles) * MM_PER_LETTER
    columns = max(1, min(len(handles), int(width * _MM_PER_INCH / longest_mm)))
    rows = -(-len(handles) // columns)
    figure.set_size_inches(width, height + rows * _MM_PER_ROW / _MM_PER_INCH)
    figure.legend(handles=handles, loc="outside upper left", ncols=columns, handlelength=1.8, columnspacing=1.4)


def finish(axes: "Axes", *, zero: bool = True) -> None:
    """Lines across, and the zero line."""
    axes.grid(axis="y", color=GRID, linewidth=0.5)
    if zero:
        axes.axhline(0, color=_MUTED, linewidth=0.8, zorder=3)
