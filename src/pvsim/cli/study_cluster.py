"""The option of `pvsim study` that names a Dask cluster, and what it comes to."""

import click

from pvsim.errors import UsageError

__all__ = ["cluster_address", "scheduler_option"]

scheduler_option = click.option(
    "--scheduler",
    metavar="ADDRESS",
    envvar="PVSIM_SCHEDULER",
    help="Carry out cases by the workers of a Dask scheduler: tcp://HOST:PORT, tls://HOST:PORT, or local.",
)


def cluster_address(scheduler: str, size: int | None) -> str:
    """The address of a cluster.

    Args:
        scheduler: What was typed.
        size: How many processes were asked for; None is not said.

    Raises:
        UsageError: if it is none, or processes are asked for that the cluster has by itself.
    """
    from pvsim.adapters.dask import LOCAL, parse_scheduler  # noqa: PLC0415 - most studies need none

    address = parse_scheduler(scheduler, "--scheduler")
    if size is not None and address != LOCAL:
        what = "--jobs is the number of processes of this machine, and the cluster has workers of its own"
        raise UsageError(what, where="--jobs", fix="leave it out")
    return address
