"""What a node stores of which runs, without the node: its directory and the runs' own."""

import fcntl
import json
import os
import shutil

import pytest

from pvsim.adapters.node.layout import Layout
from pvsim.adapters.node.stored_streams import READING_BYTES, forget, note_run, require_room, stored
from pvsim.errors import CannotWriteError


@pytest.fixture
def home(tmp_path):
    layout = Layout.of(tmp_path / "broker")
    layout.create()
    for name, size in (("a1", 100_000), ("house-a_b", 5_000_000), ("gone", 1_000)):
        directory = layout.data / "pvsim-1@127.0.0.1" / "stream" / f"__pvsim_{name}_1795634892366106541"
        directory.mkdir(parents=True)
        (directory / "00000000000000000000.segment").write_bytes(bytes(size))
    (layout.data / "pvsim-1@127.0.0.1" / "stream" / "__other_1795634892366106541").mkdir()
    return layout.home


@pytest.fixture
def run(tmp_path, home):
    """Make the directory of a run, and note it."""

    def make(name, status, *, foreign=False):
        directory = tmp_path / name
        directory.mkdir(exist_ok=True)
        (directory / "manifest.json").write_text(json.dumps({"status": status}))
        note_run(home, f"pvsim.{name}", directory, foreign=foreign)
        return directory

    return make


def by_name(home):
    return {each.stream: each for each in stored(home)}


def test_streams_are_listed_by_size_with_the_runs_that_they_are_of(home, run):
    run("a1", "failed")
    found = stored(home)
    assert [each.stream for each in found] == ["pvsim.house-a_b", "pvsim.a1", "pvsim.gone"]
    assert found[0].size_mb == pytest.approx(5.0, abs=0.1)
    assert found[1].directory == str(home.parent / "a1")
    assert all(0 <= each.age_s < 3_600 for each in found)
    assert stored(home.parent / "no home") == []


def test_a_point_in_a_name_is_known_where_the_name_is(home, run):
    assert "pvsim.house-a_b" in by_name(home)
    assert {each.stream for each in stored(home, ["pvsim.house-a.b", "other"])} == {
        "pvsim.house-a.b",
        "pvsim.a1",
        "pvsim.gone",
    }
    directory = run("house-a.b", "failed")
    assert by_name(home)["pvsim.house-a.b"].directory == str(directory)


@pytest.mark.parametrize(
    ("status", "foreign", "why"),
    [
        ("failed", False, ""),
        ("running", False, ""),
        ("complete", True, ""),
        ("partial", True, ""),
        ("failed", True, "of a foreign meter, and its run has not ended"),
        (None, True, "of a foreign meter, and its run has not ended"),
    ],
)
def test_what_cannot_be_had_again_is_kept(home, run, status, foreign, why):
    directory = run("a1", status, foreign=foreign)
    if status is None:
        shutil.rmtree(directory)
    found = by_name(home)["pvsim.a1"]
    assert (why in found.why_kept, bool(found.why_kept), found.locked) == (True, bool(why), False)


@pytest.mark.parametrize("lock", [".run.lock", ".simulator.lock", ".meter.lock"])
def test_a_run_that_is_worked_on_is_kept(home, run, lock):
    directory = run("a1", "running")
    descriptor = os.open(directory / lock, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    assert by_name(home)["pvsim.a1"].locked
    os.close(descriptor)
    assert not by_name(home)["pvsim.a1"].locked


@pytest.mark.parametrize("note", [None, "", "[]", '{"directory": 1, "x": 2}'])
def test_a_run_that_is_not_known_is_kept(home, note):
    if note is not None:
        (home / "runs").mkdir()
        (home / "runs" / "pvsim.a1.json").write_text(note)
    assert by_name(home)["pvsim.a1"].why_kept == "its run is unknown"


def test_notes_of_streams_that_are_no_more_go_away_after_a_day(home, run):
    for name in ("old", "new", "a1"):
        run(name, "failed")
    for name in ("old", "a1"):
        os.utime(home / "runs" / f"pvsim.{name}.json", (0, 0))
    run("another", "failed")
    assert {path.stem for path in (home / "runs").iterdir()} == {"pvsim.new", "pvsim.a1", "pvsim.another"}
    forget(home, "pvsim.new")
    forget(home, "pvsim.new")
    assert not (home / "runs" / "pvsim.new.json").exists()


def test_a_run_that_has_no_room_is_refused(home, monkeypatch):
    free = 1_000_000_000 + 86_400 * READING_BYTES
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 0, free))
    require_room(home, 86_400)
    require_room(home.parent / "not there yet", 86_400)
    with pytest.raises(CannotWriteError, match=r"until it ends, about 4\.1 GB; 1\.0 GB are free") as caught:
        require_room(home, 31_536_000)
    assert "PVSIM_BROKER_HOME" in caught.value.fix
