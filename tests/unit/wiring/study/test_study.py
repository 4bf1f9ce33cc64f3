"""What is kept of a job, by what the best is the best, and what a trial tells."""

from itertools import count

import pytest

from pvsim.adapters.shared.file_system import FileSystem
from pvsim.adapters.study_directory import StudyDirectory
from pvsim.app.study import Work
from pvsim.core.study.case import Case
from pvsim.core.study.ranking import Objective
from pvsim.core.study.record import CaseError, CaseRecord, CaseResult, encode_results
from pvsim.errors import PvsimError
from pvsim.wiring.study.file import study_of_data
from pvsim.wiring.study.opening import objectives_of, open_study
from pvsim.wiring.study.study import records_of
from pvsim.wiring.study.trial import Trial, try_one

CASES = (Case(3, "aa", "south", {"days": 1}, 0, 23), Case(4, "bb", "", {}, 1, 24))


def test_a_record_is_the_case_with_what_came_of_it():
    failed = CaseError("BadInputError", "no rows")
    results = encode_results(
        [CaseResult(3, "aa", {"rows": 86_400}, {"pv": [0.5]}), CaseResult(4, "bb", error=failed)]
    )
    assert records_of(Work(b"", CASES), results) == [
        CaseRecord(3, "aa", "south", {"days": 1}, 0, 23, {"rows": 86_400}, {"pv": [0.5]}),
        CaseRecord(4, "bb", "", {}, 1, 24, error=failed),
    ]


def test_cases_of_a_job_that_cannot_be_carried_out_have_its_error():
    records = records_of(Work(b"", CASES), PvsimError("3 workers died", fix="give fewer --jobs"))
    assert [record.id for record in records] == ["aa", "bb"]
    assert {(record.error.what, record.error.fix) for record in records} == {
        ("3 workers died", "give fewer --jobs")
    }


def test_the_objective_is_that_of_the_file_or_the_usual_ones():
    def of(page):
        return objectives_of(study_of_data({"page": page}))

    assert of({"best": "energy_kwh_export", "goal": "max"}) == (Objective("energy_kwh_export", "max"),)
    assert of({"best": "self_consumption"}) == (Objective("self_consumption", "max"),)
    assert [each.figure for each in of({})] == ["money_total", "self_sufficiency", "energy_kwh_import"]


@pytest.mark.parametrize(("step_s", "calls", "next_s"), [(1.0, 4, 1.0), (30.0, 2, 30.0)])
def test_a_trial_is_one_case_really_carried_out(step_s, calls, next_s):
    ticks = count()
    trial = try_one(study_of_data({"sweep": {"pv.peak_kw": [3, 4]}}), lambda: step_s * next(ticks))
    assert next(ticks) == calls
    assert (trial.case.number, trial.first_s, trial.next_s) == (0, step_s, next_s)
    assert trial.memory_mb > 30
    assert trial.record_bytes > 500


def test_what_a_trial_says_of_all():
    trial = Trial(CASES[0], first_s=2.0, next_s=0.5, memory_mb=80, more_mb=6, record_bytes=2_000)
    assert trial.total_s(cases=1, size=1) == 2.0
    assert trial.total_s(cases=101, size=1) == 52.0
    assert trial.total_s(cases=102, size=2) == 27.0
    assert trial.total_mb(cases=1, size=1) == 160
    assert trial.total_mb(cases=5, size=2) == 240 + 2 * 12  # three side by side in one of them
    assert trial.total_mb(cases=10_000, size=2) == 240 + 2 * 90
    assert trial._replace(more_mb=12).total_mb(cases=10_000, size=2) == 240 + 2 * 84
    assert trial.total_bytes(10) == 20_000


def test_a_case_that_cannot_be_tried_is_named(monkeypatch):
    result = encode_results(
        [CaseResult(0, "aa", error=CaseError("BadInputError", "no rows", "a.csv", fix="add some"))]
    )
    monkeypatch.setattr("pvsim.wiring.study.trial.carry_out", lambda _: result)
    with pytest.raises(PvsimError, match=r"case 0 \(.{16}\) fails: no rows") as caught:
        try_one(study_of_data({}))
    assert (caught.value.where, caught.value.fix) == ("a.csv", "add some")


def test_nothing_is_made_for_a_file_with_mistakes(tmp_path):
    path = tmp_path / "roof.toml"
    path.write_text("[base]\ndays = 0\n")
    with pytest.raises(PvsimError), open_study(path, tmp_path / "roof"):
        pass
    assert not (tmp_path / "roof").exists()
    path.write_text("")
    with open_study(path, tmp_path / "roof") as opened:
        assert (opened.book.cases, opened.book.open, opened.notes) == (1, 1, ())
        assert opened.first_failed() is None
        assert opened.finish().paths == ()
    manifest = StudyDirectory(tmp_path / "roof", FileSystem()).manifest()
    assert manifest.status == "open"
    assert manifest.folder == str(tmp_path)
