"""`pvsim bench`: how fast, against the broker's own limit in the same run."""

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from pvsim.cli.command import Configured
from pvsim.cli.ending import error_of
from pvsim.cli.options import broker_options, json_option
from pvsim.cli.other_options import OtherOptions
from pvsim.cli.progress import Display
from pvsim.cli.values import Whole

__all__ = ["COMMANDS"]

_DAY_MESSAGES = 86_400
_CELL = 12


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
@click.option(
    "--batch",
    type=Whole("NUMBER", "N"),
    metavar="N",
    multiple=True,
    help="Readings in one batch; 1 publishes each by itself.  [default: 1, 100]",
)
@broker_options
@json_option("the figures")
@click.pass_context
def bench(
    context: click.Context,
    /,
    days: tuple[int, ...],
    limit_days: int,
    batch: tuple[int, ...],
    **_params: Any,
) -> None:
    """Measure readings per second, confirmed and checkpointed, and the broker's own limit beside them.

    \b
    Examples:
      pvsim bench
      pvsim bench --days 1 --days 10 --days 30       is the memory flat?
      pvsim bench --days 10 --batch 1 --batch 10 --batch 100 --batch 400

    The limit is what the broker confirms from frames that were made beforehand, with nobody reading; it is
    measured before and after, and the mean counts. A machine that does other work gives other figures:
    compare the shares.
    """  # noqa: D301
    options = OtherOptions.of(context)
    figures = _measure(days, limit_days * _DAY_MESSAGES, batch, options)
    if options.as_json:
        click.echo(json.dumps(figures, indent=2))
        return
    limits = {limit["batch"]: limit["limit_per_s"] for limit in figures["limits"]}
    for limit in figures["limits"]:
        how = f"in batches of {limit['batch']:,}" if limit["batch"] > 1 else "one by one"
        each = ", ".join(f"{measured:,.0f}" for measured in limit["measured"])
        click.echo(f"the broker's own limit: {limit['limit_per_s']:,.0f} messages/s confirmed {how} ({each})")
    click.echo(f"one day, from command to verified files: {figures['command_s']:.2f} s\n")
    head = (
        "batch",
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
    click.echo("".join(f"{name:>{_CELL}}" for name in head))
    for row in figures["runs"]:
        share = row["sustained_rate"] / limits[row["batch"]]
        cells = (
            f"{row['batch']:,}",
            f"{row['days']:,}",
            f"{row['readings']:,}",
            f"{row['seconds']:.2f}",
            f"{row['rate']:,.0f}",
            f"{row['sustained_rate']:,.0f}",
            f"{share:.0%}",
            f"{row['verify_s']:.2f}",
            *(f"{row['peak_mb'].get(role, 0)} MB" for role in ("meter", "simulator")),
        )
        click.echo("".join(f"{cell:>{_CELL}}" for cell in cells))


def _measure(
    lengths: Sequence[int], messages: int, batches: Sequence[int], options: OtherOptions
) -> dict[str, Any]:
    """Runs of these lengths in days, with each size of batches, and the limit; as `--json` prints it."""
    import asyncio  # noqa: PLC0415 - `pvsim --help` needs none

    from pvsim.config.run_config import check_batch  # noqa: PLC0415
    from pvsim.core.messages.numbering import DEFAULT_BATCH  # noqa: PLC0415
    from pvsim.wiring.bench import measure_limit, measure_run  # noqa: PLC0415
    from pvsim.wiring.broker import find_broker, resolve_transport  # noqa: PLC0415

    display = Display(quiet=False)
    address = asyncio.run(find_broker(options.broker, report=display.say, progress=display.show))
    transport = asyncio.run(resolve_transport(options.transport, address, report=display.say))
    sizes = list(dict.fromkeys(map(check_batch, batches or (1, DEFAULT_BATCH))))
    limits = {batch: [asyncio.run(measure_limit(address, messages, batch))] for batch in sizes}
    command_s = _one_command(address.amqp_url, transport)
    runs = []
    for days in lengths:
        for batch in sizes:
            run = measure_run(address, days, batch, transport, error_of)
            rates = {"rate": run.rate, "sustained_rate": run.sustained_rate}
            runs.append({"batch": batch, **asdict(run), **rates})
    for batch in sizes:
        limits[batch].append(asyncio.run(measure_limit(address, messages, batch)))
    return {
        "transport": transport,
        "limits": [
            {"batch": batch, "limit_per_s": sum(measured) / len(measured), "measured": measured}
            for batch, measured in limits.items()
        ],
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
