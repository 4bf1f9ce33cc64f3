"""`pvsim run`: one period, from the broker to the verified files."""

import shlex
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from pvsim.adapters.garbage import collected_later
from pvsim.adapters.signals import held_signals, run_with_stop
from pvsim.cli.command import BROKER, OUTPUT, Configured, given_options, refuse_beside, section
from pvsim.cli.connecting import check_broker_url, connect, declare_super_stream, patience_of, require_room
from pvsim.cli.ending import error_of
from pvsim.cli.fields import command_of, request_of
from pvsim.cli.input_notes import input_notes
from pvsim.cli.options import (
    batch_option,
    broker_options,
    clock_option,
    file_system_option,
    json_option,
    period_options,
    pv_options,
    quiet_option,
)
from pvsim.cli.other_options import OtherOptions
from pvsim.cli.pictures import draw_plot, figure_width_option, plot_option
from pvsim.cli.progress import Display
from pvsim.cli.report import prepare_page, report_options, write_page
from pvsim.cli.run_path import RunPath
from pvsim.cli.start_notes import start_notes
from pvsim.cli.summary import print_summary
from pvsim.errors import BrokerError, PartialResultError, UsageError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from pvsim.adapters.processes import RoleProcess
    from pvsim.config import RunConfig
    from pvsim.core.results.accumulator import Adder
    from pvsim.core.results.summary import Summary
    from pvsim.wiring.broker import Connection
    from pvsim.wiring.runs import Run

__all__ = ["COMMANDS"]

_MANY_METERS = 200
"""So many take a while to make."""

_WITH_RESUME = {
    "resume",
    "broker",
    "transport",
    "patience_s",
    "speed",
    "keep_stream",
    "as_json",
    "quiet",
    "allow_unsafe_filesystem",
    "plot",
    "width_mm",
    "no_report",
    "lang",
    "open_page",
}


@click.command(cls=Configured)
@period_options
@clock_option
@pv_options
@broker_options
@batch_option
@section(
    OUTPUT,
    click.option(
        "--resume",
        type=RunPath(),
        metavar="DIR",
        help="Finish the interrupted run in DIR.",
    ),
    click.option("--case", metavar="[DIR:]ID", help="Run a case of a study, of studies/ or in DIR."),
)
@section(
    BROKER,
    click.option("--keep-stream", is_flag=True, help="Leave the messages on the broker."),
)
@plot_option
@figure_width_option
@report_options
@json_option("the summary")
@quiet_option
@file_system_option
@click.pass_context
def run(context: click.Context, /, **_params: Any) -> None:
    """Simulate a period: meter and PV simulator as two processes, rows in runs/.../samples.csv.

    \b
    Examples:
      pvsim run
      pvsim run --date 2024-12-21 --seed 7 --meter walk
      pvsim run --meter house.csv --meter-unit kW --days 28 --every 1min
      pvsim run --pv-peak-kw 10 --meters 20
      pvsim run --site home-battery --date 2024-01-01 --days 7
      pvsim run --site home --meters 20 --spread-km 3
      pvsim run --site street --meters 20                homes that differ
      pvsim run --clock 60x                              a minute in a second
      pvsim run --resume runs/latest
      pvsim run --site home --plot home.svg              a picture for print
      pvsim run --site home --open                       shows the report in the browser
    """  # noqa: D301
    started, options = time.monotonic(), OtherOptions.of(context)
    display = Display(quiet=options.quiet)
    if options.no_report and options.open_page:
        what = "--open shows the report that --no-report leaves out"
        raise UsageError(what, where="--open", fix="leave one of them out")
    if options.plot is None and "width_mm" in given_options(context):
        what = "--figure-width is the width of a picture, and no --plot asks for one"
        raise UsageError(what, where="--figure-width", fix="leave it out, or add --plot day.svg")
    if options.plot is not None:
        from pvsim.wiring.plots import require_matplotlib  # noqa: PLC0415 - only for a picture

        require_matplotlib()
    with held_signals():  # from here on there may be a run, and an interruption is written into it
        this, roles = _start(context, options, display)
        if not roles and not options.open_page:  # it has ended, and is only verified
            _refuse_idle_language(context, options)
            options = replace(options, no_report=True)
        from pvsim.core.results.profile import Profile  # noqa: PLC0415 - the roles do not need it

        profile = None if options.no_report and options.plot is None else Profile(this.models.plan)
        adders = () if profile is None else (profile,)
        try:
            summary = run_with_stop(lambda stop: _simulate(this, roles, options, display, stop, adders=adders))
        except PartialResultError:  # its page says so
            write_page(this, profile, options, display)
            draw_plot(this, profile, options)
            raise
        write_page(this, profile, options, display, summary)
    if options.as_json:
        from pvsim.wiring.summary_file import summary_line  # noqa: PLC0415

        click.echo(summary_line(summary))
    elif not options.quiet:
        seconds = time.monotonic() - started
        print_summary(summary, this, seconds - display.broker_s, display.broker_s)
    draw_plot(this, profile, options)


