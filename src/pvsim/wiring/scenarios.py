"""Golden scenarios: their requests, their figures as computed here or taken from runs, and the check of both."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shlex import quote

import msgspec

from pvsim.adapters.rundir import MANIFEST
from pvsim.adapters.rundir.file_system import FileSystem, cannot_write, new_file
from pvsim.adapters.scenario_files import SCENARIOS, read_scenario
from pvsim.app.prove import add_up
from pvsim.config import Request
from pvsim.config.comparable import unlike
from pvsim.core.results.accumulator import Adder
from pvsim.core.scenarios.checking import Checked, compared
from pvsim.core.scenarios.counts import input_counts
from pvsim.core.scenarios.junit import junit_xml
from pvsim.core.scenarios.scenario import Figures, Scenario
from pvsim.core.study.record import single_figures
from pvsim.errors import BadInputError, PvsimError, UsageError
from pvsim.wiring.configure import configure
from pvsim.wiring.finished import open_run
from pvsim.wiring.models import Models
from pvsim.wiring.places import followed
from pvsim.wiring.simulated import simulate

__all__ = ["SCENARIOS", "check", "computed_figures", "read_scenario", "request_of", "run_of", "write_junit"]


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


def check(names: Sequence[str], against: Path | None = None) -> Iterator[Checked]:
    """Check scenarios one after the other; what goes wrong with one is its error, and the others go on.

    Args:
        names: Of the scenarios.
        against: Take the figures of finished runs from here, as `run_of` finds them; None computes them.

    Raises:
        UsageError: if there is no scenario of a name, or one run is to be several; before anything is computed.
    """
    if against is not None and len(names) > 1 and (against / MANIFEST).is_file():
        fix = f"name the scenario: pvsim scenarios check {names[0]} --against {quote(str(against))}"
        raise UsageError("a single run is of a single scenario", where=str(against), fix=fix)
    for scenario in [read_scenario(name) for name in names]:
        started = time.monotonic()
        try:
            got = computed_figures(scenario) if against is None else _figures_of_run(scenario, against)
        except PvsimError as error:
            text = f"{error}; {error.fix}" if error.fix else str(error)
            yield Checked(scenario.name, time.monotonic() - started, error=text)
            continue
        yield Checked(scenario.name, time.monotonic() - started, compared(scenario.expected, got))


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
    try:
        with new_file(followed(path), FileSystem(accepted=True)) as file:
            file.write(junit_xml(checked).encode())
    except OSError as error:
        raise cannot_write(error, path) from error


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
