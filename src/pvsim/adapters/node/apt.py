"""Fetches Debian's RabbitMQ and Erlang packages and unpacks them, without root and without installing.

Never `apt-get install`: that would start a second broker on all interfaces, and abort where port 5672 is
taken. apt works on lists, a cache and a (pretended, empty) package status of our own, so that neither the
machine's lists nor root are needed; its sources, keys and signature checks are the machine's.
"""

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from pvsim.adapters.node import processes
from pvsim.adapters.node.layout import make_parents
from pvsim.adapters.node.packages import FIX, Packages, unpacked
from pvsim.errors import BrokerError, CannotWriteError

__all__ = ["fetch", "missing_tools", "planned", "sizes", "wanted_libraries", "wanted_packages"]

_TOOLS = ("apt-get", "dpkg-deb", "dpkg-query")
_PATIENCE_S = 600.0
_SPACE_BYTES = 250_000_000  # measured: lists 20 MB, packages 35 MB, unpacked 70 MB
_SCRATCH = ".unpacking-"
_LOOK_S = 0.3

# Debian patches erl to /usr/lib/erlang; this one finds itself, so that the directory can be moved.
_ERL = """#!/bin/sh
ROOTDIR=$(cd "$(dirname "$0")/.." && pwd -P) || exit 1
for BINDIR in "$ROOTDIR"/erts-*/bin; do :; done
EMU=beam
PROGNAME=erl
export ROOTDIR BINDIR EMU PROGNAME
exec "$BINDIR/erlexec" ${1+"$@"}
"""


def missing_tools() -> tuple[str, ...]:
    """The programs that fetching needs and this machine lacks (not Debian, then)."""
    return tuple(tool for tool in _TOOLS if shutil.which(tool) is None)


def planned(simulation: str) -> tuple[str, ...]:
    """The names in what `apt-get --simulate install` printed, in its order."""
    return tuple(re.findall(r"^Inst (\S+)", simulation, re.MULTILINE))


def wanted_packages(plan: Collection[str]) -> tuple[str, ...]:
    """Of everything that RabbitMQ depends on: itself and all of Erlang, whatever the machine has of it."""
    return tuple(name for name in plan if re.fullmatch(r"rabbitmq-server|erlang-[a-z0-9-]+", name))


def wanted_libraries(plan: Collection[str], installed: Collection[str]) -> tuple[str, ...]:
    """Of everything that Erlang depends on: the shared libraries that the machine lacks."""
    return tuple(
        name for name in plan if name.startswith("lib") and not name.endswith("-perl") and name not in installed
    )


async def fetch(
    target: Path, *, say: Callable[[str], None], progress: Callable[[str], None] = lambda _: None
) -> Packages:
    """Download and unpack into `target`, which appears only when it is complete.

    Args:
        target: Where the packages go.
        say: Called with a line for each step.
        progress: Called again and again with how far it is.

    Raises:
        BrokerError: if apt is not here, or cannot fetch the packages; says what apt said.
        CannotWriteError: if the directory cannot be written or its disk is too full.
    """
    if missing := missing_tools():
        what = f"RabbitMQ is not installed, and {' and '.join(missing)} is missing to fetch it"
        raise BrokerError(what, where=str(target), fix=FIX)
    try:
        make_parents(target)
        if (free := shutil.disk_usage(target.parent).free) < _SPACE_BYTES:
            raise CannotWriteError(
                f"unpacking RabbitMQ takes {_SPACE_BYTES / 1e6:.0f} MB, and {free / 1e6:.0f} MB are free",
                where=str(target.parent),
                fix="free some space, or set PVSIM_BROKER_HOME to a directory on another disk",
            )
        _clear_abandoned(target.parent)
        with tempfile.TemporaryDirectory(prefix=f"{_SCRATCH}{os.getpid()}-", dir=target.parent) as scratch:
            root = await _unpack(Path(scratch), say, progress)
            if unpacked(target) is None:  # another process may have been faster
                shutil.rmtree(target, ignore_errors=True)
                root.rename(target)
    except OSError as error:
        message = f"RabbitMQ cannot be unpacked: {error.strerror or error}"
        raise CannotWriteError(
            message, where=str(target.parent), fix="set PVSIM_BROKER_HOME to another directory"
        ) from error
    found = unpacked(target)
    if found is None:
        raise BrokerError(
            "the packages do not contain RabbitMQ where Debian installs it", where=str(target), fix=FIX
        )
    return found


def _clear_abandoned(directory: Path) -> None:
    """Remove what processes that were killed have left."""
    for scratch in directory.glob(f"{_SCRATCH}*"):
        owner = scratch.name.removeprefix(_SCRATCH).partition("-")[0]
        if owner.isdigit() and processes.is_dead(int(owner)):
            shutil.rmtree(scratch, ignore_errors=True)


