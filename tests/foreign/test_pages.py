"""The pages on routing, MQTT and the management page: their commands are run, with other people's clients."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
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


def test_routing_by_topic_fanout_and_headers(page):
    routing = page("routing.md")
    routing.run("authfile")
    routing.run('"pvsim", exchange_type="topic"')
    assert routing.until("amqp-consume", "amqp-publish") == '{"power_w": 1234}' * 3
    routing.run('"everything", exchange_type="fanout"')
    assert routing.until("amqp-consume", "amqp-publish") == '{"pv_w": 900}'
    routing.run('"by-header", exchange_type="headers"')
    assert routing.run("amqp-consume") == '{"power_w": 2}'
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
