"""What the combinations of a study differ in: its variants, and each parameter that takes several values."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pvsim.core.study.collected import Collected

__all__ = ["VARIANT", "Codes", "Factor", "factors_of", "is_number"]

Codes: TypeAlias = NDArray[np.int64]

VARIANT = ""
"""The path of the variants, which are no parameter."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing that combinations differ in.

    Attributes:
        path: Of the parameter; `VARIANT` of the variants.
        values: Its values: numbers in rising order, all others in the order of the study.
        codes: Which of them each combination has.
        sampled: They are drawn, and not combined with all values of the others.
    """

    path: str
    values: tuple[Any, ...]
    codes: Codes
    sampled: bool = False

    @property
    def numeric(self) -> bool:
        """All its values are numbers."""
        return all(map(is_number, self.values))


def is_number(value: object) -> bool:
    """Whether it is a number, and not true or false."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def factors_of(cases: "Collected", sampled: Collection[str] = ()) -> list[Factor]:
    """The variants first, then the parameters in their order.

    What is set for some combinations only, or follows from the variant, is part of the variant.

    Args:
        cases: The cases.
        sampled: Paths of the parameters whose values are drawn.
    """
    of_variants = _factor(VARIANT, [each.variant for each in cases.combinations])
    found = [of_variants]
    found += [
        _factor(path, [each.parameters[path] for each in cases.combinations], sampled=path in sampled)
        for path in cases.parameters
        if all(path in each.parameters for each in cases.combinations)
    ]
    told_apart = len(of_variants.values) > 1
    return [
        each
        for each in found
        if len(each.values) > 1 and (each is of_variants or not (told_apart and _follows(each, of_variants)))
    ]


def _factor(path: str, values: Sequence[Any], *, sampled: bool = False) -> Factor:
    different = {msgspec.json.encode(value): value for value in values}
    if all(map(is_number, different.values())):
        different = dict(sorted(different.items(), key=lambda each: each[1]))
    places = {key: i for i, key in enumerate(different)}
    codes = np.array([places[msgspec.json.encode(value)] for value in values], dtype=np.int64)
    return Factor(path, tuple(different.values()), codes, sampled)


def _follows(factor: Factor, other: Factor) -> bool:
    """Whether the value of one is known by that of the other."""
    return len(set(zip(other.codes.tolist(), factor.codes.tolist(), strict=True))) == len(other.values)
