"""A golden scenario: a named situation, the request that makes it, and the figures that it must come to."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from msgspec import Struct

__all__ = ["Figures", "Scenario", "flat_request"]

Figures: TypeAlias = Mapping[str, float | int | str | bool]
"""Figures by their names in the table `figures` of `pvsim query`, and counts of `input_counts`."""


class Scenario(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A situation that is computed the same way everywhere.

    Attributes:
        name: What it is called.
        title: What happens in it, in one line.
        good_for: What it is good for.
        request: The fields of a `Request`, as its file has them; the paths in it are absolute.
        expected: The figures that it must come to.
    """

    name: str
    title: str
    good_for: str
    request: dict[str, Any]
    expected: Figures = {}


def flat_request(request: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a request by their paths: `meter.source` for the source in the table `meter`."""
    found: dict[str, Any] = {}
    for name, value in request.items():
        if isinstance(value, Mapping):
            found |= {f"{name}.{below}": each for below, each in flat_request(value).items()}
        else:
            found[name] = value
    return found
