"""What a run counted in its inputs: files that were read, gaps that were filled, energy that dimming cut."""

from collections.abc import Mapping
from typing import Any

__all__ = ["input_counts"]

_OF_READING = ("rows", "gaps", "gap_s", "clipped_low", "clipped_high")
_OF_INPUT = ("dimmed_s", "cut_kwh", "later_kwh", "unserved_kwh")


def input_counts(inputs: Mapping[str, Mapping[str, Any]]) -> dict[str, int | float]:
    """Counts of all inputs of a run together, as `inputs_gap_s`; what no input counts is left out.

    Args:
        inputs: As `inputs` of a manifest.
    """
    found: dict[str, int | float] = {}
    for report in inputs.values():
        for names, counts in ((_OF_READING, report.get("reading", {})), (_OF_INPUT, report)):
            for name in names:
                if (count := counts.get(name)) is not None:
                    found[f"inputs_{name}"] = found.get(f"inputs_{name}", 0) + count
    return found
