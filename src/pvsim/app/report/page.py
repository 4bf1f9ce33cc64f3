"""What stands on a page, before it is put into HTML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Cell", "Chart", "Figure", "Page", "Section", "Table"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes:
        text: What stands in it.
        value: The number that it shows, as the summary has it; None where it is a text.
        path: Where the summary has it, for example `energy_kwh.pv`; nothing where it does not.
        breaks: It is a digest, a path or a command, which may go on in the next line after any letter.
        code: It is a command to copy: a click selects all of it.
    """

    text: str
    value: float | None = None
    path: str = ""
    breaks: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of each row names it.

    Attributes:
        caption: What it shows.
        head: The names of its columns, each with its unit.
        rows: Its rows.
        folded: It is long, and opened by the reader.
        texts: Its cells are texts, not numbers.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    folded: bool = False
    texts: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """The place of a chart.

    Attributes:
        name: Which one.
        label: What it shows, for those who do not see it.
    """

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in large type.

    Attributes:
        label: Its name.
        cell: Its number.
        unit: Its unit.
        note: What stands below it.
        tone: Which colour it has: that of the same quantity in the charts.
    """

    label: str
    cell: Cell
    unit: str
    note: str
    tone: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page with a heading."""

    name: str
    title: str
    texts: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    command: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page.

    Attributes:
        title: The page's.
        subtitle: Place and time.
        notices: What must be known before anything else is read.
        headline: The run in a sentence or two.
        figures: Its main figures.
        sections: Its parts.
        data: What the charts show.
        words: What the page's own controls are called.
    """

    title: str
    subtitle: str
    notices: tuple[str, ...]
    headline: str
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    data: Mapping[str, Any] = field(repr=False)
    words: Mapping[str, str] = field(repr=False)
