"""One process at a time works in a directory, and the others are told which one does."""

import errno
import fcntl
import os
import subprocess
import sys

import pytest

from pvsim.adapters.shared.file_system import FileSystem
from pvsim.adapters.shared.locks import HeldError, is_held, only_process
from pvsim.errors import CannotWriteError

HERE = os.uname().nodename
OTHER = """
import sys
from pathlib import Path
from pvsim.adapters.shared.locks import HeldError, only_process
from pvsim.adapters.shared.file_system import FileSystem
try:
    with only_process(Path(sys.argv[1]), FileSystem(), another="another walker has it", fix="wait, or {stop}"):
        print("alone")
except HeldError as error:
    print(error, error.fix, sep="|")
"""


def alone(path):
    return only_process(path, FileSystem(), another="another walker has it", fix="wait, or {stop}")


def said_by_another(path):
    return subprocess.run([sys.executable, "-c", OTHER, path], capture_output=True, text=True, check=True).stdout


def test_another_process_is_told_who_works_until_that_has_ended(tmp_path):
    path, pid = tmp_path / "lock", os.getpid()
    with alone(path):
        what = f"{tmp_path}: another walker has it (process {pid})"
        assert said_by_another(path) == f"{what}|wait, or stop it: kill {pid}\n"
        assert is_held(path)
    assert not is_held(path)
    assert said_by_another(path) == "alone\n"


@pytest.mark.parametrize(
    ("written", "who", "stop"),
    [
        (b"", "", "stop it"),
        (b"\xff\xfe", "", "stop it"),
        (b"123\n", " (process 123)", "stop it: kill 123"),
        (f"123 {HERE}\n".encode(), " (process 123)", "stop it: kill 123"),
        (b"123 elsewhere\n", " (process 123 on elsewhere)", "stop it on elsewhere: kill 123"),
    ],
)
def test_who_holds_a_lock_is_named_as_far_as_it_is_known(tmp_path, written, who, stop):
    path = tmp_path / "lock"
    with alone(path):
        path.write_bytes(written)
        with pytest.raises(HeldError) as caught, alone(path):
            pass
    assert (caught.value.what, caught.value.fix) == (f"another walker has it{who}", f"wait, or {stop}")


def test_what_fails_under_the_lock_is_told_as_it_is_and_leaves_it(tmp_path):
    with pytest.raises(OSError, match="of the work"), alone(tmp_path / "lock"):
        raise OSError(errno.EIO, "of the work")
    assert not is_held(tmp_path / "lock")


def test_a_file_that_cannot_be_made_or_locked(tmp_path, monkeypatch):
    with pytest.raises(CannotWriteError) as caught, alone(tmp_path / "none" / "lock"):
        pass
    assert caught.value.where == str(tmp_path / "none" / "lock")

    def no_locks(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(CannotWriteError, match="no file locks"), alone(tmp_path / "lock"):
        pass
    assert is_held(tmp_path / "lock")  # it may be: the file system does not tell
    assert not is_held(tmp_path / "none" / "lock")
