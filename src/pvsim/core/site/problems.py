"""Plain data against a msgspec type: every problem at once, each with its path.

msgspec itself stops at the first one. Used for files that people write by hand: items of lists are counted from 1,
and called by the name that they have.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from difflib import get_close_matches
from functools import cache
from math import inf, isfinite
from typing import Any

import msgspec
from msgspec import inspect

__all__ = ["item_path", "listed", "problems", "type_of", "value_problems"]

_NAMES = {
    inspect.StrType: "a text",
    inspect.LiteralType: "a text",
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.BoolType: "true or false",
    inspect.DateType: "a date such as 2025-03-01",
    inspect.StructType: "a table",
    inspect.VarTupleType: "a list",
}

_OF_JSON = (str, int, float, list, dict)
_LARGE_INT = 10**300
_FEW = 2

_ONE_OF = {
    "homes": "home",
    "plants": "plant",
    "horizon": "horizon point",
    "windows": "window",
    "dimming": "dimming window",
    "meters": "meter",
    "phases": "phase",
}
"""What one item of a list is called; of other lists it is a value."""

_FORMS: dict[type, Any] = {
    inspect.NoneType: type(None),
    inspect.StrType: str,
    inspect.LiteralType: str,
    inspect.IntType: int,
    inspect.FloatType: int | float,
    inspect.BoolType: bool,
    inspect.DateType: date | str,
    inspect.StructType: dict,
    inspect.VarTupleType: list,
}


def problems(data: Any, kind: type) -> list[str]:
    """What is wrong with `data` as an instance of the struct `kind`: `size_m: 9 is outside 0..5`.

    Empty if and only if `msgspec.convert(data, kind)` accepts it and UTF-8 can hold its texts. Structs must forbid
    unknown fields; fields may be structs, unions of structs with tags, tuples of any length, texts, numbers,
    dates, literals, and unions of these.
    """
    return [] if _fits(data, kind) else list(_of(data, type_of(kind), ""))


def _fits(data: Any, kind: type) -> bool:
    """Whether nothing is wrong, as msgspec sees it: in a tenth of the time that looking for problems takes."""
    try:
        msgspec.convert(data, kind)
        msgspec.json.encode(data, enc_hook=str)
    except (msgspec.ValidationError, ValueError, OverflowError, RecursionError):  # such as half a surrogate pair
        return False
    return True


@cache
def type_of(kind: type) -> inspect.Type:
    """What msgspec knows of a type; to find it out takes milliseconds, every time."""
    return inspect.type_info(kind)


def value_problems(data: Any, kind: inspect.Type, path: str) -> list[str]:
    """What is wrong with a value at a path as one of `kind`; see `problems`."""
    return list(_of(data, kind, path))


def listed(found: Sequence[str], things: str = "settings", *, most: int | None = None) -> str:
    """What is wrong in one text: the only thing, or how many there are, each on a line.

    Args:
        found: All that is wrong; one thing at least.
        things: What they are called.
        most: So many are shown; None shows all.
    """
    if len(found) == 1:
        return found[0]
    shown = found[:most]
    more = [f"and {len(found) - len(shown):,} more"] if len(shown) < len(found) else []
    return "\n  ".join([f"{len(found):,} {things} are wrong:", *shown, *more])


def item_path(path: str, index: int, item: object = None) -> str:
    """What an item of the list at `path` is called: `plant 2 (south roof):`, `weather.temp_air_c: value 3:`.

    Args:
        path: Of the list; it may end with an item, whose list it is.
        index: Of the item, from 0.
        item: The item; its name is said too.
    """
    within, _, last = path.rpartition(" " if ": " in path else ".")
    name = item.get("name") if isinstance(item, Mapping) else getattr(item, "name", None)
    called = f" ({name[:40]})" if isinstance(name, str) and name and name.isprintable() else ""
    if last in _ONE_OF:
        return f"{within} {_ONE_OF[last]} {index + 1}{called}:".lstrip()
    return f"{path.removesuffix(':')}: value {index + 1}{called}:"


def _of(data: Any, kind: inspect.Type, path: str) -> Iterator[str]:
    if isinstance(kind, inspect.UnionType):
        yield from _union(data, kind.types, path)
    elif isinstance(kind, inspect.StructType) and isinstance(data, dict):
        yield from _struct(data, kind, path)
    elif isinstance(kind, inspect.VarTupleType) and isinstance(data, list):
        yield from _list(data, kind, path)
    elif problem := _leaf(data, kind):
        yield _told(path or "the file", problem)


def _union(data: Any, kinds: Sequence[inspect.Type], path: str) -> Iterator[str]:
    structs = {
        str(kind.tag): kind for kind in kinds if isinstance(kind, inspect.StructType) and kind.tag is not None
    }
    if structs and isinstance(data, dict):
        yield from _tagged(data, structs, path)
        return
    findings = [list(_of(data, kind, path)) for kind in kinds]
    if all(findings):
        # a value of the right form says more than that none fits
        fitting = [found for kind, found in zip(kinds, findings, strict=True) if _has_form(data, kind)]
        yield from fitting[0] if fitting else [_told(path, _unfit(data, kinds))]


def _tagged(data: dict[str, Any], structs: dict[str, inspect.StructType], path: str) -> Iterator[str]:
    tag_field = next(iter(structs.values())).tag_field
    tag = data.get(str(tag_field))
    if isinstance(tag, str) and tag in structs:
        yield from _struct(data, structs[tag], path, ignored=str(tag_field))
    else:
        known = ", ".join(structs)
        said = "missing" if tag is None else f"{_shown(tag)} is not known"
        yield f"{_joined(path, str(tag_field))}: {said}; write one of {known}"


def _struct(
    data: dict[str, Any], kind: inspect.StructType, path: str, ignored: str | None = None
) -> Iterator[str]:
    fields = {field.encode_name: field for field in kind.fields}
    for name, value in data.items():
        if name in fields:
            yield from _of(value, fields[name].type, _joined(path, name))
        elif name != ignored:
            near = get_close_matches(str(name), fields, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(fields)}"
            yield f"{_joined(path, name)}: there is no such setting; {hint}"
    for name, field in fields.items():
        if field.required and name not in data:
            yield f"{_joined(path, name)}: missing"


def _list(data: list[Any], kind: inspect.VarTupleType, path: str) -> Iterator[str]:
    low, high = kind.min_length or 0, kind.max_length
    if len(data) < low or (high is not None and len(data) > high):
        wanted = f"{low}" if low == high else f"{low} or more" if high is None else f"{low} to {high}"
        yield _told(path, f"a list of {len(data)}, where {wanted} belong")
    for index, item in enumerate(data):
        yield from _of(item, kind.item_type, item_path(path, index, item))


def _leaf(data: Any, kind: inspect.Type) -> str:
    """What is wrong with a single value, or nothing."""
    if isinstance(kind, inspect.LiteralType):
        if data in kind.values:
            return ""
        # two letters are near to nearly everything: MW to W
        near = get_close_matches(text, map(str, kind.values), n=1) if len(text := str(data)) > _FEW else []
        hint = f"did you mean {near[0]}?" if near else f"write one of {', '.join(map(str, kind.values))}"
        return f"{_shown(data)} is not known; {hint}"
    if not _has_form(data, kind) or (isinstance(kind, inspect.DateType) and not _is_date(data)):
        return _unfit(data, [kind])
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        return _outside(data, kind)
    return _of_text(data, kind) if isinstance(data, str) else ""


def _of_text(data: str, kind: inspect.Type) -> str:
    """What is wrong with a text, or nothing."""
    if data.encode("utf-8", "ignore").decode() != data:
        return f"{_shown(data)} has half of a surrogate pair, which UTF-8 cannot hold"
    low, high = getattr(kind, "min_length", None) or 0, getattr(kind, "max_length", None)
    if len(data) < low or (high is not None and len(data) > high):
        wanted = f"{low}" if low == high else f"{low} to {high}"
        return f"a text of {len(data)} characters, where {wanted} belong"
    return ""


def _outside(data: float, kind: inspect.IntType | inspect.FloatType) -> str:
    if isinstance(data, int) and abs(data) > _LARGE_INT:
        data = inf if data > 0 else -inf  # it may be more than a float holds
    above = data > kind.gt if kind.gt is not None else data >= kind.ge if kind.ge is not None else True
    below = data <= kind.le if kind.le is not None else True
    if above and below:  # a NaN is neither
        return ""
    low = f"{kind.ge:g}" if kind.ge is not None else f"more than {kind.gt:g}"
    return f"{data:g} is outside {low}{'..' if kind.ge is not None else ' to '}{kind.le:,.10g}"


def _has_form(data: Any, kind: inspect.Type) -> bool:
    fitting = isinstance(data, _FORMS.get(type(kind), ()))
    return fitting and isinstance(data, bool) == isinstance(kind, inspect.BoolType)  # True is no 1 here


def _is_date(data: date | str) -> bool:
    """Whether it is a date, or the text of one: TOML has dates, JSON has not."""
    if isinstance(data, date):
        return not isinstance(data, datetime)
    try:
        return date.fromisoformat(data).isoformat() == data
    except ValueError:
        return False


def _unfit(data: Any, kinds: Sequence[inspect.Type]) -> str:
    """That a value has none of the forms; TOML's [[name]] and [name] are easily taken for each other."""
    forms = {type(kind) for kind in kinds}
    if isinstance(data, dict) and inspect.VarTupleType in forms:
        return "a single table instead of a list: write [[ ]] around its name, or [ ] around the table"
    if isinstance(data, list) and inspect.StructType in forms and any(isinstance(item, dict) for item in data):
        return "a list instead of a single table: write [ ] around its name, not [[ ]]"
    return f"{_shown(data)} is not {_names(kinds)}"


