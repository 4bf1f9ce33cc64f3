"""Golden scenarios: their requests, their figures, computed or taken from runs, and the check of both."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from shlex import quote

import msgspec

from pvsim.adapters.pool import LocalPool
from pvsim.adapters.rundir import MANIFEST
from pvsim.adapters.scenario_files import SCENARIOS, read_scenario
from pvsim.app.prove import add_up
from pvsim.config import Request
from pvsim.config.comparable import unlike
from pvsim.core.results.accumulator import Adder
from pvsim.core.results.input_counts import input_counts
from pvsim.core.scenarios.checking import Checked, compared
from pvsim.core.scenarios.junit import junit_xml
from pvsim.core.scenarios.scenario import Figures, Scenario
from pvsim.core.study.record import single_figures
from pvsim.errors import BadInputError, PvsimError, UsageError
from pvsim.wiring.configure import configure
from pvsim.wiring.finished import open_run
from pvsim.wiring.models import Models
from pvsim.wiring.places import followed, write_file
from pvsim.wiring.simulated import simulate

__all__ = [
    "SCENARIOS",
    "carry_out",
    "check",
    "computed_figures",
    "read_scenario",
    "request_of",
    "run_of",
    "write_junit",
]


_FEW = 3
"""So few scenarios are computed here: to start workers takes as long."""


class _Outcome(msgspec.Struct, frozen=True):
    """What became of a scenario: its figures, or why it has none."""

    seconds: float = 0.0
    figures: dict[str, float | int | str | bool] = {}
    error: str = ""


def request_of(scenario: Scenario) -> Request:
    """What a scenario asks for."""
    return msgspec.convert(scenario.request, Request)


def computed_figures(scenario: Scenario, *more: Adder) -> Figures:
    """The figures of a scenario, computed in this process.

    Args:
        scenario: The scenario.
        *more: Are given its samples as well.

    Raises:
        PvsimError: as `pvsim.simulate`.
    """
    config = configure(request_of(scenario))
    run, models = simulate(config), Models(config)
    totals = models.totals()
    add_up(run.samples(), totals, *more)
    counts = input_counts({**run.built.inputs, **models.cuts(clipped=False)})
    return _known({**single_figures(models.among_years(totals.result())), **counts})


def check(
    names: Sequence[str],
    against: Path | None = None,
    *,
    workers: int = 1,
    show: Callable[[Checked], None] = lambda _: None,
) -> list[Checked]:
    """Check scenarios; what goes wrong with one is its error, and the others go on.

    Args:
        names: Of the scenarios.
        against: Take the figures of finished runs from here, as `run_of` finds them; None computes them.
        workers: How many processes compute, where there are several scenarios.
        show: Is given each that was checked, in the order of the names, as soon as it is its turn.

    Raises:
        UsageError: if there is no scenario of a name, or one run is to be several; before anything is computed.
    """
    if against is not None and len(names) > 1 and (against / MANIFEST).is_file():
        fix = f"name the scenario: pvsim scenarios check {names[0]} --against {quote(str(against))}"
        raise UsageError("a single run is of a single scenario", where=str(against), fix=fix)
    asked = [read_scenario(name) for name in names]
    if against is None and workers > 1 and len(names) > _FEW:
        return asyncio.run(_by_workers(asked, workers, show))
    found = []
    for scenario in asked:
        outcome = _outcome(scenario, against)
        found.append(_checked(scenario, outcome))
        show(found[-1])
    return found


def carry_out(job: bytes) -> bytes:
    """Compute the scenario of a name: what a worker does."""
    return msgspec.json.encode(_outcome(read_scenario(job.decode()), None))


def run_of(name: str, directory: Path) -> Path:
    """Where the run of a scenario is: `directory` itself, or `NAME` in it, or the latest run in that.

    Raises:
        UsageError: if it is in none of these.
    """
    places = directory, directory / name, directory / name / "latest"
    for place in places:
        if (place / MANIFEST).is_file():
            return place
    fix = f"pvsim scenarios run {name} --out {quote(str(directory / name))}"
    raise UsageError(f"there is no run of {name}", where=str(directory), fix=fix)


def write_junit(checked: Sequence[Checked], path: Path) -> None:
    """Write what was checked as JUnit XML.

    Raises:
        CannotWriteError: if that is not possible.
    """
    write_file(followed(path), junit_xml(checked).encode(), named=path)


async def _by_workers(asked: Sequence[Scenario], workers: int, show: Callable[[Checked], None]) -> list[Checked]:
    """Check scenarios by several processes, those of most meters first."""
    jobs = sorted(asked, key=lambda scenario: -scenario.request.get("meters", 1))
    pool = LocalPool("pvsim.wiring.scenarios:carry_out", min(workers, len(asked)))
    found: dict[str, Checked] = {}
    waiting = list(asked)
    async with aclosing(pool.results([scenario.name.encode() for scenario in jobs])) as results:
        async for index, result in results:
            if isinstance(result, PvsimError):
                outcome = _Outcome(error=_told(result))
            else:
                outcome = msgspec.json.decode(result, type=_Outcome)
            found[jobs[index].name] = _checked(jobs[index], outcome)
            while waiting and waiting[0].name in found:
                show(found[waiting.pop(0).name])
    return [found[scenario.name] for scenario in asked]


def _outcome(scenario: Scenario, against: Path | None) -> _Outcome:
    """The figures of a scenario, or why it has none."""
    started = time.monotonic()
    try:
        figures = computed_figures(scenario) if against is None else _figures_of_run(scenario, against)
    except PvsimError as error:
        return _Outcome(time.monotonic() - started, error=_told(error))
    return _Outcome(time.monotonic() - started, dict(figures))


def _checked(scenario: Scenario, outcome: _Outcome) -> Checked:
    figures = () if outcome.error else compared(scenario.expected, outcome.figures)
    return Checked(scenario.name, outcome.seconds, figures, outcome.error)


def _told(error: PvsimError) -> str:
    return f"{error}; {error.fix}" if error.fix else str(error)


def _figures_of_run(scenario: Scenario, directory: Path) -> Figures:
    """The figures of a finished run.

    Raises:
        BadInputError: if it is a run of something else.
    """
    run = open_run(run_of(scenario.name, directory))
    if differences := unlike(configure(request_of(scenario)), run.config):
        aspects = " and ".join(dict.fromkeys(each.aspect for each in differences))
        what = f"this is no run of {scenario.name}: it has another {aspects}"
        raise BadInputError(what, where=str(run.path), fix=f"pvsim scenarios show {scenario.name}")
    return _known({**single_figures(run.summary), **input_counts(run.manifest.inputs or {})})


def _known(figures: Mapping[str, float | int | str | bool | None]) -> Figures:
    """The figures that have a value."""
    return {name: value for name, value in figures.items() if value is not None}