async def _unpack(scratch: Path, say: Callable[[str], None], progress: Callable[[str], None]) -> Path:
    """The steps of fetching, in a directory that may vanish at any time."""
    for part in ("lists/partial", "cache/archives/partial", "debs", "root"):
        (scratch / part).mkdir(parents=True)
    (scratch / "status").touch()
    say("fetching RabbitMQ from Debian (about 60 MB, once; nothing is installed)")
    # Its exit code is not looked at: a third-party source that is down says nothing about Debian's.
    async with _watched(scratch / "lists", "package lists", progress):
        _, update = await _apt(scratch, "update")
    plan = await _simulate(scratch, ("rabbitmq-server",), update)
    packages = wanted_packages(plan)
    erlang = tuple(name for name in packages if name.startswith("erlang-"))
    libraries = wanted_libraries(await _simulate(scratch, erlang, update), await _installed())
    _, uris = await _apt(scratch, "--print-uris", "download", *packages, *libraries)
    async with _watched(scratch / "debs", "packages", progress, of_bytes=sizes(uris)):
        code, printed = await _apt(scratch, "download", *packages, *libraries)
    debs = sorted((scratch / "debs").glob("*.deb"))
    if code or len(debs) < len(packages) + len(libraries):
        raise _failed("the packages cannot be downloaded", printed)
    say(f"unpacking {len(debs)} packages")
    root = scratch / "root"
    for number, deb in enumerate(debs):
        progress(f"unpacked {number} of {len(debs)} packages, {_megabytes(_size_of(root))}")
        code, printed = await _run("dpkg-deb", "--extract", str(deb), str(root))
        if code:
            raise _failed(f"{deb.name} cannot be unpacked", printed)
    erl = root / "usr/lib/erlang/bin/erl"
    erl.unlink()
    erl.write_text(_ERL, "utf-8")
    erl.chmod(0o755)
    root.chmod(0o755)
    return root


def sizes(uris: str) -> int:
    """The bytes of what `apt-get --print-uris download` has listed: 'URI' NAME SIZE HASH."""
    return sum(int(size) for size in re.findall(r"^'[^']*' \S+ (\d+)", uris, re.MULTILINE))


@asynccontextmanager
async def _watched(
    directory: Path, what: str, progress: Callable[[str], None], *, of_bytes: int = 0
) -> AsyncIterator[None]:
    """Say while it lasts how much has come into a directory."""

    async def watch() -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            of = f" of {_megabytes(of_bytes)}" if of_bytes else ""
            progress(f"fetched {_megabytes(_size_of(directory))}{of} ({what})")

    watching = asyncio.ensure_future(watch())
    try:
        yield
    finally:
        watching.cancel()


def _size_of(directory: Path) -> int:
    total = 0
    for path in directory.rglob("*"):
        with suppress(OSError):  # it may be renamed meanwhile
            total += path.lstat().st_size
    return total


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


async def _simulate(scratch: Path, names: Sequence[str], update: str) -> tuple[str, ...]:
    code, printed = await _apt(scratch, "--simulate", "--no-install-recommends", "install", *names)
    if code or not planned(printed):
        raise _failed("apt does not offer RabbitMQ", f"{update}\n{printed}")
    return planned(printed)


async def _installed() -> frozenset[str]:
    _, printed = await _run("dpkg-query", "--show", "--showformat", "${db:Status-Abbrev} ${Package}\n")
    return frozenset(line.split()[1] for line in printed.splitlines() if line.startswith("ii "))


async def _apt(scratch: Path, *arguments: str) -> tuple[int, str]:
    options = {
        "Dir::State::lists": scratch / "lists",
        "Dir::State::status": scratch / "status",
        "Dir::State::extended_states": scratch / "extended_states",
        "Dir::Cache": scratch / "cache",
        "Debug::NoLocking": "true",  # the directories are ours alone; the system's lock needs root
        "APT::Sandbox::User": "root",  # user _apt cannot enter our directory; without root it has no effect
        "APT::Get::AllowUnauthenticated": "false",
        "Acquire::AllowInsecureRepositories": "false",
        "Acquire::Languages": "none",
        "Acquire::Retries": "2",
        "Acquire::http::Timeout": "30",
        "Acquire::https::Timeout": "30",
    }
    flags = [part for key, value in options.items() for part in ("-o", f"{key}={value}")]
    return await _run("apt-get", "-q", *flags, *arguments, cwd=scratch / "debs")


async def _run(*command: str, cwd: Path | None = None) -> tuple[int, str]:
    """Run a tool to its end: exit code, and what it printed on both streams."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        umask=0o022,
    )
    try:
        async with asyncio.timeout(_PATIENCE_S):
            printed, _ = await process.communicate()
    except TimeoutError as error:
        what = f"{command[0]} did not finish within {_PATIENCE_S:.0f} s"
        raise BrokerError(what, fix=f"check the network; or {FIX}") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, printed.decode("utf-8", "replace")


def _failed(what: str, printed: str) -> BrokerError:
    """What apt or dpkg said of it: its errors, else its last line."""
    lines = printed.strip().splitlines()
    said = [line for line in lines if line.startswith(("E:", "W: Failed", "dpkg-deb: error"))]
    detail = "; ".join(dict.fromkeys(said or lines[-1:]))[:600]
    return BrokerError(f"RabbitMQ is not installed, and {what}: {detail}", where="apt-get", fix=FIX)
