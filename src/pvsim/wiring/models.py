"""The models of one run, or of a part of it: each is built once, when it is first asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from pvsim.app.expected import Expected
from pvsim.app.meter import BLOCK, span_of
from pvsim.app.simulate import simulate
from pvsim.config import RunConfig, SitePvConfig
from pvsim.core.delivery.checkpoint import slot_bytes
from pvsim.core.quantities.types import PowerSource, PvSource
from pvsim.core.results.samples import Samples
from pvsim.core.results.summary import Summary
from pvsim.core.results.totals import Totals
from pvsim.core.run.partitions import members, part_of
from pvsim.core.run.plan import RunPlan
from pvsim.wiring.among_years import has_years, with_years, yields_of
from pvsim.wiring.build import Loads, Pv, build_loads, build_pv, is_external, joined, plan_of
from pvsim.wiring.cuts import ClippedCount, clipped_counts, clipped_seconds, counted, cuts_of, dimmed_energies
from pvsim.wiring.homes import HomeFacts, homes_of
from pvsim.wiring.prices import Worth, totals_of, worth_of

__all__ = ["Models", "PartModels"]

_PORTIONS = 200_000
"""Rows that the parts of a run are computed ahead of each other at most, over all of them."""


@dataclass(frozen=True)
class Models:
    """What `build` makes of a configuration, part by part: a meter needs no PV, a simulator no loads.

    A process that is forked from one that has built them shares them.
    """

    config: RunConfig

    @cached_property
    def plan(self) -> RunPlan:
        """The plan.

        Raises:
            UsageError: if the configuration is impossible.
        """
        return plan_of(self.config)

    @property
    def external(self) -> bool:
        """Whether some meter's readings cannot be computed here."""
        return is_external(self.config)

    @property
    def slot_bytes(self) -> int:
        """Length of a slot of the run's checkpoint."""
        return slot_bytes(len(self.plan.stored_at_start) + (len(self.plan.meters) if self.plan.holds else 0))

    def loads(self) -> Sequence[PowerSource]:
        """The load of each meter; raises as `build_loads`."""
        return self._sources

    def make_loads(self, progress: Callable[[int], None]) -> None:
        """Build the loads now, and tell how many there are after each; raises as `build_loads`."""
        vars(self)["_loads"] = build_loads(self.config, self.plan, progress)

    def pv(self) -> PvSource:
        """The PV source; raises as `build_pv`."""
        return self._pv.source

    @cached_property
    def expected(self) -> Expected:
        """The rows that the run must have, where no meter is somebody else's; for the process that proves them."""
        return Expected(self.plan, lambda: self.simulated(self._block, self.span_s))

    def simulated(self, block: int, at_once_s: int) -> Iterator[Samples]:
        """The rows of the run, where no meter is somebody else's; arguments as of `app.simulate.simulate`."""
        return simulate(self.plan, self.loads(), self.pv(), block=block, at_once_s=at_once_s)

    @property
    def span_s(self) -> int:
        """How much time of the meters is computed at once, as `app.meter.span_of`."""
        return span_of(len(self.plan.meters))

    @cached_property
    def parts(self) -> "tuple[PartModels, ...]":
        """The parts of a run in partitions, those without meters left out; none of another run."""
        if isinstance(self.config.partitions, UnsetType):
            return ()
        by_partition = members(self.plan.meters, self.config.partitions)
        return tuple(
            PartModels(_config_of(self.config, meters), self, number, meters)
            for number, meters in enumerate(by_partition)
            if meters
        )

    @property
    def streams(self) -> list[str]:
        """The streams that its messages go through."""
        return [part.plan.stream for part in self.parts] or [self.plan.stream]

    @property
    def _block(self) -> int:
        return BLOCK

    @property
    def inputs(self) -> Mapping[str, Mapping[str, Any]]:
        """What was read from files, for PV, for those meters whose readings are computed here, and for money."""
        of_loads = {} if self.external else self._loads.inputs
        return {**joined(self._pv.inputs, of_loads), **self._worth.inputs}

    @property
    def homes(self) -> Mapping[str, HomeFacts]:
        """What there is at the home of each meter; nothing without buildings or with meters of others."""
        return {} if self.external else homes_of(self.config, self._loads.sources)

    def totals(self, *, meter_curves: bool = True) -> Totals:
        """What adds up the summary of the run, as `totals_of`; raises as `worth_of`."""
        return totals_of(self.config, self.plan, self._worth, meter_curves=meter_curves)

    @cached_property
    def yields(self) -> tuple[float, ...]:
        """The PV yields of other years of the site, where there are any; computed once, then stored.

        Raises:
            UsageError: pvlib is missing.
        """
        pv = self.config.pv
        return yields_of(pv, self.plan) if isinstance(pv, SitePvConfig) and has_years(self.config) else ()

    def among_years(self, summary: Summary) -> Summary:
        """The summary of the run, with the place of its yield among other years where there are any."""
        return with_years(summary, self.config, self.plan, self.yields) if self.yields else summary

    def cuts(self, *, clipped: bool) -> dict[str, dict[str, float]]:
        """What each building would take and does not, where there is anything.

        Args:
            clipped: Whether one of them may have been clipped; not where each second has a row, and none of these
                has the most that a meter shows.
        """
        seconds = self._clipped_seconds() if clipped else {}
        return cuts_of(seconds, dimmed_energies(self.config, self.plan))

    def _clipped_seconds(self) -> dict[str, dict[str, int]]:
        """As `clipped_seconds`, as they were counted where all rows were computed here."""
        counts = {} if self.external else self._counts
        if self.external or any(count.end_utc != self.plan.timeline.end_utc for count in counts.values()):
            return clipped_seconds(self.config, self.plan)
        return counted(counts)

    @cached_property
    def _sources(self) -> tuple[PowerSource, ...]:
        """The load of each meter, those of buildings counted."""
        loads = zip(self.config.meters, self._loads.sources, strict=True)
        return tuple(self._counts.get(meter.name, load) for meter, load in loads)

    @cached_property
    def _counts(self) -> dict[str, ClippedCount]:
        """Of each building what counts its clipped seconds."""
        return clipped_counts(self.config, self.plan, self._loads.sources)

    @cached_property
    def _worth(self) -> Worth:
        return worth_of(self.config, self.plan.timeline)

    @cached_property
    def _loads(self) -> Loads:
        return build_loads(self.config, self.plan)

    @cached_property
    def _pv(self) -> Pv:
        return build_pv(self.config, self.plan)


