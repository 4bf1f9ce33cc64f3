"""Which pictures a run has, and the bytes of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pvsim.adapters.plots import bars, curves
from pvsim.adapters.plots.style import RC
from pvsim.adapters.plots.subject import Subject
from pvsim.adapters.plots.words import WORDS, Language
from pvsim.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FORMATS", "Format", "Picture", "Subject", "pictures_of", "require_matplotlib"]

Format: TypeAlias = Literal["svg", "pdf", "png"]

FORMATS: tuple[Format, ...] = ("svg", "pdf", "png")

_DPI = 300
_METADATA: Mapping[Format, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": "pvsim"},
    "pdf": {"CreationDate": None, "Creator": "pvsim", "Producer": None},
    "png": {"Software": "pvsim"},
}
_PICTURES: Mapping[str, Callable[..., "Figure | None"]] = {
    "powers": curves.powers,
    "duration": curves.duration,
    "resolution": bars.resolution,
    "days": bars.days,
    "months": bars.months,
}
"""Each draws one picture; None where a run has not what it shows."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a run.

    Attributes:
        name: What it shows: `powers`, `duration`, `resolution`, `days` or `months`.
        content: The bytes of its file.
    """

    name: str
    content: bytes


def require_matplotlib() -> None:
    """Refuse to begin where nothing can be drawn.

    Raises:
        UsageError: if matplotlib is not installed.
    """
    from importlib.util import find_spec  # noqa: PLC0415 - only for this

    if find_spec("matplotlib") is None:
        what = "pictures need matplotlib, which is not installed"
        raise UsageError(what, fix="./run again, or: pip install 'pvsim[plot]'")


def pictures_of(
    subject: Subject,
    *,
    names: tuple[str, ...] = tuple(_PICTURES),
    file_format: Format = "svg",
    width_mm: float = 180.0,
    language: Language = "en",
) -> tuple[Picture, ...]:
    """Draw a run; what it has nothing for is left out.

    Args:
        subject: The run.
        names: Which pictures are wanted; all.
        file_format: Of the files.
        width_mm: Width of each picture.
        language: Of the words and numbers in it.

    Raises:
        UsageError: if matplotlib is not installed.
    """
    require_matplotlib()
    import matplotlib.style  # noqa: PLC0415 - matplotlib takes a third of a second

    found = []
    with matplotlib.style.context(["default", RC], after_reset=True):  # not as the user's matplotlibrc has it
        for name in names:
            figure = _PICTURES[name](subject, width_mm, WORDS[language])
            if figure is not None:
                if missing := subject.plan.rows - subject.summary.rows:
                    figure.supxlabel(WORDS[language].missing.format(n=missing), x=0.01, ha="left", fontsize=7)
                found.append(Picture(name, _bytes(figure, file_format)))
    return tuple(found)


def _bytes(figure: "Figure", file_format: Format) -> bytes:
    file = BytesIO()
    figure.savefig(file, format=file_format, dpi=_DPI, metadata=_METADATA[file_format])
    return file.getvalue()
