"""The group of commands, and how errors end: what, where, what to type next, and the exit code."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from pvsim import __version__
from pvsim.cli import (
    bench,
    broker,
    compare,
    completion,
    export,
    facts,
    fit,
    listen,
    query,
    report,
    roles,
    run,
    scenarios,
    study,
)
from pvsim.cli.command import Commands
from pvsim.cli.ending import abandon, end, error_of
from pvsim.cli.settings_files import read_toml, settings_of
from pvsim.cli.surroundings import make_sound, require_directory
from pvsim.errors import InterruptedRunError, PvsimError, UsageError

__all__ = ["cli", "main"]

USER_FILE = "pvsim/config.toml"
PROJECT_FILE = "pvsim.toml"


class _Pvsim(Commands):
    default = "run"


@click.group(cls=_Pvsim, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="pvsim")
@click.pass_context
def cli(context: click.Context) -> None:
    """Simulate how PV generation and a building's consumption interact, through RabbitMQ.

    \b
    Examples:
      pvsim run                                  one day: the brief's meter and PV curve
      pvsim --date 2024-12-21                    options without a command are those of run
      pvsim run --date 2024-03-31 --days 7       a week with a clock change
      pvsim run --meter house.csv --every 1min   measured data, rows of one minute
      pvsim run --site home                      a house with its roof, sun and clouds
      pvsim run --resume runs/latest             finish an interrupted run
      pvsim study roof.toml                      many runs: sizes, roofs, tariffs, seeds
      pvsim verify runs/latest                   prove that nothing is missing or doubled
      pvsim listen                               rows of your own meters, day by day
      pvsim report runs/latest --open            a page about it: figures, charts, tables
      pvsim broker status                        the RabbitMQ that comes with pvsim

    \b
    Settings come from flags, then PVSIM_... variables, then ./pvsim.toml, then
    ~/.config/pvsim/config.toml; a broker from PVSIM_BROKER_URL.
    """  # noqa: D301 - \b is click's mark for text that is not rewrapped
    require_directory()
    context.default_map = _settings_files()


for module in (
    run,
    study,
    roles,
    listen,
    facts,
    report,
    export,
    query,
    compare,
    scenarios,
    broker,
    bench,
    fit,
    completion,
):
    for command in module.COMMANDS:
        cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line (`sys.argv` by default) and end with the exit code of what happened."""
    if arguments is None:
        make_sound()
    try:
        cli.main(arguments, prog_name="pvsim", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as request:
        sys.exit(request.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help(), err=True)
        sys.exit(UsageError.exit_code)
    except (click.ClickException, click.Abort, KeyboardInterrupt) as error:
        end(_of_click(error))
    except BrokenPipeError:
        abandon(sys.stdout)
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the outermost edge: a defect ends with 70 and its traceback
        end(error_of(error))


def _of_click(error: BaseException) -> PvsimError:
    if isinstance(error, click.UsageError):
        usage = f"see: {error.ctx.command_path} --help" if error.ctx else "see: pvsim --help"
        return UsageError(error.format_message().rstrip("."), fix=usage)
    if isinstance(error, click.ClickException):
        return PvsimError(error.format_message())
    return InterruptedRunError("interrupted")


def _settings_files() -> dict[str, Any]:
    """The user's file, and over it the project's; `[run]` holds the options of `pvsim run`, and so on."""
    merged: dict[str, dict[str, Any]] = {}
    for path in (*_user_file(), Path(PROJECT_FILE)):
        for section, values in read_toml(path).items():
            if not isinstance(values, dict):
                fix = f"write the name of a command above it, for example:\n  [run]\n  {section} = ..."
                raise UsageError(f"the setting {section!r} is not in a section", where=str(path), fix=fix)
            if (known := cli.commands.get(section)) is None:
                names = ", ".join(f"[{name}]" for name in ("run", "meter", "simulate"))
                raise UsageError(f"no command is called {section!r}", where=str(path), fix=f"use {names}")
            merged.setdefault(section, {}).update(settings_of(known, values, f"{path}, [{section}]"))
    return merged


def _user_file() -> list[Path]:
    if base := os.environ.get("XDG_CONFIG_HOME"):
        return [Path(base) / USER_FILE]
    try:
        return [Path.home() / ".config" / USER_FILE]
    except RuntimeError:  # a user without a home and without an entry in /etc/passwd: containers have them
        return []
