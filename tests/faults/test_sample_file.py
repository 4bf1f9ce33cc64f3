"""The sample file on real files: crashes at named points, write errors, torn and changed files."""

import errno
import os

import pytest
from tests.faults import small

from pvsim.adapters.csvfile import CHECKPOINT, PARTIAL, REJECTED, SAMPLES, CsvSampleFile, last_checkpoint
from pvsim.adapters.rundir import RunDirectory
from pvsim.core.delivery.accounting import Accounted
from pvsim.core.delivery.checkpoint import SLOT_BYTES
from pvsim.core.results.samples import Samples
from pvsim.errors import BadInputError, CannotWriteError, PvsimError

POINTS = ("after-append", "after-fsync", "after-checkpoint", "before-rename", "after-rename")


@pytest.fixture(scope="module")
def normal(tmp_path_factory):
    directory = tmp_path_factory.mktemp("normal")
    accounted = small.finish(directory)
    assert (accounted.written, accounted.duplicates, accounted.rejected, accounted.missing) == (56, 2, 5, 4)
    return small.result(directory)


@pytest.fixture
def interrupted(tmp_path):
    """A run that was killed between two checkpoints: the part file is longer than the checkpoint says."""
    assert small.crash_at(tmp_path, "after-append", 5)
    assert (tmp_path / PARTIAL).stat().st_size > last_checkpoint(tmp_path).samples_bytes
    assert last_checkpoint(tmp_path).generation >= 2
    return tmp_path


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_at_each_point_each_time(tmp_path, normal, point):
    nth = 1
    while True:
        directory = tmp_path / str(nth)
        directory.mkdir()
        if not small.crash_at(directory, point, nth):
            break
        assert (directory / SAMPLES).exists() == (point == "after-rename")
        small.finish(directory)
        assert small.result(directory) == normal
        nth += 1
    assert nth > (2 if point.startswith("after-") and point != "after-rename" else 1)


