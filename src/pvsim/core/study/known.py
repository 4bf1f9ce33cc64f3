"""Which paths there are in what a type describes: a path that is misspelt is found before any data is."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from msgspec import inspect

from pvsim.core.site.problems import type_of
from pvsim.core.study.paths import EACH, Parts, is_index
from pvsim.errors import UsageError

__all__ = ["kinds_at", "names_in"]

_MANY = 12
_WORD = 4
"""A shorter part of a name, such as `kw`, says too little."""


def kinds_at(kind: type, parts: Parts) -> tuple[inspect.Type, ...]:
    """What a value at a path may be.

    Args:
        kind: A struct of what `msgspec.convert` takes: structs, lists, single values, unions of them.
        parts: The path.

    Raises:
        UsageError: if there is no such path; it names the nearest.
    """
    kinds = tuple(_alternatives(type_of(kind)))
    for depth, part in enumerate(parts):
        kinds = _within(kinds, parts, depth, part)
    return kinds


def names_in(kinds: Iterable[inspect.Type]) -> dict[str, list[inspect.Type]]:
    """The settings of the tables among some types, with the types of each."""
    found: dict[str, list[inspect.Type]] = {}
    for kind in kinds:
        if isinstance(kind, inspect.StructType):
            if kind.tag_field is not None:
                found.setdefault(kind.tag_field, []).append(inspect.LiteralType((kind.tag,)))
            for field in kind.fields:
                found.setdefault(field.encode_name, []).extend(_alternatives(field.type))
    return found


def _within(kinds: tuple[inspect.Type, ...], parts: Parts, depth: int, part: str) -> tuple[inspect.Type, ...]:
    """What a part of a path leads to."""
    names = names_in(kinds)
    items = [
        each for kind in kinds if isinstance(kind, inspect.VarTupleType) for each in _alternatives(kind.item_type)
    ]
    if part in names:
        return tuple(names[part])
    if items and is_index(part):
        return tuple(items)
    raise _unknown(parts, depth, names, numbered=bool(items))


def _unknown(parts: Parts, depth: int, names: Mapping[str, list[inspect.Type]], *, numbered: bool) -> UsageError:
    path, before, part = ".".join(parts), ".".join(parts[:depth]), parts[depth]
    inside = f"{before} has" if before else "there is"
    if near := _nearest(part, names):
        meant = ".".join((*parts[:depth], *near, *parts[depth + 1 :]))
        return UsageError(f"`{path}`: {inside} no setting {part}", field=path, fix=f"did you mean {meant}?")
    if numbered:
        fix = f"write {before}.0 for the first, {before}.1 for the second, {before}.{EACH} for each"
        return UsageError(
            f"`{path}`: {before} is a list, and {part!r} is no number of an item", field=path, fix=fix
        )
    known = sorted(names)
    if not known:
        return UsageError(
            f"`{path}`: {before} is a value, and has no settings in it", field=path, fix=f"write {before}"
        )
    listed = ", ".join(known[:_MANY]) + (f" and {len(known) - _MANY} more" if len(known) > _MANY else "")
    return UsageError(f"`{path}`: {inside} no setting {part}", field=path, fix=f"known are {listed}")


def _nearest(part: str, names: Mapping[str, list[inspect.Type]]) -> Parts:
    """What may be meant by a name: one like it, the same one table further in, or one with a word of it."""
    if near := get_close_matches(part, names, n=1):
        return (near[0],)
    for name, kinds in names.items():
        if part in names_in(kinds):
            return (name, part)
    words = {word for word in part.split("_") if len(word) >= _WORD}
    return next(((name,) for name in names if words & set(name.split("_"))), ())


def _alternatives(kind: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(kind, inspect.UnionType):
        for each in kind.types:
            yield from _alternatives(each)
    else:
        yield kind
