"""Commands whose help shows the options in sections, and whose wrong values are said to be where they stand."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from pvsim.errors import UsageError

__all__ = [
    "BROKER",
    "METER",
    "METER_FILE",
    "OUTPUT",
    "PERIOD",
    "PV",
    "PV_FILE",
    "SITE",
    "Configured",
    "given_options",
    "section",
]

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

PERIOD, SITE, METER, METER_FILE, PV, PV_FILE, OUTPUT, BROKER = _SECTIONS = (
    "Period",
    "Site",
    "Meter",
    "Meter from a file",
    "PV",
    "PV from a file",
    "Output",
    "Broker",
)
"""The sections of a command's help, in their order; an option that is in none comes last."""

_REST, _ONLY = "Other options", "Options"


def section(title: str, *options: Callable[[Decorated], Decorated]) -> Callable[[Decorated], Decorated]:
    """Decorators of options as one, and a section of the help that shows these options."""

    def decorate(command: Decorated) -> Decorated:
        for option in reversed(options):
            before = len(_parameters(command))
            command = option(command)
            for parameter in _parameters(command)[before:]:
                vars(parameter).setdefault("section", title)
        return command

    return decorate


def _parameters(command: Callable[..., Any] | click.Command) -> list[click.Parameter]:
    """The parameters of a command, finished or still being decorated."""
    if isinstance(command, click.Command):
        return command.params
    found: list[click.Parameter] = getattr(command, "__click_params__", [])
    return found


class Configured(click.Command):
    """A command whose wrong values are said to be where they stand: an option, a variable or a settings file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; see `click.Command.parse_args`."""
        try:
            return super().parse_args(ctx, args)
        except click.BadParameter as error:
            if error.param is None or error.param.name is None:
                raise
            where = _origin(ctx, error.param)
            fix = f"see: {ctx.command_path} --help"
            raise UsageError(error.format_message().rstrip("."), where=where, fix=fix) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; see `click.Command.invoke`."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            for parameter in self.params:
                if error.where in parameter.opts:
                    error.where = _origin(ctx, parameter)
            raise

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options by section; see `click.Command.format_options`."""
        rows: dict[str, list[tuple[str, str]]] = {title: [] for title in (*_SECTIONS, _REST)}
        for parameter in self.get_params(ctx):
            if (row := parameter.get_help_record(ctx)) is not None and isinstance(parameter, click.Option):
                rows[vars(parameter).get("section", _REST)].append(row)
        shown = {title: found for title, found in rows.items() if found}
        for title, found in shown.items():
            with formatter.section(title if len(shown) > 1 else _ONLY):
                formatter.write_dl(found)


def _origin(context: click.Context, parameter: click.Parameter) -> str:
    """Where the parameter's value stands: its option, with the variable or the settings file it came from."""
    option = parameter.opts[0]
    source = context.get_parameter_source(parameter.name or "")
    if source is click.core.ParameterSource.ENVIRONMENT:
        return f"{option}, from the variable {parameter.envvar}"
    if source is click.core.ParameterSource.DEFAULT_MAP:
        return f"{option}, from [{context.info_name}] in a settings file"
    return option


def given_options(context: click.Context) -> list[str]:
    """The options of the command that the user gave as flags, by name."""
    source = click.core.ParameterSource.COMMANDLINE
    return [name for name in context.params if context.get_parameter_source(name) is source]
