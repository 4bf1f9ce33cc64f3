"""The command line, called in this process where no roles are started, else as a process."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.named import COMMANDS, wrong_names

from pvsim.adapters import node
from pvsim.cli import main
from pvsim.core.messages.address import BrokerAddress


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    def field(self, name: str) -> str:
        """`error`, `at` or `fix` of the message."""
        for line in self.err.splitlines():
            if line.strip().startswith(f"{name}:"):
                return line.partition(":")[2].strip()
        return ""


def followed(arguments: Sequence[object], done: Done) -> Done:
    """Whatever a command tells to type exists, in the command that told it."""
    words = [str(word) for word in arguments[:2]]
    named = next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in COMMANDS), "")
    command = named or ("run" if words and words[0].startswith("-") else "")
    assert wrong_names(done.field("fix"), command) == []
    return done


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory, without settings of the machine's user."""
    for name in [name for name in os.environ if name.startswith("PVSIM_") and "BROKER" not in name]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("PVSIM_BROKER_URL", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no settings"))
    directory = tmp_path / "here"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory


@pytest.fixture
def inside(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:  # noqa: ARG001 - for its effect
    """Call `pvsim ARGUMENTS` in this process; the broker is a closed port, so that none is ever started."""
    monkeypatch.setenv("PVSIM_BROKER_URL", "amqp://127.0.0.1:9/?stream_port=9")
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)

    def call(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["pvsim", *arguments])
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        said = capsys.readouterr()
        return followed(arguments, Done(code if isinstance(code, int) else 0, said.out, said.err))

    return call


@pytest.fixture
def outside(here: Path, broker: BrokerAddress) -> Callable[..., Done]:
    """Run `pvsim ARGUMENTS` as a process, on the session's broker unless `url` says another."""

    def call(*arguments: str, url: str = broker.amqp_url, cwd: Path = here, **env: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "pvsim", *arguments],
            cwd=cwd,
            env={**os.environ, "PVSIM_BROKER_URL": url, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        return followed(arguments, Done(done.returncode, done.stdout, done.stderr))

    return call


@pytest.fixture
def killed(here: Path, broker: BrokerAddress) -> Callable[..., Path]:
    """Begins a run, kills it when 2 MB of its rows are written, and gives its directory."""

    def call(*arguments: str) -> Path:
        process = subprocess.Popen(
            [sys.executable, "-m", "pvsim", *arguments, "--out", str(here / "killed")],
            stderr=subprocess.PIPE,
            env={**os.environ, "PVSIM_BROKER_URL": broker.amqp_url},
        )
        part = None
        while part is None or not part.exists() or part.stat().st_size < 2_000_000:
            found = list((here / "killed").glob("2*/samples.csv.part"))
            part = found[0] if found else None
            assert process.poll() is None
        process.kill()
        process.communicate()  # until the roles have noticed, and ended too
        return here / "killed" / "latest"

    return call


@pytest.fixture(scope="session")
def accounts(broker: BrokerAddress, broker_home: Path) -> BrokerAddress:
    """The session's broker with four accounts that may not do everything; their password is `s3cret`."""
    rights = {
        "stranger": None,
        "reader": ("^$", "^$", ".*"),
        "writer": ("^$", ".*", "^$"),
        "maker": (".*", "^$", "^$"),
    }
    for name, granted in rights.items():
        asyncio.run(node.control(broker_home, "add_user", name, "s3cret"))
        if granted is not None:
            asyncio.run(node.control(broker_home, "set_permissions", "-p", broker.vhost, name, *granted))
    return broker


def statuses(out: Path) -> list[str]:
    """The status of each run below a directory."""
    return [json.loads(path.read_bytes())["status"] for path in sorted(out.glob("2*/manifest.json"))]


@pytest.fixture(name="statuses")
def _statuses() -> Callable[[Path], list[str]]:
    return statuses
