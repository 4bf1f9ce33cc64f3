"""Checks of the paths and values of a study, each mistake with its line."""

from collections.abc import Callable, Sequence
from math import isfinite
from typing import TypeGuard, TypeVar

from msgspec import inspect

from pvsim.config.request import Request
from pvsim.config.study import Setting
from pvsim.core.site.problems import listed, value_problems
from pvsim.core.study.axes import Axis, axis_of
from pvsim.core.study.known import kinds_at
from pvsim.core.study.paths import Parts, Plain, parts_of
from pvsim.errors import BadInputError, UsageError

__all__ = ["NONE", "UNFIT", "Checks", "PlaceOf", "described", "is_none_of_its_size", "is_whole", "takes_away"]

NONE = "none"
"""Takes a setting away where it can have no such text itself; TOML has no null."""

UNFIT = {
    "run_id": "names one run, and a study has many",
    "split": "is about files of rows, which a study does not write",
    "format": "is about files of rows, which a study does not write",
    "batch": "is about messages, which a study does not send",
    "partitions": "is about messages, which a study does not send",
}
_SIZES = {("battery", "capacity_kwh"), ("heat_pump", "annual_kwh"), ("electric_car", "annual_kwh")}
"""Sizes of which 0 means that there is no such thing."""
_FILES = {("site", "rules"), ("site", "homes_file"), ("site", "grid", "dimming_file")}
"""Texts that may be left out: none of them is called `none`."""

_SHOWN, _LONGEST = 10, 400

PlaceOf = Callable[[str, str], str]
"""Where a section of the study file has a path: its file and line."""

T = TypeVar("T")


def is_whole(value: Plain) -> TypeGuard[int]:
    """Whether it is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_none_of_its_size(parts: Parts, value: Plain) -> bool:
    """Whether a value says that there is no such thing: a battery of 0 kWh."""
    return parts[0] == "site" and parts[-2:] in _SIZES and value == 0 and not isinstance(value, bool)


def described(path: str) -> str:
    """Where it is said what a setting may be."""
    if path.startswith("annual_kwh"):
        return "write 4000, { mean_kwh = 4000, cv = 0.2 } or { from_kwh = 2000, to_kwh = 6000 }"
    what = "pvsim schema site" if path.startswith("site.") else "pvsim run --help"
    return f"{what} describes every setting"


def takes_away(parts: Parts, value: Plain) -> bool:
    """Whether a value takes away what is at a path that there is."""
    if value is None:
        return True
    return value == NONE and (parts in _FILES or not _takes_text(kinds_at(Request, parts)))


def _takes_text(kinds: Sequence[inspect.Type]) -> bool:
    """Whether `none` may be a value of its own."""
    return any(
        isinstance(kind, inspect.StrType) or (isinstance(kind, inspect.LiteralType) and NONE in kind.values)
        for kind in kinds
    )


def _no_number(value: Plain, path: str) -> list[str]:
    """That a value is, or has in it, what JSON cannot say."""
    if isinstance(value, float) and not isfinite(value):
        return [f"{path}: {value:g} is no number"]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [problem for each in inner for problem in _no_number(each, path)]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


class Checks:
    """Gathers what is wrong.

    Args:
        place_of: Where the study file has a path.
    """

    def __init__(self, place_of: PlaceOf) -> None:
        self._place_of = place_of
        self._found: dict[tuple[str, str], BadInputError] = {}

    def raise_any(self, where: str) -> None:
        """Raise what was found.

        Raises:
            BadInputError: if anything was: everything, each with its line.
        """
        found = list(self._found.values())
        if len(found) == 1:
            raise found[0]
        if found:
            told = [f"{each}; {each.fix}" if each.fix else str(each) for each in found]
            raise BadInputError(listed(told, most=_SHOWN), where=where, fix="correct these lines")

    def _axis(self, section: str, path: str, given: Plain) -> Axis | None:
        axis = self._attempt(section, path, lambda: axis_of(path, given))
        if axis is None:
            self._attempt(section, path, lambda: kinds_at(Request, parts_of(path)))  # may be wrong besides
            return None
        shown = given if isinstance(given, list) else [axis.at(0), axis.at(1), axis.at(axis.count - 1)]
        self._values(section, path, shown)
        return axis

    def _setting(self, section: str, path: str, value: Plain) -> Setting | None:
        parts = self._values(section, path, [value])
        return None if parts is None else (parts, value)

    def _values(self, section: str, path: str, values: Sequence[Plain]) -> Parts | None:
        """The parts of a path, where each value may stand there; None where one may not."""
        if path in UNFIT:
            self._refuse_unfit(section, path)
            return None
        if path == "seed":
            self._add(
                section, path, "seed is not varied so", "write repeat = 8, or repeat = [1, 2, 3] for these seeds"
            )
            return None
        parts = self._attempt(section, path, lambda: parts_of(path))
        kinds = None if parts is None else self._attempt(section, path, lambda: kinds_at(Request, parts))
        if parts is None or kinds is None:
            return None
        kind = kinds[0] if len(kinds) == 1 else inspect.UnionType(kinds)
        before = len(self._found)
        for number, value in enumerate(values, start=1):
            if takes_away(parts, value) or is_none_of_its_size(parts, value):
                continue
            called = f"{path}, value {number}" if len(values) > 1 else path
            for problem in [*_no_number(value, called), *value_problems(value, kind, called)][:1]:
                self._add(section, path, problem, described(path))
        return parts if len(self._found) == before else None

    def _table(self, section: str, given: Plain) -> dict[str, Plain]:
        if isinstance(given, dict):
            return given
        self._add("", section, f"{section} is not a table", f"write [{section}] above its settings")
        return {}

    def _refuse_unfit(self, section: str, path: str) -> None:
        self._add(section, path, f"{path} {UNFIT[path]}", "leave it out")

    def _attempt(self, section: str, path: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except UsageError as error:
            self._add(section, path, error.what, error.fix)
            return None

    def _add(self, section: str, path: str, what: str, fix: str) -> None:
        where = self._place_of(section, path)
        what, fix = (_short(text.replace("`", "")) for text in (what, fix))
        error = BadInputError(what, where=where, field=path, fix=fix)
        self._found.setdefault((where, error.what), error)
