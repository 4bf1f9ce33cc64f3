"""`pvsim broker users` at a real broker: what it prints, what it does, and what it does by HTTP, are the same.

Each `rabbitmqctl` is an Erlang of its own and takes 0.6 s of CPU: what only prepares or looks goes by HTTP.
"""

import asyncio
import base64
import json
import os
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pika
import pytest

from pvsim.adapters import node
from pvsim.adapters.node.layout import Layout
from pvsim.adapters.node.packages import find
from pvsim.adapters.node.settings import tool_environment
from pvsim.adapters.node.store import read_identity
from pvsim.cli.broker_users import users
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import UsageError

pytestmark = pytest.mark.broker


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    path = tmp_path_factory.mktemp("users") / "node"
    try:
        asyncio.run(node.up(path, extras={"management": True}))
        yield path
    finally:
        asyncio.run(node.destroy(path))


@pytest.fixture
def rabbitmqctl(home, tmp_path):
    """A directory with a `rabbitmqctl` of the node in it, as the system has one of its own."""
    layout = Layout.of(home)
    settings = tool_environment(layout, find(layout.packages), read_identity(layout))
    words = " ".join(f"{name}={shlex.quote(value)}" for name, value in settings.items())
    tool = tmp_path / "bin" / "rabbitmqctl"
    tool.parent.mkdir()
    tool.write_text(
        f'#!/bin/sh\ncd {shlex.quote(str(layout.home))} && exec env {words} server/sbin/rabbitmqctl "$@"\n'
    )
    tool.chmod(0o755)
    return tool.parent


@pytest.fixture
def by_http(home, here):
    """The environment in which accounts are made by the management interface."""
    status, secret = asyncio.run(node.status(home)), here / "url"
    secret.write_text(status.management.replace("://", f"://pvsim:{status.address.password}@"))
    secret.chmod(0o600)
    return {"PVSIM_MANAGEMENT_URL_FILE": str(secret)}


@pytest.fixture
def pvsim(home, here):
    def call(*arguments, **environment):
        settings = {**os.environ, "PVSIM_BROKER_HOME": str(home), **environment}
        return subprocess.run(
            [sys.executable, "-m", "pvsim", "broker", "users", *arguments],
            cwd=here,
            env=settings,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return call


def rights_of(home, name):
    """What the broker has about an account, without its name."""
    status = asyncio.run(node.status(home))
    token = base64.b64encode(f"pvsim:{status.address.password}".encode()).decode()
    told = {}
    for what in ("", "/permissions", "/topic-permissions"):
        url = f"{status.management.rstrip('/')}/api/users/{name}{what}"
        request = urllib.request.Request(url, headers={"Authorization": f"Basic {token}"})  # noqa: S310 - ours
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            told[what] = json.loads(answer.read().replace(name.encode(), b"NAME"))
    told["tags"] = told.pop("")["tags"]
    return told | {"/topic-permissions": sorted(told["/topic-permissions"], key=json.dumps)}


def signs_in(home, name, password):
    address = asyncio.run(node.status(home)).address
    where = pika.ConnectionParameters(
        address.host, address.amqp_port, credentials=pika.PlainCredentials(name, password)
    )
    try:
        pika.BlockingConnection(where).close()
    except pika.exceptions.AMQPConnectionError:
        return False
    return True


@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_printed_applied_and_put_over_http_are_the_same(home, rabbitmqctl, pvsim, by_http, role):
    printed, applied, put = (f"{role}-{way}" for way in ("printed", "applied", "put"))
    script = pvsim("--role", role, "--name", printed).stdout
    first, path = script.partition("\n")[0], f"{rabbitmqctl}:{os.environ['PATH']}"
    for lines in (first, script):  # the second time it exists
        subprocess.run(["/bin/sh", "-ec", lines], env={"PATH": path}, check=True, capture_output=True)
    assert pvsim("--role", "meter", "--name", applied, "--apply", **by_http).returncode == 0  # another role before
    assert pvsim("--role", role, "--name", applied, "--apply").returncode == 0
    done = pvsim("--role", role, "--name", put, "--apply", "--json", **by_http)
    facts = json.loads(done.stdout)
    assert facts["where"] == asyncio.run(node.status(home)).management.rstrip("/")

    assert rights_of(home, applied) == rights_of(home, put) == rights_of(home, printed)
    assert rights_of(home, put)["tags"] == (["administrator"] if role == "admin" else [])
    for name, file in (
        (printed, Path(f"{printed}.password")),
        (applied, node.password_file(home, applied)),
        (put, Path(facts["password_file"])),
    ):
        assert file.stat().st_mode & 0o077 == 0
        assert signs_in(home, name, file.read_text())
    assert not signs_in(home, printed, "guest")


def test_a_meter_is_told_where_to_publish_and_nobody_sees_its_password(home, pvsim):
    done = pvsim("--role", "meter", "--name", "house-a", "--apply")
    password = node.password(home, "house-a")
    address = asyncio.run(node.status(home)).address
    assert done.stdout.splitlines() == [
        f"house-a: meter of home, at {address}",
        "  AMQP: publish to exchange pvsim, routing key meter.home.house-a",
        "  MQTT: publish to topic meter/home/house-a",
        f"  amqp://house-a@127.0.0.1:{address.amqp_port}",
    ]
    assert str(node.password_file(home, "house-a")) in done.stderr
    assert password not in done.stdout + done.stderr


def test_the_url_of_a_simulator_has_both_ports(home, pvsim):
    done = pvsim("--role", "simulator", "--name", "sim-a", "--apply")
    address = asyncio.run(node.status(home)).address
    (url,) = [line.strip() for line in done.stdout.splitlines() if line.startswith("  amqp://")]
    parsed = BrokerAddress.parse(url.replace("@", ":secret@"))
    assert (parsed.user, parsed.amqp_port, parsed.stream_port) == ("sim-a", address.amqp_port, address.stream_port)


@pytest.mark.parametrize("way", ["here", "by HTTP"])
def test_an_account_is_removed_and_its_connections_are_closed(home, pvsim, by_http, way):
    settings = by_http if way == "by HTTP" else {}
    file = node.password_file(home, "leaves")
    arguments = ["--role", "meter", "--name", "leaves", "--password-file", str(file), "--apply"]
    assert pvsim(*arguments, **by_http).returncode == 0
    password, address = node.password(home, "leaves"), asyncio.run(node.status(home)).address
    credentials = pika.PlainCredentials("leaves", password)
    where = pika.ConnectionParameters(address.host, address.amqp_port, credentials=credentials)
    connection = pika.BlockingConnection(where)
    done = pvsim("--remove", "leaves", "--apply", **settings)
    assert done.stdout.startswith("leaves: removed, at ")
    with pytest.raises(pika.exceptions.AMQPConnectionError):
        connection.process_data_events(time_limit=60)
    assert not signs_in(home, "leaves", password)
    assert (node.password(home, "leaves") is None) == (way == "here")
    done = pvsim("--remove", "leaves", "--apply", **settings)
    assert done.returncode == 69
    assert "there is no account 'leaves'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--remove", "pvsim", "--apply"], "--remove: 'pvsim' is a name that RabbitMQ or pvsim uses itself"),
        (["--remove", "a", "--role", "meter"], "--role describes an account to be made"),
        (["--role", "meter"], "needs --name"),
        (["--role", "meter", "--name", "a", "--management"], "--management is for the role viewer"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments, what):
    with pytest.raises(UsageError, match=what):
        users.main(arguments, standalone_mode=False)


