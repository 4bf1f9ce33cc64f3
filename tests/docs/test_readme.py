"""What the README tells to type is typed, and what it shows is printed."""

import os
import re
import signal
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from pvsim.adapters.csvfile import last_checkpoint

pytestmark = pytest.mark.broker

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS = 3_600  # of the foreign meter's day: its library takes a minute for all of it


def _commands(console):
    """The commands of a console block, each with what it is to print as a pattern; … stands for anything."""
    starts = [found.start() for found in re.finditer(r"^\$ ", console, re.MULTILINE)]
    for start, end in pairwise([*starts, len(console)]):
        command, _, output = console[start + 2 : end].partition("\n")
        yield command, ".*".join(map(re.escape, output.split("…")))


def _makes_accounts(block):
    return "add_user" in block.text


def test_the_readme_is_a_session_that_works(readme, shell):
    runnable = [
        block
        for block in readme
        if block.run and not _makes_accounts(block) and block.language in {"sh", "console"}
    ]
    assert len(runnable) == 4
    for block in runnable:
        commands = _commands(block.text) if block.language == "console" else [(block.text, None)]
        for command, expected in commands:
            done = shell(command)
            assert done.returncode == 0, f"{command}\n{done.stderr}"
            if expected is not None:
                assert re.fullmatch(expected, done.stdout), f"{command}\n{done.stdout}"
    runs = [path for path in (shell.directory / "runs").iterdir() if not path.is_symlink()]
    assert len(runs) == 9
    assert all((run / "summary.json").exists() for run in runs)


def test_every_block_is_either_run_or_says_why_not(readme):
    assert {block.language for block in readme} == {"sh", "console", "json", "python"}
    assert sum(not block.run for block in readme) == 3


def test_what_the_readme_calls_is_there():
    for name in ("run", "test", "scripts/draw_day.py"):
        assert os.access(REPOSITORY / name, os.X_OK), name


def _meter(readme):
    (meter,) = [block.text for block in readme if block.language == "python" and block.run]
    return meter


@pytest.fixture(scope="module")
def accounts(readme, shell_in, broker, tmp_path_factory):
    """The accounts of the README, made as it says: the URL that it gives to each, for this broker."""
    (making,) = [block.text for block in readme if _makes_accounts(block)]
    done = shell_in(tmp_path_factory.mktemp("accounts"))(making)
    assert done.returncode == 0, done.stderr
    (using,) = [block.text for block in readme if "meter.py" in block.text and block.language == "sh"]
    local = f"127.0.0.1:{broker.amqp_port}"
    found = re.findall(r"PVSIM_BROKER_URL='(amqp://([\w-]+):[^']*)'", using)
    return {
        name: url.replace("broker.example:5672", local) + f"?stream_port={broker.stream_port}"
        for url, name in found
    }


def test_the_foreign_meter_of_the_readme_works_with_least_rights(readme, shell, accounts):
    meter = _meter(readme)
    assert meter.count("86_400") == 1
    (shell.directory / "meter.py").write_text(meter.replace("86_400", str(SECONDS)))
    command = ["./run", "simulate", "--meter", "external", "--run-id", "house-a"]
    with subprocess.Popen(
        command,
        cwd=shell.directory,
        env=shell.environment | {"PVSIM_BROKER_URL": accounts["simulator"]},
        stderr=subprocess.PIPE,
        text=True,
    ) as simulator:
        try:
            assert simulator.stderr
            told = next((line for line in simulator.stderr if "routing key" in line), "")
            assert "meter.house-a.<meter>" in told
            done = shell("python meter.py", PVSIM_BROKER_URL=accounts["house-a"])
            assert done.returncode == 0, done.stderr
            (directory,) = (shell.directory / "runs").glob("*-house-a")
            deadline = time.monotonic() + 240
            while (now := last_checkpoint(directory)) is None or now.accounted.written < SECONDS:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        finally:
            os.kill(simulator.pid, signal.SIGTERM)
        assert simulator.wait(240) == 130
    counts = msgspec.json.decode((directory / "manifest.json").read_bytes())["counts"]
    assert counts == {"received": SECONDS, "written": SECONDS, "duplicates": 0, "rejected": 0, "missing": 0}


def test_the_foreign_meter_joins_the_private_broker_by_the_line_of_the_readme(readme, shell, broker_home):
    """Its exchange is there from the moment on that the simulator says so."""
    (line,) = [block.text for block in readme if block.language == "python" and not block.run]
    meter = _meter(readme).replace('os.environ["PVSIM_BROKER_URL"]', "url").replace("86_400", "800")
    (shell.directory / "meter.py").write_text(
        f"import subprocess\n{meter.replace('START =', f'{line}START =', 1)}"
    )
    environment = shell.environment | {"PVSIM_BROKER_URL": "", "PVSIM_BROKER_HOME": str(broker_home)}
    command = ["./run", "simulate", "--meter", "external", "--run-id", "house-a", "--meter-timeout", "8"]
    with subprocess.Popen(
        command, cwd=shell.directory, env=environment, stderr=subprocess.PIPE, text=True
    ) as simulator:
        assert simulator.stderr
        assert next((line for line in simulator.stderr if "routing key" in line), "")
        done = shell("python meter.py", PVSIM_BROKER_URL="", PVSIM_BROKER_HOME=str(broker_home))
        assert done.returncode == 0, done.stderr
        simulator.stderr.read()
        assert simulator.wait(240) == 75  # the rest of the day is missing
    (directory,) = (shell.directory / "runs").glob("*-house-a")
    counts = msgspec.json.decode((directory / "manifest.json").read_bytes())["counts"]
    assert (counts["written"], counts["missing"]) == (800, 86_400 - 800)


def test_the_foreign_meter_may_not_publish_for_another_run(readme, shell, accounts):
    meter = _meter(readme)
    making = (
        "import asyncio, os, aio_pika\n"
        "async def main():\n"
        "    async with await aio_pika.connect(os.environ['PVSIM_BROKER_URL']) as c:\n"
        "        await (await c.channel()).declare_exchange('pvsim', 'topic', durable=True)\n"
        "asyncio.run(main())\n"
    )
    (shell.directory / "make.py").write_text(making)
    assert shell("python make.py", PVSIM_BROKER_URL=accounts["simulator"]).returncode == 0
    for old, new in (("meter.house-a.m1", "meter.house-b.m1"), ("86_400", "1"), ("first + 400", "first + 1")):
        assert old in meter
        meter = meter.replace(old, new)
    (shell.directory / "meter.py").write_text(meter)
    done = shell("python meter.py", PVSIM_BROKER_URL=accounts["house-a"])
    assert done.returncode != 0
    assert "ACCESS_REFUSED" in done.stderr
