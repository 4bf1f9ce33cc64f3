"""What is written of a study: the same bytes for the same records, whatever their order."""

import asyncio
import csv
import importlib.util
from dataclasses import replace

import duckdb
import pytest
from msgspec.structs import replace as replace_struct

from pvsim.adapters.shared.file_system import FileSystem
from pvsim.adapters.study_directory import STUDY_FILE, RecordFile
from pvsim.core.study.record import CaseError, CaseRecord, decode_results
from pvsim.errors import CannotWriteError
from pvsim.wiring.study.file import configured, read_study
from pvsim.wiring.study.jobs import jobs
from pvsim.wiring.study.results import BANDS, CASES, CASES_PARQUET, PAGE, finish
from pvsim.wiring.study.work import carry_out

STUDY = """
name = "small"
repeat = 2
[base]
every = "1h"
seed = 23
[sweep]
"pv.peak_kw" = [3, 6.5]
[[compare]]
name = "=walk"
"meter.source" = "walk"
[[compare]]
name = "uniform"
"meter.source" = "uniform"
[page]
best = "energy_kwh_export"
"""
FAILED = CaseError("BadInputError", "no rows", "load.csv")


@pytest.fixture(scope="module")
def records():
    """The records of the study's cases, by id."""
    return {}


@pytest.fixture
def study(tmp_path, records):
    path = tmp_path / "small.toml"
    path.write_text(STUDY)
    found = read_study(path)
    found = replace(found, page=replace_struct(found.page, x="variant"))
    if not records:
        for work in jobs(configured(found), workers=1):
            for case, result in zip(work.cases, decode_results(carry_out(work.job)), strict=True):
                records[case.id] = CaseRecord(
                    0, case.id, "", {}, 0, 0, result.figures, result.hours, result.inputs
                )
    return found


def kept(directory, records):
    directory.mkdir()
    (directory / STUDY_FILE).write_text(STUDY)
    file = RecordFile(directory, FileSystem())
    asyncio.run(file.append(list(records)))
    file.close()
    return directory


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_tables_have_the_figures_of_the_records(tmp_path, study, records):
    directory = kept(tmp_path / "out", records.values())
    results = finish(directory, study)
    assert [path.name for path in results.paths] == [CASES, BANDS, CASES_PARQUET, PAGE]
    assert results.notes == ()
    cases = [case for case, _ in configured(study)]
    rows = rows_of(directory / CASES)
    assert len(rows) == len(cases) == 8
    for row, case in zip(rows, cases, strict=True):
        assert (row["number"], row["id"], row["seed"]) == (str(case.number), case.id, str(case.seed))
        assert row["variant"].removeprefix("'") == case.variant
        assert float(row["pv.peak_kw"]) == case.parameters["pv.peak_kw"]
        for name, value in records[case.id].figures.items():
            assert type(value)(row[name]) == value
        assert row["error"] == ""
    with duckdb.connect() as db:
        table = db.read_parquet(str(directory / CASES_PARQUET))
        assert table.columns == list(rows[0])
        found = table.fetchall()
    assert found[0][:4] == (0, cases[0].id, "=walk", 3.0)
    place = table.columns.index("energy_kwh_pv")
    assert [row[place] for row in found] == [float(row["energy_kwh_pv"]) for row in rows]
    bands = rows_of(directory / BANDS)
    assert {row["cases"] for row in bands} == {"2"}
    exports = [float(row["energy_kwh_export"]) for row in rows if row["variant"] == "uniform"][::2]
    (band,) = [r for r in bands if r["figure"] == "energy_kwh_export" and r["number"] == "2"]
    assert float(band["mean"]) == pytest.approx(sum(exports) / 2, abs=1e-6)
    assert (results.ranking.figure, results.ranking.goal, results.ranking.seeds) == ("energy_kwh_export", "min", 2)
    means = [each.value for each in results.ranking.best]
    assert means == sorted(float(r["mean"]) for r in bands if r["figure"] == "energy_kwh_export")[:5]
    assert {each.id for each in results.ranking.best} <= {row["id"] for row in rows if row["repeat"] == "0"}
    page = (directory / PAGE).read_text()
    assert results.headline.startswith("Export is lowest with ")
    assert "\u00a0" not in results.headline
    assert "Export is lowest with " in page
    assert f"pvsim run --case {cases[0].id}" in page


def test_the_order_in_which_cases_were_done_changes_nothing(tmp_path, study, records):
    first = kept(tmp_path / "first", records.values())
    other = kept(tmp_path / "other", [CaseRecord(9, "ff" * 8, "", {}, 0, 0), *reversed(records.values())])
    contents = [[path.read_bytes() for path in finish(each, study).paths] for each in (first, other, first)]
    assert contents[0] == contents[1] == contents[2]
    assert not [path for path in first.iterdir() if path.name.startswith(".")]


