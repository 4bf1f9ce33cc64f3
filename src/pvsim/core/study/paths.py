"""Values at dotted paths in plain data: `plants.0.peak_kw` is the peak of the first plant, `*` is each item."""

import re
from collections.abc import Sequence
from typing import TypeAlias

from pvsim.errors import UsageError

__all__ = ["EACH", "Parts", "Plain", "is_index", "overlap", "parts_of", "put", "short_names", "value_at"]

Plain: TypeAlias = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None
"""What TOML and JSON can say."""

Parts: TypeAlias = tuple[str, ...]
"""A path, taken apart at its dots."""

_INDEX = re.compile("0|[1-9][0-9]{0,5}")
EACH = "*"
"""In a path: every item of the list."""


def parts_of(path: str) -> Parts:
    """The names and numbers of a path.

    Raises:
        UsageError: if one is empty.
    """
    parts = tuple(part.strip() for part in path.split("."))
    if not all(parts):
        what = f"`{path}`: a path is names with a dot between them"
        raise UsageError(what, field=path, fix='for example "site.plants.0.peak_kw"')
    return parts


def overlap(one: Parts, other: Parts) -> bool:
    """Whether both paths set the same value, or one of them sets what the other is a part of."""
    return all(
        a == b or (EACH in {a, b} and is_index(a) and is_index(b)) for a, b in zip(one, other, strict=False)
    )


def value_at(data: Plain, parts: Parts) -> Plain:
    """The value at a path without `*`; None where there is none."""
    for part in parts:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and _INDEX.fullmatch(part) and int(part) < len(data):
            data = data[int(part)]
        else:
            return None
    return data


def put(data: Plain, parts: Parts, value: Plain) -> Plain:
    """The data with another value at a path; the rest is shared with `data`, which stays as it is.

    Args:
        data: Tables and lists.
        parts: The path; tables on the way that are missing are made.
        value: What is put there. None takes away what is there: a setting, a table, an item of a list.

    Raises:
        UsageError: if a list has no such item, or there is a value where the path goes on.
    """
    return _put(data, parts, 0, value)


def _put(data: Plain, parts: Parts, depth: int, value: Plain) -> Plain:
    if depth == len(parts):
        return value
    part = parts[depth]
    if isinstance(data, list):
        return _put_item(data, parts, depth, value)
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise _refusal(parts, f"{'.'.join(parts[:depth])} is a value, not a table")
    if value is None and part not in data:  # nothing to take away
        return data
    new = _put(data.get(part), parts, depth + 1, value)
    if new is None:
        return {name: each for name, each in data.items() if name != part}
    return {**data, part: new}


def _put_item(data: list[Plain], parts: Parts, depth: int, value: Plain) -> Plain:
    part, path = parts[depth], ".".join(parts[:depth])
    if not is_index(part):
        what = f"{path} is a list: {part!r} is neither the number of an item, from 0, nor {EACH} for each"
        raise _refusal(parts, what)
    if part == EACH:
        chosen = range(len(data))
    else:
        chosen = range(int(part), int(part) + 1)
        if int(part) >= len(data):
            there = f"0 to {len(data) - 1}" if len(data) > 1 else "0" if data else "none"
            raise _refusal(parts, f"{path} has no item {part}; the numbers of its items are {there}")
    changed = [_put(each, parts, depth + 1, value) if i in chosen else each for i, each in enumerate(data)]
    return [each for each in changed if each is not None]


def is_index(part: str) -> bool:
    """Whether a part of a path is the number of an item, or each."""
    return part == EACH or _INDEX.fullmatch(part) is not None


def _refusal(parts: Parts, what: str) -> UsageError:
    path = ".".join(parts)
    return UsageError(f"`{path}`: {what}", field=path, fix="correct the path")


def short_names(paths: Sequence[str]) -> dict[str, str]:
    """The shortest end of each path that no other path has: `capacity_kwh` of `site.battery.capacity_kwh`."""
    found = {}
    for path in paths:
        parts = path.split(".")
        ends = [".".join(parts[-n:]) for n in range(1, len(parts) + 1)]
        others = [f".{other}" for other in paths if other != path]
        alone = (end for end in ends if not any(other.endswith(f".{end}") for other in others))
        found[path] = next((end for end in alone if not re.match(r"[\d*]", end)), path)
    return found
