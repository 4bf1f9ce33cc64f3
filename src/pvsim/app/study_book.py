"""Which cases of a study are open, done and failed; two cases that are the same run have one record."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from pvsim.app.study_ports import Record

__all__ = ["CaseBook", "Outcomes"]


class Outcomes(Protocol):
    """What is known of the cases that have a record."""

    def has(self, case_id: str) -> bool:
        """Whether nothing is left to do for a case."""
        ...

    def has_failed(self, case_id: str) -> bool:
        """Whether a case has failed."""
        ...


class Identified(Protocol):
    """A case of a study."""

    @property
    def id(self) -> str:
        """Its id."""
        ...


Case = TypeVar("Case", bound=Identified)
Config = TypeVar("Config")


class CaseBook:
    """The cases of a study by what is left to do for them.

    Args:
        cases: How many there are.
        outcomes: What the records say; it grows while the study goes on.

    Attributes:
        cases: As above.
        done: How many have figures.
        failed: How many have failed; not those that are to be carried out again.
    """

    def __init__(self, cases: int, outcomes: Outcomes) -> None:
        self.cases = cases
        self.done = self.failed = 0
        self._outcomes = outcomes
        self._recorded: set[str] = set()
        self._under_way: dict[str, int] = {}

    @property
    def open(self) -> int:
        """How many are left."""
        return self.cases - self.done - self.failed

    def enter(self, case: Identified) -> None:
        """Take note of a case, each once before any is drawn; not needed where no case has a record."""
        if self._outcomes.has(case.id):
            self._recorded.add(case.id)
            self._count(1, failed=self._outcomes.has_failed(case.id))

    def draw(self, cases: Iterable[tuple[Case, Config]]) -> Iterator[tuple[Case, Config]]:
        """The cases that are open, one after the other, of those that are the same run the first.

        A study of a million cases is never in memory: only the ids of those that had a record.
        """
        for case, config in cases:
            if case.id in self._under_way:
                self._under_way[case.id] += 1
            elif not self._outcomes.has(case.id):
                self._under_way[case.id] = 1
                yield case, config
            elif case.id not in self._recorded:
                self._count(1, failed=self._outcomes.has_failed(case.id))

    def keep(self, records: Sequence[Record]) -> None:
        """Take note of records that are safe now."""
        for record in records:
            self._count(self._under_way.pop(record.id, 0), failed=record.error is not None)

    def _count(self, cases: int, *, failed: bool) -> None:
        if failed:
            self.failed += cases
        else:
            self.done += cases
