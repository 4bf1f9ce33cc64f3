"""The page of a run on disk: whole or not there, the same each time, and no part of what the run is proved by."""

import errno
import json
import os
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from click.testing import CliRunner
from tests.finished_runs import a_run, carry_out

from pvsim import MeterRequest, Request, configure
from pvsim.adapters.shared import file_system
from pvsim.cli.main import cli
from pvsim.config import NoPvConfig
from pvsim.config.connection import ConnectionConfig, ExportStep
from pvsim.core.results.profile import Profile
from pvsim.errors import BadInputError, CannotWriteError, PartialResultError
from pvsim.wiring.report import REPORT, export_steps, facts_of, write_report
from pvsim.wiring.runs import Run


@pytest.fixture
def run(tmp_path):
    made = a_run(tmp_path)
    carry_out(made)
    return made


def report_on(path, *options):
    return CliRunner().invoke(cli, ["report", str(path), *options], catch_exceptions=True)


def test_a_finished_run_gets_the_same_page_each_time(run):
    done = report_on(run.directory.path)
    assert done.exit_code == 0
    assert done.stdout.strip() == str(run.directory.path / REPORT)
    first = (run.directory.path / REPORT).read_bytes()
    report_on(run.directory.path)
    assert (run.directory.path / REPORT).read_bytes() == first
    assert run.files.prove().rows == 1_440
    assert REPORT not in (run.directory.load().files or {})


def test_its_figures_are_those_of_the_summary(run):
    report_on(run.directory.path, "--lang", "de")
    text = (run.directory.path / REPORT).read_text("utf-8")
    summary = json.loads((run.directory.path / "summary.json").read_text("utf-8"))
    for name in ("load", "pv", "import", "export"):
        values = re.findall(rf'value="([^"]*)" data-path="energy_kwh.{name}"', text)
        assert {float(value) for value in values} == {summary["energy_kwh"][name]}
    assert '<html lang="de">' in text


def test_another_file_can_be_named(run, tmp_path):
    assert report_on(run.directory.path, "--out", str(tmp_path / "page.html")).exit_code == 0
    assert (tmp_path / "page.html").exists()
    assert not (run.directory.path / REPORT).exists()


def test_a_directory_that_is_not_there_is_named(run, tmp_path):
    error = report_on(run.directory.path, "--out", str(tmp_path / "no" / "page.html")).exception
    assert isinstance(error, CannotWriteError)
    assert error.fix == f"mkdir -p {tmp_path / 'no'}"


def test_a_partial_run_says_what_is_missing(tmp_path):
    run = a_run(tmp_path, external=True, missing="skip")
    with pytest.raises(PartialResultError):
        carry_out(run, lost=(7,))
    assert report_on(run.directory.path).exit_code == 0
    text = (run.directory.path / REPORT).read_text("utf-8")
    assert "60 of 86,400 readings" in text
    assert "Missing: m1, 21\u00a0June\u00a02024, 00:07:00 to 21\u00a0June\u00a02024, 00:08:00." in text


@pytest.mark.parametrize(("day", "said"), [("2024-03-31", "skipped"), ("2024-10-27", "repeated")])
def test_a_file_that_reaches_over_a_clock_change_has_a_page(tmp_path, day, said):
    begin = datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    times = (begin + timedelta(hours=hour) for hour in range(-1, 27))
    rows = (f"{t.astimezone(ZoneInfo('Europe/Berlin')).isoformat()},0.5" for t in times)
    (tmp_path / "house.csv").write_text("\n".join(["time,load (kW)", *rows]))
    meter = MeterRequest(source=str(tmp_path / "house.csv"), start=day)
    run = Run.create(configure(Request(date=day, every="15min", meter=meter, run_id="r1")), tmp_path)
    carry_out(run)
    assert report_on(run.directory.path).exit_code == 0
    assert f"{said} hours (clock change)" in (run.directory.path / REPORT).read_text("utf-8")


def test_an_unfinished_run_has_no_page(tmp_path):
    run = a_run(tmp_path)
    error = report_on(run.directory.path).exception
    assert isinstance(error, BadInputError)
    assert not (run.directory.path / REPORT).exists()


def test_a_full_disk_leaves_no_half_page(run, monkeypatch):
    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    profile = Profile(run.models.plan)
    summary = run.files.prove(profile)
    monkeypatch.setattr(file_system.os, "fsync", full)
    with pytest.raises(CannotWriteError, match="cannot write: No space left on device") as caught:
        write_report(run, profile, "en", summary=summary)
    assert caught.value.exit_code == 73
    assert not [path for path in run.directory.path.iterdir() if REPORT in path.name]


def test_the_command_that_made_a_run_is_on_its_page(run):
    made = Run.create(run.models.config, run.directory.path.parent / "again", command="pvsim run --seed 7 <b>")
    carry_out(made)
    report_on(made.directory.path)
    text = (made.directory.path / REPORT).read_text("utf-8")
    assert "<code>pvsim run --seed 7 &lt;b&gt;</code>" in text


def test_whether_there_is_pv_is_a_fact_of_the_page(run):
    without = msgspec.structs.replace(run.models.config, pv=NoPvConfig())
    assert [facts_of(run.directory.load(), config).pv for config in (run.models.config, without)] == [True, False]


def test_of_homes_that_differ_the_highest_limit_is_told_as_that():
    config = configure(Request(site="home"))
    assert export_steps(config) == ()
    low, high = (ExportStep(date(2025, 1, 1), kw, "60 %") for kw in (3.0, 6.0))
    none = ExportStep(date(2025, 1, 1), None)
    assert export_steps(msgspec.structs.replace(config, connection=ConnectionConfig((low,)))) == (low,)
    (step,) = export_steps(
        msgspec.structs.replace(config, connection=ConnectionConfig((), homes=((low,), (high,), (none,))))
    )
    assert (step.limit_kw, step.reason) == (6.0, "the highest of homes that differ, 60 %")
    assert (
        export_steps(
            msgspec.structs.replace(config, connection=ConnectionConfig((), homes=((low, none), (none,))))
        )
        == ()
    )
