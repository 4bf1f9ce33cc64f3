"""A study file, read and checked as a whole, and the configurations of its cases."""

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from pvsim.adapters.shared.toml_file import TomlFile, parse_toml
from pvsim.config import RunConfig
from pvsim.config.study import Study
from pvsim.config.study_cases import Cases
from pvsim.config.study_text import study_of
from pvsim.core.study.case import Case
from pvsim.errors import BadInputError, PvsimError
from pvsim.wiring.study.inputs import InputFiles
from pvsim.wiring.study.lines import StudyLines
from pvsim.wiring.study.outside import StudyDisk

__all__ = ["StudyFacts", "case_at", "check_all", "configured", "read_study", "study_of_data"]

_SHOWN, _DIFFERENT = 3, 1_000


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """What a study comes to, before anything runs.

    Attributes:
        study: The study.
        count: How many cases it has.
        same: How many of them are the same run as an earlier one, such as a battery of 0 kWh at two charging
            powers: one record serves them.
        first: The first cases.
    """

    study: Study
    count: int
    same: int
    first: tuple[Case, ...]


def read_study(path: Path, folder: Path | None = None) -> Study:
    """The study of a TOML file.

    Args:
        path: The file.
        folder: Where relative paths in it start; beside it if left out.

    Raises:
        BadInputError: if it cannot be read, is no TOML, or is wrong: all that is wrong, each with its line.
    """
    text = TomlFile("study file", _if_missing, lambda _: "name the study file, for example study.toml").read(path)
    data, lines = parse_toml(text, str(path)), StudyLines(text)

    def place_of(section: str, setting: str) -> str:
        line = lines.line_of(section, setting)
        return f"{path}:{line}" if line else str(path)

    return study_of(
        data, name=path.stem, folder=str((folder or path.parent).absolute()), where=str(path), place_of=place_of
    )


def study_of_data(data: Mapping[str, Any], *, name: str = "study", folder: Path | None = None) -> Study:
    """The study of plain data, as a study file has it.

    Args:
        data: Its sections.
        name: What it is called where the data do not say so.
        folder: Where relative paths start; the current directory if left out.

    Raises:
        BadInputError: if something is wrong: everything that is, each with its path.
    """
    start = Path() if folder is None else folder
    return study_of(
        data,
        name=name,
        folder=str(start.absolute()),
        where="",
        place_of=lambda section, _: f"[{section}]" if section else "",
    )


def configured(study: Study) -> Iterator[tuple[Case, RunConfig]]:
    """The cases with the configurations of their runs, in order, each when it is asked for.

    Raises:
        BadInputError: if the settings of a case do not fit together; `check_all` finds all of these.
    """
    return iter(_cases(study))


def case_at(study: Study, number: int) -> tuple[Case, RunConfig]:
    """One of the cases.

    Raises:
        BadInputError: if its settings do not fit together.
        IndexError: if there is no such case.
    """
    return _cases(study).at(number)


def check_all(
    study: Study,
    each: Callable[[Case], None] | None = None,
    notify: Callable[[int, int], None] | None = None,
) -> StudyFacts:
    """Check every case before anything runs.

    Args:
        study: What is asked for.
        each: Is given every case, in order. Without it only those of the first seed are looked at: the settings
            of the others are the same.
        notify: Is told how many cases of how many are checked.

    Raises:
        BadInputError: if the settings of some cases do not fit together: how many, and three of them.
    """
    cases, of_a_seed, files = _cases(study), study.order.each_seed, InputFiles()
    found: dict[str, tuple[PvsimError, int]] = {}
    ids = array("Q")  # a set of a million would take 100 MB
    looked_at = of_a_seed if each is None else study.count
    for number in range(looked_at):
        if notify is not None:
            notify(number, looked_at)
        try:
            case, _ = cases.at(number, files.check)
        except BadInputError as error:
            told = error.what.partition("): ")[2] or error.what
            told = told if told in found or len(found) < _DIFFERENT else ""
            first, count = found.get(told, (error, 0))
            found[told] = (first, count + 1)
            continue
        if number < of_a_seed:
            ids.append(int(case.id, 16))
        if each is not None:
            each(case)
    if found:
        raise _mistakes(list(found.values()), looked_at, study)
    same = (of_a_seed - len(np.unique(ids))) * study.order.repeats
    shown = tuple(cases.at(number)[0] for number in range(min(_SHOWN, study.count)))
    return StudyFacts(study, study.count, same, shown)


@lru_cache(4)
def _cases(study: Study) -> Cases:
    folder = Path(study.folder)
    return Cases(study, StudyDisk(folder, Path(study.where or folder / study.name)))


def _mistakes(found: list[tuple[PvsimError, int]], of: int, study: Study) -> BadInputError:
    """What is wrong with some cases, in one error."""
    count = sum(often for _, often in found)
    if count == 1:
        error, _ = found[0]
        return BadInputError(error.what, where=error.where, field=error.field, fix=error.fix)
    if len(found) == 1 and count == of:
        error, _ = found[0]
        return BadInputError(
            f"no case can be run: {error.what}", where=error.where, field=error.field, fix=error.fix
        )
    lines = []
    for error, often in found[:_SHOWN]:
        also = f", and so in {often - 1:,} more" if often > 1 else ""
        lines.append(f"\n  {error.what}{also}" + (f"; {error.fix}" if error.fix else ""))
    if len(found) > _SHOWN:
        lines.append(f"\n  and {len(found) - _SHOWN:,} other mistakes")
    seeds = " of each seed" if of < study.count else ""
    what = f"{count:,} of {of:,} cases{seeds} have settings that do not fit together:{''.join(lines)}"
    return BadInputError(what, where=study.where, fix="change these settings, or leave these values out")


def _if_missing(path: Path) -> str:
    near = sorted(str(each) for each in path.parent.glob("*.toml"))[:_SHOWN] if path.parent.is_dir() else []
    return f"check the path; there is {', '.join(near)}" if near else "check the path"
