"""The cases of a study as configurations of runs, each by its number."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import convert
from msgspec.structs import replace

from pvsim.config.configure import run_config
from pvsim.config.ports import StudyOutside
from pvsim.config.request import Request
from pvsim.config.run_config import ExternalMeter, RunConfig, without_later_defaults
from pvsim.config.study import Difference, Setting, Study
from pvsim.config.study_checks import NONE, is_none_of_its_size, takes_away
from pvsim.core.site.problems import problems
from pvsim.core.study.case import Case
from pvsim.core.study.paths import EACH, Parts, Plain, overlap, put, value_at
from pvsim.core.study.plain import inline
from pvsim.errors import BadInputError, PvsimError, UsageError

__all__ = ["ID_DIGITS", "Cases", "case_id", "case_text"]

ID_DIGITS = 16
"""Of a million cases two have one id with a chance of 3 in 100 million."""

_RUN_ID = "case"
_NO_FIGURE = ("run_id", "batch", "split", "formats", "annual_energies", "homes_file")
"""Fields of a configuration that change no figure, or only say where its other fields came from."""
_LONGEST = 240
_MISSING = re.compile(r"^\s*(?:site\.)?([\w.]+): missing$", re.MULTILINE)


class Cases:
    """The cases of a study.

    Args:
        study: What is asked for.
        outside: Where files and sites are; it should remember what it has read.
    """

    def __init__(self, study: Study, outside: StudyOutside) -> None:
        self.study = study
        self._outside = outside

    def __len__(self) -> int:
        return self.study.count

    def __iter__(self) -> Iterator[tuple[Case, RunConfig]]:
        return map(self.at, range(len(self)))

    def at(self, number: int, check: Callable[[RunConfig], None] = lambda _: None) -> tuple[Case, RunConfig]:
        """The case of a number, and the configuration of its run.

        Args:
            number: Of the case.
            check: Looks at what the configuration names; what it raises is said to be of the case.

        Raises:
            BadInputError: if its settings do not fit together; it names the case.
            IndexError: if there is no such case.
        """
        different = self.study.difference_at(number)
        try:
            config = run_config(self._request(different), self._outside)
            _refuse_external(config)
            check(config)
        except (UsageError, BadInputError) as error:
            raise _named(error, different, self.study.where) from error
        case = Case(
            number=number,
            id=case_id(config),
            variant=different.variant.name,
            parameters=different.parameters,
            repeat=different.repeat,
            seed=different.seed,
        )
        return case, replace(config, run_id=f"case-{case.id}")

    def _request(self, different: Difference) -> Request:
        """What the case asks for."""
        own = [
            *different.variant.settings,
            *((tuple(path.split(".")), value) for path, value in different.parameters.items()),
        ]
        data = dict(self.study.base)
        for settings in (self.study.changes, own):
            data = _with(data, [setting for setting in settings if not _in_site(setting)])
        site = data.pop("site", None)
        in_site = [
            [setting for setting in settings if _in_site(setting)] for settings in (self.study.changes, own)
        ]
        if any(in_site) or isinstance(site, dict):
            site = self._site(site, in_site)
        request = self._convert(data | {"seed": different.seed, "run_id": _RUN_ID})
        return replace(request, site=site)

    def _site(self, site: Plain, in_site: Sequence[Sequence[Setting]]) -> Any:
        """The site with what is changed in it."""
        if site is None:
            path = ".".join(next(setting for settings in in_site for setting in settings)[0])
            what = f"{path} is set, but there is no site that it is in"
            raise UsageError(what, field=path, fix='name one: site = "home" under [base]')
        found: dict[str, Plain] = {"site": self._outside.site_data(site) if isinstance(site, str) else site}
        for settings in in_site:
            found = _with(found, settings)
        try:
            return self._outside.site_of(found["site"])
        except BadInputError as error:
            error.fix = _fix_of_missing(error.what) or error.fix
            raise

    def _convert(self, data: dict[str, Plain]) -> Request:
        try:
            return convert(data, Request)
        except msgspec.ValidationError as error:
            found = problems(data, Request)
            raise UsageError(
                "; ".join(found) or str(error), fix="pvsim run --help describes every setting"
            ) from error


def case_id(config: RunConfig) -> str:
    """What a case is known by in any study: the digest of all that its figures depend on.

    Files count by their content, not by their path.
    """
    fields = without_later_defaults(config)
    for name in _NO_FIGURE:
        fields.pop(name, None)
    return sha256(msgspec.json.encode(_without_paths(fields), order="sorted")).hexdigest()[:ID_DIGITS]


def _without_paths(value: Any) -> Any:
    """The data without the paths of files, whose digests are beside them."""
    if isinstance(value, dict):
        return {name: _without_paths(each) for name, each in value.items() if name != "path"}
    if isinstance(value, list | tuple):
        return [_without_paths(each) for each in value]
    return value


def _fix_of_missing(told: str) -> str:
    """What to do where a path has made a table, and the rest of the table is not said."""
    missing = _MISSING.findall(told)
    if "location" in missing:
        return 'name the site that it is in: site = "home" under [base], and put paths in quotes'
    named = ", ".join(f'"site.{each}"' for each in missing)
    return f"set the rest of it too, under [base] for example: {named}" if missing else ""


def _in_site(setting: Setting) -> bool:
    parts, _ = setting
    return parts[0] == "site" and len(parts) > 1


def _with(data: dict[str, Plain], settings: Sequence[Setting]) -> dict[str, Plain]:
    """The data with settings: whole tables first, then what is in them; what is taken away at last."""
    gone: list[Setting] = []
    for parts, value in sorted(settings, key=lambda setting: len(setting[0])):
        if is_none_of_its_size(parts, value):
            gone += [(each, NONE) for each in _homes_with(data, parts)] or [(parts[:-1], None)]
        elif takes_away(parts, value):
            _refuse_within(parts, settings)
            gone.append((parts, None))
        else:
            data = _put(data, parts, value)
    for parts, value in gone:
        data = _put(data, parts, value)
    return data


def _refuse_within(gone: Parts, settings: Sequence[Setting]) -> None:
    """Refuse a value in what is taken away."""
    for parts, value in settings:
        if len(parts) > len(gone) and overlap(parts, gone) and value is not None:
            path, away = ".".join(parts), ".".join(gone)
            what = f"{path} is set, but {away} is taken away"
            raise UsageError(
                what, field=path, fix="leave one of them out; a battery of 0 kWh is none, for example"
            )


def _homes_with(data: dict[str, Plain], parts: Parts) -> list[Parts]:
    """The paths of what a path is in, for each home that has it; a home without it has the site's."""
    if parts[1] != "homes":
        return []
    homes = value_at(data, parts[:2])
    count = len(homes) if isinstance(homes, list) else 0
    found = [(*parts[:2], str(index), *parts[3:-1]) for index in range(count) if parts[2] in {EACH, str(index)}]
    return [each for each in found if value_at(data, each) is not None]


