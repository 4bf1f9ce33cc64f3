"""`pvsim bench`: how fast, against the broker's own limit in the same run."""

import json
import os
import sys
import time
from dataclasses import asdict
from typing import Any

import click

from pvsim.cli.command import Configured
from pvsim.cli.ending import error_of
from pvsim.cli.options import broker_options, json_option
from pvsim.cli.progress import Display
from pvsim.cli.values import Whole

__all__ = ["COMMANDS"]

_DAY_MESSAGES = 86_400


@click.command(cls=Configured)
@click.option(
    "--days",
    type=Whole("DAYS", "DAYS"),
    multiple=True,
    default=[1, 10],
    show_default=True,
    help="Lengths to measure.",
)
@click.option(
    "--limit-days",
    type=Whole("DAYS", "DAYS"),
    default=10,
    show_default=True,
    help="Messages for the limit, in days.",
)
@broker_options
@json_option("the figures")
def bench(**options: Any) -> None:
    """Measure readings per second, confirmed and checkpointed, and the broker's own limit beside them.

    \b
    Examples:
      pvsim bench
      pvsim bench --days 1 --days 10 --days 30       is the memory flat?

    The limit is what the broker confirms from frames that were made beforehand, with nobody reading; it is
    measured before and after, and the mean counts. A machine that does other work gives other figures:
    compare the shares.
    """  # noqa: D301
    figures = _measure(options)
    if options["as_json"]:
        click.echo(json.dumps(figures, indent=2))
        return
    limit = figures["limit_per_s"]
    click.echo(f"the broker's own limit: {limit:,.0f} messages/s confirmed ({', '.join(figures['limits'])})")
    click.echo(f"one day, from command to verified files: {figures['command_s']:.2f} s\n")
    head = (
        "days",
        "readings",
        "seconds",
        "readings/s",
        "sustained/s",
        "of limit",
        "verify s",
        "meter",
        "simulator",
    )
    click.echo("".join(f"{name:>13}" for name in head))
    for row in figures["runs"]:
        cells = (
            f"{row['days']}", f"{row['readings']:,}", f"{row['seconds']:.2f}", f"{row['rate']:,.0f}",
            f"{row['sustained_rate']:,.0f}", f"{row['sustained_rate'] / limit:.0%}", f"{row['verify_s']:.2f}",
            *(f"{row['peak_mb'].get(role, 0)} MB" for role in ("meter", "simulator")),
        )  # fmt: skip
        click.echo("".join(f"{cell:>13}" for cell in cells))


def _measure(options: dict[str, Any]) -> dict[str, Any]:
    import asyncio  # noqa: PLC0415 - `pvsim --help` needs none

    from pvsim.wiring.bench import measure_limit, measure_run  # noqa: PLC0415
    from pvsim.wiring.broker import find_broker, resolve_transport  # noqa: PLC0415

    display = Display(quiet=False)
    address = asyncio.run(find_broker(options["broker"], report=display.say, progress=display.show))
    transport = asyncio.run(resolve_transport(options["transport"], address))
    messages = options["limit_days"] * _DAY_MESSAGES
    limits = [asyncio.run(measure_limit(address, messages))]
    command_s = _one_command(address.amqp_url, transport)
    runs = []
    for days in options["days"]:
        run = measure_run(address, days, transport, error_of)
        runs.append({**asdict(run), "rate": run.rate, "sustained_rate": run.sustained_rate})
    limits.append(asyncio.run(measure_limit(address, messages)))
    return {
        "transport": transport,
        "limit_per_s": sum(limits) / len(limits),
        "limits": [f"{limit:,.0f}" for limit in limits],
        "command_s": command_s,
        "runs": runs,
    }


def _one_command(url: str, transport: str) -> float:
    """Seconds of `pvsim run` for one day, as a user would type it."""
    import subprocess  # noqa: PLC0415 - `pvsim --help` needs none
    import tempfile  # noqa: PLC0415 - `pvsim --help` needs none

    with tempfile.TemporaryDirectory(prefix="pvsim-bench-") as scratch:
        command = [sys.executable, "-m", "pvsim", "run", "--quiet", "--out", scratch, "--transport", transport]
        start = time.monotonic()
        subprocess.run(command, env={**os.environ, "PVSIM_BROKER_URL": url}, check=True)
        return time.monotonic() - start


COMMANDS = (bench,)
