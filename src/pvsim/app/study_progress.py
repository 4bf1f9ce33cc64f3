"""How far a study is: how many cases, how long it will still take, and the best so far."""

from bisect import insort
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import isnan
from typing import TYPE_CHECKING, NamedTuple

from pvsim.app.study_book import CaseBook

if TYPE_CHECKING:
    from pvsim.core.study.ranking import Objective
    from pvsim.core.study.record import CaseRecord

__all__ = ["Best", "Pace", "StudyProgress"]

WINDOW_S = 60.0
LEAST = 4
"""The pace is that of the last minute, or of the last few jobs, whichever is more."""

SETTLED_S = 10.0
"""Fewer jobs tell something only after so long: before, their own start is most of what is measured."""


class Pace:
    """How fast cases are done.

    Args:
        now_s: When it begins, on any clock that only goes forward.
    """

    def __init__(self, now_s: float) -> None:
        self._jobs: deque[tuple[float, int]] = deque([(now_s, 0)])

    def took(self, now_s: float, cases: int) -> None:
        """So many cases were done at once."""
        self._jobs.append((now_s, cases))
        while len(self._jobs) > LEAST + 1 and self._jobs[1][0] < now_s - WINDOW_S:
            self._jobs.popleft()

    def per_s(self, now_s: float) -> float | None:
        """Cases a second; None while that cannot be told yet."""
        first_s, _ = self._jobs[0]
        passed_s = now_s - first_s
        if len(self._jobs) == 1 or passed_s <= 0 or (len(self._jobs) <= LEAST and passed_s < SETTLED_S):
            return None
        return sum(cases for _, cases in islice(self._jobs, 1, None)) / passed_s

    def remaining_s(self, now_s: float, left: int) -> float | None:
        """How long so many cases will still take; None while that cannot be told yet."""
        rate = self.per_s(now_s)
        return left / rate if rate else None


class Placed(NamedTuple):
    """A case among the best."""

    key: float
    number: int
    record: "CaseRecord"


@dataclass(slots=True)
class Best:
    """The best cases so far by a figure.

    Attributes:
        objective: The figure, and whether less or more of it is better.
        keep: How many.
        cases: The best one first; of equal ones that with the lower number.
        is_known: Whether each case so far has the figure, money in the same currency.
        currency: Of the money of the cases so far.
    """

    objective: "Objective"
    keep: int
    cases: list[Placed] = field(default_factory=list)
    is_known: bool = True
    currency: object = None

    def take(self, record: "CaseRecord") -> None:
        """Take a case that has figures."""
        value = record.figures.get(self.objective.figure)
        if not isinstance(value, int | float) or isnan(value):
            self.is_known = False
            return
        if "money_" in self.objective.figure:
            currency = record.figures.get("money_currency")
            self.is_known &= self.currency in {None, currency}
            self.currency = currency
        insort(self.cases, Placed(-value if self.objective.goal == "max" else value, record.number, record))
        del self.cases[self.keep :]


class StudyProgress:
    """How fast a study goes, and what its best cases are.

    Args:
        book: How many cases are done, failed and open.
        objectives: What the best are the best by: the first of which each case has the figure.
        keep: How many of the best are kept.

    Attributes:
        book: As above.
    """

    def __init__(self, book: CaseBook, *, objectives: "Sequence[Objective]", keep: int) -> None:
        self.book = book
        self._pace = Pace(0.0)
        self._best = [Best(objective, keep) for objective in objectives]

    @property
    def best(self) -> Best | None:
        """The best so far; None where the cases have no such figure."""
        return next((best for best in self._best if best.is_known and best.cases), None)

    def begin(self, now_s: float) -> None:
        """Cases are carried out from now on."""
        self._pace = Pace(now_s)

    def take(self, records: Sequence["CaseRecord"], now_s: float) -> None:
        """Take the records that are safe now, and that the book has taken note of."""
        self._pace.took(now_s, len(records))
        for record in records:
            self.know(record)

    def know(self, record: "CaseRecord") -> None:
        """Take a record that was there before.

        Only cases of the first seed are among the best: they have the same weather and people, so that they differ
        in nothing but what the study varies. All that have its luckiest seed would be the best else.
        """
        if record.error is None and not record.repeat:
            for best in self._best:
                best.take(record)

    def per_minute(self, now_s: float) -> float | None:
        """Cases a minute; None while that cannot be told yet."""
        rate = self._pace.per_s(now_s)
        return rate and 60 * rate

    def remaining_s(self, now_s: float) -> float | None:
        """How long it will still take; None while that cannot be told yet."""
        return self._pace.remaining_s(now_s, self.book.open)
