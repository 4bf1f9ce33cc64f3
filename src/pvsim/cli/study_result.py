"""What `pvsim study` says at the end: the result in lines or as data, and what has failed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pvsim.cli.study_lines import cases_done, duration, ranking_lines
from pvsim.errors import PartialResultError

if TYPE_CHECKING:
    from pvsim.app.study import StudyEnd
    from pvsim.wiring.study.results import StudyResults
    from pvsim.wiring.study.study import OpenStudy

__all__ = ["refuse_failed", "result_facts", "result_lines"]


def refuse_failed(opened: "OpenStudy", command: str) -> None:
    """End with the exit code of what is not whole, and name the first case that failed.

    Args:
        opened: The study.
        command: What carries it out again.

    Raises:
        PartialResultError: if a case has failed.
    """
    if (first := opened.first_failed()) is None or first.error is None:
        return
    failed = f"{opened.book.failed:,} of {opened.book.cases:,} cases failed"
    what = f"{failed}; the first is case {first.number} ({first.id}): {first.error.what}"
    fix = f"{first.error.fix or 'correct that'}; then: {command} --retry-failed"
    raise PartialResultError(what, where=first.error.where, fix=fix)


def result_lines(opened: "OpenStudy", results: "StudyResults", end: "StudyEnd", took_s: float) -> Iterator[str]:
    """The result in lines.

    Args:
        opened: The study.
        results: What was written of it.
        end: What was carried out now.
        took_s: How long that took.
    """
    book = opened.book
    parts = [f"{opened.study.name}: {cases_done(book)}"]
    parts += [f"{book.failed:,} failed"] if book.failed else []
    new = end.done + end.failed
    parts.append(f"{new:,} carried out now in {duration(took_s)}" if new else "all of them before")
    yield " · ".join(parts)
    if results.ranking is not None and opened.study.order.each_seed > 1:
        yield from ranking_lines(results.ranking)
    if results.headline:
        yield results.headline
    *tables, page = results.paths
    yield f"{page}, and beside it {', '.join(path.name for path in tables)}"


def result_facts(opened: "OpenStudy", results: "StudyResults") -> dict[str, Any]:
    """The result as plain data."""
    from msgspec.structs import asdict  # noqa: PLC0415 - `pvsim --help` needs none

    ranking, book = results.ranking, opened.book
    return {
        "name": opened.study.name,
        "directory": str(opened.directory.path),
        "status": str(opened.manifest.status),
        "cases": book.cases,
        "done": book.done,
        "failed": book.failed,
        "records_of_no_case": opened.elsewhere,
        "notes": [*opened.notes, *results.notes],
        "best_by": None if ranking is None else {"figure": ranking.figure, "goal": ranking.goal},
        "best_over_seeds": None if ranking is None else ranking.seeds,
        "best": [] if ranking is None else [asdict(each) for each in ranking.best],
        "headline": results.headline or None,
        "files": [str(path) for path in results.paths],
    }
