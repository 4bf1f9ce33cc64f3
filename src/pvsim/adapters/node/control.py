"""Commands to a running node, with RabbitMQ's own command line tool."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from pvsim.adapters.node import store
from pvsim.adapters.node.boot import LIMIT_FILES
from pvsim.adapters.node.layout import Layout
from pvsim.adapters.node.packages import find
from pvsim.adapters.node.settings import USER, tool_environment
from pvsim.errors import BrokerError

__all__ = ["control", "make_streams_survive"]

# Declares and deletes a stream, which starts the node's stream coordinator, and flushes its registration.
_FIRST_STREAM = f"""
Name = rabbit_misc:r(<<"/">>, queue, <<"pvsim.first">>),
Type = [{{<<"x-queue-type">>, longstr, <<"stream">>}}],
rabbit_amqqueue:declare(Name, true, false, Type, none, <<"{USER}">>),
{{ok, Queue}} = rabbit_amqqueue:lookup(Name),
rabbit_amqqueue:delete(Queue, false, false, <<"{USER}">>),
[dets:sync(Table) || Table <- dets:all()].
"""


async def control(home: Path, *arguments: str, told: str = "", patience_s: float = 60.0) -> str:
    """Run `rabbitmqctl` on the node of a home, and give what it prints.

    Args:
        home: Of the node.
        arguments: The command. Others can see them while it runs: no secrets in them.
        told: What it reads from standard input.
        patience_s: How long it may take, in seconds.

    Raises:
        BrokerError: if the node does not run, or the command fails.
    """
    layout = Layout.of(home)
    identity, packages = store.read_identity(layout), find(layout.packages)
    if identity is None or packages is None or store.read_state(layout) is None:
        raise BrokerError("the private node is not running", where=str(layout.home), fix="pvsim broker up")
    process = await asyncio.create_subprocess_exec(
        "/bin/sh",
        "-c",
        f'{LIMIT_FILES}exec server/sbin/rabbitmqctl "$@"',
        "sh",
        *arguments,
        cwd=layout.home,
        env=tool_environment(layout, packages, identity),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    command = f"rabbitmqctl {' '.join(arguments)}"
    try:
        async with asyncio.timeout(patience_s):
            printed, complaint = await process.communicate(told.encode())
    except TimeoutError as error:
        raise BrokerError(f"{command} did not finish within {patience_s:g} s", where=str(layout.log)) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        said = " ".join((complaint or printed).decode("utf-8", "replace").split())[:600]
        raise BrokerError(f"{command} failed: {said}", where=str(layout.log), fix="pvsim broker status")
    return printed.decode("utf-8", "replace")


async def make_streams_survive(layout: Layout, say: Callable[[str], None]) -> None:
    """Once for each data directory: make its streams survive a kill from the first second on.

    The stream coordinator is registered when the first stream is declared, in a table that RabbitMQ (3.10.8
    and 4.0.5) flushes about 3 s later. A node that is killed before forgets the coordinator, and its streams
    stay down for ever.
    """
    if layout.prepared.exists():
        return
    try:
        await control(layout.home, "eval", _FIRST_STREAM)
    except BrokerError as error:  # it serves without; the next call tries again
        say(f"streams may not survive a kill of the broker yet: {error.what}")
    else:
        layout.prepared.touch(mode=0o600)
