"""A run with a Parquet file: in the manifest, proved, and made for a finished run too."""

import asyncio
import errno
import importlib.util
import os
from unittest.mock import AsyncMock

import polars as pl
import pytest
from tests.finished_runs import a_run, carry_out

import pvsim
from pvsim.adapters.duckdb.parquet import PARQUET
from pvsim.adapters.rundir import RunDirectory
from pvsim.errors import BadInputError, CannotWriteError, PartialResultError, UsageError
from pvsim.wiring.parquet import export_parquet
from pvsim.wiring.runs import Run

BOTH = ("csv", "parquet")


@pytest.mark.parametrize("split", ["none", "day"])
def test_the_file_has_the_rows_of_the_run_and_is_in_the_manifest(tmp_path, split):
    run = a_run(tmp_path, names=("a", "b"), split=split, formats=BOTH)
    carry_out(run)
    path = run.directory.path / PARQUET
    rows, finished = pl.read_parquet(path), pvsim.open_run(run.directory.path)
    for name in ("meter_kw", "pv_kw", "net_kw"):
        assert rows[name].to_list() == finished.arrays()[name].tolist()
    assert run.directory.load().files[PARQUET] == run.directory.facts(PARQUET)
    assert Run.open(run.directory.path).files.prove().rows == len(rows)


def test_a_partial_run_has_the_rows_that_it_has(tmp_path):
    run = a_run(tmp_path, external=True, missing="skip", formats=BOTH)
    with pytest.raises(PartialResultError):
        carry_out(run, lost=(7,))
    assert len(pl.read_parquet(run.directory.path / PARQUET)) == run.models.plan.rows - 1


@pytest.mark.parametrize("split", ["none", "day"])
def test_a_finished_run_gets_the_same_file_later(tmp_path, split):
    run = a_run(tmp_path / "a", split=split, formats=BOTH)
    carry_out(run)
    later = a_run(tmp_path / "b", split=split)
    carry_out(later)
    assert not (later.directory.path / PARQUET).exists()
    path = export_parquet(later.files)
    assert path.read_bytes() == (run.directory.path / PARQUET).read_bytes()
    assert later.directory.load().files[PARQUET] == later.directory.facts(PARQUET)


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_file_that_is_not_what_it_was_is_refused_and_made_again(tmp_path, damage):
    run = a_run(tmp_path, formats=BOTH)
    carry_out(run)
    path = run.directory.path / PARQUET
    content = path.read_bytes()
    path.unlink() if damage == "missing" else path.write_bytes(content[:-1])
    for look in (run.files.prove, lambda: pvsim.open_run(run.directory.path)):
        with pytest.raises(BadInputError) as caught:
            look()
        assert (caught.value.where, caught.value.fix) == (str(path), f"pvsim export {run.directory.path}")
    assert export_parquet(run.files).read_bytes() == content
    run.files.prove()


def test_a_full_disk_ends_the_run_which_can_be_resumed(tmp_path, monkeypatch):
    run = a_run(tmp_path, formats=BOTH)
    path = run.directory.path
    (path / f".{PARQUET}.{os.getpid()}").symlink_to("/dev/full")
    monkeypatch.setattr(RunDirectory, "sweep", lambda *_: None)  # it would remove this
    with pytest.raises(CannotWriteError, match="No space left on device") as caught:
        carry_out(run)
    assert caught.value.fix == f"free some space on its disk, then pvsim run --resume {path}"
    assert run.directory.load().status == "failed"
    assert not list(path.glob("*.parquet*")) + list(path.glob(".samples*"))
    monkeypatch.undo()
    asyncio.run(Run.open(path).carry_out(AsyncMock(return_value=None)))  # the rows are there
    assert run.directory.load().status == "complete"
    assert len(pl.read_parquet(path / PARQUET)) == run.models.plan.rows


def test_a_directory_that_may_not_be_written_is_said_in_our_words(tmp_path, monkeypatch):
    run = a_run(tmp_path)
    carry_out(run)
    before = sorted(run.directory.path.iterdir())
    opened = os.open

    def denied(path, flags, *more):
        if PARQUET in str(path) and flags & os.O_CREAT:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opened(path, flags, *more)

    monkeypatch.setattr("os.open", denied)
    with pytest.raises(CannotWriteError) as caught:
        export_parquet(run.files)
    assert (caught.value.what, caught.value.where, caught.value.fix) == (
        "cannot write: Permission denied",
        str(run.directory.path / PARQUET),
        "work as its owner, or have its permissions changed",
    )
    assert sorted(run.directory.path.iterdir()) == before


def test_an_unfinished_run_has_none(tmp_path):
    run = a_run(tmp_path)
    with pytest.raises(BadInputError, match="the run is not finished") as caught:
        export_parquet(run.files)
    assert caught.value.fix == f"pvsim run --resume {run.directory.path}"


def test_changed_rows_are_not_exported(tmp_path):
    run = a_run(tmp_path)
    carry_out(run)
    path = run.directory.path / "samples.csv"
    path.write_bytes(path.read_bytes().replace(b",0.0000,", b",0.0001,", 1))
    with pytest.raises(BadInputError, match="differs from the manifest"):
        export_parquet(run.files)
    assert not (run.directory.path / PARQUET).exists()


def test_a_directory_that_duckdb_cannot_name_is_refused(tmp_path):
    odd = tmp_path / os.fsdecode(b"odd\xff")
    with pytest.raises(UsageError, match="the name of a directory is not UTF-8"):
        a_run(odd, formats=BOTH)
    assert not odd.exists()
    run = a_run(odd)
    carry_out(run)
    with pytest.raises(UsageError, match="the name of a directory is not UTF-8") as caught:
        export_parquet(run.files)
    assert caught.value.where.isascii()


def test_without_duckdb_nothing_is_begun(tmp_path, monkeypatch):
    run = a_run(tmp_path / "a", formats=BOTH)
    there = importlib.util.find_spec
    monkeypatch.setattr(
        "pvsim.adapters.duckdb.connection.find_spec", lambda name: None if name == "duckdb" else there(name)
    )
    with pytest.raises(UsageError, match="need duckdb, which is not installed") as caught:
        a_run(tmp_path / "b", formats=BOTH)
    assert "pip install 'pvsim[data]'" in caught.value.fix
    assert not (tmp_path / "b").exists()
    with pytest.raises(UsageError):  # a run of another machine that is continued here
        carry_out(run)
    assert run.directory.load().status == "failed"
    assert not (run.directory.path / "samples.csv.part").exists()


def test_what_a_killed_writer_left_is_removed(tmp_path):
    run = a_run(tmp_path)
    carry_out(run)
    for name in (".samples.parquet.17", ".samples.parquet.17.3"):
        (run.directory.path / name).write_bytes(b"half")
    run.files.prove()
    assert not list(run.directory.path.glob(".samples.parquet.*"))
