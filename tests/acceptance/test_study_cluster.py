"""`pvsim study --scheduler`: a cluster of which a worker, then the scheduler is killed, and what is refused."""

import json
import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager

import pytest

from pvsim.adapters.dask import cluster

STUDY = """
repeat = 40
[base]
every = "1h"
"""


@contextmanager
def started(*words, until):
    """A program in the background, and its line with `until`."""
    command = [sys.executable, "-m", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            yield process, next(line for line in process.stderr if until in line)
        finally:
            process.kill()


def records(path):
    """The records by their case."""
    return {record["id"]: record for record in map(json.loads, path.read_bytes().splitlines())}


@pytest.mark.slow
def test_a_study_outlives_a_worker_and_its_scheduler(here, inside):
    (here / "roof.toml").write_text(STUDY)
    assert inside("study", "roof.toml", "--out", "local").code == 0
    with ExitStack() as ended:
        words = ("dask", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        scheduler, line = ended.enter_context(started(*words, until="Scheduler at:"))
        address = line.split()[-1]
        words = ("dask", "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
        workers = [ended.enter_context(started(*words, until="Registered to:"))[0] for _ in range(2)]
        words = (sys.executable, "-m", "pvsim", "study", "roof.toml", "--out", "there", "--scheduler", address)
        study = ended.enter_context(subprocess.Popen(words, stderr=subprocess.PIPE, text=True))
        kept = here / "there" / "records.jsonl"
        wait_for_records(kept, 3, study)
        random.Random().choice(workers).kill()  # noqa: S311 - which one dies
        wait_for_records(kept, 8, study)
        scheduler.send_signal(signal.SIGKILL)
        _, said = study.communicate()
    assert study.returncode == 69, said
    assert "the Dask scheduler is lost; all results so far are safe" in said
    assert "Traceback" not in said
    assert f"pvsim study roof.toml --out there --scheduler {address}" in said
    assert 8 <= len(records(kept)) < 40
    assert inside("study", "roof.toml", "--out", "there").code == 0
    assert records(kept) == records(here / "local" / "records.jsonl")
    for name in ("cases.csv", "bands.csv", "study.html"):
        assert (here / "there" / name).read_bytes() == (here / "local" / name).read_bytes(), name


def wait_for_records(path, count, study):
    """Wait until so many records are on disk."""
    while study.poll() is None:
        if path.exists() and path.read_bytes().count(b"\n") >= count:
            return
        time.sleep(0.01)  # what another process writes is no event here


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 0.2)


@pytest.mark.parametrize(
    ("words", "code", "fix"),
    [
        (("--scheduler", "cluster"), 2, "for example --scheduler tcp://cluster:8786, or --scheduler local"),
        (("--scheduler", "tcp://127.0.0.1", "--jobs", "2"), 2, "leave it out"),
        (("--scheduler", "local", "--dry-run"), 2, "leave one of them out"),
        (
            ("--scheduler", "tcp://127.0.0.1:9"),
            69,
            "start one there: dask scheduler; and workers: dask worker tcp",
        ),
    ],
)
@pytest.mark.usefixtures("impatient")
def test_what_cannot_be_used_is_refused(here, inside, words, code, fix):
    (here / "roof.toml").write_text(STUDY)
    done = inside("study", "roof.toml", *words)
    assert done.code == code
    assert done.field("fix").startswith(fix)
