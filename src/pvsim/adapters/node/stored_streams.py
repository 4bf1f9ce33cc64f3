"""The streams that a private node stores: whose they are, how large, and which of them nobody needs any more.

A run's stream is removed when the run is complete. A run that dies leaves it: a cache of what its files hold,
unless a foreign meter published it. So each run is noted, with its directory, beside the node's data.
"""

import json
import re
import shutil
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from pvsim.adapters.node import store
from pvsim.adapters.node.control import control
from pvsim.adapters.node.layout import Layout
from pvsim.adapters.node.settings import DISK_FREE_LIMIT_BYTES
from pvsim.adapters.shared.locks import is_held
from pvsim.core.quantities.json_text import NOT_DECODED
from pvsim.errors import CannotWriteError

__all__ = ["READING_BYTES", "Stored", "forget", "in_use", "note_run", "queue_names", "require_room", "stored"]

READING_BYTES = 130
"""What one reading takes in a stream, with its share of chunk and index: 124 to 131 were measured."""

_DIRECTORY = re.compile(r"__pvsim_(?P<run>.+)_\d+")  # the virtual host /, and a point, are underscores there
_IN_DIRECTORY = re.compile(r"[^A-Za-z0-9_=-]")
"""What is an underscore in the name of a stream's directory."""

_DAY_S = 86_400
_ENDED = {"complete", "partial"}
_LOCKS = (".run.lock", ".simulator.lock", ".meter.lock")


@dataclass(frozen=True, slots=True)
class Stored:
    """A run's stream on the node.

    Args:
        stream: Its name.
        size_mb: What it takes on the disk.
        age_s: Seconds since something was written to it.
        directory: Of the run; None where it is not known.
        why_kept: Why it may be needed yet, as far as is known without asking the node; empty where it is not.
        locked: A process works on the run.
    """

    stream: str
    size_mb: float
    age_s: float
    directory: str | None
    why_kept: str
    locked: bool


@dataclass(frozen=True, slots=True)
class _Note:
    """What is remembered of the run of a stream."""

    directory: str
    foreign: bool


def note_run(home: Path, stream: str, directory: Path, *, foreign: bool) -> None:
    """Remember whose a stream is; `foreign`: its readings cannot be computed again.

    Raises:
        OSError: if that cannot be written.
    """
    layout = Layout.of(home)
    layout.runs.mkdir(mode=0o700, exist_ok=True)
    note = _Note(str(directory), foreign)
    known = {each.stream for each in stored(home)}
    for path in layout.runs.glob("pvsim.*.json"):  # not a new one: its stream may be about to be made
        if path.stem not in known and time.time() - path.stat().st_mtime > _DAY_S:
            path.unlink(missing_ok=True)
    store.write_private(layout.runs / f"{stream}.json", json.dumps(asdict(note)))


def stored(home: Path, named: Iterable[str] = ()) -> list[Stored]:
    """The streams of runs that a node stores, largest first; whether one is in use only a running node knows.

    Args:
        home: Of the node.
        named: Names of its streams: a directory does not tell `pvsim.home.samples` from `pvsim.home_samples`.
            Those of which there is a note are known.
    """
    layout = Layout.of(home)
    now = time.time()
    noted = (path.stem for path in layout.runs.glob("pvsim.*.json"))
    known = {_IN_DIRECTORY.sub("_", name): name for name in (*noted, *named)}
    found = []
    for directory in layout.data.glob("*/stream/__pvsim_*"):
        if match := _DIRECTORY.fullmatch(directory.name):
            stats = [path.stat() for path in directory.glob("*") if path.is_file()]
            stream = known.get(f"pvsim_{match['run']}", f"pvsim.{match['run']}")
            note = _read_note(layout, stream)
            found.append(
                Stored(
                    stream,
                    round(sum(each.st_blocks * 512 for each in stats) / 1e6, 1),
                    round(max(now - max((each.st_mtime for each in stats), default=now), 0.0)),
                    note.directory if note else None,
                    "a process is working on its run" if (locked := _is_worked_on(note)) else _why_kept(note),
                    locked,
                )
            )
    return sorted(found, key=lambda each: -each.size_mb)


async def queue_names(home: Path) -> list[str]:
    """The names of the streams and queues of a running node.

    Raises:
        BrokerError: if the node does not run.
    """
    return (await control(home, "--silent", "list_queues", "name")).split("\n")


async def in_use(home: Path) -> frozenset[str]:
    """The streams of a running node that somebody reads or writes now.

    Raises:
        BrokerError: if the node does not run.
    """
    used: set[str] = set()
    for arguments in (
        ("list_stream_consumers", "stream"),
        ("list_stream_publishers", "stream"),
        ("list_consumers", "queue_name"),
    ):
        used.update((await control(home, "--silent", *arguments)).split())
    return frozenset(used)


def forget(home: Path, stream: str) -> None:
    """Remove the note of a stream that is no more."""
    (Layout.of(home).runs / f"{stream}.json").unlink(missing_ok=True)


def require_room(home: Path, readings: int) -> None:
    """Refuse a run whose messages would fill the disk.

    Raises:
        CannotWriteError: if it would, with how much is needed and free.
    """
    layout = Layout.of(home)
    place = next(path for path in (layout.data, *layout.data.parents) if path.exists())
    free, needed = shutil.disk_usage(place).free, readings * READING_BYTES
    if free >= needed + DISK_FREE_LIMIT_BYTES:
        return
    raise CannotWriteError(
        f"the broker stores the run's messages until it ends, about {needed / 1e9:,.1f} GB; {free / 1e9:,.1f} GB"
        f" are free, and RabbitMQ keeps {DISK_FREE_LIMIT_BYTES / 1e9:.0f} GB of them",
        where=str(layout.home),
        fix="free some space (pvsim broker clean), set PVSIM_BROKER_HOME to a directory on another disk, or"
        " simulate fewer days or meters in one run",
    )


def _read_note(layout: Layout, stream: str) -> _Note | None:
    try:
        return msgspec.json.decode((layout.runs / f"{stream}.json").read_bytes(), type=_Note)
    except (OSError, *NOT_DECODED):
        return None


def _why_kept(note: _Note | None) -> str:
    """Readings that are nowhere else are kept."""
    if note is None:
        return "its run is unknown"
    try:
        status = json.loads((Path(note.directory) / "manifest.json").read_bytes())["status"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        status = None
    if note.foreign and status not in _ENDED:
        return "its readings are of a foreign meter, and its run has not ended"
    return ""


def _is_worked_on(note: _Note | None) -> bool:
    return note is not None and any(is_held(Path(note.directory) / name) for name in _LOCKS)
