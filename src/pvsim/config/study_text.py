"""From the plain data of a study file to a study: all that can be wrong before a case is looked at."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Any

from msgspec import convert
from msgspec.structs import fields

from pvsim.config.request import Request
from pvsim.config.single_settings import check_seed
from pvsim.config.study import MAX_CASES, Page, Setting, Study, StudyFile, Variant
from pvsim.config.study_checks import UNFIT, Checks, PlaceOf, described, is_whole
from pvsim.core.results.figure_tables import FIGURES, figure_columns
from pvsim.core.site.problems import problems
from pvsim.core.study.axes import Axis, bounds_of, is_range
from pvsim.core.study.paths import Parts, Plain, parts_of, value_at
from pvsim.core.study.plain import plain_of, text_of
from pvsim.core.study.sampling import Sample
from pvsim.core.study.set_paths import SetPaths
from pvsim.errors import BadInputError

__all__ = ["SECTIONS", "VARIANT", "study_of"]

SECTIONS = StudyFile.__struct_encode_fields__
_PER_MINUTE = 200
"""One-day cases of a home that a core carries out."""
_MAX_NAME = 64
_SPACES = re.compile(r"\s*\.\s*")
_NO_FILE_NAME = set('/\\:*?"<>|')
VARIANT = "variant"
"""In [page]: the named variants."""
_SEE = "pvsim schema study describes it"


def study_of(data: Mapping[str, Any], *, name: str, folder: str, where: str, place_of: PlaceOf) -> Study:
    """The study of plain data, as a study file has it.

    Args:
        data: Its sections.
        name: What it is called where it does not say so.
        folder: Where relative paths start.
        where: The file, if there is one.
        place_of: Where a section has a path.

    Raises:
        BadInputError: if something is wrong: everything that is, each with its line.
    """
    reading = _Reading(place_of)
    data = reading.plain(data)
    reading.unknown_sections(data)
    base, changes = reading.base(data.get("base", {}))
    seeds = reading.seeds(data.get("repeat", 1), base.pop("seed", 1))
    sampled, swept = reading.varied(data.get("sample"), "sample"), reading.varied(data.get("sweep"), "sweep")
    sample = reading.sample(sampled, seeds[0])
    axes = reading.axes(swept)
    variants = reading.variants(data.get("compare", []))
    reading.twice({"sample": sampled, "sweep": swept}, variants)
    page = reading.page(
        data.get("page", {}),
        [*(path for path in sampled if path != "n"), *swept, *([VARIANT] if data.get("compare") else [])],
    )
    called = reading.name(data.get("name", name))
    reading.raise_any(where)
    study = Study(called, folder, where, base, changes, seeds, variants, sample, axes, page)
    _check_count(study)
    return study


class _Reading(Checks):
    """Reads the sections of a study, and gathers what is wrong with them."""

    def plain(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The data with texts for dates."""
        found: dict[str, Any] = {}
        for name, value in data.items():
            try:
                found[text_of(str(name))] = plain_of(value)
            except RecursionError:
                self._add("", str(name), f"{name} has more tables in tables than any setting", "correct it")
            except ValueError as error:
                section = name if name in SECTIONS else ""
                self._add("", section, f"{section or 'a name'} has in it {error}", "write it as TOML has it")
        return found

    def unknown_sections(self, data: Mapping[str, Any]) -> None:
        """Refuse what is no section of a study file."""
        for name in data:
            if name not in SECTIONS:
                near = get_close_matches(name, SECTIONS, n=1)
                fix = f"did you mean {near[0]}?" if near else f"known are {', '.join(SECTIONS)}"
                if name in [field.encode_name for field in fields(Request)]:
                    fix = "write it under [base]: it is a setting of the runs"
                self._add("", name, f"a study file has no {name}", fix)

    def name(self, name: Plain) -> str:
        """What the study is called: a directory is called so."""
        if isinstance(name, str) and _can_be_directory(name):
            return name
        what = f"{name!r} is no name of a study: its directory is called so"
        self._add("", "name", what, f'write name = "roof": letters, digits and dashes, at most {_MAX_NAME}')
        return ""

    def base(self, base: Plain) -> tuple[dict[str, Any], tuple[Setting, ...]]:
        """Fields of a request, and what is set by paths."""
        table = self._table("base", base)
        said = {name: value for name, value in table.items() if "." not in name}
        site = said.get("site")
        checked = said | ({"site": None} if isinstance(site, dict) else {})  # it is checked as a whole
        for problem in problems(checked, Request):
            self._add("base", problem.partition(":")[0], problem, described(problem))
        settings = []
        for name, value in table.items():
            path = _SPACES.sub(".", name.strip())
            if path in UNFIT:
                self._refuse_unfit("base", path)
            if "." in path and (setting := self._setting("base", path, value)) is not None:
                settings.append(setting)
                if value_at(said, setting[0]) is not None:
                    self._add("base", path, f"{path} is set twice", "leave one of them out")
        return said, tuple(settings)

    def seeds(self, repeat: Plain, seed: Plain) -> Sequence[int]:
        """The seed of each repeat; one where they are wrong."""
        first = seed if is_whole(seed) else 1
        if isinstance(repeat, list):
            seeds: Sequence[int] = [each for each in repeat if is_whole(each)]
            right = len(seeds) == len(repeat) > 0
            if len(set(seeds)) < len(seeds):
                self._add("", "repeat", "repeat: a seed is in the list twice", "leave one of them out")
            ends = seeds
        else:
            right = is_whole(repeat) and repeat >= 1
            seeds = range(first, first + repeat) if right and is_whole(repeat) else ()
            ends = (first, first + len(seeds) - 1) if seeds else ()
        if not right:
            fix = "write repeat = 8 for eight seeds, or repeat = [1, 2, 3] for these"
            self._add("", "repeat", f"repeat: {repeat!r} is neither a number of seeds nor a list of them", fix)
            return (1,)
        for each in ends:
            self._attempt("", "repeat", partial(check_seed, each))
        return seeds

    def varied(self, given: Plain, section: str) -> dict[str, Plain]:
        """What a section gives each path, whether the paths are quoted or tables in tables."""
        found: dict[str, Plain] = {}
        for path, value in _leaves(self._table(section, {} if given is None else given)):
            if path in found:
                self._add(section, path, f"{path} is set twice", "leave one of them out")
            found[path] = value
        if given is not None and not found:
            self._add("", section, f"[{section}] is empty", "name a setting in it, or leave it out")
        return found

    def axes(self, swept: Mapping[str, Plain]) -> dict[str, Axis]:
        """The values of each path."""
        return {
            path: axis for path, given in swept.items() if (axis := self._axis("sweep", path, given)) is not None
        }

    def sample(self, sampled: dict[str, Plain], seed: int) -> Sample | None:
        """The sampled points; None where none are, or something is wrong."""
        if not sampled:
            return None
        given = {path: value for path, value in sampled.items() if path != "n"}
        n = sampled.get("n")
        if not is_whole(n) or n < 1:
            said = "n is missing" if n is None else f"{n!r} is no number of points"
            self._add("sample", "n", f"[sample] n: {said}", "write n = 100")
            n = 1
        if not given:
            self._add(
                "sample", "n", "[sample] names no setting", 'write "site.plants.0.peak_kw" = { from = 3, to = 12 }'
            )
        for path, value in given.items():
            if isinstance(value, dict) and not value.keys() & {"step", "n"}:
                if self._attempt("sample", path, partial(bounds_of, path, value)) is not None:
                    self._values("sample", path, [value["from"], value["to"]])
            else:
                self._axis("sample", path, value)
        return None if len(self._found) else Sample(n, given, seed)

    def variants(self, compare: Plain) -> tuple[Variant, ...]:
        """The named variants."""
        tables = [each for each in compare if isinstance(each, dict)] if isinstance(compare, list) else []
        if not isinstance(compare, list) or len(tables) < len(compare):
            self._add("", "compare", "compare is not a list of tables", "write [[compare]] above each variant")
        variants: dict[str, Variant] = {}
        for number, each in enumerate(tables):
            section = f"compare.{number}"
            name = each.get("name")
            if not isinstance(name, str) or not name.strip() or not name.isprintable() or len(name) > _MAX_NAME:
                said = "has no name" if name is None else f"has the name {name!r}"
                self._add(section, "name", f"[[compare]] {number + 1} {said}", 'write name = "south"')
                name = f"#{number}"
            if name in variants:
                self._add(section, "name", f"two variants are called {name}", "give each another name")
            leaves = [(path, value) for path, value in _leaves(each, whole=True) if path != "name"]
            settings = [self._setting(section, path, value) for path, value in leaves]
            variants[name] = Variant(name, tuple(each for each in settings if each is not None))
        return tuple(variants.values()) or (Variant(),)

    def page(self, page: Plain, varied: Sequence[str]) -> Page:
        """What the page shows."""
        table = self._table("page", page)
        if found := problems(table, Page):
            for problem in found:
                self._add("page", problem.partition(":")[0], f"[page] {problem}", _SEE)
            return Page()
        chosen = convert(table, Page)
        if chosen.best is not None and chosen.best not in (figures := _single_figures()):
            near = get_close_matches(chosen.best, figures, n=1)
            fix = (
                f"did you mean {near[0]}?"
                if near
                else "name a figure as pvsim query does, such as energy_kwh_import"
            )
            self._add("page", "best", f"[page] best: no figure is called {chosen.best}", fix)
        for axis in ("x", "y"):
            path = getattr(chosen, axis)
            if path is not None and path not in varied:
                near = get_close_matches(path, varied, n=1)
                fix = f"did you mean {near[0]}?" if near else "name a path of [sweep] or [sample]"
                self._add("page", axis, f"[page] {axis}: {path} is not varied", fix)
        if chosen.x is not None and chosen.x == chosen.y:
            fix = "name another path, or leave one of them out"
            self._add("page", "y", f"[page] y: {chosen.y} is x already", fix)
        return chosen

    def twice(self, varied: Mapping[str, Mapping[str, Plain]], variants: Sequence[Variant]) -> None:
        """Refuse a value that is set in two ways."""
        of_all = SetPaths()
        for section, paths in varied.items():
            self._once(section, [parts_of(path) for path in paths if path != "n" and all(path.split("."))], of_all)
        for number, variant in enumerate(variants):
            if variant.settings:
                self._once(f"compare.{number}", [parts for parts, _ in variant.settings], of_all.copy())

    def _once(self, section: str, paths: Sequence[Parts], known: SetPaths) -> None:
        """Refuse those paths that set what known ones set, and make them known."""
        for parts in paths:
            if (same := known.same_as(parts)) is not None:
                path, (other_section, other) = ".".join(parts), same
                self._add(section, path, *_both(section, path, other_section, ".".join(other)))
            known.add(section, parts)


