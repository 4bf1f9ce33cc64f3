"""Small files change as a whole, or not at all."""

import errno
import os

import pytest

from pvsim.adapters.disk import replace
from pvsim.adapters.rundir.file_system import FileSystem


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
