"""What is written of a study when its cases are done: tables and the page, as functions of its records alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pvsim import __version__
from pvsim.adapters.duckdb.connection import require_duckdb, require_text
from pvsim.adapters.shared.disk import cannot_write
from pvsim.adapters.shared.file_system import FileSystem, new_file
from pvsim.adapters.study_directory import STUDY_FILE, KeptRecords, StudyBest, StudyRanking
from pvsim.config.request import Request
from pvsim.config.study import Difference, Study
from pvsim.core.quantities.clock_span import ClockSpan, parse_hours
from pvsim.core.quantities.rounding import rounded
from pvsim.core.study.collected import Collected
from pvsim.core.study.factors import VARIANT
from pvsim.core.study.ranking import Objective, Ranking, goal_of, ranked
from pvsim.core.study.table import Columns, band_columns, band_rows, case_columns, case_row, csv_line
from pvsim.errors import UsageError
from pvsim.wiring.hours_notes import hours_notes
from pvsim.wiring.places import write_file
from pvsim.wiring.study.file import configured

if TYPE_CHECKING:
    from pvsim.app.report.study_facts import StudyFacts
    from pvsim.config import RunConfig
    from pvsim.core.study.record import CaseRecord

__all__ = ["BANDS", "BEST", "CASES", "CASES_PARQUET", "PAGE", "StudyResults", "finish", "objective_said"]

CASES, BANDS, CASES_PARQUET, PAGE = "cases.csv", "bands.csv", "cases.parquet", "study.html"

BEST = 5
"""Of so many cases, or combinations, it is told that they are the best."""

_PRINTED = "en"
_PORTION = 1_000
_FAILED = 50
_VARIANT = "variant"
"""What a study file calls the axis of its variants."""


_TOLD = {
    "inputs_clipped_s": ("have a load above what its meter shows, taken as meter.max_w", "s"),
    "inputs_dimmed_s": ("have dimmed devices", "s"),
    "inputs_gap_s": ("have gaps in their files, which were filled", "s"),
    "inputs_clipped_low": ("have values in their files below the lowest possible, taken as that", "values"),
    "inputs_clipped_high": ("have values in their files above the highest possible, taken as that", "values"),
}
"""What is told of a count that is not 0, and the unit of the count."""


@dataclass(frozen=True, slots=True)
class StudyResults:
    """What has been written.

    Attributes:
        paths: The files.
        notes: What was filled, clipped or cut in cases; what was not written, and how to have it.
        headline: The best combination, and whether it leads by more than chance; in English, as what is printed.
        ranking: The best combinations; None where none has the figure.
    """

    paths: tuple[Path, ...]
    notes: tuple[str, ...]
    headline: str = ""
    ranking: StudyRanking | None = None


def finish(directory: Path, study: Study, *, language: str = "en") -> StudyResults:
    """Write the tables and the page of a study; the same bytes for the same records.

    Args:
        directory: Of the study; its lock is held.
        study: The study, whose cases have records; those without one are left out, and the page counts them.
        language: Of the page.

    Raises:
        BadInputError: if the records cannot be read.
        CannotWriteError: if the disk is full or fails.
    """
    results = _Results(directory, study)
    try:
        return results.write(language)
    finally:
        results.close()


class _Results:
    """The records of a study in the order of its cases."""

    def __init__(self, directory: Path, study: Study) -> None:
        self._directory, self._study = directory, study
        self._kept = KeptRecords(directory)
        self._disk = FileSystem(accepted=True)
        self._cases = Collected()
        self._ranking: StudyRanking | None = None

    def close(self) -> None:
        self._kept.close()

    def write(self, language: str) -> StudyResults:
        of_hours: dict[str, None] = {}
        for case, config in configured(self._study):
            if (record := self._kept.get(case.id)) is not None:
                of_hours |= dict.fromkeys(_hour_notes(config))
                self._cases.add(_placed(record, case.id, self._study.difference_at(case.number)))
        columns = case_columns(self._cases)
        paths = [self._csv(CASES, columns, (case_row(each, columns) for each in self._records()))]
        if len(self._study.seeds) > 1:
            of_bands = band_columns(self._cases)
            paths.append(self._csv(BANDS, of_bands, band_rows(self._cases, of_bands)))
        else:
            self._remove(BANDS)
        note = self._parquet(columns)
        if note is None:
            paths.append(self._directory / CASES_PARQUET)
        else:
            self._remove(CASES_PARQUET)
        path, headline, of_comparison = self._page(language)
        notes = (*of_hours, *_input_notes(self._cases), *of_comparison, *(() if note is None else (note,)))
        return StudyResults((*paths, path), notes, headline, self._ranking)

    def _records(self) -> Iterator["CaseRecord"]:
        for position in range(len(self._cases.ids)):
            yield from self._record(position)

    def _record(self, position: int) -> Iterator["CaseRecord"]:
        """The record at a position among the cases."""
        case_id = self._cases.ids[position]
        if (record := self._kept.get(case_id)) is not None:
            yield _placed(record, case_id, self._study.difference_at(self._cases.numbers[position]))

    def _remove(self, name: str) -> None:
        """Remove a file of an earlier result that this one does not have."""
        path = self._directory / name
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise cannot_write(error, path) from error

    def _csv(self, name: str, columns: Columns, rows: Iterable[Mapping[str, Any]]) -> Path:
        path = self._directory / name
        try:
            with new_file(path, self._disk) as file:
                file.write(csv_line(columns.kinds).encode())
                for row in rows:
                    file.write(csv_line(row.get(column) for column in columns.kinds).encode())
        except OSError as error:
            raise cannot_write(error, path) from error
        return path

    def _parquet(self, columns: Columns) -> str | None:
        """Write the table of cases as Parquet; why not, where that is not possible."""
        path = self._directory / CASES_PARQUET
        try:
            require_duckdb()
            require_text(self._directory)
        except UsageError as error:
            return f"no {CASES_PARQUET}: {error.what}; {error.fix}"
        from pvsim.adapters.duckdb.row_file import write_row_file  # noqa: PLC0415 - with DuckDB only

        rows = (case_row(each, columns) for each in self._records())
        write_row_file(path, columns.kinds, iter(lambda: list(islice(rows, _PORTION)), []))
        return None

    def _page(self, language: str) -> tuple[Path, str, tuple[str, ...]]:
        """Write the page; its place, its headline and what must be known with that."""
        from pvsim.adapters.html import rendered, words_of  # noqa: PLC0415 - only pages need them
        from pvsim.app.report.forms import Forms  # noqa: PLC0415 - as above
        from pvsim.app.report.study_page import study_notes, study_page  # noqa: PLC0415 - as above

        facts = self._facts()
        page = study_page(self._cases, facts, Forms(words_of(language)))
        forms = Forms(words_of(_PRINTED))
        english = page if language == _PRINTED else study_page(self._cases, facts, forms)
        content = rendered(page, language=language, version=__version__, kind="study")
        path = self._directory / PAGE
        write_file(path, content)
        notes = (each.replace("\u00a0", " ") for each in study_notes(self._cases, facts, forms))
        return path, english.headline.replace("\u00a0", " "), tuple(notes)

    def _facts(self) -> "StudyFacts":
        from pvsim.app.report.study_facts import StudyFacts  # noqa: PLC0415 - only pages need them
        from pvsim.app.report.study_found import objective_of, shown_by_hour  # noqa: PLC0415 - as above

        study, cases = self._study, self._cases
        text = self._text()
        facts = StudyFacts(
            name=study.name,
            period=_period(study),
            drawn=() if study.sample is None else study.sample.paths,
            x=_axis(study.page.x),
            y=_axis(study.page.y),
            objective=objective_said(study),
            versions={"pvsim": __version__},
            sha256=sha256(text).hexdigest() if text else "",
            text=text.decode(errors="replace"),
            failed=[each for position in cases.failed[:_FAILED] for each in self._record(position)],
            missing=study.count - len(cases.ids),
        )
        objective = objective_of(cases, facts)
        ranking = ranked(cases.matrix(objective.figure), objective)
        self._ranking = self._told(ranking) if ranking.order else None
        shown = shown_by_hour(ranking)
        hours = {
            each: [record.hours for case in cases.combinations[each].cases for record in self._record(case)]
            for each in shown
        }
        return replace(facts, hours=hours)

    def _told(self, ranking: Ranking) -> StudyRanking:
        """The best combinations, as they are printed."""
        cases, best = self._cases, []
        for each in ranking.order[:BEST]:
            combination = cases.combinations[each]
            first = combination.cases[0]
            value, parameters = rounded(float(ranking.means[each])), dict(combination.parameters)
            best.append(StudyBest(value, cases.numbers[first], cases.ids[first], combination.variant, parameters))
        objective = ranking.objective
        return StudyRanking(objective.figure, objective.goal, len(self._study.seeds), tuple(best))

    def _text(self) -> bytes:
        """The study file, as its directory keeps it."""
        path = self._directory / STUDY_FILE
        return path.read_bytes() if path.is_file() else b""


def _placed(record: "CaseRecord", case_id: str, different: Difference) -> "CaseRecord":
    """The record of a case as this study has it; it may have been made for another one."""
    return msgspec.structs.replace(
        record,
        number=different.number,
        id=case_id,
        variant=different.variant.name,
        parameters=different.parameters,
        repeat=different.repeat,
        seed=different.seed,
    )


def _input_notes(cases: Collected) -> Iterator[str]:
    """What happened to the inputs of cases, as `pvsim run` tells it of one (I12)."""
    for name, (what, unit) in _TOLD.items():
        count, most = cases.inputs.get(name, (0, 0))
        if count:
            yield f"{count:,} of {len(cases.ids):,} cases {what}: up to {most:,} {unit} ({name} in {CASES})"


def _hour_notes(config: "RunConfig") -> list[str]:
    """What the part of a day means that a case is of, as `pvsim run` tells it."""
    clock = parse_hours(config.hours, "hours") if isinstance(config.hours, str) else None
    if not isinstance(clock, ClockSpan):
        return []
    return hours_notes(config.first_date, config.tz, clock, f"hours {clock}")


def _axis(path: str | None) -> str | None:
    return VARIANT if path == _VARIANT else path


def objective_said(study: Study) -> Objective | None:
    """By what the best case is the best, if the study file says it."""
    best = study.page.best
    return None if best is None else Objective(best, study.page.goal or goal_of(best))


def _period(study: Study) -> tuple[str, int]:
    """The first day and the days of the base."""
    usual = Request()
    days = study.base.get("days", usual.days)
    return str(study.base.get("date", usual.date)), days if isinstance(days, int) else usual.days
