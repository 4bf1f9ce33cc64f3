"""Mistyped commands and options lead to the nearest thing, or to nothing."""

from pathlib import Path

import pytest

from pvsim.adapters.site_file import EXAMPLES
from pvsim.cli import guess
from pvsim.cli.main import cli, main


@pytest.fixture
def said(capsys, monkeypatch, tmp_path):
    """The `error` and the `fix` of a command line; a run directory is at runs/latest."""
    monkeypatch.chdir(tmp_path)
    run = Path("runs/latest")
    run.mkdir(parents=True)
    (run / "manifest.json").touch()
    monkeypatch.setenv("PVSIM_BROKER_URL", "amqp://127.0.0.1:9/?stream_port=9")

    def of(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        assert ended.value.code == 2
        fields = dict(line.strip().split(": ", 1) for line in capsys.readouterr().err.splitlines())
        return fields["error"], fields.get("fix", "")

    return of


@pytest.mark.parametrize(
    ("line", "error", "fix"),
    [
        ("start", "pvsim has no command 'start'", "did you mean pvsim run?"),
        ("simulation", "pvsim has no command 'simulation'", "did you mean pvsim run?"),
        ("simulat", "pvsim has no command 'simulat'", "did you mean pvsim simulate?"),
        ("rum", "pvsim has no command 'rum'", "did you mean pvsim run?"),
        ("status", "pvsim has no command 'status'", "did you mean pvsim broker status?"),
        ("help", "pvsim has no command 'help'", "did you mean pvsim --help?"),
        ("frobnicate", "pvsim has no command 'frobnicate'", "see: pvsim --help"),
        ("broker start", "pvsim broker has no command 'start'", "did you mean pvsim broker up?"),
        ("broker stop", "pvsim broker has no command 'stop'", "did you mean pvsim broker down?"),
        ("broker satus", "pvsim broker has no command 'satus'", "did you mean pvsim broker status?"),
        ("broker --up", "pvsim broker has no option --up", "see: pvsim broker --help"),
        ("runs/latest", "pvsim has no command 'runs/latest'", "did you mean pvsim run --resume runs/latest"),
        ("house.csv", "pvsim has no command 'house.csv'", "did you mean pvsim run --meter house.csv"),
        ("run runs/latest", "pvsim run takes no argument 'runs/latest'", "pvsim run --resume runs/latest, or"),
        ("simulate runs/latest", "pvsim simulate takes no argument", "type --dir runs/latest"),
        ("run home", "pvsim run takes no argument 'home'", "type --site home"),
        ("run place.toml", "pvsim run takes no argument 'place.toml'", "type --site place.toml"),
        (
            "run --resume runs/latest --days 2",
            "--days cannot be changed: a resumed run keeps",
            "leave the option out",
        ),
        (
            "simulate --dir runs/latest --seed 2",
            "--seed cannot be changed: the run in --dir",
            "leave the option out",
        ),
        (
            "run battery",
            "pvsim run takes no argument 'battery'",
            "battery is described in a site file: --site FILE",
        ),
        ("--versoin", "pvsim run has no option --versoin", "did you mean pvsim --version?"),
        ("run walk", "pvsim run takes no argument 'walk'", "type --meter walk"),
        ("run 21.06.2024", "pvsim run takes no argument '21.06.2024'", "type --date 21.06.2024"),
        ("run 7", "pvsim run takes no argument '7'", "type --days 7"),
        ("run Europe/Rome", "pvsim run takes no argument 'Europe/Rome'", "type --tz Europe/Rome"),
        ("meter house.csv", "pvsim meter takes no argument 'house.csv'", "type --meter house.csv"),
        ("--quiet verify runs/latest", "takes no argument 'verify'", "write the command first: pvsim verify"),
        ("--daate 2024-06-21", "pvsim run has no option --daate", "did you mean --date?"),
        ("-date 2024-06-21", "pvsim run has no option -date", "did you mean --date?"),
        ("--Date=2024-06-21", "pvsim run has no option --Date", "did you mean --date?"),
        ("--pv_peak_kw 10", "pvsim run has no option --pv_peak_kw", "did you mean --pv-peak-kw?"),
        ("--timezone UTC", "pvsim run has no option --timezone", "did you mean --tz?"),
        ("--battery 5", "pvsim run has no option --battery", "battery is described in a site file: --site FILE"),
        ("--hlep", "pvsim run has no option --hlep", "did you mean --help?"),
        ("-V", "pvsim run has no option -V", "did you mean pvsim --version?"),
        ("--frobnicate", "pvsim run has no option --frobnicate", "see: pvsim run --help"),
        ("verify --resume runs/latest", "pvsim verify has no option --resume", "--resume belongs to pvsim run"),
        ("verify", "pvsim verify needs DIR", "for example pvsim verify runs/latest"),
        ("fit a.csv --latitude 1", "pvsim fit needs --longitude", "for example pvsim fit day.csv --latitude"),
        ("fit a.csv --latitude 91 --longitude 0", "--latitude is -90 to 90, not '91'", "for example 48.14"),
        (
            "fit a.csv --latitude 48,14N --longitude x",
            "--longitude is a number of degrees, negative",
            "for example 11.58",
        ),
        (
            "fit a.csv --latitude -3S --longitude 2",
            "--latitude: '-3S' has a sign and a direction",
            "leave one of them out",
        ),
        ("simulate --meter-timeout 0s", "--meter-timeout is above 0 s, not '0s'", "for example 90s"),
        ("--resume", "--resume needs a value", "for example --resume runs/latest"),
        ("--resume --json", "--resume needs a value", "for example --resume runs/latest"),
        ("--split --quiet", "--split needs a value", "for example --split none"),
        ("--meter-column --quiet", "--meter-column needs a value", ""),
        ("--quiet=yes", "--quiet takes no value", "leave the value out"),
        ("--transport stream", "--transport is auto, streams or amqp, not 'stream'", "did you mean streams?"),
        ("--patience -5", "--patience is at least 0 s, not '-5'", "for example 90s"),
        ("listen --lateness 2h", "--lateness is 0 to 3600 s, not '2h'", "for example 90s"),
        ("—date 2024-06-21", "'—date' has a dash that is no hyphen", "type --date"),
        ("--date “2024-06-21”", "'“2024-06-21”' has typographic quotation marks", 'type "2024-06-21"'),
        ("--date=“2024-06-21”", "has typographic quotation marks", 'type --date="2024-06-21"'),
        ("--date\u00a02024-06-21", "has a no-break space", "type --date 2024-06-21"),
    ],
)
def test_what_was_meant(said, line, error, fix):
    found = said(*line.split(" "))
    assert error in found[0]
    assert fix in found[1]


@pytest.mark.parametrize("site", EXAMPLES)
def test_each_site_that_comes_with_pvsim_is_known_without_its_option(said, site):
    error, fix = said("run", site)
    assert error == f"pvsim run takes no argument {site!r}"
    assert fix == f"type --site {site}"


def test_a_value_in_letters_of_other_alphabets_is_no_mistake(said):
    assert said("--tz", "Ελλάδα")[0] == "--tz is a time zone, not 'Ελλάδα'"


def test_what_the_tables_lead_to_exists():
    """Each command and option of the tables."""
    for line in guess._COMMANDS:
        words = [word for word in line.split()[1:] if word.isalpha()]
        command = cli
        for word in words:
            command = command.commands[word]
    assert set(guess._BELOW["broker"]) <= set(cli.commands["broker"].commands)
    options = {name for parameter in cli.commands["run"].params for name in parameter.opts}
    of_roles = {name for command in ("meter", "simulate") for p in cli.commands[command].params for name in p.opts}
    assert set(guess._OPTIONS) <= options
    assert set(guess._EXAMPLES) <= options | of_roles
