"""The pages on what a service publishes: their commands work, and what they say is what comes."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import pika
import pytest
import yaml
from paho.mqtt import client as paho
from tests import published
from tests.docs.conftest import REPOSITORY, blocks

from pvsim.adapters import node
from pvsim.core.publishing.topics import POWERS

pytestmark = pytest.mark.broker

WITHIN_S = 90
RESULTS, ASSISTANT, EVCC = (f"docs/how-to/{name}.md" for name in ("results", "home-assistant", "evcc"))


def commands(page):
    return [block.text for block in blocks(page) if block.language == "sh"]


def scripts(page):
    return [block.text for block in blocks(page) if block.language == "python"]


@pytest.fixture
def home():
    """A broker's home of its own, which the commands of a page use."""
    with tempfile.TemporaryDirectory(prefix="pvsim-broker-") as directory:
        yield directory


@pytest.fixture
def environment(home, shell):
    kept = shell.environment | {"PVSIM_BROKER_HOME": home}
    yield kept
    asyncio.run(node.destroy(Path(home)))


@contextmanager
def running(command, shell, environment, *, until=None):
    """A command of a page that goes on, from when it has said something; then it is stopped in order."""
    with subprocess.Popen(
        ["/bin/sh", "-euc", command],
        cwd=shell.directory,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as started:
        killer = threading.Timer(WITHIN_S, os.killpg, (started.pid, signal.SIGKILL))
        killer.start()
        try:
            said = []
            for line in started.stdout if until else ():
                said.append(line)
                if until in line:
                    break
            else:
                assert until is None, said
            yield started
        finally:
            killer.cancel()
            os.killpg(started.pid, signal.SIGTERM)
            started.stdout.close()


@contextmanager
def metering(environment):
    """A foreign meter that sends its power several times a second, until the block ends."""
    url = _url(environment)
    stop = threading.Event()

    def send():
        connection = pika.BlockingConnection(pika.URLParameters(url))
        channel = connection.channel()
        while not stop.wait(0.2):
            channel.basic_publish("pvsim", "meter.home.m1", json.dumps({"power_w": 412.5}).encode())
        connection.close()

    sending = threading.Thread(target=send)
    sending.start()
    try:
        yield
    finally:
        stop.set()
        sending.join()


def _url(environment, *option):
    command = ["pvsim", "broker", "url", *option, "--json"]
    return json.loads(subprocess.check_output(command, env=environment))["url"]


def test_what_is_published_is_taken_as_the_page_says(pages, shell, environment):
    (listen,), (as_they_come, from_the_first) = commands(pages[RESULTS]), scripts(pages[RESULTS])
    for name, text in (("queue.py", as_they_come), ("stream.py", from_the_first)):
        (shell.directory / name).write_text(text)
    quick = listen.replace("--publish-every 10s", "--publish-every 2s")
    assert quick != listen
    with (
        running(quick, shell, environment, until="listening to"),
        running(f"exec {sys.executable} queue.py", shell, environment) as queue,
        metering(environment),
    ):
        first = [queue.stdout.readline().split() for _ in range(2)]
        with running(f"exec {sys.executable} stream.py", shell, environment) as stream:
            kept = [stream.stdout.readline().split() for _ in range(2)]
    assert [line[0] for line in first] == ["m1", "m1"]
    assert all(re.fullmatch(r"-?\d+\.\d", line[-1]) for line in (*first, *kept))
    rows = [int(line[0]) for line in kept]
    assert rows == sorted(set(rows))
    assert {line[1] for line in kept} == {"m1"}


def heard(environment, topics, until):
    """What comes by MQTT for some topics, until there is enough; a client that is not ours."""
    user, password, host, port = re.fullmatch(
        r"mqtt://(.*?):(.*)@(.*):(\d+)", _url(environment, "--mqtt")
    ).groups()
    found, enough = {}, threading.Event()

    def on_message(_client, _data, message):
        found[message.topic] = message.payload
        if until(found):
            enough.set()

    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="reader")
    client.username_pw_set(user, password)
    client.on_connect = lambda *_: client.subscribe([(topic, 1) for topic in topics])
    client.on_subscribe = lambda *_: client.publish("homeassistant/status", "online", 1)  # as Home Assistant does
    client.on_message = on_message
    client.connect(host, int(port))
    client.loop_start()
    try:
        assert enough.wait(WITHIN_S), found
    finally:
        client.loop_stop()
    return found


