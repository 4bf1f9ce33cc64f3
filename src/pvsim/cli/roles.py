"""`pvsim meter` and `pvsim simulate`: each role by itself, as a service or on another machine."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from pvsim.cli.command import METER, OUTPUT, Configured, refuse_beside, section
from pvsim.cli.connecting import check_broker_url, require_room, run_role
from pvsim.cli.fields import field_option, request_of
from pvsim.cli.options import (
    batch_option,
    broker_options,
    clock_option,
    file_system_option,
    period_options,
    pv_options,
    quiet_option,
    run_id_option,
)
from pvsim.cli.other_options import OtherOptions
from pvsim.cli.part_roles import simulate_share
from pvsim.cli.progress import Display
from pvsim.cli.run_path import RunPath
from pvsim.cli.start_notes import start_notes
from pvsim.cli.summary import print_summary
from pvsim.cli.values import Choice, Part, Quantity
from pvsim.errors import UsageError

if TYPE_CHECKING:
    from pvsim.app.patience import Terms
    from pvsim.core.run.shares import Share
    from pvsim.wiring.broker import Connection
    from pvsim.wiring.models import Models
    from pvsim.wiring.runs import Run

__all__ = ["COMMANDS"]

_dir_option = section(
    OUTPUT,
    click.option(
        "--dir",
        "directory",
        type=RunPath(),
        metavar="DIR",
        help="Continue the run in DIR.",
    ),
)
_missing_options = section(
    METER,
    field_option(
        "meter.missing",
        "--missing",
        type=Choice(["skip", "hold", "stop"]),
        envvar="PVSIM_MISSING",
        help="What happens to a reading of an external meter that never came. skip: it has no row; hold: its row"
        " has the last value before it, and a flag; stop: the run stops.  [default: skip]",
    ),
    field_option(
        "meter.timeout_s",
        "--meter-timeout",
        type=Quantity("DURATION_S", "SECONDS", above=0),
        metavar="SECONDS",
        envvar="PVSIM_METER_TIMEOUT",
        help="End the run when no reading of an external meter has come for this long; the rest is missing."
        "  [default: wait]",
    ),
)
_part_option = section(
    METER,
    click.option(
        "--part",
        "share",
        type=Part(),
        metavar="K/N",
        envvar="PVSIM_PART",
        help="Of a run with --partitions only the partitions K, K+N, K+2N … as process K of N.  [default: all]",
    ),
)
_WITH_DIR = {
    "share",
    "directory",
    "broker",
    "transport",
    "patience_s",
    "quiet",
    "speed",
    "allow_unsafe_filesystem",
    "missing",
    "meter_timeout",
}
"""Options that may be given with --dir: the rest is in the run's configuration."""


@click.command(cls=Configured)
@period_options
@clock_option
@_part_option
@run_id_option
@broker_options
@batch_option
@_dir_option
@quiet_option
@click.pass_context
def meter(context: click.Context, /, **_params: Any) -> None:
    """Publish every reading of a run, then end. Started again, it goes on where the broker's log ends.

    \b
    Examples:
      PVSIM_BROKER_URL_FILE=~/broker-url pvsim meter --date 2024-06-21
      pvsim meter --meter walk --run-id house-a
    Give pvsim simulate the same options, and the two meet.
    """  # noqa: D301
    from pvsim.wiring.runs import Run  # noqa: PLC0415

    options = OtherOptions.of(context)
    models, speed, since_utc = _meter_of(context, options)
    require_room(options, models.plan)
    share = _share_of(options, models)

    async def work(connection: "Connection", terms: "Terms") -> None:
        from pvsim.wiring.part_roles import publish_share  # noqa: PLC0415

        await publish_share(
            models,
            None if options.directory is None else Run.open(options.directory).directory,
            connection,
            share,
            terms,
            speed=speed,
            since_utc=since_utc,
        )

    run_role("meter", options, models.plan, work)


