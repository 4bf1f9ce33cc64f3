"""The pages on routing, MQTT and the management page: their commands are run, with other people's clients."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.docs.conftest import blocks

pytestmark = pytest.mark.broker

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to"


@pytest.fixture
def page(node_home, tmp_path) -> Callable[[str], "Page"]:
    return lambda name: Page(HOW_TO / name, node_home, tmp_path)


class Page:
    """The blocks of a page, to be run in order in one directory, which is the user's home too."""

    def __init__(self, path: Path, node_home: Path, directory: Path) -> None:
        self.blocks = [block for block in blocks(path.read_text("utf-8")) if block.language in {"sh", "python"}]
        settings = {name: value for name, value in os.environ.items() if name != "XDG_CONFIG_HOME"}
        # `python3` and `pvsim` are those with the packages that the page tells to install
        settings["PATH"] = f"{Path(sys.executable).parent}:{settings['PATH']}"
        self._settings = settings | {"PVSIM_BROKER_HOME": str(node_home), "HOME": str(directory)}
        self._directory = directory

    def start(self, containing: str) -> subprocess.Popen[str]:
        """Start the next block, which must have a text in it."""
        block = self.blocks.pop(0)
        assert containing in block.text
        command = ["/bin/sh", "-euc", block.text] if block.language == "sh" else [sys.executable, "-c", block.text]
        return subprocess.Popen(
            command,
            cwd=self._directory,
            env=self._settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, containing: str) -> str:
        """Run the next block, and give what it prints."""
        out, err = self.start(containing).communicate(timeout=120)
        assert "Traceback" not in err, err
        return out

    def change(self, before: str, after: str) -> None:
        """Change the next block."""
        block = self.blocks[0]
        assert before in block.text
        self.blocks[0] = replace(block, text=block.text.replace(before, after))

    def until(self, reader: str, writer: str) -> str:
        """Run two blocks as in two terminals: the second again and again, until the first has what it wants."""
        process = self.start(reader)
        publish = self.blocks[0]
        try:
            while process.poll() is None:
                self.blocks.insert(0, publish)
                self.run(writer)
            out, err = process.communicate()
        finally:
            process.kill()
        self.blocks.pop(0)
        assert process.returncode == 0, err
        return out


def test_routing_by_topic_fanout_and_headers(page, tmp_path):
    routing = page("routing.md")
    routing.run("authfile")
    routing.run('"pvsim", exchange_type="topic"')
    assert routing.until("amqp-consume", "amqp-publish") == '{"power_w": 1234}' * 3
    routing.run('"everything", exchange_type="fanout"')
    assert routing.until("amqp-consume", "amqp-publish") == '{"pv_w": 900}'
    routing.run('"by-header", exchange_type="headers"')
    assert routing.run("amqp-consume") == '{"power_w": 2}'
    routing.run("pvsim broker up --management")
    assert routing.run("/cli/rabbitmqadmin") == ""
    assert (tmp_path / "rabbitmqadmin.conf").stat().st_mode & 0o077 == 0
    told = routing.run("queue=of-home ackmode")
    assert "Message published" in told
    assert '{"power_w": 1234}' in told.rpartition("payload")[2]
    bound = {
        tuple(cell.strip() for cell in line.split("|")[1:4]) for line in routing.run("list bindings").splitlines()
    }
    assert {("pvsim", "everything", "#"), ("pvsim", "by-header", "meter.#"), ("by-header", "floor-3", "")} <= bound
    assert routing.blocks == []


def test_a_meter_and_a_viewer_by_mqtt(page, tmp_path):
    mqtt = page("mqtt.md")
    assert "MQTT: mqtt://127.0.0.1:" in mqtt.run("pvsim broker up --mqtt")
    mqtt.run("mosquitto_pub")
    assert mqtt.until("mosquitto_sub", "mosquitto_pub") == 'meter/home/house-a {"power_w": 1234}\n'
    assert mqtt.run("paho.mqtt.publish") == ""
    assert mqtt.blocks == []
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 4
    assert not [path for path in written if path.stat().st_mode & 0o077]


