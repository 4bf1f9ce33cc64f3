"""What a building would take and does not: above its meter's range, or because its devices are dimmed."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
from msgspec.structs import replace

from pvsim.config import BuildingMeter, RunConfig
from pvsim.core.quantities.rounding import rounded
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.quantities.types import DWS_PER_KWH, Ints, PowerSource
from pvsim.core.run.plan import RunPlan
from pvsim.wiring.build import building_of, dimming_of_run

if TYPE_CHECKING:
    from pvsim.core.loads.building import BuildingLoad

__all__ = ["ClippedCount", "Cuts", "clipped_counts", "clipped_seconds", "counted", "cuts_of", "dimmed_energies"]

Cuts: TypeAlias = Mapping[str, Mapping[str, float]]
"""What each building would take and does not, by the name of its meter; of those where there is anything."""


class ClippedCount:
    """A building's load that counts the seconds in which it is clipped, so that nobody need compute it for that.

    Args:
        load: The load.
        first_utc: From where on it counts: stretches that follow each other, each once.

    Attributes:
        clipped_s: The seconds so far.
        end_utc: As far as they are counted.
    """

    def __init__(self, load: "BuildingLoad", first_utc: int) -> None:
        self._load = load
        self.clipped_s, self.end_utc = 0, first_utc

    def power_dw(self, first_utc: int, n: int) -> Ints:
        """See `PowerSource.power_dw`."""
        power, clipped_s = self._load.power_and_clipped_s(first_utc, n)
        if first_utc == self.end_utc:
            self.clipped_s, self.end_utc = self.clipped_s + clipped_s, first_utc + n
        return power


def clipped_counts(config: RunConfig, plan: RunPlan, loads: Iterable[PowerSource]) -> dict[str, ClippedCount]:
    """Of each building what counts its clipped seconds; `loads` are those of all meters."""
    return {
        meter.name: ClippedCount(cast("BuildingLoad", load), plan.timeline.start_utc)
        for meter, load in zip(config.meters, loads, strict=True)
        if isinstance(meter.source, BuildingMeter)
    }


def counted(counts: Mapping[str, ClippedCount]) -> dict[str, dict[str, int]]:
    """As `clipped_seconds`, from what was counted on the way."""
    return {name: {"clipped_s": count.clipped_s} for name, count in counts.items() if count.clipped_s}


def cuts_of(clipped: Cuts, dimmed: Cuts) -> dict[str, dict[str, float]]:
    """Both of each building."""
    return {name: {**clipped.get(name, {}), **dimmed.get(name, {})} for name in dict.fromkeys((*clipped, *dimmed))}


def clipped_seconds(config: RunConfig, plan: RunPlan) -> dict[str, dict[str, int]]:
    """The seconds in which a building takes more than its meter can show, of those where there are any."""
    timeline, found = plan.timeline, {}
    starts = range(timeline.start_utc, timeline.end_utc, DAY_S)
    for meter in config.meters:
        if isinstance(meter.source, BuildingMeter):
            load = building_of(meter.home, meter.source, config, plan, {})
            seconds = sum(load.clipped_s(start, min(DAY_S, timeline.end_utc - start)) for start in starts)
            if seconds:
                found[meter.name] = {"clipped_s": seconds}
    return found


def dimmed_energies(config: RunConfig, plan: RunPlan) -> dict[str, dict[str, float]]:
    """What dimming takes from each building, of those where it takes anything, as the meter shows it.

    A charge that was dimmed is over within a day of the window, so other days need not be looked at. A part of a
    day is counted from the beginning of the day, for it takes later what was cut before it.
    """
    limit, timeline = dimming_of_run(config), plan.timeline
    found: dict[str, dict[str, float]] = {}
    if limit is None:
        return {}
    undimmed = replace(config, dimming=())
    begins = timeline.start_utc - timeline.skipped_s, *timeline.midnights_utc[1:]
    days = [day for day in pairwise(begins) if limit.touch(day[0] - DAY_S, day[1])]
    for meter in config.meters:
        if isinstance(meter.source, BuildingMeter):
            loads = [building_of(meter.home, meter.source, each, plan, {}) for each in (undimmed, config)]
            seconds = cut = later = 0
            for start, end in days:
                before, after = (load.power_dw(start, end - start) for load in loads)
                less = before - after
                seconds += int(np.count_nonzero(less > 0))
                cut += int(less[less > 0].sum())
                later -= int(less[less < 0].sum())
            if seconds:
                kwh = {"cut_kwh": cut, "later_kwh": later, "unserved_kwh": cut - later}
                energies = {name: rounded(each / DWS_PER_KWH) for name, each in kwh.items()}
                found[meter.name] = {"dimmed_s": seconds, **energies}
    return found
