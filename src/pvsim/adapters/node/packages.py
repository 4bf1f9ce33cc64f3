"""RabbitMQ's and Erlang's files: the system's, or Debian's packages unpacked in a directory of ours."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FIX", "Packages", "find", "system", "unpacked"]

FIX = "apt-get install rabbitmq-server, or set PVSIM_BROKER_URL=amqp://user:password@host:5672/vhost"


@dataclass(frozen=True, slots=True)
class Packages:
    """Where the files are.

    Args:
        rabbitmq: RabbitMQ's own directory, with `sbin`, `plugins` and `escript`.
        erlang_bin: The directory of `erl` and `epmd`.
        lib_dirs: Shared libraries that the system does not have.
        origin: "system" or "unpacked".
    """

    rabbitmq: Path
    erlang_bin: Path
    lib_dirs: tuple[Path, ...] = ()
    origin: str = "system"

    @property
    def version(self) -> str:
        """RabbitMQ's version, as its directory is called."""
        return self.rabbitmq.name.partition("-")[2]


def find(directory: Path) -> Packages | None:
    """The system's files if it has them, else those unpacked in `directory`; None if there are neither."""
    return system() or unpacked(directory)


def system(root: Path = Path("/")) -> Packages | None:
    """The files of the installed packages."""
    rabbitmq = _newest(root)
    if rabbitmq is None:
        return None
    erlang_bin = root / "usr/lib/erlang/bin"
    if (erlang_bin / "erl").exists():
        return Packages(rabbitmq, erlang_bin)
    found = shutil.which("erl")
    return Packages(rabbitmq, Path(found).parent) if found else None


def unpacked(directory: Path) -> Packages | None:
    """The files of packages that were unpacked in `directory`; it exists only when they are complete."""
    rabbitmq = _newest(directory)
    if rabbitmq is None:
        return None
    libraries = (*directory.glob("usr/lib/*-linux-gnu*"), *directory.glob("lib/*-linux-gnu*"))
    return Packages(rabbitmq, directory / "usr/lib/erlang/bin", tuple(sorted(libraries)), origin="unpacked")


def _newest(root: Path) -> Path | None:
    if not (root / "usr/lib/rabbitmq/bin/rabbitmq-server").exists():
        return None
    found = (root / "usr/lib/rabbitmq/lib").glob("rabbitmq_server-*")
    return max(found, key=lambda path: [int(n) for n in re.findall(r"\d+", path.name)], default=None)