def test_failed_cases_have_their_error_and_open_ones_are_counted(tmp_path, study, records):
    (first, second), others = list(records)[:2], list(records.values())[2:]
    directory = kept(tmp_path / "out", [CaseRecord(0, second, "", {}, 0, 0, error=FAILED), *others])
    results = finish(directory, study, language="de")
    assert results.headline.startswith("Export is lowest")  # what is printed is in English
    rows = rows_of(directory / CASES)
    assert len(rows) == 7
    assert first not in {row["id"] for row in rows}
    (failed,) = [row for row in rows if row["error"]]
    assert (failed["id"], failed["error"], failed["energy_kwh_pv"]) == (second, "no rows (load.csv)", "")
    page = (directory / PAGE).read_text()
    assert "Fälle, die noch fehlen: 1." in page
    assert "1 von 7 Fällen" in page


def test_what_was_clipped_is_a_column_and_is_told(tmp_path, study, records):
    some = {case_id: replace_struct(each, inputs={"inputs_clipped_s": n, "inputs_gap_s": 0})
            for n, (case_id, each) in enumerate(records.items())}  # fmt: skip
    directory = kept(tmp_path / "out", some.values())
    notes = finish(directory, study).notes
    most = len(some) - 1
    above = "have a load above what its meter shows, taken as meter.max_w"
    assert notes == (f"{most} of {len(some)} cases {above}: up to {most} s (inputs_clipped_s in cases.csv)",)
    assert {row["id"]: row["inputs_clipped_s"] for row in rows_of(directory / "cases.csv")} == {
        case_id: str(n) for n, case_id in enumerate(some)
    }


@pytest.mark.usefixtures("study")
def test_what_parts_of_days_mean_is_told_once_for_all_cases(tmp_path, records):
    path = tmp_path / "parts.toml"
    path.write_text(
        'repeat = 2\n[base]\ndate = "2024-10-27"\n[sweep]\nhours = [1, "12-13", "2-3", "0:05-1"]\n', "utf-8"
    )
    parts = read_study(path)
    record = next(iter(records.values()))
    some = [replace_struct(record, id=case.id) for case, _ in configured(parts)]
    of_twice, of_quarter, *_ = finish(kept(tmp_path / "out", some), parts).notes
    assert of_twice == (
        "hours 02:00-03:00: the clock shows 02:00 twice on 2024-10-27 in Europe/Berlin;"
        " the run begins at the first"
    )
    assert of_quarter.startswith("hours 00:05-01:00: the quarter of an hour there counts in 15-min peaks")


def test_what_limits_a_comparison_is_told_beside_its_headline(tmp_path, study, records):
    wanted = replace(study, page=replace_struct(study.page, best="money_npv"))
    (note,) = finish(kept(tmp_path / "out", records.values()), wanted).notes
    assert note.startswith("The best should be the best by money_npv, which no case has; ")


def test_without_duckdb_it_is_said_what_is_missing(tmp_path, study, records, monkeypatch):
    directory = kept(tmp_path / "out", records.values())
    finish(directory, study)
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "pvsim.adapters.duckdb.connection.find_spec", lambda name: None if name == "duckdb" else find(name)
    )
    results = finish(directory, study)
    assert [path.name for path in results.paths] == [CASES, BANDS, PAGE]
    (note,) = results.notes
    assert note.startswith("no cases.parquet: Parquet files and queries need duckdb")
    assert not (directory / CASES_PARQUET).exists()  # it would be of other records


def test_one_seed_has_no_bands_and_a_study_from_python_no_file(tmp_path, study, records):
    directory = kept(tmp_path / "out", records.values())
    finish(directory, study)
    path = tmp_path / "one.toml"
    path.write_text(STUDY.replace("repeat = 2\n", "").replace("[page]", "[page]\ny = 'pv.peak_kw'"))
    (directory / STUDY_FILE).unlink()
    results = finish(directory, read_study(path))
    assert [each.name for each in results.paths] == [CASES, CASES_PARQUET, PAGE]
    assert not (directory / BANDS).exists()
    assert len(rows_of(directory / CASES)) == 4


@pytest.mark.parametrize("name", [CASES, CASES_PARQUET, PAGE])
def test_what_cannot_be_written_is_named(tmp_path, study, records, name):
    directory = kept(tmp_path / "out", records.values())
    (directory / name).mkdir()
    with pytest.raises(CannotWriteError) as caught:
        finish(directory, study)
    assert caught.value.where == str(directory / name)


def test_a_file_that_is_no_longer_wanted_and_cannot_be_removed_is_named(tmp_path, study, records):
    assert len(study.seeds) == 2
    directory = kept(tmp_path / "out", records.values())
    (directory / BANDS).mkdir()
    path = tmp_path / "one.toml"
    path.write_text(STUDY.replace("repeat = 2\n", ""))
    with pytest.raises(CannotWriteError) as caught:
        finish(directory, read_study(path))
    assert caught.value.where == str(directory / BANDS)
