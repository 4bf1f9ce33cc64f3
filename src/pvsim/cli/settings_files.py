"""Options that stand in files: TOML, with the names of the options."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from pvsim.errors import BadInputError, UsageError

__all__ = ["read_toml", "settings_of"]


def read_toml(path: Path) -> dict[str, Any]:
    """The settings of a file; none where there is no such file.

    Raises:
        UsageError: if it cannot be read.
    """
    try:
        if not path.is_file():
            return {}
    except PermissionError:  # another user's home: HOME is kept by sudo -u
        return {}
    from pvsim.adapters.shared.toml_file import TomlFile, parse_toml  # noqa: PLC0415 - only where there is a file

    try:
        return parse_toml(TomlFile("settings file").read(path), str(path))
    except BadInputError as error:
        raise UsageError(error.what, where=error.where, fix=f"{error.fix}; or move the file away") from error


def settings_of(command: click.Command, values: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The values of a section by parameter, in a form that the options can read as if they were typed.

    Args:
        command: Whose options they are.
        values: The values by the names of the options.
        where: The file and the section.

    Raises:
        UsageError: if one is no option, or has another type.
    """
    known = {
        name.removeprefix("--"): parameter
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
        for name in parameter.opts
    }
    settings: dict[str, Any] = {}
    for name, value in values.items():
        here = f"{where} {name}"
        option = known.get(name.replace("_", "-"))
        if option is None or option.name is None:
            from difflib import get_close_matches  # noqa: PLC0415 - only for the message

            near = get_close_matches(name.replace("_", "-"), known, n=2)
            fix = f"did you mean {' or '.join(near)}?" if near else f"see: pvsim {command.name} --help"
            if name == command.name and isinstance(value, dict):
                fix = f"leave out the line [{name}]: all that this file has is of pvsim {name}"
            raise UsageError("there is no such setting", where=here, fix=fix)
        several = value if isinstance(value, list) else [value]
        if not option.multiple and isinstance(value, list):
            raise UsageError("a list instead of a single value", where=here, fix=_written(name, option))
        if any(isinstance(item, dict | list) for item in several):
            raise UsageError("a table or a list of lists instead of a value", where=here, fix="write a value")
        if option.is_flag != isinstance(value, bool):
            shown = str(value).lower() if isinstance(value, bool) else repr(value)
            raise UsageError(f"{shown} is of the wrong type", where=here, fix=_written(name, option))
        try:
            texts = [str(item) for item in several]
        except ValueError as error:  # Python writes no whole number of more than 4,300 digits
            raise UsageError("the number is too long", where=here, fix="write a smaller one") from error
        if any("\0" in text for text in texts):  # no path holds it, and no command line
            raise UsageError("the value contains the character NUL", where=here, fix="write it without \\u0000")
        settings[option.name] = value if option.is_flag else texts if option.multiple else texts[0]
    return settings


def _written(name: str, option: click.Option) -> str:
    """How a setting is written: with an example, or with what it can be."""
    if option.is_flag:
        return f"write {name} = true or false"
    if isinstance(option.type, click.Choice):
        return f"write {name} = " + " or ".join(f'"{choice}"' for choice in option.type.choices)
    example = getattr(option.type, "example", "").partition(",")[0]
    if not example:
        return f"write {name} = ..., a {option.metavar or option.type.name}; see its line in --help"
    return f"write {name} = {example}" if example.isdecimal() else f'write {name} = "{example}"'
