"""Finished runs beside each other: what their directories say, and whether they can be compared."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pvsim import __version__
from pvsim.adapters.rundir import Manifest
from pvsim.app.prove import add_up
from pvsim.app.report.forms import Forms, Phrase
from pvsim.config import RunConfig
from pvsim.config.comparable import Unlike, unlike
from pvsim.core.quantities.rounding import rounded
from pvsim.core.results.comparison import Comparison, compared
from pvsim.core.results.profile import Profile
from pvsim.core.results.summary import Summary
from pvsim.errors import UsageError
from pvsim.wiring.finished import FinishedRun, open_run
from pvsim.wiring.places import followed, write_file

if TYPE_CHECKING:
    from pvsim.app.report.comparison import RunOnPage

__all__ = ["ComparedRun", "Runs", "open_runs", "write_page"]

_GENERATED = re.compile(r"latest|\d{8}T\d{6}Z-.*")
_FEW_KWH = 1e-6


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """A run among those that are compared.

    Attributes:
        name: What it is called: its label, or part of its path.
        run: The run.
        manifest: What its manifest says.
        summary: What it comes to.
        unlike: In what it differs from the first run, and must not: then its differences mean nothing.
        other_tariff: It has other prices or emission factors than the first run.
    """

    name: str
    run: FinishedRun
    manifest: Manifest
    summary: Summary
    unlike: tuple[Unlike, ...] = ()
    other_tariff: bool = False

    @property
    def config(self) -> RunConfig:
        """What it was configured with."""
        return self.run.config

    @property
    def made_by(self) -> str:
        """The version of pvsim that made it."""
        return self.manifest.versions.get("pvsim", "unknown")

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of its figures should know."""
        found = []
        missing = (self.manifest.counts or {}).get("missing", 0)
        if self.manifest.status == "partial":
            found.append(f"partial: {missing:,} readings have no row, and its energies lack them")
        if self.made_by != __version__:
            found.append(f"made by pvsim {self.made_by}, compared by pvsim {__version__}")
        if self.other_tariff:
            found.append("it has another tariff, or other emission factors: money and CO2 differ by that too")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs that are compared; the first is what the others are compared with."""

    runs: tuple[ComparedRun, ...]

    @property
    def comparison(self) -> Comparison:
        """Their figures."""
        return compared([each.name for each in self.runs], [each.summary for each in self.runs])

    @property
    def unlike(self) -> tuple[str, ...]:
        """Why they cannot be compared; nothing where they can."""
        from pvsim.adapters.html import words_of  # noqa: PLC0415 - only for what cannot be compared
        from pvsim.app.report.comparison import unlike_text  # noqa: PLC0415 - as above

        said = [(each.name, one) for each in self.runs for one in each.unlike]
        forms = Forms(words_of("en") if said else {})
        texts = (unlike_text(name, one.aspect, one.what, forms) for name, one in said)
        return tuple(text.replace("\u00a0", " ") for text in texts)  # for terminals

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the figures should know."""
        return tuple(f"{each.name}: {note}" for each in self.runs for note in each.notes)


def write_page(found: Runs, path: Path, *, language: str) -> None:
    """Write the page about a comparison, all or nothing.

    Raises:
        CannotWriteError: if the disk is full or fails.
        BadInputError: if a file of a run is not what it was.
    """
    from pvsim.adapters.html import rendered, words_of  # noqa: PLC0415 - only pages need them
    from pvsim.app.report.comparison import comparison_page  # noqa: PLC0415

    runs = [_on_page(each) for each in found.runs]
    page = comparison_page(runs, found.comparison, Forms(words_of(language)), version=__version__)
    content = rendered(page, language=language, version=__version__, kind="compare")
    write_file(followed(path), content, named=path)


def _on_page(each: ComparedRun) -> "RunOnPage":
    """A run with its powers over time, which no file of it has ready."""
    from pvsim.app.report.comparison import RunOnPage  # noqa: PLC0415 - only pages need it
    from pvsim.wiring.report import facts_of  # noqa: PLC0415 - as above

    profile = Profile(each.run.plan)
    add_up(each.run.samples(), profile)
    facts = facts_of(each.manifest, each.config)
    aspects = [(one.aspect, one.what) for one in each.unlike]
    return RunOnPage(
        each.name, each.run.plan, each.summary, profile.result(), facts, aspects, other_tariff=each.other_tariff
    )


