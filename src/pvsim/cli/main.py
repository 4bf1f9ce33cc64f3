"""The group of commands, and how errors end: what, where, what to type next, and the exit code."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from pvsim import __version__
from pvsim.cli import bench, broker, facts, roles, run
from pvsim.errors import InternalError, InterruptedRunError, PvsimError, UsageError

__all__ = ["cli", "main"]

USER_FILE = "pvsim/config.toml"
PROJECT_FILE = "pvsim.toml"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="pvsim")
@click.pass_context
def cli(context: click.Context) -> None:
    """Simulate how PV generation and a building's consumption interact, through RabbitMQ.

    \b
    Examples:
      pvsim run                                  one day: the brief's meter and PV curve
      pvsim run --date 2024-03-31 --days 7       a week with a clock change
      pvsim run --meter house.csv --every 1min   measured data, rows of one minute
      pvsim run --resume runs/latest             finish an interrupted run
      pvsim verify runs/latest                   prove that nothing is missing or doubled
      pvsim broker status                        the RabbitMQ that comes with pvsim

    \b
    Settings come from flags, then PVSIM_... variables, then ./pvsim.toml, then
    ~/.config/pvsim/config.toml; a broker from PVSIM_BROKER_URL.
    """  # noqa: D301 - \b is click's mark for text that is not rewrapped
    context.default_map = _settings_files()


for command in (*run.COMMANDS, *roles.COMMANDS, *facts.COMMANDS, *broker.COMMANDS, *bench.COMMANDS):
    cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line (`sys.argv` by default) and end with the exit code of what happened."""
    try:
        cli.main(arguments, prog_name="pvsim", standalone_mode=False, obj=main)  # for commands that fork roles
    except click.exceptions.Exit as request:
        sys.exit(request.exit_code)
    except click.UsageError as error:
        usage = f"see: {error.ctx.command_path} --help" if error.ctx else "see: pvsim --help"
        _end(UsageError(error.format_message().rstrip("."), fix=usage))
    except click.ClickException as error:
        _end(PvsimError(error.format_message()))
    except (KeyboardInterrupt, click.Abort):
        _end(InterruptedRunError("interrupted"))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except PvsimError as error:
        _end(error)
    except Exception as error:  # noqa: BLE001 - the outermost edge: a defect ends with 70 and its traceback
        sys.excepthook(type(error), error, error.__traceback__)
        _end(InternalError(f"a defect of pvsim: {error!r}", fix="report it with the lines above"))


def _end(error: PvsimError) -> None:
    click.echo(f"{click.style('error:', fg='red', bold=True)} {error.what}", err=True, color=_color())
    if error.where:
        click.echo(f"   at: {error.where}", err=True)
    if error.fix:
        click.echo(f"  fix: {error.fix}", err=True)
    sys.exit(error.exit_code)


def _color() -> bool | None:
    return False if os.environ.get("NO_COLOR") else None


def _settings_files() -> dict[str, Any]:
    """The user's file, and over it the project's; `[run]` holds the options of `pvsim run`, and so on."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    merged: dict[str, dict[str, Any]] = {}
    for path in (Path(base) / USER_FILE, Path(PROJECT_FILE)):
        for section, values in _read_toml(path).items():
            known = cli.commands.get(section)
            names = {parameter.name for parameter in known.params} if known else set()
            if known is None or not isinstance(values, dict):
                raise UsageError(
                    f"no command is called {section!r}", where=str(path), fix="use [run], [meter], ..."
                )
            options = {name.replace("-", "_"): value for name, value in values.items()}
            if unknown := sorted(options.keys() - names):
                what = f"unknown setting {unknown[0]!r} in [{section}]"
                raise UsageError(what, where=str(path), fix=f"see pvsim {section} --help")
            merged.setdefault(section, {}).update(options)
    return merged


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    import tomllib  # noqa: PLC0415 - only where there is a file

    try:
        return tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"the settings cannot be read: {error}", where=str(path)) from error