def test_a_crash_in_every_attempt(tmp_path, normal):
    """Each attempt gets one commit further."""
    attempts = 0
    while small.crash_at(tmp_path, "after-checkpoint"):
        attempts += 1
    assert attempts > 3
    assert small.result(tmp_path) == normal


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
@pytest.mark.parametrize("nth", range(1, 9))
def test_a_full_disk(tmp_path, normal, monkeypatch, code, nth):
    """The write that fails has written a half; after room was made the run goes on to the same bytes."""
    write, left = os.write, nth

    def full(descriptor, data):
        nonlocal left
        left -= 1
        if left == 0:
            write(descriptor, data[: len(data) // 2])
        if left <= 0:
            raise OSError(code, os.strerror(code))
        return write(descriptor, data)

    with monkeypatch.context() as patch:
        patch.setattr("pvsim.adapters.csvfile.os.write", full)
        with pytest.raises(CannotWriteError, match=os.strerror(code)) as caught:
            small.finish(tmp_path)
    assert caught.value.exit_code == 73
    assert f"pvsim run --resume {tmp_path}" in caught.value.fix
    assert not (tmp_path / SAMPLES).exists()
    small.finish(tmp_path)
    assert small.result(tmp_path) == normal


@pytest.mark.parametrize("nth", range(1, 12))
def test_fdatasync_fails(tmp_path, normal, monkeypatch, nth):
    sync, left = os.fdatasync, nth

    def failing(descriptor):
        nonlocal left
        left -= 1
        if left == 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr("pvsim.adapters.csvfile.os.fdatasync", failing)
        with pytest.raises(CannotWriteError, match="Input/output error"):
            small.finish(tmp_path)
    assert not (tmp_path / SAMPLES).exists()
    small.finish(tmp_path)
    assert small.result(tmp_path) == normal


def test_nothing_is_written_after_a_failed_fdatasync(interrupted, monkeypatch):
    """The kernel may have dropped the pages and say so only once."""
    before = last_checkpoint(interrupted)
    with CsvSampleFile(interrupted, plan=small.PLAN, run=small.RUN_KEY) as files:
        output = small.first_output(files.accounted)
        files.append(output.samples, output.rejected, output.accounted)
        with monkeypatch.context() as patch:
            patch.setattr("pvsim.adapters.csvfile.os.fdatasync", _raise_eio)
            with pytest.raises(CannotWriteError):
                files.commit()
        with pytest.raises(CannotWriteError, match="closed after a write error"):
            files.append(output.samples, output.rejected, output.accounted)
        files.commit()
    assert last_checkpoint(interrupted) == before


def _raise_eio(_):
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_read_only_directory(interrupted, normal, monkeypatch):
    """Injected, because the superuser may write everywhere."""
    opened = os.open

    def read_only(path, flags, *mode):
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return opened(path, flags, *mode)

    with monkeypatch.context() as patch:
        patch.setattr("pvsim.adapters.csvfile.os.open", read_only)
        with pytest.raises(CannotWriteError, match=f"{interrupted}.*Read-only file system"):
            small.finish(interrupted)
    small.finish(interrupted)
    assert small.result(interrupted) == normal


def test_a_torn_last_line(interrupted, normal):
    with (interrupted / PARTIAL).open("ab") as file:
        file.write(b"2024-06-21T00:00:58+00:00,1.2")
    small.finish(interrupted)
    assert small.result(interrupted) == normal


@pytest.mark.parametrize("slots", [(0,), (1,), (0, 1)])
@pytest.mark.parametrize("torn", [b"\0" * 100, b"\xff" * 512])
def test_torn_slots_of_the_checkpoint(interrupted, normal, slots, torn):
    """One costs the work since the other, both cost all of it; neither costs a row."""
    newest = last_checkpoint(interrupted).generation
    with (interrupted / CHECKPOINT).open("r+b") as file:
        for slot in slots:
            file.seek(slot * SLOT_BYTES)
            file.write(torn)
    left = last_checkpoint(interrupted)
    assert (left.generation if left else None) == (
        None if len(slots) == 2 else newest if newest % 2 != slots[0] else newest - 1
    )
    small.finish(interrupted)
    assert small.result(interrupted) == normal


def test_rows_changed_by_hand(interrupted):
    content = (interrupted / PARTIAL).read_bytes()
    (interrupted / PARTIAL).write_bytes(content.replace(b"0.", b"1.", 1))
    _refuses(interrupted, "changed after pvsim wrote it")


def test_a_checkpoint_ahead_of_the_file(interrupted):
    os.truncate(interrupted / PARTIAL, last_checkpoint(interrupted).samples_bytes - 1)
    _refuses(interrupted, "the checkpoint is ahead of the samples file")
    assert b"\0" not in (interrupted / PARTIAL).read_bytes()


def test_the_samples_are_deleted(tmp_path):
    small.finish(tmp_path)
    (tmp_path / SAMPLES).unlink()
    _refuses(tmp_path, "the checkpoint is ahead of the samples file")


@pytest.mark.parametrize("point", ["before-rename", "after-rename"])
def test_the_newest_slot_is_lost_when_all_was_written(tmp_path, normal, point):
    """The older slot speaks of fewer rows, whatever the file is called by now."""
    assert small.crash_at(tmp_path, point)
    newest = last_checkpoint(tmp_path)
    with (tmp_path / CHECKPOINT).open("r+b") as file:
        file.seek(newest.generation % 2 * SLOT_BYTES)
        file.write(b"torn")
    assert last_checkpoint(tmp_path).samples_bytes < newest.samples_bytes
    small.finish(tmp_path)
    assert small.result(tmp_path) == normal


def test_rows_added_by_hand_to_the_finished_file(tmp_path):
    small.finish(tmp_path)
    with (tmp_path / SAMPLES).open("ab") as file:
        file.write(b"2024-06-21T00:01:00+00:00,1.0000,0.0000,1.0000\n")
    _refuses(tmp_path, "longer than the checkpoint says")


def test_the_checkpoint_is_deleted(tmp_path):
    small.finish(tmp_path)
    (tmp_path / CHECKPOINT).unlink()
    _refuses(tmp_path, "its checkpoint is not")


def test_the_rejected_messages_are_deleted(tmp_path):
    small.finish(tmp_path)
    (tmp_path / REJECTED).unlink()
    _refuses(tmp_path, "the checkpoint is ahead of the file of rejected messages")


def test_what_was_rejected_before_the_first_reading_is_written_once(tmp_path):
    """No reading shows where the log goes on, so it is read anew: from the first message, into new files."""
    only_rejected = Accounted(next_offset=1, received=1, rejected=1)
    for _ in range(2):
        with CsvSampleFile(tmp_path, plan=small.PLAN, run=small.RUN_KEY) as files:
            assert files.accounted == Accounted()
            files.append(Samples.none(), b"{}\n", only_rejected)
            files.commit()
            assert (tmp_path / REJECTED).read_bytes() == b"{}\n"
        assert last_checkpoint(tmp_path).accounted == only_rejected


def _refuses(directory, what):
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    with pytest.raises(BadInputError, match=what) as caught:
        small.finish(directory)
    assert caught.value.exit_code == 65
    assert caught.value.fix
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == before


def test_a_second_simulator_is_refused_and_told_who_is_first(tmp_path):
    with (
        RunDirectory(tmp_path).lock("simulator"),
        pytest.raises(PvsimError, match=rf"another simulator works on this run \(process {os.getpid()}\)"),
        RunDirectory(tmp_path).lock("simulator"),
    ):
        pass
