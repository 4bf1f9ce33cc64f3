import os

import pytest

from pvsim.adapters.passwords import kept
from pvsim.errors import BadInputError, CannotWriteError


def test_a_password_is_made_once_for_its_owner_only_under_any_umask(tmp_path):
    path = tmp_path / "new" / "house-a.password"
    before = os.umask(0)
    try:
        password, is_new = kept(path)
    finally:
        os.umask(before)
    assert is_new
    assert len(password) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert kept(path) == (password, False)
    assert kept(tmp_path / "other")[0] != password


@pytest.mark.parametrize(
    ("content", "mode", "what"),
    [("s3cret", 0o644, "other users"), ("", 0o600, "is empty"), ("a\nb", 0o600, "more than a password")],
)
def test_a_file_that_is_no_secret_is_refused(tmp_path, content, mode, what):
    path = tmp_path / "p"
    path.write_text(content)
    path.chmod(mode)
    with pytest.raises(BadInputError, match=what) as caught:
        kept(path)
    assert str(path) in caught.value.fix


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "p"
    path.write_bytes(b"\xff")
    path.chmod(0o600)
    with pytest.raises(BadInputError, match="no UTF-8"):
        kept(path)


def test_a_file_in_the_way_of_its_directory_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWriteError, match="cannot be made"):
        kept(tmp_path / "file" / "below" / "p")
