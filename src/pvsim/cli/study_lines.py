"""How a study goes on, on the terminal: a table that is drawn again and again, elsewhere a line now and then."""

import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from pvsim.cli.answers import one_line

if TYPE_CHECKING:
    from pvsim.adapters.study_directory import StudyRanking
    from pvsim.app.study_book import CaseBook
    from pvsim.app.study_progress import Best, StudyProgress
    from pvsim.core.study.case import Case
    from pvsim.core.study.record import CaseRecord

__all__ = ["StudyLines", "best_lines", "case_text", "cases_done", "duration", "ranking_lines"]

_TERMINAL_S, _PIPE_S = 0.25, 30.0
"""Seconds between two tables at least, and between two lines elsewhere than on a terminal."""

_FAILURES = 3
"""So many failed cases are told while the study goes on."""

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400
_WIDEST = 40


class StudyLines:
    """Tells how a study goes on; fulfils `study_ports.StudyObserver`.

    Args:
        quiet: Tell nothing.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._progress: StudyProgress | None = None
        self._seeds = 1
        self._last_s = time.monotonic()
        self._failures = 0  # that were told
        self._drawn = 0  # lines of the table on the terminal

    def begin(self, progress: "StudyProgress", seeds: int) -> None:
        """Cases are carried out from now on, each with so many seeds."""
        self._progress, self._seeds = progress, seeds
        progress.begin(time.monotonic())
        if not self._terminal:
            self._last_s = time.monotonic()

    def kept(self, records: "Sequence[CaseRecord]") -> None:
        """See `study_ports.StudyObserver.kept`."""
        if self._progress is None:
            return
        self._progress.take(records, time.monotonic())
        for record in records:
            if record.error is not None and self._failures < _FAILURES:
                self._failures += 1
                last = "; further ones are only counted" if self._failures == _FAILURES else ""
                self.say(f"case {record.number} ({record.id}) failed: {record.error.what}{last}")
        self._show()

    async def tick(self) -> None:
        """Tell the time that is left also while no case is done."""
        import asyncio  # noqa: PLC0415 - `pvsim --help` needs none

        while True:
            await asyncio.sleep(1)
            self._show()

    def say(self, text: str) -> None:
        """Tell something that the user should know."""
        if not self._quiet:
            self.clear()
            click.echo(f"· {one_line(text)}", err=True)

    def show(self, text: str) -> None:
        """Tell how far a step is that takes a while, on a terminal."""
        now_s = time.monotonic()
        if not self._quiet and self._terminal and now_s - self._last_s >= _TERMINAL_S:
            self._last_s = now_s
            self._draw([text])

    def clear(self) -> None:
        """Take the table away."""
        if self._drawn:
            click.echo(f"\x1b[{self._drawn}A\r\x1b[J", nl=False, err=True)
            self._drawn = 0

    def _show(self) -> None:
        now_s = time.monotonic()
        progress = self._progress
        if progress is None or self._quiet or now_s - self._last_s < (_TERMINAL_S if self._terminal else _PIPE_S):
            return
        self._last_s = now_s
        line = _state(progress, now_s)
        if self._terminal:
            best = progress.best
            self._draw([line, *(best_lines(best, self._seeds, "so far") if best is not None else [])])
        else:
            click.echo(f"· {line}", err=True)

    def _draw(self, lines: Sequence[str]) -> None:
        width = shutil.get_terminal_size().columns - 1
        self.clear()
        for line in lines:
            click.echo(line[:width], err=True)
        self._drawn = len(lines)


def _state(progress: "StudyProgress", now_s: float) -> str:
    """How far it is, in a line."""
    book = progress.book
    parts = [f"{(book.cases - book.open) / book.cases:.0%}", cases_done(book)]
    parts += [f"{book.failed:,} failed"] if book.failed else []
    parts.append(f"{book.open:,} left")
    rate, left_s = progress.per_minute(now_s), progress.remaining_s(now_s)
    if rate is None or left_s is None:
        return " · ".join([*parts, "time left: measuring"])
    return " · ".join([*parts, f"{rate:,.3g} a minute", f"about {duration(left_s)} left"])


def cases_done(book: "CaseBook") -> str:
    """How many cases of how many have figures."""
    return f"{book.done:,} of {book.cases:,} {'case' if book.cases == 1 else 'cases'} done"


def best_lines(best: "Best", seeds: int, so_far: str = "") -> list[str]:
    """The best cases, a line each, and a line above that says by what.

    Args:
        best: Those of the first seed.
        seeds: How many seeds the study has.
        so_far: Said where it still goes on.
    """
    objective, records = best.objective, [each.record for each in best.cases]
    most = "least" if objective.goal == "min" else "most"
    begin, seed = f"the best {so_far}".strip(), records[0].seed
    which = f"all with seed {seed}" if seeds == 1 else f"with seed {seed} alone, the first of {seeds:,}"
    lines = [f"{begin} by {objective.figure} ({most}), {which}:"]
    for place, record in enumerate(records, start=1):
        lines.append(_placed(place, record.figures[objective.figure], case_text(record, seed=False), record.id))
    return lines


def ranking_lines(ranking: "StudyRanking") -> list[str]:
    """The best combinations in the end, a line each, and a line above that says by what."""
    most = "least" if ranking.goal == "min" else "most"
    means = "" if ranking.seeds == 1 else f", means over {ranking.seeds:,} seeds, with the case of the first"
    lines = [f"the best by {ranking.figure} ({most}){means}:"]
    for place, each in enumerate(ranking.best, start=1):
        lines.append(_placed(place, each.value, _settings(each.variant, each.parameters), each.id))
    return lines


def _placed(place: int, value: Any, text: str, case_id: str) -> str:
    return f"  {place}. {_value(value):>12}  {text}  ({case_id})"


def case_text(case: "Case | CaseRecord", *, seed: bool = True) -> str:
    """What a case is: its variant, parameters, and seed."""
    settings = _settings(case.variant, case.parameters)
    return f"{settings} · seed {case.seed}" if seed and settings else settings or f"seed {case.seed}"


def _settings(variant: str, parameters: Mapping[str, Any]) -> str:
    from pvsim.core.study.paths import short_names  # noqa: PLC0415 - `pvsim --help` needs none

    short = short_names(list(parameters))
    parts = [variant] if variant else []
    parts += [f"{short[path]} {_value(value)}" for path, value in parameters.items()]
    return one_line(" · ".join(parts))


def duration(seconds: float) -> str:
    """How long something takes, to two digits or so."""
    if seconds < _MINUTE_S:
        return f"{max(round(seconds), 1)} s"
    if seconds < _HOUR_S:
        return f"{round(seconds / _MINUTE_S)} min"
    if seconds < _DAY_S:
        return f"{seconds / _HOUR_S:.1f} h"
    return f"{seconds / _DAY_S:.1f} days"


def _value(value: Any) -> str:
    """A value of a figure or parameter, in few characters."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if value is None:
        return "none"
    from pvsim.core.study.plain import inline  # noqa: PLC0415 - `pvsim --help` needs none

    text = inline(value)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
