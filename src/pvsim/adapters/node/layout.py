"""Where the files of one private node are."""

import os
from dataclasses import dataclass
from pathlib import Path

from pvsim.errors import CannotWriteError, UsageError

__all__ = ["Layout", "default_home", "make_parents"]

_FIX = "set PVSIM_BROKER_HOME to another directory, or PVSIM_BROKER_URL to a running broker"

# Erlang separates paths by colons, and RabbitMQ hands its data directory to a shell without quotes, for `df`:
# with an apostrophe 3.10 never ends its boot; with a space, or outside ASCII, it only ignores the disk.
_ALLOWED = " /._-+,=@%"


def default_home() -> Path:
    """`$PVSIM_BROKER_HOME`, else `pvsim/broker` in the user's XDG data directory.

    Raises:
        UsageError: if there is neither a variable nor a home directory to derive it from.
    """
    if given := os.environ.get("PVSIM_BROKER_HOME"):
        return Path(given).absolute()
    data = os.environ.get("XDG_DATA_HOME", "")
    if data.startswith("/"):  # the specification: relative values are to be ignored
        return Path(data, "pvsim", "broker")
    try:
        return Path.home() / ".local/share/pvsim/broker"
    except RuntimeError as error:
        raise UsageError("this user has no home directory", fix="set PVSIM_BROKER_HOME to a directory") from error


def make_parents(path: Path) -> None:
    """Make the directories above a path; nobody else may write them, whatever the umask is.

    Raises:
        OSError: if that is not possible.
    """
    for above in reversed(path.parents):
        if not above.exists():
            above.mkdir(mode=0o755, exist_ok=True)


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one node's home."""

    home: Path

    @classmethod
    def of(cls, home: Path) -> "Layout":
        """The layout of a home given in any spelling.

        Raises:
            UsageError: if Erlang cannot work in a directory of that name.
        """
        real = Path(os.path.realpath(home))
        if trouble := sorted({char for char in str(real) if not (char.isalnum() or char in _ALLOWED)}):
            raise UsageError(
                f"the path of the broker's directory contains {' '.join(map(repr, trouble))}",
                where=repr(str(real)),
                fix=f"set PVSIM_BROKER_HOME to a directory of letters, digits and {_ALLOWED.strip()}",
            )
        return cls(real)

    @property
    def lock(self) -> Path:
        """Held while a node is started or stopped."""
        return self.home / "lock"

    @property
    def identity(self) -> Path:
        """Name, secrets and ports, as JSON, 0600."""
        return self.home / "node.json"

    @property
    def state(self) -> Path:
        """The process that runs, as JSON; absent when none does."""
        return self.home / "state.json"

    @property
    def cookie(self) -> Path:
        """Erlang looks for it in HOME, which is this home."""
        return self.home / ".erlang.cookie"

    @property
    def etc(self) -> Path:
        """The node's settings, written again at each boot."""
        return self.home / "etc"

    @property
    def config(self) -> Path:
        """rabbitmq.conf, with the password, 0600."""
        return self.etc / "rabbitmq.conf"

    @property
    def advanced_config(self) -> Path:
        """Not written by us: settings that a user wants to add, in Erlang terms."""
        return self.etc / "advanced.config"

    @property
    def enabled_plugins(self) -> Path:
        """The list of plugins to start."""
        return self.etc / "enabled_plugins"

    @property
    def empty(self) -> Path:
        """Stands in for the system's rabbitmq-env.conf."""
        return self.etc / "empty.conf"

    @property
    def data(self) -> Path:
        """What the node stores."""
        return self.home / "data"

    @property
    def prepared(self) -> Path:
        """Exists when the stream coordinator of this data is known to be on disk."""
        return self.data / "prepared"

    @property
    def runs(self) -> Path:
        """A note for each run whose messages the node stores."""
        return self.home / "runs"

    @property
    def accounts(self) -> Path:
        """The passwords of further accounts that were made on the node, a file each, 0600."""
        return self.home / "accounts"

    @property
    def logs(self) -> Path:
        """The directory of the two logs."""
        return self.home / "log"

    @property
    def log(self) -> Path:
        """The node's log."""
        return self.logs / "rabbit.log"

    @property
    def boot_log(self) -> Path:
        """What the node prints before its log is open: the reasons of most failures."""
        return self.logs / "boot.log"

    @property
    def server(self) -> Path:
        """Symbolic links to the parts of RabbitMQ that this node needs."""
        return self.home / "server"

    @property
    def packages(self) -> Path:
        """Debian's packages, unpacked, where the system has none; homes may share such a directory."""
        given = os.environ.get("PVSIM_BROKER_PACKAGES")
        return Path(given).absolute() if given else self.home / "packages"

    @property
    def parts(self) -> tuple[Path, ...]:
        """Everything that a node leaves in its home, the lock last."""
        own = (self.etc, self.data, self.accounts, self.runs, self.logs, self.server, self.home / "packages")
        return (*own, self.identity, self.state, self.cookie, self.lock)

    def create(self) -> None:
        """Make the directories, readable by their owner only.

        Raises:
            CannotWriteError: if they cannot be made, or belong to somebody else.
        """
        try:
            make_parents(self.home)
            self.home.mkdir(mode=0o700, exist_ok=True)
            owner = self.home.stat().st_uid
            if owner == os.geteuid():
                self.home.chmod(0o700)
                for path in (self.etc, self.data, self.logs):
                    path.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            message = f"the broker's directory cannot be created: {error.strerror}"
            raise CannotWriteError(message, where=str(self.home), fix=_FIX) from error
        if owner != os.geteuid():
            message = f"the broker's directory belongs to another user (uid {owner})"
            raise CannotWriteError(message, where=str(self.home), fix=f"work as that user, or {_FIX}")
