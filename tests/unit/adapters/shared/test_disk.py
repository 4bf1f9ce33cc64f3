"""Small files change as a whole, or not at all."""

import errno
import os
from pathlib import Path

import pytest

from pvsim.adapters.shared.disk import cannot_read, cannot_write, errors_told, replace
from pvsim.adapters.shared.file_system import FileSystem
from pvsim.errors import CannotWriteError


class Full(FileSystem):
    def sync_data(self, _):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_small_file_is_the_new_one_or_the_old_one(tmp_path):
    path = tmp_path / "checkpoint"
    replace(path, b"one", FileSystem(), 0o600)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(OSError, match="No space left"):
        replace(path, b"two", Full())
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "fix"),
    [
        (errno.ENOENT, "make its directory, or name another file"),
        (errno.EFBIG, "raise the limit: ulimit -f unlimited"),
        (errno.ENOSPC, "free some space on its disk"),
        (errno.EROFS, "its disk is read-only: name a directory on another one"),
        (errno.EPERM, "work as its owner, or have its permissions changed"),
        (errno.ENFILE, "allow more open files: ulimit -n 4096"),
        (errno.EISDIR, "it is a directory: move it away"),
        (errno.EIO, "check its disk; dmesg may say more"),
    ],
)
def test_the_remedy_is_that_of_the_reason(number, fix):
    reason = OSError(number, os.strerror(number))
    for error, what in ((cannot_write(reason, Path("a")), "write"), (cannot_read(reason, Path("a")), "read")):
        assert (error.what, error.where, error.fix) == (f"cannot {what}: {os.strerror(number)}", "a", fix)


def test_an_error_of_the_system_names_what_it_was_about_and_what_helps(tmp_path):
    with pytest.raises(CannotWriteError) as caught, errors_told(tmp_path):
        (tmp_path / "no" / "file").write_text("")
    assert caught.value.where == str(tmp_path / "no" / "file")
    assert caught.value.fix == "make its directory, or name another file"
    with (
        pytest.raises(CannotWriteError) as caught,
        errors_told(tmp_path, lambda error: f"call {error.errno}"),
    ):
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    assert (caught.value.where, caught.value.fix) == (str(tmp_path), "call 5")
