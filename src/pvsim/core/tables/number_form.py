"""How the numbers of a file are written: which mark is the decimal one, decided from all cells."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from pvsim.errors import BadInputError

__all__ = ["GROUP_MARKS", "Evidence", "Form", "Mark", "grouped"]

Mark = Literal[".", ","]

GROUP_MARKS: Final = " \u00a0\u2007\u2009\u202f'\u2019"
"""What else than a point or a comma parts thousands: blanks of several widths, apostrophes."""

_GROUPED: Final = re.compile(rf"[+-]?\d{{1,3}}([{GROUP_MARKS}])\d{{3}}(?:\1\d{{3}})*(?:[.,]\d*)?", re.ASCII)
_MAYBE_THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_SHORT_INTEGER: Final = re.compile(r"^[+-]?0*[1-9]\d{0,2}$", re.ASCII | re.MULTILINE)
_LONG_INTEGER: Final = re.compile(r"^[+-]?0*[1-9]\d{3,}$", re.ASCII | re.MULTILINE)
_MARKS: Final = re.compile(f"[.,{GROUP_MARKS}]")
_NUMERIC: Final = re.compile(rf"[+-]?[\d.,{GROUP_MARKS}]*\d[\d.,]*(?:[eE][+-]?\d+)?", re.ASCII)
_USUAL_DECIMAL: Final[dict[str, Mark]] = {",": ".", ";": ","}
"""By the delimiter of cells."""


@dataclass(frozen=True, slots=True)
class Form:
    """How numbers are written: the decimal mark, and the line and cell that show it, 0 if none does."""

    decimal: Mark
    line: int = 0
    example: str = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    cell: str
    line: int
    column: int


def grouped(cell: str) -> bool:
    """Whether the thousands of a number are parted by blanks or apostrophes."""
    return _GROUPED.fullmatch(cell) is not None


@dataclass(slots=True)
class Evidence:
    """What the cells show of the decimal mark."""

    _decided: Form | None = None
    _maybe: dict[str, _Seen] = field(default_factory=dict)
    _short_integer: bool = False
    _shows_thousands: bool = False  # an integer of four digits, with or without blanks in it

    def take(self, text: str, lines: Sequence[int], column: int) -> None:
        """Note what a column's cells of a block show.

        Args:
            text: The cells, one a line.
            lines: The line number of each.
            column: Its index.
        """
        if self._decided:
            return
        self._short_integer = self._short_integer or _SHORT_INTEGER.search(text) is not None
        self._shows_thousands = self._shows_thousands or _LONG_INTEGER.search(text) is not None
        if not _MARKS.search(text):
            return
        for cell, line in zip(text.split("\n"), lines, strict=True):
            if self._shown_by(cell, line, column):
                return

    def _shown_by(self, cell: str, line: int, column: int) -> bool:
        """Whether a cell decides."""
        marks = [char for char in cell if char in ".,"]
        by_blanks = grouped(cell)
        self._shows_thousands |= by_blanks
        if not marks or not _NUMERIC.fullmatch(cell):
            return False
        last = marks[-1]
        if len(marks) == 1 and not by_blanks and _MAYBE_THOUSANDS.fullmatch(cell):
            self._maybe.setdefault(last, _Seen(cell, line, column))
            return False
        thousands = len(marks) > 1 and len(set(marks)) == 1
        self._decided = Form("." if (last == ".") != thousands else ",", int(line), cell)
        return True

    def form(self, delimiter: str, names: Sequence[str], source: str, option: str) -> Form:
        """The form of the numbers.

        Raises:
            BadInputError: the cells can be read in two ways.
        """
        if self._decided:
            return self._decided
        if not self._maybe:
            return Form(".")
        mark, seen = next(iter(self._maybe.items()))
        usual = _USUAL_DECIMAL.get(delimiter) == mark and not self._short_integer
        if len(self._maybe) == 1 and (usual or self._shows_thousands):
            return Form("." if mark == "." else ",", int(seen.line), seen.cell)
        word = "point" if mark == "." else "comma"
        whole, parts = seen.cell[:-4], seen.cell[-3:]
        what = (
            f"column {names[seen.column]!r} has {seen.cell!r}, which may be {whole}{parts} or {whole}.{parts}: "
            f"a thousands {word} or a decimal {word}; no other line shows which"
        )
        fix = f"write {whole}{parts} or, with more or fewer decimals, {whole}.{parts}0"
        if option:
            other = "comma" if mark == "." else "point"
            fix = f"pass {option} {other} for {whole}{parts}, or {option} {word} for {whole}.{parts}"
        raise BadInputError(what, where=f"{source}:{seen.line}", fix=fix)