def _single_figures() -> list[str]:
    """The names of the figures of a run that are one number each."""
    return [name for name, kind in figure_columns()[FIGURES].items() if kind in {float, int}]


def _can_be_directory(name: str) -> bool:
    fits = 0 < len(name) <= _MAX_NAME and name.isprintable() and name.strip(". ") == name
    return fits and not _NO_FILE_NAME & set(name)


def _leaves(table: Mapping[str, Plain], *, whole: bool = False, before: str = "") -> Iterator[tuple[str, Plain]]:
    """The paths of a table and what each has: `site.battery` in quotes, or tables in tables.

    Args:
        table: What is looked at.
        whole: A table at a path in quotes is its value; else only ranges are.
        before: The path of `table`.
    """
    for name, value in table.items():
        path = f"{before}.{name}" if before else name
        if isinstance(value, dict) and value and not is_range(value) and not (whole and "." in name):
            yield from _leaves(value, whole=whole, before=path)
        else:
            yield _SPACES.sub(".", path.strip()), value


def _both(section: str, path: str, other_section: str, other: str) -> tuple[str, str]:
    """That two sections set one value, and what to do."""
    in_other = "twice" if section == other_section else f"in {_called(section)} and in {_called(other_section)}"
    what = f"{path} is set {in_other}" if path == other else f"{path} and {other} set the same value"
    return what, "leave one of them out"


def _called(section: str) -> str:
    name, dot, _ = section.partition(".")
    return f"[[{name}]]" if dot else f"[{name}]"


def _check_count(study: Study) -> None:
    if study.count <= MAX_CASES:
        return
    order = study.order
    parts = {
        "seeds": order.repeats,
        "variants": order.variants,
        "points": order.samples,
        "combinations": order.combinations,
    }
    product = " × ".join(f"{count:,} {name}" for name, count in parts.items() if count > 1)
    days = study.count / _PER_MINUTE / 60 / 24
    what = f"{study.count:,} cases ({product}) are more than {MAX_CASES:,}"
    what += f"; at {_PER_MINUTE} cases of a day a minute they would take a core {days:,.0f} days"
    raise BadInputError(
        what, where=study.where, fix="widen the steps of [sweep], or draw points: [sample] n = 1000"
    )
