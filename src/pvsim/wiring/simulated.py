"""A run in this process, as a program asks for it: what a finished run gives, without broker and files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from pvsim.app import simulate as in_process
from pvsim.app.prove import add_up
from pvsim.config import Request, RunConfig
from pvsim.core.devices.balance import Balance
from pvsim.core.quantities.types import PowerSource, PvSource
from pvsim.core.results.samples import Samples
from pvsim.core.results.summary import Summary
from pvsim.core.run.plan import RunPlan
from pvsim.errors import UsageError
from pvsim.wiring.build import Built, build
from pvsim.wiring.configure import configure
from pvsim.wiring.homes import HomeFacts, homes_of
from pvsim.wiring.models import Models
from pvsim.wiring.prices import totals_of, worth_of
from pvsim.wiring.run_rows import RunRows

__all__ = ["SimulatedRun", "simulate"]


@dataclass(frozen=True, slots=True)
class SimulatedRun(RunRows):
    """A run that is computed anew each time when rows or figures of it are asked for; `simulate` gives one.

    Attributes:
        config: What it was configured with.
        built: What it is made of.
    """

    config: RunConfig
    built: Built

    @property
    def plan(self) -> RunPlan:
        """Its meters, seconds and rows."""
        return self.built.plan

    @property
    def summary(self) -> Summary:
        """What it comes to: what `pvsim run` would write to `summary.json`."""
        totals = totals_of(self.config, self.plan, worth_of(self.config, self.plan.timeline))
        add_up(self.samples(), totals)
        return Models(self.config).among_years(totals.result())

    @property
    def inputs(self) -> Mapping[str, Mapping[str, Any]]:
        """How files were read, what they lacked, and what buildings take less than they would.

        What `pvsim run` would write as `inputs` of its manifest; the seconds are counted when it is asked for.
        """
        worth = worth_of(self.config, self.plan.timeline)
        return {**self.built.inputs, **worth.inputs, **Models(self.config).cuts(clipped=True)}

    @property
    def homes(self) -> Mapping[str, HomeFacts]:
        """What there is at the home of each meter, as `homes` of its manifest; nothing without buildings."""
        return homes_of(self.config, self.built.loads)

    def samples(self) -> Iterator[Samples]:
        """The rows in order, in portions; what an export limit curtailed is in `curtailed_dw`."""
        built = self.built
        return in_process.simulate(built.plan, built.loads, built.pv, built.devices)


@overload
def simulate(run: Request | RunConfig) -> SimulatedRun: ...


@overload
def simulate(
    run: RunPlan, loads: Sequence[PowerSource], pv: PvSource, devices: Balance | None = None
) -> Iterator[Samples]: ...


def simulate(
    run: object,
    loads: Sequence[PowerSource] | None = None,
    pv: PvSource | None = None,
    devices: Balance | None = None,
) -> SimulatedRun | Iterator[Samples]:
    """Simulate a run in this process: no broker, no files, and the rows that `pvsim run` writes.

    Args:
        run: What is asked for, or its configuration; or the plan of a run, with its models.
        loads: With a plan: the load of each meter.
        pv: With a plan: the PV power.
        devices: With a plan: battery and export limit of each meter's site in place of the plan's own.

    Returns:
        The run; of a plan with its models all rows in order, in portions.

    Raises:
        UsageError: if something is wrong with what is asked for, or a meter is somebody else's.
        BadInputError: if a file does not fit.
    """
    if isinstance(run, RunPlan):
        if loads is None or pv is None:
            fix = "give pvsim.simulate(plan, loads, pv), or a Request alone"
            raise UsageError("a plan alone has no loads and no PV power", field="loads", fix=fix)
        return in_process.simulate(run, loads, pv, devices)
    config = configure(run) if isinstance(run, Request) else run
    if not isinstance(config, RunConfig):
        fix = "for example pvsim.simulate(pvsim.Request(site='home'))"
        raise UsageError(f"{config!r} is no pvsim.Request or pvsim.RunConfig", field="run", fix=fix)
    if loads is not None or pv is not None or devices is not None:
        fix = "give a Request or RunConfig alone, or pvsim.simulate(plan, loads, pv)"
        raise UsageError("a configuration has loads, PV power and devices of its own", field="loads", fix=fix)
    return SimulatedRun(config, build(config))
