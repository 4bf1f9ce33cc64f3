"""The group of commands, and how errors end: what, where, what to type next, and the exit code."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from pvsim import __version__
from pvsim.cli import bench, broker, compare, completion, export, facts, fit, query, report, roles, run
from pvsim.cli.command import Commands
from pvsim.cli.ending import abandon, end, error_of
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
      pvsim verify runs/latest                   prove that nothing is missing or doubled
      pvsim report runs/latest --open            a page about it: figures, charts, tables
      pvsim broker status                        the RabbitMQ that comes with pvsim

    \b
    Settings come from flags, then PVSIM_... variables, then ./pvsim.toml, then
    ~/.config/pvsim/config.toml; a broker from PVSIM_BROKER_URL.
    """  # noqa: D301 - \b is click's mark for text that is not rewrapped
    require_directory()
    context.default_map = _settings_files()


for module in (run, roles, facts, report, export, query, compare, broker, bench, fit, completion):
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
        for section, values in _read_toml(path).items():
            if not isinstance(values, dict):
                fix = f"write the name of a command above it, for example:\n  [run]\n  {section} = ..."
                raise UsageError(f"the setting {section!r} is not in a section", where=str(path), fix=fix)
            if (known := cli.commands.get(section)) is None:
                names = ", ".join(f"[{name}]" for name in ("run", "meter", "simulate"))
                raise UsageError(f"no command is called {section!r}", where=str(path), fix=f"use {names}")
            merged.setdefault(section, {}).update(_settings_of(known, values, str(path)))
    return merged


def _user_file() -> list[Path]:
    if base := os.environ.get("XDG_CONFIG_HOME"):
        return [Path(base) / USER_FILE]
    try:
        return [Path.home() / ".config" / USER_FILE]
    except RuntimeError:  # a user without a home and without an entry in /etc/passwd: containers have them
        return []


def _settings_of(command: click.Command, values: dict[str, Any], path: str) -> dict[str, Any]:
    """The values of one section by parameter, in a form that the options can read as if they were typed."""
    known = {
        name.removeprefix("--"): parameter
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
        for name in parameter.opts
    }
    settings: dict[str, Any] = {}
    for name, value in values.items():
        where = f"{path}, [{command.name}] {name}"
        option = known.get(name.replace("_", "-"))
        if option is None or option.name is None:
            from difflib import get_close_matches  # noqa: PLC0415 - only for the message

            near = get_close_matches(name.replace("_", "-"), known, n=2)
            fix = f"did you mean {' or '.join(near)}?" if near else f"see: pvsim {command.name} --help"
            raise UsageError("there is no such setting", where=where, fix=fix)
        several = value if isinstance(value, list) else [value]
        if not option.multiple and isinstance(value, list):
            raise UsageError("a list instead of a single value", where=where, fix=f"write {name} = ...")
        if any(isinstance(item, dict | list) for item in several):
            raise UsageError("a table or a list of lists instead of a value", where=where, fix="write a value")
        if option.is_flag != isinstance(value, bool):
            fix = f"write {name} = true or false" if option.is_flag else f"write {name} = ..."
            raise UsageError(f"{value!r} is of the wrong type", where=where, fix=fix)
        try:
            texts = [str(item) for item in several]
        except ValueError as error:  # Python writes no whole number of more than 4,300 digits
            raise UsageError("the number is too long", where=where, fix="write a smaller one") from error
        if any("\0" in text for text in texts):  # no path holds it, and no command line
            raise UsageError("the value contains the character NUL", where=where, fix="write it without \\u0000")
        settings[option.name] = value if option.is_flag else texts if option.multiple else texts[0]
    return settings


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        if not path.is_file():
            return {}
    except PermissionError:  # another user's home: HOME is kept by sudo -u
        return {}
    import tomllib  # noqa: PLC0415 - only where there is a file

    try:
        return tomllib.loads(path.read_text())
    except (ValueError, RecursionError, OSError) as error:  # ValueError: a number of 5,000 digits, no UTF-8
        reason = error.strerror if isinstance(error, OSError) else error
        what = f"the settings cannot be read: {reason}"
        raise UsageError(what, where=str(path), fix="correct the file, or move it away") from error
