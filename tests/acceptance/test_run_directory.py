"""Runs that have ended stay what they are; what kills leave goes away; odd file systems are told."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pvsim.adapters.streams import StreamTransport

pytestmark = pytest.mark.broker

RUN = "ended"
START = 1_718_920_800  # 2024-06-21T00:00:00+02:00
DAY_S = 86_400


def reading(seq, watts):
    stamp = f"{np.datetime64(START + seq, 's')}Z"
    fields = {"v": 1, "kind": "reading", "run": RUN, "meter": "m1", "seq": seq, "t_utc": stamp, "meter_w": watts}
    return json.dumps(fields).encode().ljust(160)


async def publish(broker, bodies):
    async with StreamTransport(broker).log(f"pvsim.{RUN}") as log:
        await log.create()
        async with log.publisher("house") as publisher:
            await publisher.publish(1, np.frombuffer(b"".join(bodies), np.uint8).reshape(len(bodies), -1))
            await publisher.flush()


def content(directory: Path) -> dict[str, bytes]:
    """Every file of a run, its log and its locks aside."""
    files = (path for path in sorted(directory.rglob("*")) if path.is_file())
    kept = (path for path in files if path.suffix not in {".jsonl", ".lock"} or path.name == "rejected.jsonl")
    return {str(path.relative_to(directory)): path.read_bytes() for path in kept}


@pytest.fixture(scope="module")
def partial_run(tmp_path_factory, broker):
    """A foreign meter's day with an impossible reading, a file for each day."""
    home = tmp_path_factory.mktemp("partial")
    command = ["simulate", "--meter", "external", "--run-id", RUN, "--every", "15min", "--split", "day", "--quiet"]
    environment = {**os.environ, "PVSIM_BROKER_URL": broker.amqp_url}
    asyncio.run(publish(broker, [reading(seq, -1 if seq == 100 else 500) for seq in range(DAY_S)]))
    done = subprocess.run(
        [sys.executable, "-m", "pvsim", *command, "--transport", "streams"],
        cwd=home, env=environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 75, done.stderr
    return (home / "runs" / "latest").resolve()


@pytest.mark.parametrize("command", ["run --resume", "simulate --dir"])
def test_a_partial_run_stays_partial(inside, here, partial_run, command):
    directory = shutil.copytree(partial_run, here / "copy")
    before = content(directory)
    assert sorted(before) == [
        "checkpoint", "manifest.json", "rejected.jsonl", "samples/2024-06-21.csv",
        "summary.json",
    ]  # fmt: skip
    for _ in range(2):
        done = inside(*command.split(), str(directory))
        assert done.code == 75, done.err
        assert "900 readings have no row" in done.field("error")
        assert "the run is partial; verifying it again" in done.err
        assert content(directory) == before
    assert inside("verify", str(directory)).code == 0


def test_a_run_that_lost_its_list_of_daily_files_is_whole_again(inside, here, partial_run):
    """As resuming a partial run once left it."""
    directory = shutil.copytree(partial_run, here / "copy")
    before = content(directory)
    manifest = json.loads(before["manifest.json"])
    facts = manifest["files"].pop("samples/2024-06-21.csv")
    lost = manifest | {"status": "failed", "error": "the run is not finished"}
    (directory / "manifest.json").write_text(json.dumps(lost))
    done = inside("simulate", "--dir", str(directory))
    assert done.code == 75, done.err
    after = json.loads((directory / "manifest.json").read_bytes())
    assert (after["status"], after["error"]) == ("partial", None)
    assert after["files"]["samples/2024-06-21.csv"] == facts
    assert content(directory) | {"manifest.json": b""} == before | {"manifest.json": b""}


@pytest.fixture(scope="module")
def finished(tmp_path_factory, broker):
    home = tmp_path_factory.mktemp("finished")
    subprocess.run(
        [sys.executable, "-m", "pvsim", "run", "--quiet", "--every", "1h", "--days", "2", "--split", "day"],
        cwd=home, env={**os.environ, "PVSIM_BROKER_URL": broker.amqp_url}, check=True, timeout=240,
    )  # fmt: skip
    return (home / "runs" / "latest").resolve()


@pytest.mark.parametrize("transport", ["streams", "amqp"])
def test_the_manifest_and_the_page_tell_what_the_broker_confirmed(outside, here, transport):
    assert outside("run", "--quiet", "--every", "1h", "--transport", transport).code == 0
    directory = here / "runs" / "latest"
    assert json.loads((directory / "manifest.json").read_bytes())["confirmed"] == DAY_S
    page = (directory / "report.html").read_text("utf-8")
    assert re.search(r"Readings confirmed by the broker</t[dh]>\s*<td[^>]*>86,400<", page)


@pytest.mark.parametrize("command", ["verify", "run --resume", "simulate --dir"])
def test_what_kills_left_goes_away(inside, here, finished, command):
    directory = shutil.copytree(finished, here / "copy")
    before = content(directory)
    days = [directory / "samples" / name for name in ("2024-06-21.csv", "2024-06-22.csv")]
    header, *first = days[0].read_text().splitlines(keepends=True)
    (directory / "samples.csv").write_text(header + "".join(first) + days[1].read_text().removeprefix(header))
    for name in (".manifest.json.4194305", ".summary.json.4194305", "samples/.2024-06-22.csv.4194305"):
        (directory / name).write_bytes(b"half")
    (here / ".latest.4194305").symlink_to("copy")
    done = inside(*command.split(), str(directory))
    assert done.code == 0, done.err
    assert content(directory) == before
    assert not (here / ".latest.4194305").is_symlink()


def test_nothing_is_removed_from_a_run_that_does_not_prove(inside, here, finished):
    directory = shutil.copytree(finished, here / "copy")
    (directory / "samples.csv").write_text("the last copy")
    (directory / "samples" / "2024-06-22.csv").write_text("damaged")
    assert inside("verify", str(directory)).code == 65
    assert (directory / "samples.csv").read_text() == "the last copy"


WEAK = """
import errno, fcntl, os, sys
def no(*_, **__):
    raise OSError(errno.{code}, os.strerror(errno.{code}))
if "pvsim" in sys.orig_argv:
    {names} = no
"""


@pytest.mark.parametrize(
    ("weak", "said"),
    [
        (WEAK.format(names="fcntl.flock", code="ENOLCK"), "no file locks"),
        (WEAK.format(names="os.fsync = os.fdatasync", code="EINVAL"), "no fsync"),
    ],
    ids=["no locks", "no fsync"],
)
@pytest.mark.parametrize("command", ["run", "simulate --meter external"])
def test_a_weak_file_system_is_refused_or_accepted(outside, here, weak, said, command):
    (here / "sitecustomize.py").write_text(weak)
    weak = {"PYTHONPATH": str(here)}
    done = outside(*command.split(), **weak)
    assert done.code == 73, done.err
    assert said in done.field("error")
    assert "--allow-unsafe-filesystem" in done.field("fix")
    assert list((here / "runs").glob("*")) == []
    if command != "run":
        return
    done = outside("run", "--every", "1h", "--allow-unsafe-filesystem", **weak)
    assert done.code == 0, done.err
    assert said in done.err
    manifest = json.loads((here / "runs/latest/manifest.json").read_bytes())
    assert said in " ".join(manifest["not_promised"])
    assert outside("run", "--resume", "runs/latest", **weak).code == 0
    assert outside("verify", "runs/latest").code == 0


def test_a_run_needs_no_symbolic_links(outside, here, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(WEAK.format(names="os.symlink", code="EPERM"))
    done = outside("run", "--every", "1h", PYTHONPATH=str(tmp_path))
    assert done.code == 0, done.err
    assert f"no link {here}/runs/latest to this run: Operation not permitted" in done.err
    (directory,) = (here / "runs").iterdir()
    assert outside("verify", str(directory)).code == 0


def test_too_few_open_files_are_called_that(outside, here, finished):
    """Not a damaged manifest; every number of files that is too small for something."""
    directory = shutil.copytree(finished, here / "copy")
    seen = set()
    for limit in range(4, 16):
        script = f'ulimit -n {limit}; exec "$@"'
        done = subprocess.run(
            ["/bin/sh", "-c", script, "sh", sys.executable, "-m", "pvsim", "verify", str(directory)],
            capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        seen.add(done.returncode)
        assert "restore" not in done.stderr
    assert 0 in seen or outside("verify", str(directory)).code == 0
