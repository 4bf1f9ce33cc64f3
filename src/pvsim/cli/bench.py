"""`pvsim bench`: how fast, against the broker's own limit in the same run."""

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from pvsim.cli.command import Configured
from pvsim.cli.ending import error_of
from pvsim.cli.options import broker_options, json_option
from pvsim.cli.other_options import OtherOptions
from pvsim.cli.progress import Display
from pvsim.cli.values import Whole
from pvsim.errors import PvsimError

__all__ = ["COMMANDS"]

_DAY_MESSAGES = 86_400
_CELL = 12
_WIDTH = 36

_COMMANDS = (("run", "--no-report"), ("run",), ("run", "--site", "home", "--no-report"), ("--help",))
"""What is measured as a user types it; a site needs the extra `physics`."""

_TIMES = 3

_RUN_HEADS = (
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
    measured before and after, and the mean counts. Commands are called three times as they are typed, and
    the medians count; their CPU time is that of all their processes, without the broker. A machine that does
    other work gives other figures: compare the shares.
    """  # noqa: D301
    options = OtherOptions.of(context)
    figures = _measure(days, limit_days * _DAY_MESSAGES, batch, options)
    if options.as_json:
        click.echo(json.dumps(figures, indent=2))
        return
    for limit in figures["limits"]:
        how = f"in batches of {limit['batch']:,}" if limit["batch"] > 1 else "one by one"
        each = ", ".join(f"{measured:,.0f}" for measured in limit["measured"])
        click.echo(f"the broker's own limit: {limit['limit_per_s']:,.0f} messages/s confirmed {how} ({each})")
    click.echo(f"\n{'command':<{_WIDTH}}{'seconds':>{_CELL}}{'CPU s':>{_CELL}}")
    for typed in figures["commands"]:
        name = f"pvsim {typed['command']}"
        click.echo(f"{name:<{_WIDTH}}{typed['seconds']:>{_CELL}.2f}{typed['cpu_s']:>{_CELL}.2f}")
    click.echo()
    _print_runs(figures["runs"], {limit["batch"]: limit["limit_per_s"] for limit in figures["limits"]})


def _print_runs(runs: Sequence[dict[str, Any]], limits: Mapping[int, float]) -> None:
    """A row for each measured run, beside the broker's limit for batches of that size."""
    click.echo("".join(f"{name:>{_CELL}}" for name in _RUN_HEADS))
    for row in runs:
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

    from pvsim.config.single_settings import check_batch  # noqa: PLC0415
    from pvsim.core.messages.numbering import DEFAULT_BATCH  # noqa: PLC0415
    from pvsim.wiring.bench import measure_limit, measure_run  # noqa: PLC0415
    from pvsim.wiring.broker import find_broker, resolve_transport  # noqa: PLC0415

    display = Display(quiet=False)
    address = asyncio.run(find_broker(options.broker, say=display.say, progress=display.show))
    transport = asyncio.run(resolve_transport(options.transport, address, say=display.say))
    sizes = list(dict.fromkeys(map(check_batch, batches or (1, DEFAULT_BATCH))))
    limits = {batch: [asyncio.run(measure_limit(address, messages, batch))] for batch in sizes}
    commands = _measure_commands({**os.environ, "PVSIM_BROKER_URL": address.amqp_url}, transport)
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
        "command_s": commands[0]["seconds"],
        "commands": commands,
        "runs": runs,
    }


def _measure_commands(environment: dict[str, str], transport: str) -> list[dict[str, Any]]:
    """Medians of what commands take, as a user would type them."""
    from importlib.util import find_spec  # noqa: PLC0415 - `pvsim --help` needs none
    from statistics import median  # noqa: PLC0415

    figures = []
    for words in _COMMANDS:
        if "--site" in words and find_spec("pvlib") is None:
            continue
        taken = [_time_command(words, environment, transport) for _ in range(_TIMES)]
        seconds, cpu_s = (median(values) for values in zip(*taken, strict=True))
        figures.append({"command": " ".join(words), "seconds": seconds, "cpu_s": cpu_s})
    return figures


def _time_command(words: Sequence[str], environment: dict[str, str], transport: str) -> tuple[float, float]:
    """Seconds that a command takes, and seconds of CPU of all its processes.

    Raises:
        PvsimError: if it fails.
    """
    import subprocess  # noqa: PLC0415 - `pvsim --help` needs none
    import tempfile  # noqa: PLC0415 - `pvsim --help` needs none

    with tempfile.TemporaryDirectory(prefix="pvsim-bench-") as scratch:
        more = ["--quiet", "--out", scratch, "--transport", transport] if words[0] == "run" else []
        command = [sys.executable, "-m", "pvsim", *words, *more]
        before, start = os.times(), time.monotonic()
        code = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode
        seconds, after = time.monotonic() - start, os.times()
    if code:
        what = f"pvsim {' '.join(words)} ended with exit code {code}"
        raise PvsimError(what, fix=f"see what it says: pvsim {' '.join(words)}")
    user, system = after.children_user - before.children_user, after.children_system - before.children_system
    return seconds, user + system


COMMANDS = (bench,)
