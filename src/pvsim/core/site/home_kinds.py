"""Which entries of a street's homes a home takes: one of each group, by its place or drawn by its name (I7)."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate

from msgspec import UNSET

from pvsim.core.quantities import noise
from pvsim.core.site.schema import Home

__all__ = ["HomeKinds", "groups_of", "share_of"]


class HomeKinds:
    """The entries of a street, in an order that finds those of one home at once, however many there are.

    Args:
        homes: The entries; each group has as many with a count as there are homes, or one with a share.
    """

    def __init__(self, homes: Sequence[Home]) -> None:
        self._groups = {name: _Group(entries) for name, entries in groups_of(homes).items()}

    def entries(self, seed: int, home: str, place: int) -> list[Home]:
        """The entry of each group that a home takes.

        Args:
            seed: Of the simulation.
            home: Name of the home.
            place: Its number among the homes of the run, from 0.
        """
        return [group.entry(seed, home, name, place) for name, group in self._groups.items()]


class _Group:
    """Entries of one group."""

    def __init__(self, entries: Sequence[Home]) -> None:
        self._counted = [entry for entry in entries if entry.count is not UNSET]
        self._ends = list(accumulate(entry.count or 0 for entry in self._counted))
        self._shared = [entry for entry in entries if entry.share is not UNSET]
        self._upto = list(accumulate(entry.share or 0.0 for entry in self._shared))

    def entry(self, seed: int, home: str, name: str, place: int) -> Home:
        """The entry that a home takes."""
        if self._ends and place < self._ends[-1]:
            return self._counted[bisect_right(self._ends, place)]
        drawn = share_of(seed, home, f"home {name}") * self._upto[-1]
        return self._shared[min(bisect_right(self._upto, drawn), len(self._shared) - 1)]


def groups_of(homes: Sequence[Home]) -> Mapping[str, list[Home]]:
    """The entries of each group, in order."""
    found: dict[str, list[Home]] = {}
    for home in homes:
        found.setdefault(home.group, []).append(home)
    return found


def share_of(seed: int, home: str, quantity: str) -> float:
    """Where among all homes a home is, from 0 to below 1: so many have less of the quantity."""
    return float(noise.uniform(noise.key(seed, "population", home, quantity), 0, 1)[0])
