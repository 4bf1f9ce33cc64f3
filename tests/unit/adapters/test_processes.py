"""Roles as processes."""

import os
import signal
import subprocess
import sys

import pytest

from pvsim.adapters.processes import ParentWord, RoleProcess, read_word


@pytest.fixture
def killed():
    """A process that has been killed by itself, not collected yet."""
    process = subprocess.Popen([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    yield process
    process.returncode = -signal.SIGKILL  # the test has collected it


def test_what_the_parent_tells_a_role_comes_line_by_line():
    read, leash = os.pipe()
    with os.fdopen(read, "rb") as words:
        role = RoleProcess(os.getpid(), -1, leash)
        role.nudge()
        role.tell_broker("amqp://u:p@127.0.0.1:1/%2F?stream_port=2")
        os.close(leash)
        heard = [read_word(line) for line in words]
    assert heard == [
        ParentWord(look_again=True),
        ParentWord(broker_url="amqp://u:p@127.0.0.1:1/%2F?stream_port=2"),
    ]


async def test_a_role_that_died_before_its_order_is_no_error_of_the_parent(killed):
    """How it died is told by `wait`."""
    read, leash = os.pipe()
    os.close(read)
    role = RoleProcess(killed.pid, -1, leash)
    role.begin(["meter"], {})
    assert await role.wait() == -signal.SIGKILL
