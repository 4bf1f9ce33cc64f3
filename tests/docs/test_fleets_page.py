"""The how-to on fleets: its commands work, on one machine and, with two directories, on two."""

import json

import pytest
from tests.docs.conftest import blocks

PAGE = "docs/how-to/fleets.md"

pytestmark = pytest.mark.broker


def test_its_commands_run_prove_and_join_fleets(pages, shell):
    one, several, joined = (block.text for block in blocks(pages[PAGE]))
    done = shell(one)
    assert done.returncode == 0, done.stderr
    assert "40 meters in 4 partitions" in done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("part-")] == [
        f"part-00{i}" for i in range(4)
    ]
    done = shell(several)
    assert done.returncode == 0, done.stderr
    assert json.loads((shell.directory / "one/latest/manifest.json").read_bytes())["status"] == "interrupted"
    done = shell(joined, PVSIM_BROKER_URL="amqp://127.0.0.1:9")
    assert done.returncode == 0, done.stderr
    assert json.loads((shell.directory / "one/latest/manifest.json").read_bytes())["status"] == "complete"
    proved = (shell.directory / "one/latest/summary.json").read_bytes()
    assert proved == (shell.directory / "runs/latest/summary.json").read_bytes()
