"""The broker's password is nowhere but where its user keeps it: no command line, file, log or message has it."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pvsim.adapters import node
from pvsim.core.messages.address import BrokerAddress

pytestmark = pytest.mark.broker


@pytest.fixture(scope="module")
def account(broker: BrokerAddress, broker_home: Path) -> BrokerAddress:
    """An account with a password that nothing else has."""
    mine = replace(broker, user="keeper", password=secrets.token_hex(16))
    asyncio.run(node.control(broker_home, "add_user", mine.user, mine.password))
    asyncio.run(node.control(broker_home, "set_permissions", "-p", mine.vhost, mine.user, ".*", ".*", ".*"))
    return mine


def kept(address: BrokerAddress, directory: Path) -> dict[str, str]:
    """The environment of a user who keeps the broker's URL in a file of his own, outside of `directory`."""
    path = directory.parent / f"{directory.name}.url"
    path.touch(mode=0o600)
    path.write_text(address.amqp_url)
    bare = {name: value for name, value in os.environ.items() if name != "PVSIM_BROKER_URL"}
    return {**bare, "PVSIM_BROKER_URL_FILE": str(path), "XDG_STATE_HOME": str(directory / "state")}


def family(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from family(int(child))


def leaks(directory: Path, secret: str) -> list[Path]:
    """The files below a directory that contain the secret."""
    files = [path for path in directory.rglob("*") if path.is_file() and not path.is_symlink()]
    assert files
    return [path for path in files if secret.encode() in path.read_bytes()]


@pytest.mark.parametrize("transport", ["streams", "amqp"])
def test_a_run_under_way_shows_it_nowhere(account, tmp_path, transport):
    """All processes of the run while it works, what it leaves when it is interrupted, and all that it said."""
    line = [sys.executable, "-m", "pvsim", "run", "--transport", transport, "--clock", "600x"]
    process = subprocess.Popen(
        line, cwd=tmp_path, env=kept(account, tmp_path), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    part = None
    while part is None or not part.exists() or part.stat().st_size < 10_000:
        part = next(iter(tmp_path.glob("runs/2*/samples.csv.part")), None)
        assert process.poll() is None
    pids = list(family(process.pid))
    lines = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids]
    environments = [Path(f"/proc/{pid}/environ").read_bytes() for pid in pids]
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate()
    assert len(pids) == 3  # the command, meter and simulator
    assert not [each for each in (*lines, *environments, said) if account.password.encode() in each]
    assert process.returncode == 130
    assert leaks(tmp_path, account.password) == []


@pytest.mark.parametrize(
    "change",
    [{}, {"user": "nobody"}, {"vhost": "none"}, {"amqp_port": 9, "stream_port": 9}],
    ids=["right", "account", "virtual host", "port"],
)
@pytest.mark.parametrize("command", ["run --every 1h --days 1 --patience 0", "doctor"])
def test_neither_success_nor_refusal_shows_it(account, tmp_path, command, change):
    environment = kept(replace(account, **change), tmp_path)
    line = [sys.executable, "-m", "pvsim", *command.split()]
    done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) is bool(change), done.stderr
    assert account.password not in done.stdout + done.stderr
    (tmp_path / "said").write_text(done.stdout + done.stderr)
    assert leaks(tmp_path, account.password) == []


def test_a_command_line_with_a_password_is_refused_and_not_repeated(account, tmp_path):
    line = [sys.executable, "-m", "pvsim", "run", "--broker", account.amqp_url]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "PVSIM_BROKER_URL_FILE" in done.stderr
    assert account.password not in done.stdout + done.stderr


def test_a_settings_file_with_a_password_is_refused_and_not_repeated(account, tmp_path):
    (tmp_path / "pvsim.toml").write_text(f'[run]\nbroker = "{account.amqp_url}"\n')
    bare = {name: value for name, value in os.environ.items() if name != "PVSIM_BROKER_URL"}
    line = [sys.executable, "-m", "pvsim", "run"]
    done = subprocess.run(line, cwd=tmp_path, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "whoever reads the settings" in done.stderr
    assert account.password not in done.stdout + done.stderr
