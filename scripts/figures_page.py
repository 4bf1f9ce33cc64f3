#!/usr/bin/env python3
"""Writes docs/reference/figures.md from the docstrings that define the figures: scripts/figures_page.py [PAGE]."""

import inspect
import re
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import msgspec

from pvsim.core.results import summary
from pvsim.core.results.summary import Summary

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "figures.md"
HEAD = """# The figures of a run

<!-- written by scripts/figures_page.py from the docstrings of src/pvsim/core/results/summary.py -->

`summary.json` has them, and `pvsim run --json` prints them; wherever else a figure appears, it is one of these.
`pvsim schema summary` prints the same as JSON Schema.
"""


def structs(kind: object = Summary) -> Iterator[type[msgspec.Struct]]:
    """A struct, and those that its fields have, in their order."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
        for field in msgspec.structs.fields(kind):
            yield from structs(field.type)
    elif isinstance(kind, types.GenericAlias | types.UnionType) or typing.get_args(kind):
        for argument in typing.get_args(kind):
            yield from structs(argument)


def page() -> str:
    """The whole page."""
    parts = [HEAD, _text(inspect.getdoc(summary) or "").partition("\n\n")[2], ""]
    for struct in dict.fromkeys(structs()):
        about, _, attributes = _text(inspect.getdoc(struct) or "").partition("Attributes:")
        base = struct.__base__
        inherited = (
            f"All of [{base.__name__}](#{base.__name__.lower()}), and:\n\n" if base in set(structs()) else ""
        )
        parts += [f"## {struct.__name__}\n", about.strip() + "\n", inherited + "| figure | is |\n|---|---|"]
        parts += [f"| `{name}` | {text} |" for name, text in _attributes(attributes)]
        parts.append("")
    return "\n".join(parts)


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    """Names and descriptions; a description may go on in further lines."""
    for entry in re.split(r"\n(?=    \w+: )", text):
        name, _, description = " ".join(entry.split()).partition(": ")
        if name:
            yield name, description.replace("|", r"\|")


def _text(docstring: str) -> str:
    """JSON has no None."""
    return re.sub(r"(?<=\. )null", "Null", re.sub(r"\bNone\b", "null", docstring))


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.write_text(page(), "utf-8")