def open_runs(paths: Sequence[Path], labels: Sequence[str] = ()) -> Runs:
    """Open finished runs; the files of each are compared with its manifest.

    A run that is named twice by two names, as `runs/latest` and what that leads to, is taken once.

    Args:
        paths: Their directories.
        labels: What they are called; none: by their paths.

    Raises:
        UsageError: if they are too few, one is named twice by one name, or the labels do not fit.
        BadInputError: if one is not finished, or a file of it is not what it was.
    """
    names = _labelled(labels, len(paths)) if labels else []
    typed = [os.path.abspath(path) for path in paths]  # noqa: PTH100 - links are not followed, `..` is
    if twice := next((path for path, each in zip(paths, typed, strict=True) if typed.count(each) > 1), None):
        raise UsageError("the same run is named twice", where=str(twice), fix="name it once")
    once = dict(reversed([(path.resolve(), i) for i, path in enumerate(paths)]))  # the first name counts
    first = sorted(once.values())
    if len(first) < 2:  # noqa: PLR2004 - a comparison
        what = "a comparison needs two runs or more"
        if len(paths) > 1:
            what += f", and {' and '.join(map(str, paths))} are the same"
        raise UsageError(what, fix="name another run")
    paths, names = [paths[i] for i in first], [names[i] for i in first if names]
    resolved = [path.resolve() for path in paths]
    names = names or _names(paths, resolved)
    opened = [_opened(name, path) for name, path in zip(names, resolved, strict=True)]
    return Runs((opened[0], *(_against(opened[0], each) for each in opened[1:])))


def _opened(name: str, path: Path) -> ComparedRun:
    run = open_run(path)
    return ComparedRun(name, run, run.manifest, run.summary)


def _against(base: ComparedRun, other: ComparedRun) -> ComparedRun:
    """A run with what it must not differ in; the energy of the load tells what no configuration does."""
    found = unlike(base.config, other.config, (base.made_by, other.made_by))
    if not {each.aspect for each in found} & {"period", "load"}:
        kwh = [
            e.load if e.load is not None else e.meter for e in (base.summary.energy_kwh, other.summary.energy_kwh)
        ]
        if None not in kwh and abs((kwh[1] or 0.0) - (kwh[0] or 0.0)) > _FEW_KWH:
            first, this = (Phrase("unlike.kwh", {"kwh": rounded(each or 0.0)}) for each in kwh)
            found = (*found, Unlike("load", this, first))
    return replace(other, unlike=found, other_tariff=_prices_of(base.config) != _prices_of(other.config))


def _prices_of(config: RunConfig) -> tuple[object, ...]:
    """What is paid in a run, and what the grid emits."""
    return config.tariff, config.co2, config.series_sha256, config.unpaid, config.feed_in


def _labelled(labels: Sequence[str], count: int) -> list[str]:
    fix = "give each run a label of its own, in the order of the directories"
    if len(labels) != count:
        what = f"--label names {len(labels)} of {count} runs"
        raise UsageError(what, where="--label", fix=fix)
    if len(set(labels)) != count or not all(label.strip() for label in labels):
        raise UsageError("--label is empty or stands twice", where="--label", fix=fix)
    return list(labels)


def _names(paths: Sequence[Path], resolved: Sequence[Path]) -> list[str]:
    """What the runs are called: the directory that somebody has named, else that of the run."""
    for names in ([_named(path) for path in paths], [path.name for path in resolved]):
        if len(set(names)) == len(names):
            return names
    return [str(path) for path in resolved]


def _named(path: Path) -> str:
    """`south` of `runs/south` and of `south/latest`; the name that pvsim gave where nobody gave another."""
    for name in (path.name, path.parent.name):
        if name not in {"", "..", "runs"} and not _GENERATED.fullmatch(name):
            return name
    return path.resolve().name
