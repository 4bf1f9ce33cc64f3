"""Mistakes of a request, gathered so that all are told at once."""

from collections.abc import Callable
from typing import TypeVar

from pvsim.errors import BadInputError, ConfigurationError, PvsimError, UsageError

__all__ = ["Mistakes"]

T = TypeVar("T")


class Mistakes:
    """What was found to be wrong, each thing once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], PvsimError] = {}

    def __len__(self) -> int:
        return len(self._found)

    def add(self, error: PvsimError) -> None:
        """Take one, or several that are one error, in."""
        for each in error.problems:
            self._found.setdefault((each.field, each.where, each.what), each)

    def attempt(self, make: Callable[[], T]) -> T | None:
        """What `make` makes; None where it raises a mistake, which is taken in."""
        try:
            return make()
        except (UsageError, BadInputError) as error:
            self.add(error)
            return None

    def raise_any(self) -> None:
        """Raise what was found.

        Raises:
            ConfigurationError: if it is several things.
            PvsimError: if it is one.
        """
        found = list(self._found.values())
        if len(found) == 1:
            raise found[0]
        if found:
            raise ConfigurationError(f"{len(found)} settings are wrong", problems=found)
