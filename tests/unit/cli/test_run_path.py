"""A run is named by its directory or a file in it; where there is none, the fix is a command that works."""

import shlex
from pathlib import Path

import pytest

from pvsim.cli.main import main
from pvsim.cli.run_path import RunPath
from pvsim.errors import BadInputError


@pytest.fixture
def run(tmp_path, monkeypatch):
    """An (empty) run in runs/20240621-a, and the link to it."""
    monkeypatch.chdir(tmp_path)
    directory = Path("runs/20240621-a")
    (directory / "samples").mkdir(parents=True)
    for name in ("manifest.json", "samples.csv", "samples/2024-06-21.csv"):
        (directory / name).touch()
    Path("runs/latest").symlink_to("20240621-a")
    return directory


def convert(text):
    return RunPath().convert(text, None, None)


@pytest.mark.parametrize("name", ["", "manifest.json", "samples.csv", "samples", "samples/2024-06-21.csv"])
def test_what_is_in_a_run_names_the_run(run, name):
    assert convert(str(run / name)) == run
    assert convert(f"runs/latest/{name}") == Path("runs/latest")


def test_a_run_is_named_from_within(run, monkeypatch):
    monkeypatch.chdir(run)
    assert convert("manifest.json") == convert(".") == Path()


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("runs", "runs/latest"),
        ("runs/latest/summary.json", "runs/latest"),
        ("20240621-a", "runs/20240621-a"),
        ("runs/20240622-b", "runs/latest"),
        ("nowhere", "runs/latest"),
        ("house.csv", "runs/latest"),
    ],
)
@pytest.mark.parametrize("command", ["verify", "run --resume", "simulate --dir", "meter --dir"])
@pytest.mark.usefixtures("run")
def test_the_fix_is_a_command_that_names_a_run(capsys, command, name, instead):
    Path("house.csv").touch()
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), name])
    said = capsys.readouterr().err
    assert ended.value.code == 65
    assert f"error: there is no run here\n   at: {name}\n" in said
    assert f"fix: name a run: pvsim {command} {instead}\n" in said


def test_the_newest_run_is_named_where_there_is_no_link(run):
    Path("runs/latest").unlink()
    (newest := run.with_name("20240622-b x")).mkdir()
    (newest / "manifest.json").touch()
    with pytest.raises(BadInputError) as caught:
        convert("runs")
    assert caught.value.fix.endswith(shlex.quote(str(newest)))


def test_where_there_is_no_run_at_all_one_is_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInputError) as caught:
        convert("runs/latest")
    assert caught.value.fix == "name the directory of a run; pvsim run makes one in runs/"


def test_what_cannot_be_looked_at_is_left_to_who_opens_it():
    assert convert("n" * 300) == Path("n" * 300)


@pytest.fixture
def service(tmp_path, monkeypatch):
    """A service with a day of its meter that goes on, and one that is over."""
    monkeypatch.chdir(tmp_path)
    today, over = Path("listen/home/m1/2024-06-22"), Path("listen/home/m1/2024-06-21")
    for path in (today / "samples.csv.part", over / "manifest.json", Path("listen/home/service.json")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return today


@pytest.mark.parametrize("name", ["", "samples.csv.part"])
def test_a_day_of_a_service_that_goes_on_is_told_from_no_run(service, name):
    with pytest.raises(BadInputError, match="this day of a service is not over") as refused:
        convert(str(service / name))
    over, rows = service.with_name("2024-06-21"), service / "samples.csv.part"
    assert refused.value.fix == f"name one that is over: pvsim {over}; its rows so far are in {rows}"
    (over / "manifest.json").unlink()
    with pytest.raises(BadInputError) as refused:
        convert(str(service / name))
    assert refused.value.fix == f"its rows so far are in {rows}"


@pytest.mark.parametrize("name", ["listen/home", "listen/home/m1"])
def test_a_service_and_its_meter_lead_to_a_day_that_is_over(service, name):
    with pytest.raises(BadInputError, match="there is no run here") as refused:
        convert(name)
    assert refused.value.fix == f"name a run: pvsim {service.with_name('2024-06-21')}"


def test_what_lies_about_is_no_day_of_a_service(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("samples.csv.part").touch()
    with pytest.raises(BadInputError, match="there is no run here"):
        convert("samples.csv.part")
