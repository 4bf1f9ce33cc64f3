"""What the parts of a manifest hold that its form leaves open, and how one is checked that was read.

Runs tell different things in them, so the form has them as plain data, and keeps what it does not know.
"""

from datetime import datetime
from typing import TYPE_CHECKING, NotRequired, TypedDict

import msgspec

from pvsim.core.results.input_counts import PLACES

if TYPE_CHECKING:
    from pvsim.adapters.rundir.manifest import Manifest

__all__ = ["check_contents"]


class _Home(TypedDict, total=False):
    kind: str
    pv_kwp: float | None
    battery_kwh: float | None
    annual_kwh: float | None
    heat_pump_kwh: float | None
    electric_car_kwh: float | None
    people: int | None
    occupations: list[str]
    owned: list[str]
    later_min: int | None
    by_day: float | None
    weeks_away: float | None
    base_factor: float | None


_Span = TypedDict("_Span", {"meter": str, "from": datetime, "to": datetime, "rows": int})


class _Stretches(TypedDict):
    spans: NotRequired[int]
    first: list[_Span]


class _Gap(TypedDict):
    seconds: int


class _Reading(TypedDict, total=False):
    rows: int
    gaps: int
    gap_s: int
    clipped_low: int
    clipped_high: int


class _Report(TypedDict, total=False):
    source: str
    gaps: list[_Gap]
    repeated_hours: list[str]
    skipped_hours: list[str]
    clipped_low: int
    clipped_high: int
    clipped_s: int
    dimmed_s: int
    counter_resets: int
    counter_rollovers: int
    night_intervals: int
    day_intervals: int
    clipped_low_kwh: float | None
    clipped_high_kwh: float | None
    cut_kwh: float
    later_kwh: float
    unserved_kwh: float
    reading: _Reading


class _Contents(msgspec.Struct):
    created_utc: datetime
    finished_utc: datetime | None
    homes: dict[str, _Home] | None
    missing: _Stretches | None
    held: _Stretches | None
    inputs: dict[str, _Report]
    places_m: dict[str, tuple[float, float]]


def check_contents(manifest: "Manifest") -> None:
    """Check the parts of a manifest that its form leaves open.

    Raises:
        msgspec.ValidationError: something in them is not what its name says; tells where.
    """
    inputs = dict(manifest.inputs or {})
    found = {name: getattr(manifest, name) for name in _Contents.__struct_fields__ if name != PLACES}
    msgspec.convert({**found, "inputs": inputs, PLACES: inputs.pop(PLACES, {})}, _Contents)