def _names(kinds: Sequence[inspect.Type]) -> str:
    return " or ".join(dict.fromkeys(_NAMES[type(kind)] for kind in kinds if type(kind) in _NAMES))


def _joined(path: str, name: str) -> str:
    if path.endswith(":"):  # an item of a list
        return f"{path} {name}"
    return f"{path}.{name}" if path else name


def _told(path: str, problem: str) -> str:
    return f"{path.removesuffix(':')}: {problem}"


def _shown(data: Any) -> str:
    """A value as JSON has it, short; of one that JSON lacks also what it is: `2024-01-15, a date,`."""
    if isinstance(data, float) and not isfinite(data):
        return f"{data:g}"  # JSON has no such number
    if isinstance(data, date | time):
        return f"{data.isoformat()}, a {'time' if isinstance(data, time) else 'date'},"  # TOML has them too
    if data is not None and not isinstance(data, _OF_JSON):
        text = str(data).encode("ascii", "backslashreplace").decode()
        return f"{_short(text)}, of type {type(data).__name__},"
    try:
        text = msgspec.json.encode(data, enc_hook=str).decode()
    except UnicodeEncodeError:  # half of a surrogate pair
        text = str(data).encode("ascii", "backslashreplace").decode()
    return _short(text)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004 - what fits a line
