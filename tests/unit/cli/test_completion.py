"""What a shell is given to complete."""

import subprocess

import pytest
from click import Context

from pvsim.adapters.site_file import EXAMPLES
from pvsim.cli.main import cli, main


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(capsys, shell):
    main(["completion", shell])
    script = capsys.readouterr().out
    assert f"_PVSIM_COMPLETE={shell}_complete" in script
    if shell == "bash":
        assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0  # noqa: S607


@pytest.mark.parametrize(
    ("line", "offered", "not_offered"),
    [
        (["br"], "broker", "bench"),
        (["broker", ""], "status", "run"),
        (["--sit"], "--site", "--seed"),
        (["--site", "home"], "home-battery", "office"),
        (["run", "--tz", "Europe/Be"], "Europe/Berlin", "Europe/Paris"),
        (["run", "--transport", ""], "amqp", "home"),
        (["run", "--meter", "ho"], "household", "office"),
        (["completion", "f"], "fish", "bash"),
        (["scenarios", "check", "winter", "clear"], "clear-june", "winter"),
        (["scenarios", "show", ""], "meter-gap", "home"),
    ],
)
def test_commands_options_and_values_are_offered(monkeypatch, capsys, line, offered, not_offered):
    monkeypatch.setenv("_PVSIM_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", " ".join(["pvsim", *line]))
    monkeypatch.setenv("COMP_CWORD", str(len(line)))
    with pytest.raises(SystemExit):
        main([])
    words = [each.partition(",")[2] for each in capsys.readouterr().out.split()]
    assert offered in words
    assert not_offered not in words


@pytest.mark.parametrize(("command", "lacking"), [("run", set()), ("listen", {"street"})])
def test_each_site_that_comes_with_pvsim_is_offered(command, lacking):
    """A service has meters, each at a place, and no street of homes that differ."""
    site = next(each for each in cli.commands[command].params if each.name == "site")
    found = site.shell_complete(Context(cli.commands[command]), "")
    assert {item.value for item in found if item.type == "plain"} == set(EXAMPLES) - lacking


def test_what_is_no_known_word_is_completed_as_a_path(monkeypatch, capsys):
    monkeypatch.setenv("_PVSIM_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "pvsim run --site my")
    monkeypatch.setenv("COMP_CWORD", "3")
    with pytest.raises(SystemExit):
        cli.main([], prog_name="pvsim")
    assert capsys.readouterr().out == "file,my\n"
