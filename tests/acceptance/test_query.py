"""`pvsim query` and `pvsim export` as typed; the same figure wherever it is shown (I9)."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from tests.finished_runs import a_run, carry_out

import pvsim

COUNT = "SELECT count(*) AS n, min(t_utc) AS first FROM samples"


@pytest.fixture
def run(here):
    """A finished run in runs/."""
    run = a_run(here / "runs")
    carry_out(run)
    return run.directory.path


def test_an_answer_is_a_table_json_or_csv(inside, run):
    assert run.exists()
    lines = inside("query", COUNT).out.splitlines()
    assert [line.split() for line in lines] == [
        ["n", "first"],
        ["----", "-" * 25],
        ["1440", "2024-06-20T22:00:00+00:00"],
    ]
    assert json.loads(inside("query", COUNT, "--json").out) == [{"n": 1440, "first": "2024-06-20T22:00:00+00:00"}]
    assert inside("query", COUNT, "--csv").out == "n,first\n1440,2024-06-20T22:00:00+00:00\n"


def test_values_that_are_no_numbers_or_texts_are_printed(inside, run):
    values = ["NULL AS a", "1/0.0 AS b", "[1.5, NULL] AS c", "{'k': TIME '12:00'} AS d", "1.5::DECIMAL(4,2) AS e"]
    sql = f"SELECT {', '.join(values)}, true AS f"
    (row,) = json.loads(inside("query", sql, str(run), "--json").out)
    assert row == {"a": None, "b": None, "c": [1.5, None], "d": {"k": "12:00:00"}, "e": 1.5, "f": True}
    assert inside("query", f"{sql}, 'x\ny' AS g", str(run)).out.splitlines()[-1].endswith("True  x y")
    assert inside("query", f"{sql} WHERE false", str(run), "--json").out == "[]\n"


def test_a_table_does_nothing_to_the_terminal(inside, run):
    text = "red \x1b[31m\x9b2J\u202e bell \a back \r\x7f"
    done = inside("query", f"SELECT '{text}' AS \"h\x1b[31m\"", str(run))
    head, _, row = done.out.splitlines()
    assert (head, row) == ("h [31m", "red  [31m 2J  bell   back")
    done = inside("query", f"SELECT '{text}' AS h", str(run), "--json")
    assert json.loads(done.out) == [{"h": text}]  # as it is


@pytest.mark.parametrize("sql", ["SELECT * FROM runs", "SELECT * FROM samples LIMIT 2"])
def test_a_table_fits_the_terminal_that_it_goes_to(inside, run, sql):
    assert len(inside("query", sql).out.splitlines()[0]) > 90
    master, terminal = os.openpty()
    termios.tcsetwinsize(terminal, (24, 90))
    command = [sys.executable, "-m", "pvsim", "query", sql]
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run(command, stdout=terminal, stderr=subprocess.PIPE, env=environment, check=True)
    os.close(terminal)
    lines = os.read(master, 65_536).decode().splitlines()
    os.close(master)
    if "runs" in sql:  # one row: names and values
        assert lines[0] == f"run              {run.name}"
        assert f"path             {run}" in lines
        assert done.stderr == b""
    else:
        assert lines[0].split() == ["run", "status", "t_utc", "t_local", "meter"]
        assert max(map(len, lines)) <= 90
        assert b"no room for 7 of 12 columns: meter_kw, pv_kw, " in done.stderr


def test_a_long_table_is_cut_and_says_so(inside, run):
    done = inside("query", "SELECT t_local, pv_kw FROM samples ORDER BY t_utc", str(run))
    assert len(done.out.splitlines()) == 1_002
    assert done.err == "· 440 more rows; --csv and --json print all\n"
    assert len(inside("query", "SELECT t_local FROM samples", str(run), "--csv").out.splitlines()) == 1_441


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["SELEC 1"], (2, 'Parser Error: syntax error at or near "SELEC"', "pvsim query 'SHOW TABLES'")),
        (["SELECT 1", "nowhere"], (65, "there are no runs here", "name a directory of runs")),
        (["DELETE FROM runs"], (2, "a query only reads, and this is DELETE", "for example pvsim query")),
        (["SELECT 1", "--json", "--csv"], (2, "--json and --csv are two forms of one answer", "leave one")),
        ([], (2, "pvsim query needs SQL", "for example pvsim query 'SELECT")),
    ],
)
def test_what_is_no_question_ends_with_its_exit_code(inside, run, arguments, expected):
    assert run.exists()
    code, what, fix = expected
    done = inside("query", *arguments)
    assert (done.code, done.out) == (code, "")
    assert done.field("error").startswith(what)
    assert done.field("fix").startswith(fix)


def test_the_place_of_a_mistake_is_shown(inside, run):
    assert run.exists()
    lines = inside("query", "SELECT run FROM runs WHERE\nseed = , 1").err.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("LINE 2:"))
    assert lines[at + 1].strip() == "^"


def test_a_finished_run_is_exported(inside, run):
    done = inside("export", str(run))
    path = run / "samples.parquet"
    assert done.out == f"{path} (parquet, {path.stat().st_size:,} bytes)\n"
    assert inside("verify", str(run)).code == 0
    assert inside("query", COUNT, "--csv").out.splitlines()[1].startswith("1440,")


def test_what_is_no_finished_run_is_not_exported(inside, here):
    path = a_run(here / "runs").directory.path
    done = inside("export", str(path))
    assert (done.code, done.field("fix")) == (65, f"pvsim run --resume {path}")
    assert inside("export", "nowhere").code == 65
    assert inside("run", "--format", "parquet").field("fix") == "use csv, or csv,parquet"


@pytest.mark.parametrize("names", [("m1",), ("a", "b")])
def test_a_figure_is_the_same_wherever_it_is_shown(inside, here, names):
    run = a_run(here / "runs", day="2024-10-27", names=names)
    carry_out(run)
    path = run.directory.path
    written = json.loads((path / "summary.json").read_text())
    assert json.loads(inside("verify", str(path), "--json").out) == written
    (row,) = json.loads(inside("query", "SELECT * FROM figures", "--json").out)
    (text,) = csv.DictReader(io.StringIO(inside("query", "SELECT * FROM figures", "--csv").out))
    summary = pvsim.open_run(path).summary
    simulated = pvsim.simulate(pvsim.open_run(path).config).summary
    assert simulated == summary
    printed = inside("verify", str(path)).out
    for name, label in (("load", "load"), ("pv", "PV"), ("import", "import"), ("export", "export")):
        kwh = written["energy_kwh"][name]
        assert getattr(summary.energy_kwh, name if name != "import" else "import_") == kwh
        assert row[f"energy_kwh_{name}"] == float(text[f"energy_kwh_{name}"]) == kwh
        assert re.search(rf"^{label} +{kwh:,.3f} kWh", printed, re.MULTILINE)
    for name in ("self_consumption", "self_sufficiency"):
        share = written[name]
        assert getattr(summary, name) == row[name] == share
        assert f"{name.replace('_', '-')} {share:.1%}" in printed
    peaks = written["peak_of_all_kw"] or written["peak_kw"]
    column = "peak_of_all_kw" if len(names) > 1 else "peak_kw"
    assert row[f"{column}_import_15min"] == peaks["import_15min"]
    assert f"{peaks['import']:,.4f} kW" in printed
    assert f"{peaks['import_15min']:,.4f} kW" in printed


def test_the_directory_of_runs_may_be_anywhere(inside, run, tmp_path):
    run.parent.rename(tmp_path / "elsewhere")
    assert inside("query", COUNT).code == 65
    assert inside("query", COUNT, str(Path("..") / "elsewhere"), "--csv").out.splitlines()[1].startswith("1440,")
