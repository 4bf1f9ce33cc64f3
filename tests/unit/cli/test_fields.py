"""From options to a request, and from the fields of an error to the options."""

import dataclasses
import pathlib
import shlex

import click
import pytest

from pvsim.cli.fields import FieldOption, command_of, name_options, option_names, request_of
from pvsim.cli.main import cli, main
from pvsim.cli.other_options import OtherOptions
from pvsim.config import MeterRequest, PvRequest, Request
from pvsim.errors import ConfigurationError, UsageError


def context(line):
    command, *arguments = shlex.split(line)
    above = click.Context(cli, info_name="pvsim")
    return cli.commands[command].make_context(command, arguments, parent=above)


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("run", Request()),
        ("simulate --run-id a --missing hold", Request(run_id="a", meter=MeterRequest(missing="hold"))),
        ("meter --seed 3", Request(seed=3, pv=PvRequest(source="none"))),
        (
            "run --date 21.06.2024 --days 2d --tz UTC --site home --meters 3 --annual-kwh 4MWh --spread-km 500m",
            Request(date="21.06.2024", days=2, tz="UTC", site="home", meters=3, annual_kwh=4000.0, spread_km=0.5),
        ),
        (
            "run --meter a=walk --meter b.csv --meter-unit kW --meter-max-w 20kW --meter-start 2023-01-01",
            Request(meter=MeterRequest(source=("a=walk", "b.csv"), unit="kW", max_w=20_000, start="2023-01-01")),
        ),
        (
            "run --pv p.csv --pv-kind counter --pv-scale 2 --pv-peak-kw 8kWp --every 1h --split day",
            Request(pv=PvRequest(source="p.csv", kind="counter", scale=2.0, peak_kw=8.0), every="1h", split="day"),
        ),
        ("simulate --meter external --meter-timeout 5min",
         Request(meter=MeterRequest(source=("external",), timeout_s=300.0))),
    ],
)  # fmt: skip
def test_options_are_a_request(line, request_):
    assert request_of(context(line)) == request_


def test_a_name_may_be_given_where_no_option_says_one():
    assert request_of(context("run"), run_id="1a2b").run_id == "1a2b"


def test_fields_in_an_error_become_options():
    error = UsageError("`pv.peak_kw` and `no.field` differ", field="pv.peak_kw", fix="leave `pv.source` FILE out")
    name_options(error, option_names(context("run")))
    assert (error.what, error.where, error.fix) == (
        "--pv-peak-kw and `no.field` differ",
        "--pv-peak-kw",
        "leave --pv FILE out",
    )
    file = UsageError("`tz` differs", where="site.toml", field="site")
    name_options(file, option_names(context("meter")))
    assert (file.what, file.where) == ("--tz differs", "site.toml")


def test_each_of_several_errors_is_put_in_options():
    error = ConfigurationError("2", problems=[UsageError("`days`", field="days"), UsageError("x", field="own")])
    name_options(error, option_names(context("run")))
    assert [(each.what, each.where) for each in error.problems] == [("--days", "--days"), ("x", "own")]


def test_fit_calls_the_settings_of_its_file_by_its_own_options():
    names = option_names(click.Context(cli.commands["fit"], parent=click.Context(cli)))
    assert [names[field] for field in ("pv.column", "pv.start", "meter.column", "--latitude")] == [
        "--column",
        "--date",
        "--meter-column",
        "--latitude",
    ]


def test_all_mistakes_are_printed_with_where_they_are_and_what_to_type(capsys, monkeypatch):
    monkeypatch.setenv("PVSIM_DAYS", "0")
    with pytest.raises(SystemExit) as ended:
        main(["run", "--pv-peak-kw", "-3", "--tz", "Europe/Berln"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines() == [
        "error: 3 settings are wrong:",
        "  --days is 1 to 36,600, not 0",
        "     at: --days, from the variable PVSIM_DAYS",
        "    fix: give a number of whole days, for example 7",
        "  --tz is a time zone, not 'Europe/Berln'",
        "     at: --tz",
        "    fix: did you mean Europe/Berlin?",
        "  --pv-peak-kw is 0 to 9999 kW, not -3 kW",
        "     at: --pv-peak-kw",
        "    fix: give the plant's peak in kW, for example 3.257",
    ]


@pytest.mark.parametrize("command", ["run", "meter", "simulate"])
def test_each_option_is_a_field_or_one_of_the_others_with_the_same_default(command):
    others = {
        option.name: option for option in cli.commands[command].params if not isinstance(option, FieldOption)
    }
    assert set(others) <= {field.name for field in dataclasses.fields(OtherOptions)}
    assert OtherOptions.of(context(command)) == OtherOptions()


def test_the_other_options_are_taken_as_they_are_given():
    options = OtherOptions.of(context("run --transport amqp --patience 5s --keep-stream --json --out there"))
    assert options == OtherOptions(
        transport="amqp", patience_s=5.0, keep_stream=True, as_json=True, out=pathlib.Path("there")
    )


@pytest.mark.parametrize(
    "line",
    [
        "run",
        "run --date 21.06.2024 --days 2d --tz UTC --site home --meters 3 --annual-kwh 4MWh --spread-km 500m",
        "run --meters 3 --annual-kwh '3.2MWh;4100;2,5MWh' --meter household",
        "run --meters 3 --annual-kwh 4000~20% --meter household",
        "run --meters 3 --annual-kwh 2..6MWh --meter household",
        "run --meter a=walk --meter b.csv --meter-unit kW --meter-max-w 20kW --meter-start 2023-01-01",
        "run --pv p.csv --pv-kind counter --pv-scale 2 --pv-peak-kw 8kWp --every 1h --split day",
    ],
)
def test_the_command_of_a_run_asks_for_the_same_run(line):
    again = command_of(context(f"{line} --batch 1 --quiet --patience 5"))
    assert again.startswith("pvsim run")
    assert "--batch" not in again
    assert "--patience" not in again
    assert request_of(context(again.removeprefix("pvsim "))) == request_of(context(line))


def test_a_name_with_a_space_is_quoted():
    above = click.Context(cli, info_name="pvsim")
    run = cli.commands["run"].make_context("run", ["--meter", "my house.csv"], parent=above)
    assert command_of(run) == "pvsim run --meter 'my house.csv'"
