"""Numbers as people and programs write them: 1250.5, 1.250,5, 1,250.5, 1 250,5, 1'250.5.

How numbers are written is decided once, from all cells that are read of a file: `1.250` alone may be 1.25 or
1250, beside `0,5` it is 1250. Where no cell decides, the file is refused and both readings are named.
"""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pvsim.core.tables.cells import is_missing
from pvsim.core.tables.number_form import GROUP_MARKS, Evidence, Form, Mark, grouped
from pvsim.errors import BadInputError

__all__ = ["NumberColumns"]

_USUAL: Final = re.compile(r"[0-9.,+\-eE\n]*", re.ASCII)
_WITHOUT_GROUPS: Final = str.maketrans("", "", GROUP_MARKS)
_NUMBERS: Final = {
    mark: re.compile(
        rf"[+-]?(?:\d+(?:[{mark}]\d*)?|[{mark}]\d+)(?:[eE][+-]?\d{{1,3}})?|[+-]?\d{{1,3}}(?:[{other}]\d{{3}})+(?:[{mark}]\d*)?",
        re.ASCII,
    )
    for mark, other in (".,", ",.")
}
_WORDS: Final[dict[str, str]] = {".": "point", ",": "comma"}
_FIX: Final = "put a number there, or leave the cell empty where the measurement is missing"


class NumberColumns:
    """Columns of cells, kept as texts until the whole file was seen and then read as numbers.

    The texts of a block are joined into one: a cell takes about as many bytes as in the file.
    """

    def __init__(self, names: Sequence[str], source: str) -> None:
        self._names = tuple(names)
        self._source = source
        self._lines: list[Sequence[int]] = []
        self._texts: list[tuple[str, ...]] = []
        self._evidence = Evidence()
        self.missing: dict[str, int] = {}
        """The words for a missing value that were met (`NaN`, `-`), and how often: filled by `read`."""

    def add(self, lines: Sequence[int], columns: Sequence[Sequence[str]]) -> None:
        """Take in a block.

        Args:
            lines: The line number of each row, rising.
            columns: For each column its cells, without surrounding blanks.
        """
        texts = tuple(_joined(cells) for cells in columns)
        self._lines.append(np.array(lines, np.int64))  # type: ignore[arg-type]  # a sequence of integers too
        self._texts.append(texts)
        for column, text in enumerate(texts):
            self._evidence.take(text, lines, column)

    def read(
        self, delimiter: str, *, decimal: Mark | None = None, option: str = ""
    ) -> tuple[Form, list[NDArray[np.float64]]]:
        """How the numbers are written, and each column as numbers, NaN where a value is missing.

        Args:
            delimiter: Of the file's cells; a comma speaks for a decimal point, a semicolon for a decimal comma.
            decimal: The decimal mark if the user says it.
            option: How the user says it, if there is such an option.

        Raises:
            BadInputError: a cell that is not a number, or numbers that can be read in two ways.
        """
        form = Form(decimal) if decimal else self._evidence.form(delimiter, self._names, self._source, option)
        columns = []
        for column in range(len(self._names)):
            blocks = [self._block(index, column, form) for index in range(len(self._texts))]
            columns.append(np.concatenate(blocks) if blocks else np.empty(0))
        return form, columns

    def wrong(self, delimiter: str) -> tuple[Form, list[tuple[int, str, str]]]:
        """How the numbers are written, and line, name and text of each cell that is not one, column by column.

        Raises:
            BadInputError: numbers that can be read in two ways.
        """
        form = self._evidence.form(delimiter, self._names, self._source, "")
        found = []
        for column, name in enumerate(self._names):
            for lines, texts in zip(self._lines, self._texts, strict=True):
                for line, cell in zip(lines, texts[column].split("\n"), strict=True):
                    try:
                        self._number(cell, int(line), column, form)
                    except BadInputError:
                        found.append((int(line), name, cell))
        return form, found

    def _block(self, index: int, column: int, form: Form) -> NDArray[np.float64]:
        text = self._texts[index][column]
        cells = text.split("\n")
        other = "," if form.decimal == "." else "."
        if other not in text and _USUAL.fullmatch(text):
            plain = cells if form.decimal == "." else text.replace(",", ".").split("\n")
            try:
                values = np.array([float(cell or "nan") for cell in plain])
            except ValueError:
                pass
            else:
                if not np.isinf(values).any():
                    return values
        lines = self._lines[index]
        pairs = zip(cells, lines, strict=True)
        return np.array([self._number(cell, int(line), column, form) for cell, line in pairs])

    def _number(self, cell: str, line: int, column: int, form: Form) -> float:
        if is_missing(cell):
            if cell:
                self.missing[cell] = self.missing.get(cell, 0) + 1
            return float("nan")
        body = cell.translate(_WITHOUT_GROUPS) if grouped(cell) else cell
        if _NUMBERS[form.decimal].fullmatch(body):
            other = "," if form.decimal == "." else "."
            value = float(body.replace(other, "").replace(form.decimal, "."))
            if np.isfinite(value):
                return value
        what = f"column {self._names[column]!r} has {cell[:40]!r}, which is not a number"
        if form.line and any(mark in cell for mark in ".,"):
            what += f" with a decimal {_WORDS[form.decimal]} as in line {form.line} ({form.example!r})"
        raise BadInputError(what, where=f"{self._source}:{line}", fix=_FIX)


def _joined(cells: Sequence[str]) -> str:
    text = "\n".join(cells)
    if text.count("\n") >= len(cells):  # a quoted cell of several lines
        text = "\n".join(cell.replace("\n", "\\n") for cell in cells)
    return text if text.isascii() else text.replace("\u2212", "-")
