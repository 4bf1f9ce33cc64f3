"""Roles as processes."""

import os
import signal
import subprocess
import sys

import pytest

from pvsim.adapters.processes import RoleProcess


@pytest.fixture
def killed():
    """A process that has been killed by itself, not collected yet."""
    process = subprocess.Popen([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    yield process
    process.returncode = -signal.SIGKILL  # the test has collected it


async def test_a_role_that_died_before_its_order_is_no_error_of_the_parent(killed):
    """How it died is told by `wait`."""
    read, leash = os.pipe()
    os.close(read)
    role = RoleProcess(killed.pid, -1, leash)
    role.begin(["meter"], {})
    assert await role.wait() == -signal.SIGKILL
