"""The documentation as data, and a shell that is set up as the README assumes."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(
    r"(?P<mark><!-- not run: [^>]+ -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)

# ./run in an empty directory: the set-up of the machine has tests of its own.
_RUN = '#!/bin/sh\n[ $# -gt 0 ] || set -- run\nexec pvsim "$@"\n'

# rabbitmqctl on the session's broker; it would ask for a new user's password.
_RABBITMQCTL = """\
#!{python}
import asyncio, sys
from pathlib import Path
from pvsim.adapters import node
given = [*sys.argv[1:], *(["PASSWORD"] if sys.argv[1] == "add_user" else [])]
asyncio.run(node.control(Path({home!r}), *given))
"""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page; `run` is false where a comment above it says why."""

    language: str
    text: str
    run: bool


def blocks(page: str) -> list[Block]:
    return [Block(found["language"], found["text"], run=found["mark"] is None) for found in _BLOCK.finditer(page)]


@pytest.fixture(scope="session")
def pages() -> dict[str, str]:
    """All pages by their path in the repository."""
    paths = [REPOSITORY / "README.md", REPOSITORY / "CHANGELOG.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
    return {str(path.relative_to(REPOSITORY)): path.read_text("utf-8") for path in paths}


@pytest.fixture(scope="session")
def readme(pages) -> list[Block]:
    """The blocks of the README."""
    return blocks(pages["README.md"])


@dataclass(frozen=True)
class Shell:
    """An empty directory with `./run` in it, pvsim on the path, and the session's broker."""

    directory: Path
    environment: dict[str, str]

    def __call__(self, script: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "-euc", script],
            cwd=self.directory,
            env=self.environment | more,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )


@pytest.fixture(scope="session")
def shell_in(broker, broker_home) -> Callable[[Path], Shell]:
    """Makes shells."""
    assert broker

    def make(directory: Path) -> Shell:
        tools = directory / ".bin"
        tools.mkdir()
        for path, text in (
            (directory / "run", _RUN),
            (tools / "rabbitmqctl", _RABBITMQCTL.format(python=sys.executable, home=str(broker_home))),
        ):
            path.write_text(text)
            path.chmod(0o755)
        kept = {"PVSIM_BROKER_PACKAGES"}  # where RabbitMQ was unpacked, if it was
        environment = {name: value for name, value in os.environ.items() if name in kept or name[:6] != "PVSIM_"}
        environment["PATH"] = f"{tools}:{Path(sys.executable).parent}:{environment['PATH']}"
        environment["XDG_CONFIG_HOME"] = str(directory)
        return Shell(directory, environment | {"PVSIM_BROKER_HOME": str(broker_home)})

    return make


@pytest.fixture
def shell(shell_in, tmp_path) -> Shell:
    """A shell in a directory of its own."""
    return shell_in(tmp_path)