@click.command(cls=Configured)
@period_options
@_missing_options
@pv_options
@_part_option
@run_id_option
@broker_options
@_dir_option
@quiet_option
@file_system_option
@click.pass_context
def simulate(context: click.Context, /, **_params: Any) -> None:
    """Turn a meter's readings into rows: PV power added, difference taken, written to runs/.../samples.csv.

    \b
    Examples:
      PVSIM_BROKER_URL_FILE=~/broker-url pvsim simulate --date 2024-06-21
      pvsim simulate --meter external --run-id house-a      readings from your own meter
      pvsim simulate --dir runs/latest                      go on after a stop
    """  # noqa: D301
    from pvsim.wiring.roles import run_simulator  # noqa: PLC0415
    from pvsim.wiring.runs import Run  # noqa: PLC0415

    options, asked = OtherOptions.of(context), request_of(context).meter
    if options.directory is not None:
        refuse_beside(context, _WITH_DIR, "the run in --dir keeps its own configuration")
        this = Run.open(options.directory.resolve(), accept_unsafe=options.allow_unsafe_filesystem)
        this = this.going_on(asked.missing, external_only=asked.timeout_s is not None)
    else:
        this = _new_run(context, options)

    share = _share_of(options, this.models)
    if this.files.ended:
        _prove_again(this, options)
        return
    if this.models.parts:
        simulate_share(this, share, options, asked.timeout_s)
        return

    async def work_alone(connection: "Connection", terms: "Terms") -> None:
        from pvsim.wiring.broker_streams import note_run  # noqa: PLC0415

        plan, foreign = this.models.plan, this.models.external
        note_run(options.broker, plan.stream, this.directory.path, foreign=foreign)

        async def offer_and_simulate() -> None:
            if this.models.external:
                offer = await connection.offer_exchange(terms)
                if not options.quiet:
                    click.echo(f"· {offer}", err=True)
            await run_simulator(
                this.models,
                this.directory,
                connection.transport(),
                terms,
                meter_timeout_s=asked.timeout_s,
            )

        summary = await this.carry_out(offer_and_simulate)
        if not options.quiet:
            print_summary(summary, this)

    run_role("simulator", replace(options, directory=this.directory.path), this.models.plan, work_alone)


def _share_of(options: OtherOptions, models: "Models") -> "Share":
    """Which partitions this process does."""
    from pvsim.core.run.shares import ALL  # noqa: PLC0415

    if options.share is not None and not models.parts:
        what = "--part is a share of the partitions of a run, and this run has none"
        raise UsageError(what, where="--part", fix="leave it out, or begin a run with --partitions 4")
    return options.share or ALL


def _new_run(context: click.Context, options: OtherOptions) -> "Run":
    """Make the run of a simulator that was given no directory, and say what the user should know of it."""
    from pvsim.wiring.build import plan_of  # noqa: PLC0415
    from pvsim.wiring.configure import configure  # noqa: PLC0415
    from pvsim.wiring.runs import Run  # noqa: PLC0415

    config = configure(request_of(context))
    check_broker_url(options)
    require_room(options, plan_of(config))
    this = Run.create(config, options.out.absolute(), accept_unsafe=options.allow_unsafe_filesystem)
    for note in [] if options.quiet else start_notes(this):
        click.echo(f"· {note}", err=True)
    return this


def _prove_again(this: "Run", options: OtherOptions) -> None:
    Display(quiet=options.quiet).say(f"the run is {this.files.status}; verifying it again")
    summary = this.prove_again()
    if not options.quiet:
        print_summary(summary, this)


def _meter_of(context: click.Context, options: OtherOptions) -> "tuple[Models, float, int | None]":
    """The run of a meter, how fast simulated time goes, and since when."""
    from pvsim.core.run.pacing import MAX_SPEED  # noqa: PLC0415
    from pvsim.wiring.configure import configure  # noqa: PLC0415
    from pvsim.wiring.models import Models  # noqa: PLC0415
    from pvsim.wiring.runs import Run  # noqa: PLC0415

    if options.directory is not None:
        refuse_beside(context, _WITH_DIR, "the run in --dir keeps its own configuration")
        this = Run.open(options.directory.resolve())
        return this.models, this.speed(options.speed), this.reached_utc
    speed = MAX_SPEED if options.speed is None else options.speed
    return Models(configure(request_of(context))), speed, None


COMMANDS = (meter, simulate)
