"""Where a value is in a body: `ENERGY.Power`, `emeters[0].power`, `params."em:0".total_act_power`.

Names with points between them, items of lists by their number in brackets, from 0. A name with a point, a bracket,
a blank, a quote or a $ in it is written in double quotes, as JSON has it. A single point is the whole body.
"""

import json
import re
from typing import Any, TypeAlias

from pvsim.core.metering.refusals import BodyError, Refusal, shown
from pvsim.errors import UsageError

__all__ = ["Path", "contents", "find", "parse_path", "path_text"]

Path: TypeAlias = tuple[str | int, ...]
"""Names of fields, and numbers of items."""

_STEP = re.compile(r'(?:^|\.)(?:([^."\[\]\s$]+)|("(?:[^"\\]|\\.)+"))|\[(\d{1,4})\]', re.ASCII)
_BARE = re.compile(r'[^."\[\]\s$]+', re.ASCII)
_LONGEST = 200
_EXAMPLE = 'for example ENERGY.Power, emeters[0].power or "em:0".total_act_power'
_NAMED = 8


def parse_path(text: str, field: str) -> Path:
    """The steps of a path.

    Args:
        text: As in the file.
        field: Of what; the subject of an error.

    Raises:
        UsageError: if it is none.
    """
    if text == ".":
        return ()
    steps: list[str | int] = []
    place = 0
    while place < len(text) <= _LONGEST:
        found = _STEP.match(text, place)
        if found is None or (text[place] == "." and not steps):
            break
        bare, quoted, item = found.groups()
        try:
            steps.append(int(item) if item else bare or json.loads(quoted))
        except ValueError:
            break
        place = found.end()
    if not steps or place < len(text):
        what = f"`{field}`: {text[:60]!r} is not a path to a value in a body"
        fix = "leave out the $: a path begins with a name" if text.startswith("$") else _EXAMPLE
        raise UsageError(what, field=field, fix=fix)
    return tuple(steps)


def path_text(path: Path) -> str:
    """The path as it is written in a file."""
    text = "" if path else "."
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            name = step if _BARE.fullmatch(step) else json.dumps(step)
            text += f".{name}" if text else name
    return text


def find(data: Any, path: Path) -> Any:
    """The value at a path of decoded JSON.

    Raises:
        BodyError: naming what is there instead.
    """
    for depth, step in enumerate(path):
        named = isinstance(data, dict) and step in data
        if named or (isinstance(step, int) and isinstance(data, list) and step < len(data)):
            data = data[step]
        else:
            where = f"at {path_text(path[:depth])}" if depth else "in the body"
            raise BodyError(Refusal.MISSING, f"no {path_text(path[: depth + 1])}; {where} is {contents(data)}")
    return data


def contents(data: Any) -> str:
    """What a value is, for a message: the names of an object, the length of a list."""
    if isinstance(data, dict):
        names = [shown(name)[1:-1] for name in list(data)[:_NAMED]]
        more = " and more" if len(data) > _NAMED else ""
        return f"an object with {', '.join(names)}{more}" if names else "an empty object"
    if isinstance(data, list):
        return f"a list of {len(data)}"
    return shown(data)
