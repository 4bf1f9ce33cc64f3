"""What hangs in a test fails in time, and says what it waits for."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HANGS = """
import asyncio

import pytest


@pytest.mark.timeout(0.5)
async def test_that_hangs():
    async def wait_for_nothing():
        await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(wait_for_nothing(), name="the one that waits")


def test_after_it():
    pass
"""


def test_a_test_that_hangs_fails_and_shows_its_tasks(tmp_path):
    (tmp_path / "test_hangs.py").write_text(HANGS)
    options = ["-q", "-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider", "-p", "tests.conftest"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "1 failed, 1 passed" in done.stdout
    assert "Timeout (>0.5s)" in done.stdout
    task = done.stdout.partition("<Task pending name='the one that waits'")[2]
    assert "await asyncio.Event().wait()" in task


def test_each_test_has_a_limit(pytestconfig):
    assert 0 < float(pytestconfig.getini("timeout")) < float(pytestconfig.getini("faulthandler_timeout"))