@collected_later()
def _start(
    context: click.Context, options: OtherOptions, display: Display
) -> "tuple[Run, dict[str, RoleProcess]]":
    """The run, and the processes that wait to do it: none where it has ended."""
    from pvsim.wiring.role_processes import fork_roles  # noqa: PLC0415

    this = _run_of(context, options, display)
    for note in start_notes(this, resumed=options.resume is not None):
        display.say(note)
    return this, {} if this.files.ended else fork_roles(this, error_of)


def _run_of(context: click.Context, options: OtherOptions, display: Display) -> "Run":
    """A new run, or the one to be resumed."""
    import secrets  # noqa: PLC0415

    from pvsim.wiring.build import plan_of  # noqa: PLC0415
    from pvsim.wiring.configure import configure  # noqa: PLC0415
    from pvsim.wiring.runs import Run  # noqa: PLC0415

    if options.resume is not None:
        refuse_beside(context, _WITH_RESUME, "a resumed run keeps its own configuration")
        return Run.open(options.resume.resolve(), accept_unsafe=options.allow_unsafe_filesystem)
    if options.case is not None:
        from pvsim.cli.study_case import run_of_case  # noqa: PLC0415 - most runs are none

        config, command = run_of_case(context, options.case, display.say)
    else:
        config = configure(request_of(context, run_id=secrets.token_hex(4)))
        command = command_of(context)
        _refuse_external(config)
    check_broker_url(options)
    require_room(options, plan_of(config))
    return Run.create(
        config,
        options.out.absolute(),
        accept_unsafe=options.allow_unsafe_filesystem,
        command=command,
        progress=_making(len(config.meters), display),
    )


def _making(meters: int, display: Display) -> "Callable[[int], None] | None":
    """What shows how many meters are made, where there are many."""
    if meters < _MANY_METERS:
        return None
    display.say(f"making {meters:,} meters")
    return lambda done: display.show(f"making {meters:,} meters: {done:,} done")


def _refuse_idle_language(context: click.Context, options: OtherOptions) -> None:
    """Refuse the language of a page that is not written; a picture has words too."""
    if "lang" in given_options(context) and options.plot is None:
        what = "--lang is the language of the page, and resuming a run that has ended writes none"
        fix = f"pvsim report {shlex.quote(str(options.resume))} --lang {options.lang}"
        raise UsageError(what, where="--lang", fix=fix)


async def _simulate(
    this: "Run",
    roles: "dict[str, RoleProcess]",
    options: OtherOptions,
    display: Display,
    stop: "asyncio.Event",
    *,
    adders: "Sequence[Adder]",
) -> "Summary":
    """Have the run done and proved; without roles it has ended, and is only proved again."""
    from pvsim.adapters.logs import open_log  # noqa: PLC0415
    from pvsim.core.run.pacing import speed_text  # noqa: PLC0415

    if not roles:
        display.say(f"the run is {this.files.status}; verifying it again")
        return this.prove_again(*adders)
    handler = open_log(this.directory.path, "run")
    try:
        speed = this.speed(options.speed)
        work = partial(_work, this, roles, options, display, stop, speed=speed)
        summary = await this.carry_out(work, *adders, clock=speed_text(speed))
        for note in input_notes(this.cuts, this.models.config.meter_max_w):
            display.say(note)
        return summary
    finally:
        display.clear()
        handler.close()


async def _work(
    this: "Run",
    roles: "dict[str, RoleProcess]",
    options: OtherOptions,
    display: Display,
    stop: "asyncio.Event",
    *,
    speed: float,
) -> int:
    """Let meter and simulator do the run through the broker; how many readings that has confirmed."""
    from pvsim.app.patience import Terms  # noqa: PLC0415
    from pvsim.wiring.among_years import has_years  # noqa: PLC0415
    from pvsim.wiring.broker_streams import note_run  # noqa: PLC0415
    from pvsim.wiring.role_processes import run_roles  # noqa: PLC0415

    connection = await connect(options, this.models.plan, display)
    for stream in this.models.streams:
        note_run(options.broker, stream, this.directory.path, foreign=False)
    if options.broker:
        await connection.check(Terms(patience_of(options), partial(display, "run"), stop))
    if this.models.parts:
        await declare_super_stream(connection, display.say)
    confirmed = await run_roles(
        this,
        roles,
        connection,
        patience_s=options.patience_s,
        speed=speed,
        notify=display,
        stop=stop,
        prepare=None if options.no_report else prepare_page,
    )
    if not options.keep_stream:
        await _delete_stream(connection, display)
    if has_years(this.models.config):
        display.say("comparing its yield with other years of the site (computed once, then stored)")
    display.show("verifying the rows")
    return confirmed


async def _delete_stream(connection: "Connection", display: Display) -> None:
    """Clean up; the run does not depend on it."""
    try:
        await connection.delete_stream()
    except BrokerError as error:
        display.say(f"the run's messages are still on the broker, stream {connection.plan.stream}: {error}")


def _refuse_external(config: "RunConfig") -> None:
    """Refuse a meter whose readings nobody here can compute."""
    from pvsim.wiring.build import is_external  # noqa: PLC0415

    if is_external(config):
        fix = "use: pvsim simulate --meter external --run-id ID"
        raise UsageError("another program publishes the readings of an external meter", where="--meter", fix=fix)


COMMANDS = (run,)