def _listen(page):
    (command,) = commands(page)
    return command.replace("--publish-every 5s", "--publish-every 1s").replace("python3", sys.executable)


def test_home_assistant_finds_the_values_of_the_page(pages, shell, environment):
    table = pages[ASSISTANT].partition("| entity |")[2].partition("\n\n")[0]
    named = {
        name.strip()
        for line in table.splitlines()[2:]
        if "where there is a battery" not in line
        for name in line.strip("|").split("|")[0].split(",")
    }
    with running(_listen(pages[ASSISTANT]), shell, environment, until="listening to"), metering(environment):
        documents = heard(environment, ["homeassistant/sensor/#"], lambda found: len(found) >= 16)
    names = {json.loads(payload)["name"] for payload in documents.values()}
    assert names == named


EVCC_KEYS = {
    "": {"mqtt", "meters", "site"},
    "mqtt": {"broker", "user", "password", "topic"},
    "meter": {"name", "type", "power", "energy", "soc"},
    "source": {"source", "topic", "timeout", "scale"},
    "site": {"title", "meters"},
}
"""Those of its configuration that evcc knows and we need: evcc-io/evcc of 8 August 2026 (commit b29b49e3),
`schema.json`, `api/globalconfig/types.go`, `meter/meter.go`, `meter/measurement/energy.go`, `plugin/mqtt.go`,
`core/site.go`. It refuses keys of a meter that it does not know."""


def test_evcc_knows_each_key_and_each_meter_of_the_site():
    whole = yaml.safe_load((REPOSITORY / "docs/examples/evcc.yaml").read_text("utf-8"))
    assert set(whole) <= EVCC_KEYS[""]
    assert set(whole["mqtt"]) <= EVCC_KEYS["mqtt"]
    assert set(whole["site"]) <= EVCC_KEYS["site"]
    for meter in whole["meters"]:
        assert set(meter) <= EVCC_KEYS["meter"]
        assert meter["type"] == "custom"
        for what in set(meter) - {"name", "type"}:
            assert set(meter[what]) <= EVCC_KEYS["source"]
    used = whole["site"]["meters"]
    assert {used["grid"], *used["pv"], *used["battery"]} == {meter["name"] for meter in whole["meters"]}


def test_evcc_reads_topics_that_are_published_with_the_signs_of_the_page(pages, shell, environment):
    meters = yaml.safe_load((REPOSITORY / "docs/examples/evcc.yaml").read_text("utf-8"))["meters"]
    read = {
        (meter["name"], what): meter[what]
        for meter in meters
        for what in ("power", "energy", "soc")
        if what in meter
    }
    topics = [source["topic"] for source in read.values()]
    with running(_listen(pages[EVCC]), shell, environment, until="listening to"), metering(environment):
        found = heard(environment, topics, lambda found: set(found) == set(topics))
    values = {topic: published.check(topic, payload) for topic, payload in found.items()}
    shown = {key: values[source["topic"]] * source.get("scale", 1) for key, source in read.items()}
    assert len(shown) == 7
    assert {source["source"] for source in read.values()} == {"mqtt"}
    assert all("timeout" in source for source in read.values())
    assert 0 <= shown["battery", "soc"] <= 100
    assert read["battery", "power"]["scale"] == -1
    assert read["battery", "soc"]["topic"].rpartition("/")[2] in POWERS
    assert "scale" not in read["grid", "power"]
    assert "scale" not in read["pv", "power"]
