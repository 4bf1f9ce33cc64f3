"""A case of a study: one run, by what differs from the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pvsim.core.study.paths import Plain

__all__ = ["Case", "Order", "Place"]


@dataclass(frozen=True, slots=True)
class Case:
    """One run of a study.

    Attributes:
        number: From 0, in the order of the study.
        id: Sixteen hexadecimal digits that come of all that its figures depend on: the same in any study.
        variant: Name of the named variant; empty where the study compares none.
        parameters: Values of the settings that the study varies, by their paths.
        repeat: Number of its seed, from 0.
        seed: Its seed; the same in every variant.
    """

    number: int
    id: str
    variant: str
    parameters: Mapping[str, Plain]
    repeat: int
    seed: int


class Place(NamedTuple):
    """Where a case is among the repeats, variants, sampled points and combinations."""

    repeat: int
    variant: int
    sample: int
    combination: int


@dataclass(frozen=True, slots=True)
class Order:
    """How the cases of a study are numbered: repeats outermost, so that more of them change no number.

    Attributes:
        repeats: How many seeds.
        variants: How many named variants; 1 where there are none.
        samples: How many sampled points; 1 where none are.
        combinations: How many combinations of the values that are swept; 1 where none are.
    """

    repeats: int = 1
    variants: int = 1
    samples: int = 1
    combinations: int = 1
    count: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", self.repeats * self.each_seed)

    @property
    def each_seed(self) -> int:
        """How many cases there are of one seed."""
        return self.variants * self.samples * self.combinations

    def place(self, number: int) -> Place:
        """Where the case of a number is.

        Raises:
            IndexError: if there is none.
        """
        if not 0 <= number < self.count:
            raise IndexError(number)
        rest, combination = divmod(number, self.combinations)
        rest, sample = divmod(rest, self.samples)
        repeat, variant = divmod(rest, self.variants)
        return Place(repeat, variant, sample, combination)
