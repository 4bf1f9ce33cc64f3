"""What a run counted in its inputs: gaps that were filled, values that were clipped, energy that dimming cut."""

from collections.abc import Mapping
from typing import Any, TypeAlias

__all__ = ["INPUT_COUNTS", "PLACES", "InputCounts", "input_counts", "reports_of"]

PLACES = "places_m"
"""Where the homes lie, by meter, among the inputs of a run."""

InputCounts: TypeAlias = dict[str, int | float]
"""Counts of all inputs of a run together, by the names in `INPUT_COUNTS`; what no input counts is left out."""

_OF_READING = ("rows", "gaps", "gap_s", "clipped_low", "clipped_high")
_OF_INPUT: Mapping[str, type[int] | type[float]] = {
    "clipped_s": int,
    "dimmed_s": int,
    "cut_kwh": float,
    "later_kwh": float,
    "unserved_kwh": float,
}

INPUT_COUNTS: Mapping[str, type[int] | type[float]] = {
    f"inputs_{name}": kind for name, kind in {**dict.fromkeys(_OF_READING, int), **_OF_INPUT}.items()
}
"""The names, as `inputs_gap_s`, and what the counts are."""


def reports_of(inputs: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """What is told of each input: all of `inputs` but the places, whose names are those of meters."""
    return {name: report for name, report in inputs.items() if name != PLACES}


def input_counts(inputs: Mapping[str, Mapping[str, Any]]) -> InputCounts:
    """The counts of all inputs of a run together.

    Args:
        inputs: As `inputs` of a manifest.
    """
    found: InputCounts = {}
    for report in reports_of(inputs).values():
        for names, counts in ((_OF_READING, report.get("reading", {})), (_OF_INPUT, report)):
            for name in names:
                if (count := counts.get(name)) is not None:
                    found[f"inputs_{name}"] = found.get(f"inputs_{name}", 0) + count
    return found
