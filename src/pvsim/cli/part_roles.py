"""`pvsim simulate` of a run in partitions: a share of them, or all."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pvsim.cli.connecting import run_role
from pvsim.cli.progress import Display
from pvsim.cli.summary import print_summary

if TYPE_CHECKING:
    from pvsim.app.patience import Terms
    from pvsim.cli.other_options import OtherOptions
    from pvsim.core.results.summary import Summary
    from pvsim.core.run.shares import Share
    from pvsim.wiring.broker import Connection
    from pvsim.wiring.runs import Run

__all__ = ["simulate_share"]

_SHOWN = 8


def simulate_share(
    this: "Run",
    share: "Share",
    options: "OtherOptions",
    meter_timeout_s: float | None = None,
) -> None:
    """Write the rows of a share, and prove the run where those of all parts are there.

    Args:
        this: The run.
        share: Which partitions.
        options: How it is done.
        meter_timeout_s: Take the rest of a part as missing when its external meters have sent nothing for so long.
    """
    display = Display(quiet=options.quiet)
    if not this.lacking:  # they were copied here, or the process that wrote the last ones was killed
        import asyncio  # noqa: PLC0415 - `pvsim --help` needs none

        display.say("the rows of all partitions are here; verifying them")
        _tell(this, asyncio.run(this.carry_out_share(_nothing)), share, options)
        return

    async def work(connection: "Connection", terms: "Terms") -> None:
        from pvsim.wiring.broker_streams import note_run  # noqa: PLC0415
        from pvsim.wiring.part_roles import parts_of, write_share  # noqa: PLC0415

        foreign = this.models.external
        for stream in this.models.streams:
            note_run(options.broker, stream, this.directory.path, foreign=foreign)
        if foreign:
            plans = [part.plan for part in parts_of(this.models, share)]
            for line in await connection.offer_super_stream(plans):
                display.say(line)

        async def simulate() -> None:
            await write_share(
                this.models,
                this.directory,
                connection,
                share,
                terms,
                meter_timeout_s=meter_timeout_s,
            )

        again = f"{this.files.resume_command} --part {share}" if share.of > 1 else ""
        _tell(this, await this.carry_out_share(simulate, again=again), share, options)

    run_role("simulator", replace(options, directory=this.directory.path), this.models.plan, work)


async def _nothing() -> None:
    pass


def _tell(this: "Run", summary: "Summary | None", share: "Share", options: "OtherOptions") -> None:
    """The summary where there is one, else what is lacking."""
    if options.quiet:
        return
    if summary is not None:
        print_summary(summary, this)
        return
    lacking = this.lacking
    some = ", ".join(map(str, lacking[:_SHOWN])) + (" …" if len(lacking) > _SHOWN else "")
    click.echo(f"part {share} is written in {this.directory.path}", err=True)
    if lacking:
        click.echo(f"· partitions {some} are not there; when they are: {this.files.resume_command}", err=True)
