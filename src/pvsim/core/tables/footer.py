"""Rows of totals at the end of a table, as `Summe;24,0`, parted from the data."""

import re
from typing import Final

from pvsim.core.tables.rows import Block

__all__ = ["Footer"]

_WORDS: Final = re.compile(
    r"(?:grand )?(?:sum(?:me|ma|a)?|(?:sub)?total[a-z]*|totaal|gesamt[a-z]*|somme|average|avg|mean|mittel[a-z]*"
    r"|durchschnitt|moyenne|min(?:imum)?|max(?:imum)?)(?![^\W\d_])[^\d]*",
    re.IGNORECASE,
)
_MOST_ROWS: Final = 10


class Footer:
    """Keeps back rows that have a total for a time until it is known that no data comes after them."""

    def __init__(self, place: int) -> None:
        """Part by the column of times at `place`."""
        self._place = place
        self._kept = Block([], [])
        self._begun = False

    def data_of(self, block: Block) -> Block:
        """The rows of a block, and what was kept back before it, up to the last row that is data.

        A total between rows of data, or with none before it, is given like data: the reader of times refuses it
        with its line.
        """
        lines, rows = [*self._kept.lines, *block.lines], [*self._kept.rows, *block.rows]
        end = len(rows)
        while end and _WORDS.fullmatch(rows[end - 1][self._place].strip()):
            end -= 1
        if len(rows) - end > _MOST_ROWS or not (end or self._begun):
            end = len(rows)
        self._begun = True
        self._kept = Block(lines[end:], rows[end:])
        return Block(lines[:end], rows[:end])

    def remarks(self) -> tuple[str, ...]:
        """What a user should know of the rows that were left out."""
        if not self._kept.lines:
            return ()
        first = self._kept.rows[0][self._place].strip()
        lines = self._kept.lines
        which = f"line {lines[0]}" if len(lines) == 1 else f"lines {lines[0]} to {lines[-1]}"
        return (f"left out after the last time: {which} ({first[:40]!r})",)
