"""The figures of each meter of a run with so many that they are not all kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from pvsim.core.results.summary import Summary

__all__ = ["EachMeter"]


class EachMeter(Mapping[str, Summary]):
    """The figures of each meter by its name, put together whenever they are asked for: 10 kB a meter.

    Args:
        names: Of the meters.
        of_meter: Gives the figures of the meter at a place of these.
    """

    def __init__(self, names: Sequence[str], of_meter: Callable[[int], Summary]) -> None:
        self._places = {name: i for i, name in enumerate(names)}
        self._of_meter = of_meter

    def __getitem__(self, name: str) -> Summary:
        return self._of_meter(self._places[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