def test_the_management_page(page):
    management = page("management.md")
    assert "management page: http://127.0.0.1:" in management.run("pvsim broker up --management")
    assert re.fullmatch(r"(3|4)\.\d+\.\d+\n", management.run("rabbitmq_version"))
    (commands,) = management.blocks
    words = json.dumps(commands.text)
    assert "set_user_tags viewer monitoring" in words  # as tests/unit/core/rights has it of the private node


def test_a_service_its_meter_and_a_replay(page, tmp_path):
    """The rows of a meter of the page, and the same ones once more; the wait for them is kept short."""
    (tmp_path / "pvsim.toml").write_text('[listen]\nlateness = "1s"\n')
    listen = page("listen.md")
    listen.change("pvsim listen", "exec pvsim listen")  # signals are for it, not for its shell
    with ending(listen.start("pvsim listen")) as service:
        assert next(line for line in service.stderr if "listening to pvsim.home" in line)
        with ending(listen.start("basic_publish")):
            said = next(line for line in service.stderr if "meter m1 was met" in line)
            assert re.search(r"met at \d{4}-\d\d-\d\dT", said)
            waiting(lambda: len(rows(tmp_path / "listen")) >= 2)
        ended_at = time.time()
        waiting(lambda: closed_utc(tmp_path / "listen") > ended_at + 1)
        service.send_signal(signal.SIGTERM)
        assert service.wait(60) == 0
    (found,) = (tmp_path / "listen" / "home" / "m1").iterdir()
    listen.change("2026-11-26", found.name)
    with ending(listen.start("pvsim listen --replay --out again")) as replay:
        assert replay.wait(120) == 0  # cmp finds no difference
    assert rows(tmp_path / "again") == rows(tmp_path / "listen")
    assert ",0.4125," in rows(tmp_path / "again")[0]
    assert listen.blocks == []


def test_three_phases_by_mqtt_are_one_meter(page, tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", (HOW_TO / "phases.md").read_text("utf-8"), re.DOTALL)
    text = text.replace('hold = "5s"', 'hold = "60s"')  # three processes in turn, on a loaded machine
    (tmp_path / "listen.toml").write_text(f'name = "three"\nlateness = "1s"\n{text}')  # another has been at home
    phases = page("phases.md")
    assert "MQTT: mqtt://127.0.0.1:" in phases.run("pvsim broker up --mqtt")
    phases.change("pvsim listen", "exec pvsim listen")
    with ending(phases.start("pvsim listen listen.toml")) as service:
        assert next(line for line in service.stderr if "house is the sum of its phases L1, L2 and L3" in line)
        assert next(line for line in service.stderr if "listening to pvsim.three" in line)
        phases.run("broker users --role meter --name em3")
        phases.run("mosquitto_pub")
        waiting(lambda: rows(tmp_path / "listen", "three/house") != [])
        service.send_signal(signal.SIGTERM)
        service.communicate(timeout=60)
    assert {line.split(",")[1] for line in rows(tmp_path / "listen", "three/house")} == {"0.3000"}
    assert phases.blocks == []


@contextmanager
def ending(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """It is ended by force where it has not ended, and its pipes are closed."""
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_settings_of_the_page_on_listening_are_taken(node_home, tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", (HOW_TO / "listen.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "listen.toml").write_text(text)
    command = [sys.executable, "-m", "pvsim", "listen", "listen.toml", "--name", "page", "--stop-after", "0.1s"]
    settings = os.environ | {"PVSIM_BROKER_HOME": str(node_home)}
    done = subprocess.run(
        command, cwd=tmp_path, env=settings, capture_output=True, text=True, timeout=120, check=True
    )
    assert "listening to pvsim.page" in done.stderr
    told = json.loads((tmp_path / "listen" / "page" / "service.json").read_bytes())
    assert (told["hold_s"], told["keep_days"], told["meters"][0]["device"]) == (5, 400, "shelly-em")


def rows(directory: Path, meter: str = "home/m1") -> list[str]:
    """The rows of a service's meter, however many days they are in."""
    texts = [path.read_text("utf-8") for path in sorted(directory.glob(f"{meter}/*/samples.csv*"))]
    return [line for text in texts for line in text.splitlines()[1:]]


def closed_utc(directory: Path) -> int:
    """Up to which second the service has its rows on disk."""
    return json.loads((directory / "home" / "checkpoint").read_bytes().partition(b" ")[2])["state"]["closed_utc"]


def waiting(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.1)
