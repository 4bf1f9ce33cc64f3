"""Options of `pvsim study` that have to do with a broker, and what they come to."""

import click

from pvsim.cli.command import BROKER, section
from pvsim.cli.options import broker_option
from pvsim.errors import UsageError

__all__ = ["check_broker_use", "through_broker_options"]

through_broker_options = section(
    BROKER,
    click.option(
        "--through-broker",
        is_flag=True,
        help="Publish each load once, and let the simulator of each case read it from the broker.",
    ),
    click.option(
        "--keep-runs", is_flag=True, help="With --through-broker: keep the directory of each case's run."
    ),
    broker_option,
)


def check_broker_use(given: list[str], *, through_broker: bool, scheduler: str | None, dry_run: bool) -> None:
    """Refuse what does not go together.

    Args:
        given: The options that were typed.
        through_broker: Whether the study goes through the broker.
        scheduler: Where a Dask cluster is; None is none.
        dry_run: Whether nothing is carried out.

    Raises:
        UsageError: if so.
    """
    for name, says in (("keep_runs", "which runs to keep"), ("broker", "which broker the cases go through")):
        if name in given and not through_broker:
            option = f"--{name.replace('_', '-')}"
            what = f"{option} says {says}, and this study needs no broker"
            raise UsageError(what, where=option, fix=f"add --through-broker, or leave {option} out")
    if through_broker and (scheduler is not None or dry_run):
        other = "--dry-run" if scheduler is None else "--scheduler"
        why = "carries out one case without a broker" if scheduler is None else "gives the cases to other machines"
        what = f"--through-broker is for the processes of this machine, and {other} {why}"
        raise UsageError(what, where="--through-broker", fix=f"leave --through-broker or {other} out")
