"""What the use cases of a study know of a case and of its record."""

from dataclasses import dataclass

__all__ = ["Case", "Kept"]


@dataclass(frozen=True)
class Case:
    id: str


@dataclass(frozen=True)
class Kept:
    id: str
    error: str | None = None