def _put(data: dict[str, Plain], parts: Parts, value: Plain) -> dict[str, Plain]:
    changed = put(data, parts, value)
    return changed if isinstance(changed, dict) else {}


def _refuse_external(config: RunConfig) -> None:
    if any(isinstance(meter.source, ExternalMeter) for meter in config.meters):
        what = "nobody here can compute the readings of an external meter"
        raise UsageError(
            what, field="meter.source", fix="give another meter.source, such as a file of its readings"
        )


def _named(error: PvsimError, different: Difference, where: str) -> BadInputError:
    """The error with the case that it is of."""
    told = "; ".join(str(each) for each in error.problems).replace("`", "").removeprefix(f"{where}: ")
    fixes = dict.fromkeys(each.fix.replace("`", "") for each in error.problems if each.fix)
    return BadInputError(f"{case_name(different)}: {told}", where=where, field=error.field, fix="; ".join(fixes))


def case_name(different: Difference) -> str:
    """A case as messages call it: `case 7 (south, site.battery.capacity_kwh = 5)`."""
    text = _differing(different.variant.name, different.parameters)
    return f"case {different.number} ({text})" if text else f"case {different.number}"


def case_text(case: Case) -> str:
    """In what a case differs from others of its seed: `south, site.battery.capacity_kwh = 5`."""
    return _differing(case.variant, case.parameters)


def _differing(variant: str, parameters: Mapping[str, Plain]) -> str:
    said = [variant] if variant else []
    text = ", ".join(said + [f"{path} = {inline(value)}" for path, value in parameters.items()])
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
