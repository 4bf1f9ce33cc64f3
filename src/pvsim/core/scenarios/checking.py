"""Computed figures beside expected ones.

A figure may differ by 0.1 %, or by 0.001 in its unit where that is more: 1 Wh, 1 W, a tenth of a cent, 3.6 s of
hours, 0.1 percentage points of a share. Within a version the same request gives the same bytes on each machine;
other versions of numpy and pvlib may move a power by its last digit of 0.1 W, which is far within. A version of
pvsim that moves a figure by more has changed a model. Counts and texts must be equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pvsim.core.scenarios.scenario import Figures

__all__ = ["ABSOLUTE", "RELATIVE", "Checked", "Compared", "compared", "tolerance_of"]

RELATIVE = 0.001
ABSOLUTE = 0.001

_Value = float | int | str | bool


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure beside what is expected of it.

    Attributes:
        figure: Its name.
        expected: What is expected.
        got: What was computed; None if there is no such figure.
        tolerance: How much it may differ; 0 where it must be equal.
    """

    figure: str
    expected: _Value
    got: _Value | None
    tolerance: float

    @property
    def agrees(self) -> bool:
        """Whether it is as expected."""
        if isinstance(self.got, float | int) and isinstance(self.expected, float | int) and self.tolerance:
            return abs(self.got - self.expected) <= self.tolerance
        return self.got == self.expected

    @property
    def text(self) -> str:
        """What there is and what is expected, in one line."""
        got = "missing" if self.got is None else _shown(self.got)
        more = f" ± {self.tolerance:.4g}" if self.tolerance else ""
        return f"{self.figure} is {got}, expected {_shown(self.expected)}{more}"


@dataclass(frozen=True, slots=True)
class Checked:
    """A scenario that was checked.

    Attributes:
        name: Of the scenario.
        seconds: How long it took.
        figures: Its figures, each beside what is expected.
        error: Why it has none, with its fix; empty if it has.
    """

    name: str
    seconds: float
    figures: tuple[Compared, ...] = ()
    error: str = ""

    @property
    def differing(self) -> tuple[Compared, ...]:
        """The figures that are not as expected."""
        return tuple(each for each in self.figures if not each.agrees)

    @property
    def passed(self) -> bool:
        """Whether all of it is as expected."""
        return not self.error and not self.differing


def tolerance_of(expected: _Value) -> float:
    """How much a figure may differ from what is expected; 0 for counts and texts."""
    return max(ABSOLUTE, RELATIVE * abs(expected)) if isinstance(expected, float) else 0.0


def compared(expected: Figures, got: Mapping[str, object]) -> tuple[Compared, ...]:
    """Each expected figure beside the computed one; figures of which nothing is expected are left out."""
    return tuple(
        Compared(name, value, found if isinstance(found := got.get(name), _Value) else None, tolerance_of(value))
        for name, value in expected.items()
    )


def _shown(value: _Value) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)
