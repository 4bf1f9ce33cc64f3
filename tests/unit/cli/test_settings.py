"""Settings files that cannot be looked at."""

from pathlib import Path

import pytest

from pvsim.cli import main


def refuse(path, **_more):
    raise PermissionError(13, "Permission denied", str(path))


def test_another_users_settings_are_none(monkeypatch, capsys):
    """HOME is another user's under `sudo -u`; root, who runs these tests, may enter every directory."""
    is_file = Path.is_file
    monkeypatch.setattr(
        Path, "is_file", lambda path: refuse(path) if path.name == "config.toml" else is_file(path)
    )
    main(["schema", "end"])
    assert '"crc32"' in capsys.readouterr().out


def test_a_file_that_may_not_be_read_is_said_without_numbers(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("pvsim.toml").touch()
    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(SystemExit) as ended:
        main(["schema", "end"])
    assert ended.value.code == 2
    assert "error: the settings cannot be read: Permission denied\n   at: pvsim.toml" in capsys.readouterr().err
