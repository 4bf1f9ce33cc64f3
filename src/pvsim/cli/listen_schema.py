"""The JSON Schema of the file of `pvsim listen`: its options by their names, beside its meters."""

from typing import Any

import click

__all__ = ["with_options"]


def with_options(schema: dict[str, Any], command: click.Command) -> dict[str, Any]:
    """The schema of a file that has a command's options, as `settings_of` reads them, beside what it has already.

    Args:
        schema: Of what no option has, a struct.
        command: The command.
    """
    name = schema["$ref"].rpartition("/")[2]
    file = schema["$defs"][name]
    options: dict[str, Any] = {}
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            for spelled in option.opts:
                if spelled.startswith("--") and spelled != "--help":
                    said = _property(option)
                    options |= {spelled[2:]: said, spelled[2:].replace("-", "_"): said}
    return {**schema, "$defs": {**schema["$defs"], name: {**file, "properties": options | file["properties"]}}}


def _property(option: click.Option) -> dict[str, Any]:
    """What a setting may be; what a text means is told when it is read."""
    if option.is_flag:
        value: dict[str, Any] = {"type": "boolean"}
    elif isinstance(option.type, click.Choice):
        value = {"enum": list(option.type.choices)}
    else:
        value = {"type": ["string", "number"]}
    several = {"anyOf": [value, {"type": "array", "items": value}]} if option.multiple else value
    return {"description": option.help or "", **several}
