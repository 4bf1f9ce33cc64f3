"""The models of one run: each is built once, when it is first asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pvsim.app.expected import Expected
from pvsim.app.simulate import simulate
from pvsim.config import RunConfig, SitePvConfig
from pvsim.core.delivery.checkpoint import slot_bytes
from pvsim.core.quantities.types import PowerSource, PvSource
from pvsim.core.results.summary import Summary
from pvsim.core.results.totals import Totals
from pvsim.core.run.plan import RunPlan
from pvsim.wiring.among_years import has_years, with_years, yields_of
from pvsim.wiring.build import Loads, Pv, build_loads, build_pv, is_external, joined, plan_of
from pvsim.wiring.cuts import clipped_seconds, dimmed_energies
from pvsim.wiring.prices import Worth, totals_of, worth_of

__all__ = ["Models"]


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
        return self._loads.sources

    def pv(self) -> PvSource:
        """The PV source; raises as `build_pv`."""
        return self._pv.source

    @cached_property
    def expected(self) -> Expected:
        """The rows that the run must have, where no meter is somebody else's; for the process that proves them."""
        return Expected(self.plan, lambda: simulate(self.plan, self.loads(), self.pv()))

    @property
    def inputs(self) -> Mapping[str, Mapping[str, Any]]:
        """What was read from files, for PV, for those meters whose readings are computed here, and for money."""
        of_loads = {} if self.external else self._loads.inputs
        return {**joined(self._pv.inputs, of_loads), **self._worth.inputs}

    def totals(self) -> Totals:
        """What adds up the summary of the run; raises as `worth_of`."""
        return totals_of(self.config, self.plan, self._worth)

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
            clipped: Whether a meter has shown the most that it can: else none of them can have been clipped.
        """
        parts = (
            clipped_seconds(self.config, self.plan) if clipped else {},
            dimmed_energies(self.config, self.plan),
        )
        return {
            name: {**parts[0].get(name, {}), **parts[1].get(name, {})}
            for name in dict.fromkeys((*parts[0], *parts[1]))
        }

    @cached_property
    def _worth(self) -> Worth:
        return worth_of(self.config, self.plan.timeline)

    @cached_property
    def _loads(self) -> Loads:
        return build_loads(self.config, self.plan)

    @cached_property
    def _pv(self) -> Pv:
        return build_pv(self.config, self.plan)
