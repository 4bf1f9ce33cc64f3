"""SQL over runs: the rows, figures and configurations of all of them, and nothing but reading."""

import csv
import json
import os
from datetime import date

import msgspec
import pytest
from tests.finished_runs import a_day, a_run, carry_out

import pvsim
from pvsim.adapters.csvfile import SAMPLES
from pvsim.adapters.duckdb import tables as duckdb_tables
from pvsim.adapters.duckdb.parquet import PARQUET
from pvsim.adapters.rundir import MANIFEST, SUMMARY
from pvsim.config.connection import ConnectionConfig, ExportStep
from pvsim.errors import BadInputError, PartialResultError, UsageError
from pvsim.wiring.parquet import export_parquet
from pvsim.wiring.query import RUNS, query

BOTH = ("csv", "parquet")


def made(out, name, *, lost=(), **options):
    """A finished run of a name of its own."""
    run = a_run(out, **options)
    try:
        carry_out(run, lost=lost)
    except PartialResultError:
        assert lost
    return run.directory.path.rename(out / name)


def asked(sql, directory):
    """The rows of an answer as dicts, and the notes."""
    with query(sql, directory) as (answer, notes):
        return [dict(zip(answer.columns, row, strict=True)) for rows in answer.portions for row in rows], notes


def rows_of(sql, directory):
    return asked(sql, directory)[0]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Runs of all forms of files, in a directory whose name is no pattern."""
    out = tmp_path_factory.mktemp("r[u]ns") / "a=b" / "it's *"
    made(out, "one", day="2024-06-21")
    made(out, "fleet", day="2024-10-27", names=("a", "b"), formats=BOTH)
    made(out, "split", day="2024-10-27", split="day")
    made(out, "partial", day="2024-06-21", external=True, missing="skip", lost=(7,))
    unfinished = a_run(out)
    unfinished.directory.path.rename(out / "unfinished")
    return out


@pytest.mark.parametrize("form", ["as they are", "parquet"])
@pytest.mark.parametrize("name", ["one", "fleet", "split", "partial"])
def test_the_rows_are_those_of_the_run(runs, name, form):
    finished = pvsim.open_run(runs / name)
    if form == "parquet":
        export_parquet(finished._run.files)
    found = rows_of(f"SELECT * FROM samples WHERE run = '{name}' ORDER BY t_utc, meter", runs)  # noqa: S608
    arrays = finished.arrays()
    assert [row["t_utc"].timestamp() for row in found] == arrays["t_utc"].astype(int).tolist()
    local = [str(time)[:19] for time in finished.to_pandas().index]
    assert [str(row["t_local"]) for row in found] == local
    assert (
        [row["meter"] for row in found] == arrays.get("meter", ["m1"] * len(found)).tolist()
        if ("meter" in arrays)
        else ["m1"] * len(found)
    )
    for column in ("meter_kw", "pv_kw", "net_kw"):
        assert [row[column] for row in found] == arrays[column].tolist()
    assert [row["grid_kw"] for row in found] == arrays["net_kw"].tolist()  # there is no battery
    assert {row["battery_kw"] for row in found} == {None}
    assert {row["status"] for row in found} == {"partial" if name == "partial" else "complete"}


def test_the_figures_are_those_of_the_summaries(runs):
    found = {row["run"]: row for row in rows_of("SELECT * FROM figures", runs)}
    assert set(found) == {"one", "fleet", "split", "partial"}
    for name, row in found.items():
        summary = msgspec.json.decode((runs / name / SUMMARY).read_bytes())
        assert row["self_sufficiency"] == summary["self_sufficiency"]
        assert row["energy_kwh_import"] == summary["energy_kwh"]["import"]
        assert row["peak_kw_import_15min"] == summary["peak_kw"]["import_15min"]
        assert row["rows"] == summary["rows"]
    meters = rows_of("SELECT meter, energy_kwh_load FROM meters ORDER BY meter", runs)
    summary = msgspec.json.decode((runs / "fleet" / SUMMARY).read_bytes())
    assert meters == [
        {"meter": name, "energy_kwh_load": each["energy_kwh"]["load"]} for name, each in summary["meters"].items()
    ]


def test_all_runs_are_in_runs_and_what_is_less_of_one_is_said(runs):
    found, notes = asked("SELECT * FROM runs ORDER BY run", runs)
    assert [(row["run"], row["status"], row["meters"], row["problem"]) for row in found] == [
        ("fleet", "complete", 2, None),
        ("one", "complete", 1, None),
        ("partial", "partial", 1, None),
        ("split", "complete", 1, None),
        ("unfinished", "running", 1, None),
    ]
    assert list(found[0]) == list(RUNS)
    assert json.loads(found[0]["config"])["every_s"] == 60
    assert (found[0]["meter_sources"], found[2]["meter_sources"], found[0]["pv"]) == (
        "uniform",
        "external",
        "curve",
    )
    assert notes == (
        "1 of 5 runs not finished, without rows and figures here: unfinished (running)",
        "1 of 5 runs partial, with rows missing in samples and figures: partial",
    )


def test_one_run_may_be_named(runs):
    assert rows_of("SELECT count(*) AS n FROM runs", runs / "one") == [{"n": 1}]
    assert rows_of("SELECT count(*) AS n FROM samples", runs / "one") == [{"n": 1_440}]


def test_many_runs_are_taken_in_groups(runs, monkeypatch):
    monkeypatch.setattr(duckdb_tables, "_FEW_RUNS", 2)
    assert rows_of("SELECT count(DISTINCT run) AS n FROM samples", runs) == [{"n": 4}]
    tables = {row["name"] for row in rows_of("SHOW TABLES", runs)}
    assert tables >= {"samples", "runs", "figures", "days", "months", "meters", "resolution"}
    assert not [name for name in tables if name.startswith("samples_")]


def test_runs_without_rows_have_the_columns(tmp_path):
    a_run(tmp_path)
    assert rows_of("SELECT * FROM samples JOIN figures USING (run)", tmp_path) == []
    columns = [row["column_name"] for row in rows_of("DESCRIBE samples", tmp_path)]
    assert columns[:5] == ["run", "status", "t_utc", "t_local", "meter"]


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda path: (path / SAMPLES).write_text("timestamp\n"), "samples.csv is not what the run has left"),
        (lambda path: (path / SAMPLES).unlink(), "samples.csv is not what the run has left"),
        (lambda path: (path / SUMMARY).unlink(), "summary.json is not what the run has left"),
        (lambda path: (path / MANIFEST).write_text("{"), "the manifest is damaged"),
        (
            lambda path: (path / MANIFEST).write_text(
                (path / MANIFEST).read_text().replace('"first_date": "2024-06-21"', '"first_date": "?"')
            ),
            "its manifest is damaged",
        ),
    ],
)
def test_a_damaged_run_is_named_and_does_not_hinder(tmp_path, damage, problem):
    made(tmp_path, "sound")
    damage(made(tmp_path, "damaged"))
    found, notes = asked("SELECT run, problem FROM runs ORDER BY run", tmp_path)
    assert [row["run"] for row in found] == ["damaged", "sound"]
    assert found[0]["problem"].startswith(problem)
    assert notes[0].startswith(
        f"1 of 2 runs cannot be read whole, without rows and figures here: damaged ({problem}"
    )
    assert rows_of("SELECT DISTINCT run FROM samples", tmp_path) == [{"run": "sound"}]


def test_a_summary_of_other_content_is_a_problem(tmp_path):
    path = made(tmp_path, "damaged") / SUMMARY
    path.write_bytes(b"x" * path.stat().st_size)
    (row,) = rows_of("SELECT problem FROM runs", tmp_path)
    assert row["problem"].startswith("the summary is damaged")


def test_a_changed_parquet_file_gives_way_to_the_csv(tmp_path):
    path = made(tmp_path, "both", formats=BOTH)
    (path / PARQUET).write_bytes(b"short")
    assert rows_of("SELECT count(*) AS n FROM samples", tmp_path) == [{"n": 1_440}]


def test_rows_that_cannot_be_read_are_bad_input(tmp_path):
    path = made(tmp_path, "damaged") / SAMPLES
    text = path.read_text()
    path.write_text(text[:-4] + "x" + text[-3:])
    with pytest.raises(BadInputError, match="rows of a run cannot be read") as caught:
        rows_of("SELECT sum(net_kw) FROM samples", tmp_path)
    assert str(path) in caught.value.what


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("", "a query is one statement"),
        ("SELECT 1; SELECT 2", "a query is one statement, and these are 2"),
        ("SELEC 1", 'syntax error at or near "SELEC"'),
        ("SELECT nothing FROM runs", 'Referenced column "nothing" not found'),
        ("SELECT * FROM run", "Table with name run does not exist"),
        ("SELECT * FROM tables", "Table with name tables does not exist"),  # a variable of the program
        ("SELECT ?", "a query has no parameters"),
        ("DROP TABLE runs", "a query only reads, and this is DROP"),
        ("COPY runs TO 'x.csv'", "a query only reads, and this is COPY"),
        ("SET memory_limit = '1MB'", "a query only reads, and this is SET"),
        ("INSTALL httpfs", "a query only reads, and this is LOAD"),
        ("SELECT * FROM read_text('/etc/hostname')", "Cannot access file"),
        ("SELECT * FROM read_csv('https://example.org/x.csv')", "disabled by configuration"),
        ("SELECT CAST('x' AS INTEGER)", "Could not convert string 'x'"),
    ],
)
def test_what_is_no_question_is_refused(runs, sql, message):
    with pytest.raises(UsageError, match=message.replace("(", r"\(")) as caught:
        rows_of(sql, runs)
    assert caught.value.where == "SQL"
    assert "pvsim query" in caught.value.fix or "values" in caught.value.fix


def test_names_that_are_not_utf8_are_said(tmp_path):
    odd = os.fsdecode(b"odd\xff")
    made(tmp_path, odd)
    made(tmp_path, "sound")
    found = rows_of("SELECT run, problem FROM runs ORDER BY run", tmp_path)
    assert [row["run"] for row in found] == ["odd\\udcff", "sound"]
    assert found[0]["problem"].startswith("the name of a directory is not UTF-8")
    assert rows_of("SELECT count(*) AS n FROM samples", tmp_path) == [{"n": 1_440}]
    with pytest.raises(UsageError, match="the name of a directory is not UTF-8"):
        rows_of("SELECT 1", tmp_path / odd)


def test_nothing_to_ask_is_said(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(BadInputError, match="there are no runs here"):
            rows_of("SELECT 1", path)


def test_csv_of_an_answer_has_its_numbers_exactly(runs):
    text = (runs / "one" / SAMPLES).read_text().splitlines()
    found = rows_of("SELECT net_kw FROM samples WHERE run = 'one' ORDER BY t_utc", runs)
    assert [row["net_kw"] for row in found] == [float(row["net_kw"]) for row in csv.DictReader(text)]


def test_the_export_limit_is_that_which_holds_on_the_last_day(tmp_path):
    steps = (ExportStep(date(2024, 6, 21), 4.8, "60 % of 8 kWp"),)
    a_day(tmp_path, connection=ConnectionConfig(steps), export_limit_kw=6.0)
    assert rows_of("SELECT export_limit_kw FROM runs", tmp_path) == [{"export_limit_kw": 4.8}]


def test_limits_of_homes_that_differ_are_no_limit_of_the_site(tmp_path):
    step = ExportStep(date(2025, 1, 1), 6.0, "of one home")
    a_day(tmp_path, connection=ConnectionConfig((), homes=((step,),)))
    assert rows_of("SELECT export_limit_kw FROM runs", tmp_path) == [{"export_limit_kw": None}]
