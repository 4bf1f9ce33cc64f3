import os
from pathlib import Path

import pytest

from pvsim.adapters.node.layout import Layout, default_home
from pvsim.errors import CannotWriteError, UsageError


def test_the_home_is_the_given_one_before_all(monkeypatch):
    monkeypatch.setenv("PVSIM_BROKER_HOME", "/given/home")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert default_home() == Path("/given/home")


@pytest.mark.parametrize(
    ("xdg", "expected"),
    [
        ("/data", "/data/pvsim/broker"),
        ("", "/home/me/.local/share/pvsim/broker"),
        ("not/absolute", "/home/me/.local/share/pvsim/broker"),
    ],
)
def test_the_home_follows_the_xdg_specification(monkeypatch, xdg, expected):
    monkeypatch.delenv("PVSIM_BROKER_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", xdg)
    monkeypatch.setenv("HOME", "/home/me")
    assert default_home() == Path(expected)


@pytest.mark.parametrize("name", ["a:b", "a\nb", "a$(b)", "a;b", "a'b", "a(b"])
def test_names_that_erlang_or_its_shell_would_misread_are_refused(name):
    with pytest.raises(UsageError, match="the broker's directory contains"):
        Layout.of(Path("/x") / name)


def test_a_home_has_one_spelling(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert Layout.of(tmp_path / "link" / ".." / "link").home == tmp_path / "real"


def test_created_directories_are_private(tmp_path):
    layout = Layout.of(tmp_path / "some where" / "broker")
    layout.create()
    layout.create()
    made = [layout.home, layout.etc, layout.data, layout.logs]
    assert {path.stat().st_mode & 0o777 for path in made} == {0o700}


def test_no_umask_lets_others_write_above_it(tmp_path):
    before = os.umask(0)
    try:
        Layout.of(tmp_path / "share" / "pvsim" / "broker").create()
    finally:
        os.umask(before)
    assert (tmp_path / "share").stat().st_mode & 0o777 == 0o755
    assert {path.stat().st_mode & 0o022 for path in (tmp_path / "share").rglob("*")} == {0}


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotWriteError) as caught:
        Layout.of(tmp_path / "file" / "broker").create()
    assert caught.value.where == str(tmp_path / "file" / "broker")
    assert "PVSIM_BROKER_HOME" in caught.value.fix


def test_another_users_home_is_refused(tmp_path, monkeypatch):
    owner = tmp_path.stat().st_uid
    monkeypatch.setattr("os.geteuid", lambda: owner + 1)
    with pytest.raises(CannotWriteError, match=f"another user \\(uid {owner}\\)"):
        Layout.of(tmp_path).create()
