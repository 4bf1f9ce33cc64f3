"""What a directory asks of a file system: files are replaced, and nothing else is."""

import os

import pytest

from pvsim.adapters.shared.file_system import FileSystem, new_file, require_writable
from pvsim.errors import CannotWriteError


def write(path):
    with new_file(path, FileSystem()) as file:
        file.write(b"new")


def test_a_file_is_replaced(tmp_path):
    (tmp_path / "a").write_text("old")
    write(tmp_path / "a")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"new"]


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize(
    ("make", "said"), [(os.mkfifo, "it is a device, pipe or socket"), (os.mkdir, "it is a directory")]
)
def test_what_is_no_file_stays(tmp_path, make, said, linked):
    make(tmp_path / "a")
    (tmp_path / "link").symlink_to("a")
    before = sorted(tmp_path.iterdir())
    for call in (write, require_writable):
        with pytest.raises(CannotWriteError, match=said):
            call(tmp_path / ("link" if linked else "a"))
    assert sorted(tmp_path.iterdir()) == before
    assert not (tmp_path / "a").is_file()


def test_a_directory_where_nothing_can_be_written_is_found_before(tmp_path):
    require_writable(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(CannotWriteError, match="cannot write: No such file or directory") as caught:
        require_writable(tmp_path / "no" / "a")
    assert (caught.value.where, caught.value.fix) == (
        str(tmp_path / "no" / "a"),
        "make its directory, or name another file",
    )
