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
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SystemExit) as ended:
        main(["schema", "end"])
    assert ended.value.code == 2
    assert (
        "error: the settings file cannot be read: Permission denied\n   at: pvsim.toml" in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("line", "what", "fix"),
    [
        ("hold = true", "true is of the wrong type", 'write hold = "90s"'),
        ("keep = false", "false is of the wrong type", "write keep = 7"),
        ("silence = [1]", "a list instead of a single value", 'write silence = "90s"'),
        ("meter-kind = true", "true is of the wrong type", 'write meter-kind = "load" or "grid"'),
        ("name = true", "true is of the wrong type", "write name = ..., a NAME; see its line in --help"),
        ("quiet = 1", "1 is of the wrong type", "write quiet = true or false"),
        ("hold = 'long'", "--hold is a duration", "for example"),
        ("[listen]\nhold = '5s'", "there is no such setting", "leave out the line [listen]"),
        (
            "no_publish = true\npublish_every = '10s'",
            "--no-publish and --publish-every contradict each other",
            "leave one of the two out",
        ),
        (
            "max_meters = 1\n[[meters]]\nname = 'a'\n[[meters]]\nname = 'b'",
            "--max-meters is 1, but 2 meters are described",
            "--max-meters 2, or more",
        ),
    ],
)
def test_a_value_of_the_wrong_type_is_told_with_one_that_is_right(tmp_path, capsys, line, what, fix):
    path = tmp_path / "listen.toml"
    path.write_text(line)
    with pytest.raises(SystemExit) as ended:
        main(["listen", str(path)])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert what in said
    assert fix in said
    assert str(path) in said
