"""A run's directory on file systems that lack something, under any umask, and after kills."""

import errno
import fcntl
import os
import stat
from datetime import UTC, datetime

import msgspec
import pytest

from pvsim.adapters.rundir import MANIFEST, Manifest, RunDirectory
from pvsim.adapters.shared.file_system import NO_FSYNC, NO_LOCKS
from pvsim.adapters.shared.locks import HeldError
from pvsim.errors import BadInputError, CannotWriteError, PvsimError

NOW = datetime(2024, 6, 21, tzinfo=UTC)
NAME = "20240621T000000Z-abc"
MADE = Manifest(
    status="running",
    run_id="abc",
    config={},
    config_sha256="",
    seed=1,
    versions={},
    created_utc="2024-06-21T00:00:00Z",
)


def create(out, **options):
    return RunDirectory.create(out, "abc", NOW, MADE, **options)


def failing(code):
    def call(*_, **__):
        raise OSError(code, os.strerror(code))

    return call


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL])
def test_a_file_system_without_locks_is_refused_or_accepted(tmp_path, monkeypatch, code):
    monkeypatch.setattr(fcntl, "flock", failing(code))
    with pytest.raises(CannotWriteError, match="no file locks") as caught:
        create(tmp_path)
    assert "--allow-unsafe-filesystem" in caught.value.fix
    assert list(tmp_path.iterdir()) == []
    directory = create(tmp_path, accept_unsafe=True)
    assert directory.notes == (NO_LOCKS,)
    assert directory.load().not_promised == (NO_LOCKS,)
    with directory.lock("run"), directory.lock("run"):
        pass


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
def test_a_file_system_without_fsync_is_refused_or_accepted(tmp_path, monkeypatch, code):
    monkeypatch.setattr(os, "fsync", failing(code))
    monkeypatch.setattr(os, "fdatasync", failing(code))
    with pytest.raises(CannotWriteError, match="no fsync") as caught:
        create(tmp_path)
    assert "--allow-unsafe-filesystem" in caught.value.fix
    assert list(tmp_path.iterdir()) == []
    directory = create(tmp_path, accept_unsafe=True)
    assert directory.load().not_promised == (NO_FSYNC,)
    with (directory.path / MANIFEST).open("rb") as file:
        directory.file_system.sync_data(file.fileno())
    later = RunDirectory.open(directory.path)
    with pytest.raises(CannotWriteError, match="no fsync"):
        later.save(MADE)
    assert later.load().not_promised == (NO_FSYNC,)


def test_fsync_that_fails_is_an_error_even_where_its_absence_is_accepted(tmp_path, monkeypatch):
    directory = create(tmp_path, accept_unsafe=True)
    monkeypatch.setattr(os, "fsync", failing(errno.EIO))
    with pytest.raises(CannotWriteError, match="Input/output error"):
        directory.save(MADE)
    with pytest.raises(CannotWriteError, match="Input/output error"):
        directory.sync()
    assert directory.load().not_promised is None


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS])
def test_without_symbolic_links_a_run_has_no_latest_and_says_so(tmp_path, monkeypatch, code):
    monkeypatch.setattr(os, "symlink", failing(code))
    directory = create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    (note,) = directory.notes
    assert f"no link {tmp_path / 'latest'}" in note
    assert str(directory.path) in note


@pytest.mark.parametrize(("umask", "mode"), [(0o000, 0o755), (0o022, 0o755), (0o077, 0o700)])
def test_no_umask_lets_others_write(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        directory = create(tmp_path / "new" / "runs")
        directory.write("summary.json", b"{}")
        with directory.lock("meter"):
            pass
    finally:
        os.umask(before)
    for path in (tmp_path / "new", *(tmp_path / "new").rglob("*")):
        if path.is_symlink():
            continue
        expected = mode if path.is_dir() else mode & 0o644
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


def test_what_kills_left_is_removed_and_nothing_else(tmp_path):
    directory = create(tmp_path)
    days = directory.path / "samples"
    days.mkdir()
    left = [
        directory.path / ".manifest.json.123",
        directory.path / ".summary.json.9",
        directory.path / ".report.html.77",
        days / ".2024-06-21.csv.77",
        directory.path / "samples.csv",
        tmp_path / ".latest.4194305",  # above the largest pid
    ]
    others = [
        directory.path / ".manifest.json.old",
        directory.path / ".notes.json.1",
        days / ".2024-06-21.csv",
        days / "2024-06-21.csv",
        tmp_path / f".latest.{os.getpid()}",
        tmp_path / ".latest.mine",
    ]
    for path in (*left, *others):
        path.symlink_to("x") if ".latest" in path.name else path.touch()
    with directory.lock("run"):
        RunDirectory(directory.path).tidy("samples.csv")
        assert all(path.exists() for path in left[:4])  # another process works on the run
    directory.tidy("samples.csv")
    assert not any(path.exists() or path.is_symlink() for path in left)
    assert all(path.exists() or path.is_symlink() for path in others)


def test_without_locks_nothing_is_removed(tmp_path, monkeypatch):
    directory = create(tmp_path)
    (directory.path / ".manifest.json.123").touch()
    monkeypatch.setattr(fcntl, "flock", failing(errno.ENOLCK))
    for accepted in (False, True):
        RunDirectory(directory.path, accept_unsafe=accepted).tidy()
    assert (directory.path / ".manifest.json.123").exists()


@pytest.mark.parametrize(
    ("code", "kind", "fix"),
    [
        (errno.EMFILE, 1, "ulimit -n"),
        (errno.EACCES, 73, "work as its owner"),
        (errno.EIO, 1, "dmesg"),
        (errno.ESTALE, 1, "disk"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_not_called_damaged(tmp_path, monkeypatch, code, kind, fix):
    directory = create(tmp_path)
    monkeypatch.setattr(type(directory.path), "read_bytes", failing(code))
    with pytest.raises(PvsimError, match=os.strerror(code)) as caught:
        directory.load()
    assert caught.value.exit_code == kind
    assert fix in caught.value.fix
    monkeypatch.setattr(type(directory.path), "stat", failing(code))
    with pytest.raises(PvsimError, match=os.strerror(code)) as caught:
        RunDirectory.open(directory.path)
    assert caught.value.exit_code == kind


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"run_id", b"run_\xffd"), (b"{", b"[" * 99_999), (b"abc", b"\xff"), (b": 1", b": " + b"1" * 5000)],
)
def test_a_damaged_manifest_is_bad_input(tmp_path, old, new):
    path = create(tmp_path).path
    content = (path / MANIFEST).read_bytes()
    (path / MANIFEST).write_bytes(content.replace(old, new, 1))
    with pytest.raises(BadInputError, match="the manifest is damaged"):
        RunDirectory.open(path).load()


def test_an_error_that_names_a_path_of_other_bytes_can_be_written(tmp_path):
    directory = create(tmp_path)
    directory.save(msgspec.structs.replace(MADE, error="no \udcff"))
    assert directory.load().error == "no \\udcff"


def test_another_process_that_does_the_same_is_named(tmp_path):
    directory, pid = create(tmp_path), os.getpid()
    with directory.lock("run"), directory.lock("meter"), pytest.raises(HeldError) as caught, directory.lock("run"):
        pass
    assert str(caught.value) == f"{directory.path}: another run works on this run (process {pid})"
    assert caught.value.fix == f"wait for it, or stop it: kill {pid}"