@dataclass(frozen=True)
class PartModels(Models):
    """The models of those meters of a run that are in one partition.

    Attributes:
        config: The run's, with these meters alone.
        whole: The models of the run. What it has built already is used; else a part builds its own alone.
        number: Of the partition.
        meters: Their places in the run.
    """

    whole: Models
    number: int
    meters: tuple[int, ...]

    @cached_property
    def plan(self) -> RunPlan:
        """See `Models.plan`."""
        return part_of(self.whole.plan, self.number, self.meters)

    @property
    def span_s(self) -> int:
        """See `Models.span_s`: the other parts may be in the same process."""
        return self.whole.span_s

    @property
    def _block(self) -> int:
        return max(min(BLOCK, _PORTIONS // len(self.whole.parts)), 1)

    @cached_property
    def _sources(self) -> tuple[PowerSource, ...]:
        if "_loads" in vars(self.whole):  # then what is counted of buildings is counted once, for all
            return tuple(self.whole.loads()[i] for i in self.meters)
        return super()._sources

    @cached_property
    def _pv(self) -> Pv:
        alike = not isinstance(self.config.pv, SitePvConfig) or (
            self.config.pv.homes is UNSET and not self.config.pv.spread_km
        )
        return self.whole._pv if alike else super()._pv  # noqa: SLF001 - one of its own kind


def _config_of(config: RunConfig, meters: Sequence[int]) -> RunConfig:
    """The configuration with some of the meters, and the plants at their homes."""
    pv = config.pv
    if isinstance(pv, SitePvConfig) and not isinstance(pv.homes, UnsetType):
        pv = replace(pv, homes=tuple(pv.homes[i] for i in meters))
    return replace(config, meters=tuple(config.meters[i] for i in meters), pv=pv)
