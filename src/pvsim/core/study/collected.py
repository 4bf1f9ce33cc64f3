"""The records of a study as columns: what its tables and its page are made of.

A *combination* is a set of parameters; its cases differ in nothing but the seed.
"""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from pvsim.core.results.figure_tables import FIGURES, figure_columns
from pvsim.core.results.input_counts import INPUT_COUNTS
from pvsim.core.study.bands import Floats

if TYPE_CHECKING:
    from pvsim.core.study.record import CaseRecord

__all__ = ["Collected", "Combination", "collected"]


@dataclass(frozen=True, slots=True)
class Combination:
    """What cases have in common that differ only in their seed.

    Attributes:
        variant: The name of their `[[compare]]`; empty without one.
        parameters: What was set for them, by path.
        cases: Positions of the cases, in order of their repeats.
    """

    variant: str
    parameters: Mapping[str, Any]
    cases: list[int]


@dataclass(slots=True)
class Collected:
    """What is known of all cases, in order of their numbers. A case takes some 700 bytes.

    Attributes:
        combinations: In order of their first case.
        ids: The id of each case.
        numbers: The number of each case.
        repeats: The repeat of each case.
        seeds: The seed of each repeat, of the first case that has it.
        failed: Positions of the cases that have no figures.
        figures: The values of each single figure that is a number, NaN where a case has none.
        inputs: Of each count of inputs how many cases have one above 0, and the largest.
        texts: The different values of each figure that is a text.
        parameters: The paths that are set for any case, in order.
    """

    combinations: list[Combination] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    numbers: "array[int]" = field(default_factory=lambda: array("q"))
    repeats: "array[int]" = field(default_factory=lambda: array("q"))
    seeds: dict[int, int] = field(default_factory=dict)
    failed: list[int] = field(default_factory=list)
    figures: "dict[str, array[float]]" = field(default_factory=dict)
    inputs: dict[str, tuple[int, float]] = field(default_factory=dict)
    texts: dict[str, dict[str, None]] = field(default_factory=dict)
    parameters: dict[str, None] = field(default_factory=dict)
    _places: dict[bytes, int] = field(default_factory=dict)

    def add(self, record: "CaseRecord") -> None:
        """Take the next case."""
        position = len(self.ids)
        key = msgspec.json.encode([record.variant, record.parameters])
        place = self._places.setdefault(key, len(self.combinations))
        if place == len(self.combinations):
            self.combinations.append(Combination(record.variant, record.parameters, []))
            self.parameters.update(dict.fromkeys(record.parameters))
        self.combinations[place].cases.append(position)
        self.ids.append(record.id)
        self.numbers.append(record.number)
        self.repeats.append(record.repeat)
        self.seeds.setdefault(record.repeat, record.seed)
        if record.error is not None:
            self.failed.append(position)
        for name, value in record.figures.items():
            self._take(name, value, position)
        for name, count in record.inputs.items():
            cases, largest = self.inputs.get(name, (0, 0))
            self.inputs[name] = cases + (count > 0), max(largest, count)

    def columns(self) -> list[str]:
        """The figures that any case has, in the order of `pvsim query`'s table of them."""
        known = figure_columns()[FIGURES]
        return [name for name in known if name in self.figures or name in self.texts]

    def input_columns(self) -> dict[str, type[int] | type[float]]:
        """The counts of inputs that any case has, and what they are."""
        return {name: kind for name, kind in INPUT_COUNTS.items() if name in self.inputs}

    def values(self, name: str) -> Floats:
        """A figure of each case; NaN where a case has none."""
        found = np.full(len(self.ids), np.nan)
        known = np.asarray(self.figures.get(name, ()), dtype=np.float64)
        found[: len(known)] = known
        return found

    def matrix(self, name: str) -> Floats:
        """A figure by combination and repeat, shape (combinations, repeats); NaN where there is none."""
        found = np.full((len(self.combinations), max(self.seeds, default=-1) + 1), np.nan)
        values = self.values(name)
        for i, combination in enumerate(self.combinations):
            found[i, [self.repeats[case] for case in combination.cases]] = values[combination.cases]
        return found

    def _take(self, name: str, value: object, position: int) -> None:
        if isinstance(value, str):
            self.texts.setdefault(name, {})[value] = None
        elif isinstance(value, int | float):
            column = self.figures.setdefault(name, array("d"))
            if missing := position - len(column):
                column.extend([np.nan] * missing)
            column.append(value)


def collected(records: Iterable["CaseRecord"]) -> Collected:
    """The records of a study, in order of their numbers, as columns."""
    found = Collected()
    for record in records:
        found.add(record)
    return found
