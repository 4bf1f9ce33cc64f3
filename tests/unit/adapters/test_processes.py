"""Roles as processes."""

import os
import signal
import subprocess
import sys

import pytest

from pvsim.adapters.processes import RoleProcess, fork_role
from pvsim.app.ports import BrokerState, MeterProgress
from pvsim.app.role_messages import Begin, BrokerMoved, Done, Failed, PublishAgain, decode_to_role
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import CannotWriteError

HERE = BrokerAddress("127.0.0.1", 1, 2, "u", "p")
BEGIN = Begin(HERE, "streams", 60.0)


@pytest.fixture
def killed():
    """A process that has been killed by itself, not collected yet."""
    process = subprocess.Popen([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    yield process
    process.returncode = -signal.SIGKILL  # the test has collected it


def test_what_the_parent_tells_a_role_comes_line_by_line():
    read, orders = os.pipe()
    with os.fdopen(read, "rb") as pipe:
        role = RoleProcess(os.getpid(), -1, orders)
        role.tell(PublishAgain())
        role.tell(BrokerMoved(HERE))
        os.close(orders)
        heard = [decode_to_role(line) for line in pipe]
    assert heard == [PublishAgain(), BrokerMoved(HERE)]


async def test_a_role_that_died_before_it_began_is_no_error_of_the_parent(killed):
    """How it died is told by `wait`."""
    read, orders = os.pipe()
    os.close(read)
    role = RoleProcess(killed.pid, -1, orders)
    role.tell(BEGIN)
    assert await role.wait() == -signal.SIGKILL
    role.tell(PublishAgain())  # the number of the pipe may be another file's


async def ending(role):
    """All that it reports, and its exit code."""
    return [said async for said in role.reports()], await role.wait()


async def test_a_role_works_once_it_is_told_to_and_reports(capfd):
    def work(begin, reports):
        assert begin == BEGIN
        reports(MeterProgress(1, 0, 9))
        reports(MeterProgress(2, 1, 9))
        reports(BrokerState("lost", well=False))
        reports(MeterProgress(9, 9, 9))

    role = fork_role("working", work, lambda error: error)
    role.tell(PublishAgain())  # it has not begun: nothing to publish again
    role.tell(BEGIN)
    said, code = await ending(role)
    assert (code, capfd.readouterr().err) == (0, "")
    assert isinstance(said.pop(), Done)
    assert said[0] == MeterProgress(1, 0, 9)
    assert said[-2:] == [BrokerState("lost", well=False), MeterProgress(9, 9, 9)]  # those between are too many


async def test_how_a_role_fails_is_told_after_how_far_it_came():
    def work(_, reports):
        reports(MeterProgress(1, 0, 9))
        reports(MeterProgress(2, 1, 9))
        raise CannotWriteError("no space", where="disk", fix="make room")

    role = fork_role("failing", work, lambda error: error)
    role.tell(BEGIN)
    said, code = await ending(role)
    assert said == [
        MeterProgress(1, 0, 9),
        MeterProgress(2, 1, 9),
        Failed(73, "no space", "disk", "", "make room"),
    ]
    assert code == 73


def test_a_role_whose_parent_needs_none_ends():
    role = fork_role("waiting", lambda *_: None, lambda error: error)
    os.close(role._orders)
    assert os.read(role._reports, 1) == b""
    _, status = os.waitpid(role.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0


async def test_a_role_goes_on_where_nobody_reads_its_reports():
    def work(_, reports):
        for _ in range(3):
            reports(BrokerState("x" * 5_000, well=True))

    role = fork_role("unheard", work, lambda error: error)
    os.close(role._reports)
    role.tell(BEGIN)
    assert await role.wait() == 0


async def test_a_role_that_is_killed_while_it_waits_says_nothing():
    role = fork_role("killed", lambda *_: None, lambda error: error)
    role.kill()
    role.kill()
    role.stop()
    assert [said async for said in role.reports()] == []
    assert await role.wait() == -signal.SIGKILL
