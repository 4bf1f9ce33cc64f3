"""The private broker, for real: a node of its own in a directory with a space in its name."""

import asyncio
import base64
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import aio_pika
import pytest

from pvsim.adapters import node
from pvsim.adapters.node import probe, processes
from pvsim.errors import BrokerError

pytestmark = pytest.mark.broker


LOOPBACK = {"0100007F", "00000000000000000000000001000000"}  # 127.0.0.1; and [::1], where only epmd listens


@pytest.fixture
async def home(tmp_path):
    path = tmp_path / "my broker"
    yield path
    await node.destroy(path)


def _listeners(pids):
    """The addresses on which processes listen, from /proc (in hexadecimal)."""
    inodes = {
        str(entry.readlink()) for pid in pids for entry in Path(f"/proc/{pid}/fd").iterdir() if entry.is_symlink()
    }
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    rows += [line.split() for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    return {row[1].partition(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in inodes}


async def test_up_is_idempotent_and_down_leaves_no_process(home):
    steps = []
    address = await node.up(home, say=steps.append)
    assert any("starting RabbitMQ" in step for step in steps)
    steps.clear()
    pid = (await node.status(home)).pid
    assert await node.up(home, say=steps.append) == address
    assert steps == []
    status = await node.status(home)
    assert (status.running, status.pid, status.address) == (True, pid, address)
    assert status.version == await probe.stream_version("127.0.0.1", address.stream_port)
    assert address.password not in repr(status)

    assert await node.down(home)
    assert processes.marked(home) == ()
    assert not await node.down(home)
    status = await node.status(home)
    assert (status.running, status.pid) == (False, None)
    assert (home / "data").is_dir()


async def test_only_loopback_is_listened_on_and_secrets_are_private(home):
    address = await node.up(home)
    assert _listeners(processes.marked(home)) <= LOOPBACK
    for path in home.rglob("*"):
        if not path.is_symlink() and path.is_file() and address.password.encode() in path.read_bytes():
            assert path.stat().st_mode & 0o077 == 0, path
    for pid in processes.marked(home):
        assert address.password.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
        assert address.password.encode() not in Path(f"/proc/{pid}/environ").read_bytes()


def _modes(home):
    """The files that others than their owner can read or write."""
    return {
        path
        for path in home.rglob("*")
        if not path.is_symlink() and path.is_file() and path.stat().st_mode & 0o077
    }


@pytest.fixture(scope="module")
def home_with_plugins(tmp_path_factory):
    """The home of a node with all plugins, which was started where files are everybody's if nobody cares."""
    path = tmp_path_factory.mktemp("plugins") / "my broker"
    try:
        before = os.umask(0)
        try:
            asyncio.run(node.up(path, extras={"mqtt": True, "management": True}))
        finally:
            os.umask(before)
        yield path
    finally:
        asyncio.run(node.destroy(path))


async def test_with_plugins_it_listens_on_loopback_only_and_nobody_else_can_read_its_files(home_with_plugins):
    home, status = home_with_plugins, await node.status(home_with_plugins)
    address = status.address
    ports = {urlsplit(status.mqtt).port, urlsplit(status.management).port, address.amqp_port, address.stream_port}
    assert _listeners(processes.marked(home)) <= LOOPBACK
    assert len(ports) == 4
    assert [await probe.listens("127.0.0.1", port) for port in ports] == [True] * 4
    assert home.stat().st_mode & 0o077 == 0
    assert _modes(home) == set()
    secrets = {address.password, node.password(home, node.VIEWER), (home / ".erlang.cookie").read_text()}
    assert min(map(len, secrets)) >= 32
    assert len(secrets) == 3


async def test_plugins_are_turned_on_and_off_in_a_node_that_runs_and_stay_so(home):
    plain = await node.up(home)
    await node.control(home, "add_vhost", "kept")
    assert (await node.status(home)).mqtt is None

    said = []
    assert await node.up(home, extras={"mqtt": True, "management": True}, say=said.append) == plain
    assert sum("restarting RabbitMQ to turn on" in line for line in said) == 2
    status = await node.status(home)
    assert "kept" in (await node.control(home, "list_vhosts")).split()
    users = (await node.control(home, "-q", "list_users", "--no-table-headers")).splitlines()
    assert sorted(users) == ["pvsim\t[administrator]", "viewer\t[monitoring]"]

    await node.down(home)
    assert await node.up(home) == plain
    again = await node.status(home)
    assert (again.mqtt, again.management) == (status.mqtt, status.management)
    pid = again.pid
    assert await node.up(home, extras={"mqtt": True}) == plain
    assert (await node.status(home)).pid == pid

    await node.up(home, extras={"management": False})
    assert (await node.status(home)).mqtt == status.mqtt
    assert (await node.status(home)).management is None
    assert not await probe.listens("127.0.0.1", urlsplit(status.management).port)


def _asked(url, user, password):
    """What the management page's interface answers: its status, or the code of its refusal."""
    request = urllib.request.Request(url)  # noqa: S310 - http, of this test
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    request.add_header("Authorization", f"Basic {token}")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - as above
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


async def test_the_management_page_has_no_guest_and_a_viewer_who_sees_it(home_with_plugins):
    home, status = home_with_plugins, await node.status(home_with_plugins)
    overview = f"{status.management}api/overview"
    assert await asyncio.to_thread(_asked, overview, "guest", "guest") == 401
    password = node.password(home, node.VIEWER)
    assert await asyncio.to_thread(_asked, overview, node.VIEWER, password) == 200
    assert await asyncio.to_thread(_asked, f"{status.management}api/users", node.VIEWER, password) == 401


async def test_two_at_once_get_one_node(home):
    program = (
        "import asyncio, sys; from pathlib import Path; from pvsim.adapters import node; "
        "print(asyncio.run(node.up(Path(sys.argv[1]))))"
    )
    callers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, str(home), stdout=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    printed = [(await caller.communicate())[0] for caller in callers]
    assert [caller.returncode for caller in callers] == [0, 0]
    assert printed[0] == printed[1]
    status = await node.status(home)  # it outlived both
    assert status.running
    assert f"{status.address}\n".encode() == printed[0]


async def test_the_node_outlives_the_terminal_that_started_it(home):
    program = (
        "import asyncio, sys, time; from pathlib import Path; from pvsim.adapters import node; "
        "asyncio.run(node.up(Path(sys.argv[1]))); print(flush=True); time.sleep(60)"
    )
    caller = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(home), stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    await caller.stdout.readline()
    pid = (await node.status(home)).pid
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGKILL):  # Ctrl-C, closing the window, anything
        with suppress(ProcessLookupError):  # the first may have ended it already
            os.killpg(caller.pid, number)
    await caller.wait()
    status = await node.status(home)
    assert (status.running, status.pid) == (True, pid)


async def _publish(address, body):
    """Publish one confirmed message to a stream, declared if need be; a fresh boot opens it a bit later."""
    while True:
        async with await aio_pika.connect(address.amqp_url.partition("?")[0]) as connection:
            channel = await connection.channel(publisher_confirms=True)
            with suppress(aio_pika.exceptions.ChannelNotFoundEntity):
                await channel.declare_queue("t", durable=True, arguments={"x-queue-type": "stream"})
                await channel.default_exchange.publish(aio_pika.Message(body), "t")
                return
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("torn", [False, True])
async def test_a_stream_survives_a_kill_in_its_first_moment_or_in_a_rollover(home, torn):
    await _publish(await node.up(home), b"one")
    status = await node.status(home)
    assert status.streams == 1
    os.kill(status.pid, signal.SIGKILL)
    (stream,) = (home / "data").glob("*/stream/__*")
    if torn:
        (stream / f"{1:020}.index").write_bytes((stream / f"{0:020}.index").read_bytes()[:8])
    await _publish(await node.up(home), b"two")


async def test_after_a_kill_the_same_node_comes_up_again(home):
    address = await node.up(home)
    pid = (await node.status(home)).pid
    await node.control(home, "add_vhost", "kept")
    os.kill(pid, signal.SIGKILL)
    assert await node.up(home) == address
    assert (await node.status(home)).pid != pid
    assert "kept" in (await node.control(home, "list_vhosts")).split()


async def test_a_taken_port_is_given_up_and_data_is_kept(home):
    address = await node.up(home)
    await node.control(home, "add_vhost", "kept")
    await node.down(home)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", address.amqp_port))
        other.listen()
        moved = await node.up(home)
    assert moved.amqp_port != address.amqp_port
    assert moved.password == address.password
    assert "kept" in (await node.control(home, "list_vhosts")).split()


async def test_a_boot_that_was_left_is_taken_over(home):
    first = asyncio.ensure_future(node.up(home))
    while not (home / "state.json").exists():  # noqa: ASYNC110 (another process's file)
        await asyncio.sleep(0.01)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    pid = (await node.status(home)).pid
    await node.up(home)
    assert pid is not None
    assert (await node.status(home)).pid == pid


async def test_a_boot_that_fails_shows_its_reason_and_leaves_nothing(home):
    (home / "etc").mkdir(parents=True)
    (home / "etc" / "advanced.config").write_text("[ this is no Erlang term\n")
    with pytest.raises(BrokerError, match=r"advanced.config") as caught:
        await node.up(home)
    assert caught.value.exit_code == 69
    assert "ended while it was starting" in caught.value.what
    assert caught.value.where == str(home / "log" / "rabbit.log")
    assert caught.value.fix
    assert processes.marked(home) == ()


async def test_a_boot_out_of_time_is_ended(home):
    with pytest.raises(BrokerError, match=r"was not ready within 0\.3 s"):
        await node.up(home, patience_s=0.3)
    assert processes.marked(home) == ()
    assert (await node.status(home)).pid is None


@pytest.mark.usefixtures("broker")
async def test_a_command_that_fails_says_why(home, broker_home):
    with pytest.raises(BrokerError, match="not running") as caught:
        await node.control(home, "list_vhosts")
    assert caught.value.fix == "pvsim broker up"
    with pytest.raises(BrokerError, match="delete_vhost nowhere failed"):
        await node.control(broker_home, "delete_vhost", "nowhere")


async def test_destroy_removes_what_is_ours_only(home):
    await node.up(home)
    (home / "notes.txt").write_text("mine")
    await node.destroy(home)
    assert [path.name for path in home.iterdir()] == ["notes.txt"]
    assert processes.marked(home) == ()
    await node.destroy(home)


@pytest.mark.usefixtures("broker")
async def test_the_doctor_finds_a_working_machine(home, broker_home):
    before = {finding.name: finding for finding in await node.doctor(home)}
    assert not home.exists()
    after = {finding.name: finding for finding in await node.doctor(broker_home)}
    assert all(finding.ok for finding in after.values())
    assert before["broker"].what != after["broker"].what


@pytest.mark.usefixtures("broker")
def test_what_runs_that_died_left_is_found_and_removed(broker_home, tmp_path):
    """A run of our own meter that was killed leaves a stream that nobody needs; a foreign meter's is kept."""
    environment = {**os.environ, "PVSIM_BROKER_HOME": str(broker_home), "PVSIM_BROKER_URL": ""}

    def pvsim(*arguments):
        command = [sys.executable, "-m", "pvsim", *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240, check=True
        )
        return json.loads(done.stdout)

    def streams(facts):
        return {each["stream"] for each in facts}

    def kill_when_it_reads(*arguments, meanwhile=lambda: None):
        """Start a role, and kill it when it is connected."""
        command = [sys.executable, "-m", "pvsim", *arguments, "--transport", "streams"]
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
        try:
            assert any("over streams" in line for line in process.stderr)
            meanwhile()
        finally:
            process.kill()
            process.communicate()

    def wait_until_it_is_in_use():
        while True:
            kept = pvsim("broker", "clean", "--all", "--dry-run", "--json")["kept"]
            if {"somebody reads or writes it"} == {each["why_kept"] for each in kept}:
                return

    kill_when_it_reads("simulate", "--meter", "external", "--run-id", "foreign", meanwhile=wait_until_it_is_in_use)
    kill_when_it_reads("simulate", "--meter", "uniform", "--run-id", "died")
    stored = {each["stream"]: each for each in pvsim("broker", "status", "--json")["stored"]}
    assert "foreign meter" in stored["pvsim.foreign"]["why_kept"]
    assert stored["pvsim.foreign"]["directory"].startswith(str(tmp_path / "runs"))
    cleaned = pvsim("broker", "clean", "--json")
    assert "pvsim.foreign" in streams(cleaned["kept"])
    assert streams(cleaned["removed"]) <= {"pvsim.died"}  # it may not have come to making one
    assert "pvsim.foreign" in streams(pvsim("broker", "clean", "--all", "--json")["removed"])
    assert not {"pvsim.died", "pvsim.foreign"} & streams(pvsim("broker", "status", "--json")["stored"])
