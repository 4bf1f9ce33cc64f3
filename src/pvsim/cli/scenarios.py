"""`pvsim scenarios`: named situations with the figures that they must come to, to look at, to run and to check."""

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pvsim.cli.command import Commands
from pvsim.cli.completion import scenario_names
from pvsim.cli.fields import FieldOption
from pvsim.cli.made_file import MadeFile
from pvsim.errors import PvsimError, UsageError

if TYPE_CHECKING:
    from pvsim.core.scenarios.checking import Checked
    from pvsim.core.scenarios.scenario import Scenario

__all__ = ["COMMANDS"]

_SHOWN_DIFFERENCES = 12
_SAME_ROWS = {"batch", "run_id", "format", "split"}
"""Fields of a request that change no figure."""


@click.group(cls=Commands, invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def scenarios(context: click.Context, as_json: bool) -> None:
    """Sixteen golden scenarios: named situations with the figures that they must come to.

    Without a command it lists them.

    \b
    Examples:
      pvsim scenarios
      pvsim scenarios show clear-june            what it is made of, what is expected
      pvsim scenarios run clear-june             a run of it
      pvsim scenarios check                      computes all and compares
      pvsim scenarios check --junit scenarios.xml
    """  # noqa: D301
    if context.invoked_subcommand is not None:
        if as_json:
            what = "the list of scenarios is printed where no command follows"
            fix = f"write it after the command: pvsim scenarios {context.invoked_subcommand} --json"
            raise UsageError(what, where="--json", fix=fix)
        return
    from pvsim.wiring.scenarios import SCENARIOS, read_scenario  # noqa: PLC0415 - `pvsim --help` needs none

    found = [read_scenario(name) for name in SCENARIOS]
    if as_json:
        facts = [{"name": each.name, "title": each.title, "good_for": each.good_for} for each in found]
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
        return
    width = max(len(each.name) for each in found) + 2
    for each in found:
        click.echo(f"{each.name:<{width}}{each.title}\n{'':<{width}}for {each.good_for}")


@scenarios.command()
@click.argument("name", metavar="NAME", shell_complete=scenario_names)
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
@click.pass_context
def show(context: click.Context, name: str, as_json: bool) -> None:
    """Print what a scenario asks for, and the figures that are expected of it.

    What it prints is a settings file: in pvsim.toml it makes `pvsim run` that scenario.

    \b
    Examples:
      pvsim scenarios show negative-prices
      pvsim scenarios show negative-prices > pvsim.toml
      pvsim scenarios show clear-june --json
    """  # noqa: D301
    from pvsim.core.scenarios.checking import tolerance_of  # noqa: PLC0415 - `pvsim --help` needs none
    from pvsim.wiring.scenarios import read_scenario  # noqa: PLC0415

    scenario = read_scenario(name)
    command = shlex.join(["pvsim", "run", *_words(context, scenario)])
    figures = {
        figure: {"expected": value, "tolerance": tolerance_of(value)}
        for figure, value in scenario.expected.items()
    }
    if as_json:
        facts = {"name": scenario.name, "title": scenario.title, "good_for": scenario.good_for, "command": command}
        click.echo(json.dumps({**facts, "request": scenario.request, "figures": figures}, indent=2))
        return
    click.echo(f"# {scenario.name}: {scenario.title}\n# for {scenario.good_for}\n#\n# {command}\n\n[run]")
    for option, value in _settings(context, scenario):
        click.echo(f"{option.removeprefix('--')} = {json.dumps(value, ensure_ascii=False)}")
    width = max(map(len, figures), default=0) + 2
    click.echo(f"\n# {'figure':<{width}}{'expected':>14}{'± at most':>12}")
    for figure, each in figures.items():
        most = f"{each['tolerance']:.4g}" if each["tolerance"] else "equal"
        click.echo(f"# {figure:<{width}}{_cell(each['expected']):>14}{most:>12}")


@scenarios.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", metavar="NAME", shell_complete=scenario_names)
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS OF RUN]")
@click.option("--out", type=click.Path(), metavar="DIR", help="Where the run's directory goes.  [default: runs]")
@click.pass_context
def run(context: click.Context, name: str, options: tuple[str, ...], out: str | None) -> None:
    """Make the run of a scenario; further options are those of `pvsim run` that change no row.

    \b
    Examples:
      pvsim scenarios run clear-june
      pvsim scenarios run clear-june --out runs/clear-june --open
    """  # noqa: D301
    from pvsim.wiring.scenarios import read_scenario  # noqa: PLC0415 - `pvsim --help` needs none

    scenario, command = read_scenario(name), _run_command(context)
    root = context.find_root()
    options = options if out is None else ("--out", out, *options)
    _refuse_changes(command.make_context("run", list(options), parent=root), scenario)
    with command.make_context("run", [*_words(context, scenario), *options], parent=root) as made:
        command.invoke(made)


