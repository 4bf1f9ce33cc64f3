"""Several commands at once, deleted results, and what the user is told."""

import asyncio
import json
import os
import re
import signal
from contextlib import ExitStack, suppress

import pytest
from tests.faults.harness import DAYS, manifest_of, the_run
from tests.faults.kinds.broker import kill_and_take_ports
from tests.faults.moments import AfterCommit
from tests.faults.processes import wait_until

from pvsim.adapters import node
from pvsim.adapters.csvfile import CHECKPOINT, PARTIAL, SAMPLES

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(900)]

_TRIES = 5


@pytest.fixture
def stopped(laboratory):
    """A run that was interrupted after its first checkpoint. On a busy machine one may be done before that."""
    normal = laboratory.normal("streams")
    for _ in range(_TRIES):
        out = laboratory.new_directory()
        with laboratory.start(out, "streams") as command:
            command.wait_for_roles()
            assert AfterCommit().wait(command, the_run(out), normal, None)
            os.kill(command.pid, signal.SIGTERM)
            if (code := command.wait()) != 0:
                break
    assert code == 130
    assert f"pvsim run --resume {the_run(out)}" in command.printed
    assert not command.left()
    assert manifest_of(the_run(out)).status == "interrupted"
    assert not (the_run(out) / SAMPLES).exists()
    return the_run(out)


def test_two_runs_in_one_directory(laboratory):
    normal, out = laboratory.normal("streams"), laboratory.new_directory()
    with laboratory.start(out, "streams") as first, laboratory.start(out, "streams") as second:
        assert (first.wait(), second.wait()) == (0, 0), first.printed + second.printed
    runs = [path for path in out.iterdir() if not path.is_symlink()]
    assert len(runs) == 2
    assert all((run / SAMPLES).read_bytes() == normal.content for run in runs)
    assert (out / "latest").resolve() in [run.resolve() for run in runs]


@pytest.mark.parametrize("arguments", [["run", "--resume"], ["simulate", "--dir"]])
def test_a_second_worker_is_refused_and_told_who_is_first(laboratory, arguments):
    normal, out = laboratory.normal("streams"), laboratory.new_directory()
    with laboratory.start(out, "streams") as first:
        first.wait_for_roles()
        assert AfterCommit().wait(first, the_run(out), normal, None)
        os.kill(first.pid, signal.SIGSTOP)  # so that it is still there
        _signal_those_that_live(first.roles.values(), signal.SIGSTOP)
        with laboratory.command(*arguments, str(the_run(out))) as second:
            assert second.wait() == 1
            assert f"process {first.pid}" in second.printed
        _signal_those_that_live((first.pid, *first.roles.values()), signal.SIGCONT)
        assert first.wait() == 0, first.printed
    assert (the_run(out) / SAMPLES).read_bytes() == normal.content


def test_roles_by_themselves_find_our_broker_in_another_place(laboratory):
    normal, out = laboratory.normal("streams"), laboratory.new_directory()
    same = ("--run-id", "moved", "--days", str(DAYS["streams"]))
    with (
        ExitStack() as stack,
        laboratory.command("simulate", "--out", str(out), *same) as simulator,
        laboratory.command("meter", *same) as meter,
    ):
        assert wait_until(lambda: list(out.glob(f"*/{PARTIAL}")) or simulator.ended())
        assert AfterCommit().wait(simulator, the_run(out), normal, None)
        _signal_those_that_live((simulator.pid, meter.pid), signal.SIGSTOP)  # they would start it again at once
        before = kill_and_take_ports(laboratory.home, stack)
        _signal_those_that_live((simulator.pid, meter.pid), signal.SIGCONT)
        assert simulator.wait() == 0, simulator.printed
        assert meter.wait() == 0, meter.printed
        assert "connected to the broker again" in simulator.printed
    assert asyncio.run(node.status(laboratory.home)).address.stream_port != before.stream_port
    assert (the_run(out) / SAMPLES).read_bytes() == normal.content


def test_rows_changed_by_hand_stop_the_resume(laboratory, stopped):
    content = bytearray((stopped / PARTIAL).read_bytes())
    content[1_000] ^= 1
    (stopped / PARTIAL).write_bytes(content)
    _is_refused(laboratory, stopped, "changed after pvsim wrote it")


def test_a_shortened_file_stops_the_resume(laboratory, stopped):
    os.truncate(stopped / PARTIAL, 1_000)
    _is_refused(laboratory, stopped, "the checkpoint is ahead of the samples file")


def test_a_lost_checkpoint_costs_time_only(laboratory, stopped):
    (stopped / CHECKPOINT).write_bytes(bytes(1_024))
    with laboratory.command("run", "--quiet", "--resume", str(stopped)) as command:
        assert command.wait() == 0, command.printed
    assert (stopped / SAMPLES).read_bytes() == laboratory.normal("streams").content


def test_a_deleted_result_is_not_called_unfinished(laboratory):
    out = laboratory.new_directory()
    with laboratory.start(out, "streams") as command:
        assert command.wait() == 0
    (the_run(out) / SAMPLES).unlink()
    for arguments in (["verify"], ["run", "--resume"]):
        with laboratory.command(*arguments, str(the_run(out))) as command:
            assert command.wait() == 65
            assert "not there any more" in command.printed
            assert "start a new run" in command.printed


def test_a_place_that_cannot_be_written(laboratory):
    """Not even the superuser makes directories in /sys."""
    with laboratory.command("run", "--out", "/sys/pvsim") as command:
        assert command.wait() == 73
        assert re.search(r"cannot create the run directory.*\n.*at: /sys/pvsim.*\n.*--out", command.printed)


def test_the_log_tells_of_a_failure(laboratory):
    normal, out = laboratory.normal("streams"), laboratory.new_directory()
    with laboratory.start(out, "streams") as command:
        command.wait_for_roles()
        assert AfterCommit().wait(command, the_run(out), normal, None)
        os.kill(command.roles["simulator"], signal.SIGKILL)
        assert command.wait() == 1
        assert "the simulator was ended by signal 9" in command.printed
    lines = [json.loads(line) for line in (the_run(out) / "log.jsonl").read_text().splitlines()]
    assert any("the simulator was ended by signal 9" in str(line) for line in lines)
    assert "signal 9" in (manifest_of(the_run(out)).error or "")
    assert DAYS["streams"] == manifest_of(the_run(out)).config["days"]


def _is_refused(laboratory, run, what):
    with laboratory.command("run", "--quiet", "--resume", str(run)) as command:
        assert command.wait() == 65
        assert what in command.printed
        assert "start a new run" in command.printed
        assert not command.left()
    assert manifest_of(run).status == "failed"
    assert not (run / SAMPLES).exists()


def _signal_those_that_live(pids, number):
    for pid in pids:
        with suppress(ProcessLookupError):  # the meter may have published everything by now
            os.kill(pid, number)
