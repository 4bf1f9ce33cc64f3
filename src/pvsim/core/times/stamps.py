"""A column of times, taken in block by block and settled when all of it was seen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from pvsim.core.times.clocks import Clocks
from pvsim.core.times.dates import Dates, layout_of
from pvsim.core.times.epoch import Epochs, is_epoch
from pvsim.core.times.settle import Said, Times, Written, settle
from pvsim.errors import BadInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FORMATS", "Stamps", "is_time"]

FORMATS: Final = (
    "2024-06-21T12:00:00+02:00, 2024-06-21 12:00[:00], 21.06.2024 12:00[:00], 06/21/2024 12:00 PM or epoch seconds"
)
_EXAMPLE: Final = "2024-06-21"
_DATE, _PREFIX = len("2024-06-21"), len("2024-06-21T12:00")
_DAY_S: Final = 86_400


class Stamps:
    """The times of a file."""

    def __init__(self, said: Said) -> None:
        self._said = said
        self._lines: list[NDArray[np.int64]] = []
        self._epochs: Epochs | None = None
        self._dates = Dates(layout_of(_EXAMPLE))
        self._clocks = Clocks()
        self._prefixes: dict[str, tuple[int, int]] = {}  # of dates of ten characters with their minutes
        self._parts: list[tuple[NDArray[np.int64], ...]] = []

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._parts)

    def take(self, texts: Sequence[str], lines: Sequence[int]) -> None:
        """Take in some times.

        Args:
            texts: Without surrounding blanks.
            lines: The line number of each.

        Raises:
            BadInputError: naming the first line whose time is of another layout, impossible or finer than 1 s.
        """
        columns: tuple[list[int], list[int], list[int]] = ([], [], [])
        dates, seconds, forms = columns
        prefixes, tails = self._prefixes, self._clocks.tails
        try:
            if not self._parts:
                self._begin(texts[0])
            for text in texts:
                prefix, tail = prefixes.get(text[:_PREFIX]), tails.get(text[_PREFIX:])
                if prefix is not None and tail is not None:
                    date, second, form = prefix[0], prefix[1] + tail[0], tail[1]
                else:
                    date, second, form = self._read(text)
                dates.append(date)
                seconds.append(second)
                forms.append(form)
        except ValueError as error:
            done = len(forms)
            fix = f"write times as {FORMATS}, all in the same way; if the line is no data, remove it"
            if not (self._parts or done) and self._said.words.column:
                fix = f"write times as {FORMATS}, or {self._said.words.column}"
            raise BadInputError(str(error), where=f"{self._said.source}:{lines[done]}", fix=fix) from error
        self._lines.append(np.array(lines, np.int64))
        self._parts.append(tuple(np.array(column, np.int64) for column in columns))

    def settle(self) -> Times:
        """All times, on the clock that they are of.

        Raises:
            BadInputError: the texts do not tell the order of day and month or the zone, or contradict each other.
        """
        lines = np.concatenate(self._lines)
        dates, seconds, forms = (np.concatenate(column) for column in zip(*self._parts, strict=True))

        def where(index: int) -> str:
            return f"{self._said.source}:{lines[index]}"

        if self._epochs is not None:
            unit = self._epochs.unit
            remarks = () if unit in {None, "s"} else (f"times in {unit} since 1970",)
            return Times(lines, seconds, np.zeros_like(seconds), True, "UTC", "times", remarks=remarks)
        days, remark = self._dates.decide(
            lambda number: where(int(np.argmax(dates == number))), self._said.words.order
        )
        wall = days[dates] * _DAY_S + seconds
        return settle(Written(lines, wall, forms, tuple(self._clocks.forms)), self._said, remark)

    def _begin(self, text: str) -> None:
        if is_epoch(text):
            self._epochs = Epochs()
        else:
            self._dates = Dates(layout_of(text), self._said.order)

    def _read(self, text: str) -> tuple[int, int, int]:
        """The number of the date, the second of the day, and the number of the clock's form."""
        if self._epochs is not None:
            return 0, self._epochs.read(text), 0
        number, rest = self._dates.split(text)
        second, form = self._clocks.read(rest)
        minute = self._clocks.minutes.get(rest[: _PREFIX - _DATE])
        if minute is not None and len(text) - len(rest) == _DATE:
            self._prefixes[text[:_PREFIX]] = number, minute
        return number, second, form


def is_time(text: str) -> bool:
    """Whether a text is a time of a layout that is read."""
    try:
        if is_epoch(text):
            Epochs().read(text)
        else:
            Clocks().read(Dates(layout_of(text)).split(text)[1])
    except ValueError:
        return False
    return True
