"""Commands whose help shows the options in sections, and whose wrong values are said to be where they stand."""

import re
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pvsim.cli.ending import short_of_memory
from pvsim.cli.fields import name_options, option_names
from pvsim.errors import PvsimError, UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = [
    "BROKER",
    "METER",
    "METER_FILE",
    "OUTPUT",
    "PERIOD",
    "PV",
    "PV_FILE",
    "SETTINGS_FROM",
    "SITE",
    "Commands",
    "Configured",
    "given_options",
    "refuse_beside",
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

SETTINGS_FROM = "pvsim.settings_from"
"""In a context's `meta`: the file of each parameter that a command has read from one of its own."""

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


_NO_TEXT = re.compile("[\ud800-\udfff]")  # what Python makes of bytes that are not UTF-8


class Configured(click.Command):
    """A command whose wrong values are said to be where they stand: an option, a variable or a settings file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; see `click.Command.parse_args`."""
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        given = list(args)
        from_word_processor(given)
        self._refuse_missing_values(given)
        ctx.allow_extra_args = True  # they are looked at below
        try:
            rest = super().parse_args(ctx, args)
        except click.UsageError as error:
            raise self._explained(error, ctx, given) from error
        except UsageError as error:
            self._name_options(error, ctx)
            raise
        if rest:
            what = f"{ctx.command_path} takes no argument {rest[0]!r}"
            root = ctx.find_root().command
            from pvsim.cli.guess import extra_argument  # noqa: PLC0415 - only for the message

            fix = extra_argument(rest[0], self, root) if isinstance(root, click.Group) else None
            raise UsageError(what, fix=fix or f"see: {ctx.command_path} --help")
        self._refuse_what_is_no_text(ctx)
        return rest

    def _refuse_what_is_no_text(self, ctx: click.Context) -> None:
        """A value that is not UTF-8, such as the name of a file, could not stand in the run's manifest."""
        for parameter in self.params:
            given = ctx.params.get(parameter.name or "")
            for value in given if isinstance(given, tuple) else (given,):
                if isinstance(value, str) and not value.isascii() and _NO_TEXT.search(value):
                    what = f"{value!r} is not UTF-8, and the run's manifest could not name it"
                    fix = "rename the file, or make a link to it: ln -s OLD NEW"
                    raise UsageError(what, where=_origin(ctx, parameter), fix=fix)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; see `click.Command.invoke`."""
        try:
            return super().invoke(ctx)
        except PvsimError as error:
            self._name_options(error, ctx)
            raise
        except (MemoryError, ImportError, OSError, RuntimeError, ExceptionGroup) as error:
            if (short := short_of_memory(error)) is None:
                raise
            raise short from error  # said here, where it is known what the command could do with less

    def _name_options(self, error: PvsimError, ctx: click.Context) -> None:
        """Call what is wrong as the user does: by the option, with the variable or the file that it came from."""
        name_options(error, option_names(ctx))
        for parameter in self.params:
            for each in error.problems:
                if each.where in parameter.opts:
                    each.where = _origin(ctx, parameter)

    def _refuse_missing_values(self, args: list[str]) -> None:
        """An option where a value belongs: click would take it as the value."""
        options = {name: each for each in self.params if isinstance(each, click.Option) for name in each.opts}
        for word, following in pairwise([*args, ""]):
            if word == "--":
                return
            if word in options and not options[word].is_flag and (following in options or not following):
                raise UsageError(f"{word} needs a value", where=word, fix=_example(word, self))

    def _explained(self, error: click.UsageError, ctx: click.Context, args: list[str]) -> UsageError:
        """The error in our words."""
        path, parameter = ctx.command_path, error.param if isinstance(error, click.BadParameter) else None
        see = f"see: {path} --help"
        if isinstance(error, click.NoSuchOption):
            from pvsim.cli.guess import option_meant  # noqa: PLC0415 - only for the message

            word = next((each for each in args if each.startswith(error.option_name)), error.option_name)
            root = ctx.find_root().command
            meant = option_meant(word, self, root) if isinstance(root, click.Group) else None
            return UsageError(f"{path} has no option {word.partition('=')[0]}", fix=meant or see)
        if isinstance(error, click.BadOptionUsage):
            name = error.option_name
            return UsageError(f"{name} takes no value", where=name, fix="leave the value out")
        if parameter is None or parameter.name is None:
            return UsageError(error.format_message().rstrip("."), fix=see)
        if isinstance(error, click.MissingParameter):
            name = parameter.opts[0] if isinstance(parameter, click.Option) else parameter.make_metavar(ctx)
            lines = [line.strip() for line in (self.help or "").splitlines()]
            example = next((line.partition("   ")[0] for line in lines if line.startswith(f"{path} ")), see)
            return UsageError(f"{path} needs {name}", fix=f"for example {example}")
        what = f"{parameter.opts[0]}: {error.message.rstrip('.')}"
        return UsageError(what, where=_origin(ctx, parameter), fix=see)

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


class Commands(click.Group):
    """A group that says what was meant, and that may take options as those of one of its commands.

    Attributes:
        default: The command that a first option belongs to; None where a command must be named.
    """

    command_class = Configured
    default: str | None = None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options up to the command; see `click.Group.parse_args`."""
        if args:
            from_word_processor(args[:1])
            own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
            if self.default is not None and args[0].startswith("-") and args[0] not in own:
                args = [self.default, *args]
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            see = f"see: {ctx.command_path} --help"
            raise UsageError(f"{ctx.command_path} has no option {error.option_name}", fix=see) from error

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete a command, or an option of the default one too; see `click.Group.shell_complete`."""
        found = super().shell_complete(ctx, incomplete)
        if self.default is not None and incomplete.startswith("-"):
            known = {item.value for item in found}
            of_default = self.commands[self.default].shell_complete(ctx, incomplete)
            found += [item for item in of_default if item.value not in known]
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; see `click.Group.resolve_command`."""
        if ctx.resilient_parsing or self.get_command(ctx, args[0]) is not None:
            return super().resolve_command(ctx, args)
        from pvsim.cli.guess import command_meant  # noqa: PLC0415 - only for the message

        meant = command_meant(args[0], self, ctx.command_path)
        fix = f"did you mean {meant}?" if meant else f"see: {ctx.command_path} --help"
        raise UsageError(f"{ctx.command_path} has no command {args[0]!r}", fix=fix)


def from_word_processor(args: Sequence[str]) -> None:
    """Refuse dashes, spaces and quotation marks that a shell does not know.

    Raises:
        UsageError: naming the first.
    """
    if all(map(str.isascii, args)):
        return
    from pvsim.cli.guess import plain  # noqa: PLC0415 - only for the message

    for argument in args:
        if (found := plain(argument)) is not None:
            raise UsageError(f"{argument!r} has {found[0]}, as word processors make them", fix=f"type {found[1]}")


def _example(option: str, command: click.Command) -> str:
    from pvsim.cli.guess import value_example  # noqa: PLC0415 - only for the message

    return value_example(option, command)


def _origin(context: click.Context, parameter: click.Parameter) -> str:
    """Where the parameter's value stands: its option, with the variable or the settings file it came from."""
    option = parameter.opts[0]
    source = context.get_parameter_source(parameter.name or "")
    if source is click.core.ParameterSource.ENVIRONMENT:
        return f"{option}, from the variable {parameter.envvar}"
    if source is click.core.ParameterSource.DEFAULT_MAP:
        if path := context.meta.get(SETTINGS_FROM, {}).get(parameter.name):
            return f"{option}, from {path}"
        return f"{option}, from [{context.info_name}] in a settings file"
    return option


def given_options(context: click.Context) -> list[str]:
    """The options of the command that the user gave as flags, by name."""
    source = click.core.ParameterSource.COMMANDLINE
    return [name for name in context.params if context.get_parameter_source(name) is source]


def refuse_beside(context: click.Context, allowed: Collection[str], why: str) -> None:
    """Refuse options of what is said already, since the command goes on with a run that there is.

    Args:
        context: Of the command.
        allowed: The options that may be given all the same, by name.
        why: What says it.

    Raises:
        UsageError: naming the first.
    """
    extra = next((name for name in given_options(context) if name not in allowed), None)
    if extra is not None:
        option = f"--{extra.replace('_', '-')}"
        raise UsageError(f"{option} cannot be changed: {why}", where=option, fix="leave the option out")
