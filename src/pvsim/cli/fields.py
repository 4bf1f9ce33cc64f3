"""The options as fields of a request: what each option says, and how a message about a field is put."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pvsim.errors import PvsimError

if TYPE_CHECKING:
    from pvsim.config import PvRequest, Request

__all__ = ["FieldOption", "field_option", "name_options", "option_names", "pv_request_of", "request_of"]

Command = TypeVar("Command", bound=Callable[..., Any])

_QUOTED = re.compile(r"`([^`\s]+)`")
_NO_ROW = {"batch", "run_id"}
"""Fields that no row depends on."""

_ALL_FIELDS = ("run", "simulate")
"""The commands that have an option for every field, the second more: `pvsim meter` has none for PV."""


class FieldOption(click.Option):
    """An option that says one field of a request.

    Args:
        field: The path of the field, for example `pv.peak_kw`.
        **settings: As of `click.Option`. There is no default: it is the field's.
    """

    def __init__(self, *declared: Any, field: str, **settings: Any) -> None:
        super().__init__(*declared, **settings)
        self.field = field


def field_option(field: str, option: str, **settings: Any) -> Callable[[Command], Command]:
    """An option that says `field` of a request, and leaves the default to it."""
    return click.option(option, cls=FieldOption, field=field, **settings)


def request_of(context: click.Context, run_id: str | None = None) -> "Request":
    """What the options of a command ask for.

    A command without options for PV asks for none: the meter of a run does not depend on it.

    Args:
        context: Of the command.
        run_id: Name of the run, where no option says it.
    """
    from pvsim.config import MeterRequest, PvRequest, Request  # noqa: PLC0415 - `pvsim --help` needs none

    run, meter, pv = (_said(context, group) for group in ("", "meter", "pv"))
    if run_id is not None:
        run["run_id"] = run_id
    if not any(option.field == "pv.source" for option in _field_options(context.command)):
        pv = {"source": "none"}
    return Request(meter=MeterRequest(**meter), pv=PvRequest(**pv), **run)


def pv_request_of(context: click.Context) -> "PvRequest":
    """What the options of a command say of PV power, and of how its file is read."""
    from pvsim.config import PvRequest  # noqa: PLC0415 - `pvsim --help` needs none

    return PvRequest(**_said(context, "pv"))


def _said(context: click.Context, group: str) -> dict[str, Any]:
    """The fields of a part of the request that the options say: of `pv`, or of none in particular."""
    said = {}
    for option in _field_options(context.command):
        value = context.params.get(option.name or "")
        of, _, name = option.field.rpartition(".")
        if of == group and value is not None and value != ():
            said[name] = value
    return said


def command_of(context: click.Context) -> str:
    """The command that asks for the same run, wherever its options were said; those without a row are left out."""
    words = context.command_path.split()
    for option in _field_options(context.command):
        value = context.params.get(option.name or "")
        if value is None or value == () or option.field in _NO_ROW:
            continue
        for each in value if option.multiple else (value,):
            words += [option.opts[0], _typed(option, each)]
    return shlex.join(words)


def _typed(option: FieldOption, value: Any) -> str:
    """A value as it may be typed again."""
    if option.field != "annual_kwh":
        return str(value)
    from pvsim.core.site.energy_text import energy_text  # noqa: PLC0415 - `pvsim --help` needs none

    return energy_text(value)


def option_names(context: click.Context) -> dict[str, str]:
    """How the command calls each field in messages; where it has no option for it, how `pvsim run` does."""
    root = context.find_root().command
    others = [root.commands[name] for name in _ALL_FIELDS] if isinstance(root, click.Group) else []
    commands = [*others, context.command]
    fields = {option.field: option.opts[0] for command in commands for option in _field_options(command)}
    return fields | {name: name for parameter in context.command.params for name in parameter.opts}


def name_options(error: PvsimError, names: Mapping[str, str]) -> None:
    """Put options for fields in the texts of an error, and say which option it is about."""
    for each in {id(one): one for one in (error, *error.problems)}.values():
        each.what, each.fix = _named(each.what, names), _named(each.fix, names)
        each.where = _named(each.where or names.get(each.field, each.field), names)


def _named(text: str, names: Mapping[str, str]) -> str:
    return _QUOTED.sub(lambda found: names.get(found[1], found[0]), text) if "`" in text else text


def _field_options(command: click.Command) -> Iterator[FieldOption]:
    return (parameter for parameter in command.params if isinstance(parameter, FieldOption))
