"""What one of several processes does of a run in partitions."""

import re
from dataclasses import dataclass
from typing import Self

from pvsim.errors import UsageError

__all__ = ["ALL", "Share"]

_SHARE = re.compile(r"\s*([0-9]{1,9})/([0-9]{1,9})\s*")


@dataclass(frozen=True, slots=True)
class Share:
    """The partitions `first`, `first + of`, and so on.

    Attributes:
        first: Which of the processes, from 0.
        of: How many there are.
    """

    first: int
    of: int

    @classmethod
    def parse(cls, text: str, where: str) -> Self:
        """The share that a text such as `0/4` names.

        Args:
            text: What was typed.
            where: The option, for the message.

        Raises:
            UsageError: if it names none.
        """
        found = _SHARE.fullmatch(text)
        fix = "number the processes from 0: 0/2 and 1/2 for two"
        if found is None:
            what = f"{where} is k/n, process k of n, not {text!r}"
            raise UsageError(what, where=where, fix=fix)
        first, of = int(found[1]), int(found[2])
        if first >= of:
            raise UsageError(f"{where} {first}/{of} is none of {of:,} processes", where=where, fix=fix)
        return cls(first, of)

    def partitions(self, total: int) -> range:
        """Its partitions of so many."""
        return range(self.first, total, self.of)

    def __str__(self) -> str:
        return f"{self.first}/{self.of}"


ALL = Share(0, 1)
"""All partitions."""