@scenarios.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=scenario_names)
@click.option("--junit", type=MadeFile("report", "writes", (".xml",)), help="Write JUnit XML as well, for CI.")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Take the figures of finished runs in place of computing them: the run DIR of one NAME, or DIR/NAME.",
)
@click.option("--json", "as_json", is_flag=True, help="Print each figure as JSON.")
def check(names: tuple[str, ...], junit: Path | None, against: Path | None, as_json: bool) -> None:
    """Compute scenarios without a broker and compare their figures with those expected; 1 if some differ.

    \b
    Examples:
      pvsim scenarios check
      pvsim scenarios check clear-june winter --json
      pvsim scenarios check --junit scenarios.xml
      pvsim scenarios check clear-june --against runs/latest
    """  # noqa: D301
    from pvsim.adapters.pool import cores  # noqa: PLC0415 - `pvsim --help` needs none
    from pvsim.wiring.scenarios import SCENARIOS, write_junit  # noqa: PLC0415 - `pvsim --help` needs none
    from pvsim.wiring.scenarios import check as checks  # noqa: PLC0415

    asked = tuple(dict.fromkeys(names)) or SCENARIOS
    found = checks(asked, against, workers=cores(), show=_passed_over if as_json else _print_checked)
    if junit is not None:
        write_junit(found, junit)
    if as_json:
        click.echo(json.dumps([_facts(each) for each in found], indent=2, ensure_ascii=False))
    if failed := [each.name for each in found if not each.passed]:
        what = f"not as expected: {', '.join(failed)} ({len(failed)} of {len(found)})"
        raise PvsimError(what, fix=f"pvsim scenarios show {failed[0]} prints what is expected")
    if not as_json:
        click.echo(f"all {len(found)} as expected" if len(found) > 1 else "as expected")


def _print_checked(checked: "Checked") -> None:
    """A line, and one for each figure that differs."""
    lines = [figure.text for figure in checked.differing[:_SHOWN_DIFFERENCES]] or [checked.error]
    more = len(checked.differing) - _SHOWN_DIFFERENCES
    lines += [f"and {more} more figures"] if more > 0 else []
    result = "ok" if checked.passed else "NOT COMPUTED" if checked.error else f"{len(checked.differing)} DIFFER"
    click.echo(f"{checked.name:<22}{len(checked.figures):>3} figures{checked.seconds:>8.2f} s  {result}")
    for line in filter(None, lines):
        click.echo(f"    {line}")


def _passed_over(_: "Checked") -> None:
    """JSON is printed at the end, as a whole."""


def _facts(checked: "Checked") -> dict[str, Any]:
    figures = [
        {
            "figure": each.figure,
            "expected": each.expected,
            "got": each.got,
            "tolerance": each.tolerance,
            "agrees": each.agrees,
        }
        for each in checked.figures
    ]
    facts = {"name": checked.name, "passed": checked.passed, "seconds": round(checked.seconds, 3)}
    return {**facts, "error": checked.error, "figures": figures}


def _run_command(context: click.Context) -> click.Command:
    root = context.find_root().command
    return root.commands["run"] if isinstance(root, click.Group) else root


def _settings(context: click.Context, scenario: "Scenario") -> list[tuple[str, Any]]:
    """The options of `pvsim run` that ask for a scenario, with their values."""
    from pvsim.core.scenarios.scenario import flat_request  # noqa: PLC0415 - `pvsim --help` needs none

    options = {each.field: each.opts[0] for each in _run_command(context).params if isinstance(each, FieldOption)}
    return [(options[field], value) for field, value in flat_request(scenario.request).items()]


def _words(context: click.Context, scenario: "Scenario") -> list[str]:
    return [word for option, value in _settings(context, scenario) for word in (option, str(value))]


def _refuse_changes(more: click.Context, scenario: "Scenario") -> None:
    """Refuse options, variables and settings files that would make another run than the scenario's.

    Args:
        more: Of `pvsim run`, with what is said besides the scenario.
        scenario: The scenario.

    Raises:
        UsageError: naming the first.
    """
    own = {option for option, _ in _settings(more, scenario)}
    for option in more.command.params:
        if not isinstance(option, FieldOption) or option.field in _SAME_ROWS:
            continue
        source, typed = more.get_parameter_source(option.name or ""), option.opts[0]
        if source is click.core.ParameterSource.COMMANDLINE:
            fix = f"leave it out, or use pvsim run: pvsim scenarios show {scenario.name} prints the command"
        elif source is not click.core.ParameterSource.DEFAULT and typed not in own:
            from_variable = source is click.core.ParameterSource.ENVIRONMENT
            fix = f"unset {option.envvar}" if from_variable else "take it out of the settings file, [run]"
        else:
            continue
        raise UsageError(f"{typed} would make another run than {scenario.name}", where=typed, fix=fix)


def _cell(value: object) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


COMMANDS = (scenarios,)
