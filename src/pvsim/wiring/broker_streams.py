"""What runs store on the private broker: whether there is room, whose it is, and what nobody needs any more."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pvsim.adapters import streams
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import BrokerError

if TYPE_CHECKING:
    from pvsim.adapters.node import Stored

__all__ = ["clean", "note_run", "require_room"]


def require_room(url: str | None, readings: int) -> None:
    """Refuse a run whose messages would fill the private node's disk; of a given broker nothing is known.

    Raises:
        CannotWriteError: if they would.
    """
    if not url:
        from pvsim.adapters import node  # noqa: PLC0415 - not for a given broker

        node.require_room(node.default_home(), readings)


def note_run(url: str | None, stream: str, directory: Path, *, foreign: bool) -> None:
    """Let `pvsim broker clean` know whose a stream of the private node is; a run does not depend on it."""
    if not url:
        from pvsim.adapters import node  # noqa: PLC0415 - not for a given broker

        with suppress(OSError):
            node.note_run(node.default_home(), stream, directory, foreign=foreign)


async def clean(*, every: bool, dry_run: bool) -> "tuple[list[Stored], list[Stored]]":
    """Remove the streams on the private node that no run needs any more; never one that is read or written.

    Args:
        every: Also those whose run is not known, or whose readings could not be computed again.
        dry_run: Only say which.

    Returns:
        Those removed, and those kept, each with the reason.

    Raises:
        BrokerError: if the node does not run.
    """
    from pvsim.adapters import node  # noqa: PLC0415 - not for a given broker

    home = node.default_home()
    _, address = await node.running(home)
    used = await node.in_use(home)
    removed, kept = [], []
    for each in node.stored(home, await node.queue_names(home)):
        why = "somebody reads or writes it" if each.stream in used else each.why_kept
        if why and (each.stream in used or each.locked or not every):
            kept.append(replace(each, why_kept=why))
            continue
        removed.append(replace(each, why_kept=""))
        if not dry_run:
            async with streams.StreamTransport(address).log(each.stream) as log:
                await log.delete()
            node.forget(home, each.stream)
            await _remove_super_stream(address, each.stream)
    return removed, kept


async def _remove_super_stream(address: BrokerAddress, stream: str) -> None:
    """Remove the super stream of a removed partition, if it was its last: an exchange that leads nowhere."""
    from pvsim.adapters import amqp  # noqa: PLC0415 - its library costs 0.2 s to import

    name, _, number = stream.rpartition("-")
    if number.isdigit():
        with suppress(BrokerError):  # others are left, or what has that name is something else
            await amqp.delete_super_stream(address, name, if_unused=True)