def test_a_url_of_another_broker_is_not_taken_for_the_private_node(pvsim):
    done = pvsim("--role", "meter", "--name", "house-b", "--apply", PVSIM_BROKER_URL="amqp://127.0.0.1:9")
    assert done.returncode == 2
    assert "PVSIM_MANAGEMENT_URL" in done.stderr


def test_what_cannot_be_an_account_is_refused_before_anything_is_made(pvsim, here):
    done = pvsim("--role", "meter", "--name", "a/b")
    assert done.returncode == 2
    assert "--name" in done.stderr
    assert list(here.iterdir()) == []


def test_a_service_works_with_the_account_of_a_simulator(home, pvsim, by_http, here):
    """An admin starts it once, which makes the stream, the exchange and the bindings; the simulator may not."""
    for role, name in (("admin", "boss"), ("simulator", "sim"), ("meter", "m1")):
        assert pvsim("--role", role, "--name", name, "--service", "barn", "--apply", **by_http).returncode == 0
    address = asyncio.run(node.status(home)).address

    def listen(name):
        url = f"amqp://{name}:{(here / f'{name}.password').read_text()}@{address.host}:{address.amqp_port}"
        return subprocess.Popen(
            [sys.executable, "-m", "pvsim", "listen", "--name", "barn", "--out", name, "--lateness", "1s"],
            cwd=here,
            env={**os.environ, "PVSIM_BROKER_URL": f"{url}?stream_port={address.stream_port}"},
            stderr=subprocess.PIPE,
            text=True,
        )

    def said_until_it_listens(process):
        said = []
        for line in process.stderr:
            said.append(line)
            if "listening to pvsim.barn" in line:
                return said
        pytest.fail("".join(said))

    with listen("boss") as process:
        said_until_it_listens(process)
        process.send_signal(signal.SIGTERM)
    with listen("sim") as process:
        said = said_until_it_listens(process)
        credentials = pika.PlainCredentials("m1", (here / "m1.password").read_text())
        where = pika.ConnectionParameters(address.host, address.amqp_port, credentials=credentials)
        with pika.BlockingConnection(where) as connection:
            connection.channel().basic_publish("pvsim", "meter.barn.m1", b'{"power_w": 1234}')
        give_up = time.monotonic() + 60
        while not any(",1.2340," in path.read_text() for path in (here / "sim").rglob("samples.csv*")):
            assert time.monotonic() < give_up, "no row within a minute"
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        said += process.communicate()[1].splitlines()
    assert process.returncode == 0, said
    assert not [line for line in said if "may not write" in line]
