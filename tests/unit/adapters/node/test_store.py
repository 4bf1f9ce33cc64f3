"""What is remembered of a node, read back when somebody or something has damaged it."""

import json
import os
import shlex
import subprocess

import pytest

from pvsim.adapters.node import store
from pvsim.adapters.node.layout import Layout
from pvsim.errors import BrokerError

GOOD = {"name": "pvsim-1", "cookie": "c", "password": "p", "extras": {}}
GOOD["ports"] = {"amqp": 20_001, "stream": 20_002, "dist": 20_003, "epmd": 20_004}


@pytest.fixture
def layout(tmp_path):
    made = Layout.of(tmp_path / "the home")
    made.create()
    return made


def test_what_is_written_is_read(layout):
    layout.identity.write_text(json.dumps(GOOD))
    assert store.read_identity(layout).ports.epmd == 20_004


def changed(**values):
    return json.dumps({**GOOD, **values}).encode()


NO_JSON = [b"", b"[]", b"7", b"\xff", b"[" * 99_999, changed()[:60]]


@pytest.mark.parametrize(
    "content",
    [
        *NO_JSON,
        changed(name=7),
        changed(name="../x"),
        *(changed(ports={**GOOD["ports"], "amqp": port}) for port in ("5672", None, 0, 70_000)),
        changed(extras={"mqtt": "x"}),
    ],
)
def test_a_damaged_node_is_told_with_what_removes_it(layout, content):
    layout.identity.write_bytes(content)
    with pytest.raises(BrokerError, match="the private node's file is damaged: ") as caught:
        store.read_identity(layout)
    command = caught.value.fix.removeprefix("remove it: ").partition(";")[0]
    subprocess.run(shlex.split(command), check=True)
    assert store.read_identity(layout) is None


@pytest.mark.parametrize("content", [*NO_JSON, b'{"pid":"x","start_ticks":1,"version":"","origin":""}'])
def test_a_damaged_process_is_none(layout, content):
    layout.state.write_bytes(content)
    assert store.read_state(layout) is None


def test_a_process_of_another_start_is_none(layout):
    store.write_state(layout, store.State(os.getpid(), 1, "3.10.8", "deb"))
    assert store.read_state(layout) is None
