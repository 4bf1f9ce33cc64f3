import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from pvsim.adapters.node import processes
from pvsim.adapters.node.settings import MARKER

HOME = Path("/home/some body/broker")
REST = " ".join(["0"] * 16)  # the fields of /proc/PID/stat between the state and the number of threads


def _process(proc, pid, *, state="S", ticks=77, home=HOME, name="beam.smp", threads=1):
    directory = proc / str(pid)
    directory.mkdir()
    (directory / "stat").write_text(f"{pid} ({name}) {state} {REST} {threads} 0 {ticks} 0 0\n")
    (directory / "environ").write_bytes(b"A=1\0" + f"{MARKER}={processes.mark(home)}".encode() + b"\0B=2\0")


@pytest.mark.parametrize("name", ["beam.smp", "a b", "a) Z 1 (b", ") ) ("])
def test_the_start_time_is_found_whatever_a_process_is_called(tmp_path, name):
    _process(tmp_path, 5, name=name)
    assert processes.start_ticks(5, proc=tmp_path) == 77


@pytest.mark.parametrize("state", ["Z", "X"])
def test_a_zombie_is_dead(tmp_path, state):
    _process(tmp_path, 5, state=state)
    assert processes.start_ticks(5, proc=tmp_path) is None
    assert processes.marked(HOME, proc=tmp_path) == ()


def test_a_zombie_whose_threads_still_hold_its_ports_is_alive(tmp_path):
    _process(tmp_path, 5, state="Z", threads=2)
    assert processes.start_ticks(5, proc=tmp_path) == 77


def test_the_same_path_in_another_root_is_another_home(tmp_path):
    (tmp_path / "home").mkdir()
    _process(tmp_path, 5, home=tmp_path / "home")
    assert processes.marked(tmp_path / "home", proc=tmp_path) == (5,)
    (tmp_path / "home").rename(tmp_path / "moved")
    (tmp_path / "home").mkdir()
    assert processes.marked(tmp_path / "home", proc=tmp_path) == ()


def test_a_process_that_is_gone_is_dead(tmp_path):
    assert processes.start_ticks(5, proc=tmp_path) is None


def test_a_pid_that_is_used_again_is_not_the_node(tmp_path):
    _process(tmp_path, 5)
    _process(tmp_path, 6, home=Path("/home/other"))
    assert processes.is_node(5, 77, HOME, proc=tmp_path)
    assert not processes.is_node(5, 78, HOME, proc=tmp_path)
    assert not processes.is_node(6, 77, HOME, proc=tmp_path)
    assert not processes.is_node(5, 77, HOME / "below", proc=tmp_path)


def test_a_process_inside_exec_is_still_the_node(tmp_path):
    _process(tmp_path, 5)
    (tmp_path / "5" / "environ").write_bytes(b"")
    assert processes.is_node(5, 77, HOME, proc=tmp_path)
    assert not processes.is_node(5, 78, HOME, proc=tmp_path)
    (tmp_path / "5" / "environ").unlink()
    assert not processes.is_node(5, 77, HOME, proc=tmp_path)


def test_all_and_only_the_marked_are_found(tmp_path):
    _process(tmp_path, 5)
    _process(tmp_path, 6, home=HOME / "below")
    _process(tmp_path, 7)
    (tmp_path / "self").mkdir()
    (tmp_path / "8").mkdir()  # ending: its files are gone
    assert sorted(processes.marked(HOME, proc=tmp_path)) == [5, 7]


def test_memory_is_in_mb_and_unknown_for_the_dead():
    assert 1 < processes.memory_mb(os.getpid()) < 10_000
    assert processes.memory_mb(2**22 + 1) is None


@pytest.mark.parametrize("grace_s", [0, 5.0])
async def test_end_ends_even_a_stopped_process(grace_s):
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(60)")
    os.kill(child.pid, signal.SIGSTOP)
    await processes.end(lambda: () if processes.is_dead(child.pid) else (child.pid,), grace_s=grace_s)
    assert await child.wait() == (-signal.SIGTERM if grace_s else -signal.SIGKILL)


async def test_end_kills_what_ignores_sigterm():
    program = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    await child.stdout.readline()
    await processes.end(lambda: () if processes.is_dead(child.pid) else (child.pid,), grace_s=0.1)
    assert await child.wait() == -signal.SIGKILL


async def test_what_appears_while_all_are_killed_is_killed_too():
    """A node that boots goes on making processes: here one shows itself only after the others are gone."""
    children = [await asyncio.create_subprocess_exec("sleep", "60") for _ in range(3)]
    hidden = [children[2].pid]

    def living():
        found = [c.pid for c in children[:2] if not processes.is_dead(c.pid)]
        if found or not hidden:
            return [*found, *(() if hidden or processes.is_dead(children[2].pid) else (children[2].pid,))]
        hidden.clear()  # this time it is still inside `exec`
        return []

    await processes.end(living, grace_s=0)
    assert all(processes.is_dead(child.pid) for child in children)
    for child in children:
        await child.wait()
