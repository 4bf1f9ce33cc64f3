"""What takes the samples of a run once, and comes to a result: a summary, later a report or another file."""

from typing import Protocol, Self, TypeVar

from pvsim.core.results.samples import Samples

__all__ = ["Accumulator", "Adder"]

_Result_co = TypeVar("_Result_co", covariant=True)


class Adder(Protocol):
    """Takes samples."""

    def add(self, samples: Samples) -> None:
        """Take the next rows: in order, in any number of portions."""
        ...


class Accumulator(Adder, Protocol[_Result_co]):
    """Takes samples, and comes to the same result whatever the parts in which a run was gone through."""

    def merge(self, other: Self) -> None:
        """Take what another has taken: another part of the run, its rows before or behind these."""
        ...

    def result(self) -> _Result_co:
        """What the rows so far come to."""
        ...
