"""`pvsim study`: many runs that differ in some settings, and what they come to beside each other."""

import json
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pvsim.adapters.signals import run_with_stop
from pvsim.cli.command import Configured, given_options
from pvsim.cli.options import file_system_option, json_option, quiet_option
from pvsim.cli.report import show_page
from pvsim.cli.study_broker import check_broker_use, through_broker_options
from pvsim.cli.study_cluster import cluster_address, scheduler_option
from pvsim.cli.study_lines import StudyLines
from pvsim.cli.study_result import refuse_failed, result_facts, result_lines
from pvsim.cli.study_trial import try_study
from pvsim.cli.values import Choice, Whole
from pvsim.errors import CannotWriteError, ClusterError, InterruptedRunError, UsageError

if TYPE_CHECKING:
    import asyncio

    from pvsim.app.study import StudyEnd
    from pvsim.wiring.study.study import OpenStudy

__all__ = ["COMMANDS"]

_IDLE = {
    "out": "--out",
    "again": "--retry-failed",
    "scheduler": "--scheduler",
    "lang": "--lang",
    "open_page": "--open",
}
"""Options that say nothing where nothing is kept."""

_MOST_JOBS = 1_000
"""More processes than one machine has cores for; each has some open files."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for.

    Attributes:
        file: The study file.
        out: Its directory; None is one of its name.
        size: Processes.
        scheduler: Where a Dask cluster is, or `local`; None is none.
        through_broker: Whether the cases go through a broker.
        keep_runs: Whether their runs are kept then.
        broker: Its URL; None is the private node.
        broker_typed: Whether the URL was typed: there is no password in it.
        again: Carry out failed cases again.
        allow_unsafe_filesystem: Use a file system that has no locks or no fsync.
        quiet: Print nothing but errors.
        as_json: Print the result as JSON.
        lang: Language of the page; None is the one that it has.
        open_page: Open it in the browser.
    """

    file: Path
    out: Path | None
    size: int
    scheduler: str | None
    through_broker: bool
    keep_runs: bool
    broker: str | None
    broker_typed: bool
    again: bool
    allow_unsafe_filesystem: bool
    quiet: bool
    as_json: bool
    lang: str | None
    open_page: bool

    @property
    def command(self) -> str:
        """What to type to go on."""
        out = [] if self.out is None else ["--out", str(self.out)]
        cluster = [] if self.scheduler is None else ["--scheduler", self.scheduler]
        broker = ["--through-broker"] * self.through_broker + ["--keep-runs"] * self.keep_runs
        broker += ["--broker", self.broker] if self.broker_typed and self.broker else []
        return shlex.join(["pvsim", "study", str(self.file), *out, *cluster, *broker])


@click.command(cls=Configured)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Directory of the study.  [default: studies/NAME]",
)
@click.option(
    "--jobs",
    "size",
    type=Whole("NUMBER", "N"),
    metavar="N",
    envvar="PVSIM_JOBS",
    help="Processes that carry out cases.  [default: one for each core]",
)
@scheduler_option
@click.option("--dry-run", is_flag=True, help="Print the cases, and what they take, from one that is tried.")
@click.option("--retry-failed", "again", is_flag=True, help="Carry out the cases again that have failed.")
@click.option(
    "--lang", type=Choice(["en", "de"]), envvar="PVSIM_LANG", help="Language of the page.  [default: en]"
)
@click.option("--open", "open_page", is_flag=True, help="Open the page in the browser.")
@through_broker_options
@json_option("the result")
@quiet_option
@file_system_option
@click.pass_context
def study(
    context: click.Context, /, *, dry_run: bool, size: int | None, scheduler: str | None, **params: Any
) -> None:
    """Carry out many runs that differ in some settings, and put what they come to into a table and on a page.

    \b
    Examples:
      pvsim study roof.toml                      all cases of a study file, on all cores
      pvsim study roof.toml                      once more: goes on where it was stopped
      pvsim study roof.toml --dry-run            how many cases, and how long they take
      pvsim study roof.toml --out studies/b      another directory than studies/roof
      pvsim study roof.toml --retry-failed       those again that have failed
      pvsim study studies/roof --open            go on without the file, show the page
      pvsim study roof.toml --scheduler tcp://cluster:8786      on a Dask cluster
      pvsim study roof.toml --through-broker     each load once through RabbitMQ, the same figures

    \b
    A study file, for example roof.toml:
      repeat = 3
      [base]
      site = "home-battery"
      days = 7
      [sweep]
      "site.battery.capacity_kwh" = [0, 5, 10]
      "site.plants.0.tilt_deg" = { from = 10, to = 60, step = 10 }

    It needs no broker but for --through-broker. A case is done when its record is on disk: stopped at any
    time, the study goes on when it is called again.
    """  # noqa: D301
    from pvsim.adapters.pool import cores  # noqa: PLC0415 - `pvsim --help` needs none

    if size is not None and not 1 <= size <= _MOST_JOBS:
        what = f"--jobs is 1 to {_MOST_JOBS:,} processes, not {size:,}"
        raise UsageError(what, where="--jobs", fix="for example --jobs 2")
    check_broker_use(
        given_options(context), through_broker=params["through_broker"], scheduler=scheduler, dry_run=dry_run
    )
    if scheduler is not None and not dry_run:
        scheduler = cluster_address(scheduler, size)
    typed = "broker" in given_options(context)
    asked = _Asked(size=size or cores(), scheduler=scheduler, broker_typed=typed, **params)
    lines = StudyLines(quiet=asked.quiet or asked.as_json)
    if not dry_run:
        _carry_out(asked, lines)
    elif unfit := [option for name, option in _IDLE.items() if name in given_options(context)]:
        option = unfit[0]
        what = f"{option} is of no use with --dry-run, which keeps nothing"
        raise UsageError(what, where=option, fix="leave one of them out")
    else:
        try_study(asked.file, asked.size, lines, as_json=asked.as_json)


def _carry_out(asked: _Asked, lines: StudyLines) -> None:
    """Begin the study or go on with it, and tell what it comes to."""
    from pvsim.wiring.study.opening import open_study  # noqa: PLC0415
    from pvsim.wiring.study.results import PAGE  # noqa: PLC0415

    began_s = time.monotonic()
    with (
        _ended_in_order(asked, lines),
        open_study(
            asked.file,
            asked.out,
            again=asked.again,
            accept_unsafe=asked.allow_unsafe_filesystem,
            show=lines.show,
        ) as opened,
    ):
        for note in opened.notes:
            lines.say(note)
        lines.begin(opened.progress, len(opened.study.seeds))
        end = run_with_stop(lambda stop: _work(opened, asked, lines, stop))
        lines.clear()
        if end.interrupted:
            raise KeyboardInterrupt
        results = opened.finish(asked.lang)
        for note in results.notes:
            lines.say(note)
        if asked.as_json:
            click.echo(json.dumps(result_facts(opened, results), indent=2))
        elif not asked.quiet:
            click.echo("\n".join(result_lines(opened, results, end, time.monotonic() - began_s)))
        if asked.open_page:
            show_page((opened.directory.path / PAGE).absolute())
        refuse_failed(opened, asked.command)


@contextmanager
def _ended_in_order(asked: _Asked, lines: StudyLines) -> Iterator[None]:
    """Say how to go on, whatever has stopped it."""
    try:
        yield
    except KeyboardInterrupt as error:
        lines.clear()
        what = "the study was interrupted; the cases that are done are kept"
        raise InterruptedRunError(what, fix=f"to go on: {asked.command}") from error
    except ClusterError as error:
        lines.clear()
        error.fix += f"; then: {asked.command}"
        raise
    except CannotWriteError as error:
        lines.clear()
        if error.fix and "--" not in error.fix:
            error.fix += f"; then go on: {asked.command}"
        raise


async def _work(opened: "OpenStudy", asked: _Asked, lines: StudyLines, stop: "asyncio.Event") -> "StudyEnd":
    import asyncio  # noqa: PLC0415

    ticking = asyncio.ensure_future(lines.tick())
    try:
        if asked.scheduler is None or not opened.book.open:
            return await _by_processes(opened, asked, lines, stop)
        from pvsim.app.study import StudyEnd  # noqa: PLC0415 - as the next
        from pvsim.wiring.study.cluster import use_cluster  # noqa: PLC0415 - most studies need none

        end = await use_cluster(
            asked.scheduler, asked.size, lambda pool: opened.carry_out(pool, lines, stop), stop
        )
        return end or StudyEnd(interrupted=True)
    finally:
        ticking.cancel()


async def _by_processes(
    opened: "OpenStudy", asked: _Asked, lines: StudyLines, stop: "asyncio.Event"
) -> "StudyEnd":
    from pvsim.wiring.study.study import local_pool  # noqa: PLC0415

    broker, pool = None, local_pool(asked.size)
    if asked.through_broker and opened.book.open:
        from pvsim.wiring.study.broker import broker_pool, broker_setting  # noqa: PLC0415 - most studies need none

        pool = broker_pool(asked.size)
        runs, keep_runs = opened.directory.path / "runs", asked.keep_runs
        broker = await broker_setting(
            asked.broker, opened.study, runs, keep_runs=keep_runs, say=lines.say, progress=lines.show
        )
    end = await opened.carry_out(pool, lines, stop, broker)
    if pool.deaths:
        died = "a worker process" if pool.deaths == 1 else f"{pool.deaths} worker processes"
        lines.say(
            f"{died} ended early; what each was at was begun again, up to three times;"
            " if memory is short, give fewer --jobs"
        )
    return end


COMMANDS = (study,)
