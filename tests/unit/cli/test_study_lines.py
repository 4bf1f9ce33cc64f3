"""What a study tells: names that are as short as they can be, honest times, and a table that replaces itself."""

import sys

import pytest

from pvsim.adapters.study_directory import StudyBest, StudyRanking
from pvsim.app.study_book import CaseBook
from pvsim.app.study_progress import StudyProgress
from pvsim.cli import study_lines
from pvsim.cli.study_lines import StudyLines, best_lines, case_text, duration, ranking_lines
from pvsim.core.study.case import Case
from pvsim.core.study.ranking import Objective
from pvsim.core.study.record import CaseError, CaseRecord


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "1 s"), (59.4, "59 s"), (90, "2 min"), (3_599, "60 min"), (7_200, "2.0 h"), (200_000, "2.3 days")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


class Clock:
    now_s = 100.0

    def monotonic(self):
        return self.now_s


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(study_lines, "time", clock)
    return clock


class NothingYet:
    def has(self, _):
        return False

    has_failed = has


def record(number, share, **parameters):
    return CaseRecord(number, f"{number:016x}", "south", parameters, 0, 23, {"self_sufficiency": share})


def progress_of(cases):
    book = CaseBook(cases, NothingYet())
    list(book.draw((record(i, 0.0), None) for i in range(cases)))
    return StudyProgress(book, objectives=[Objective("self_sufficiency", "max")], keep=2)


def keep(lines, progress, records):
    progress.book.keep(records)
    lines.kept(records)


def test_on_a_terminal_a_table_replaces_itself(monkeypatch, capsys, clock):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "70")
    lines, progress = StudyLines(quiet=False), progress_of(4)
    lines.begin(progress, 1)
    clock.now_s = 101.0
    keep(lines, progress, [record(0, 0.5, **{"site.battery.capacity_kwh": 5, "name": "a\x1b[2J" + 50 * "b"})])
    first = capsys.readouterr().err.splitlines()
    assert first[0] == "25% · 1 of 4 cases done · 3 left · time left: measuring"
    assert first[1] == "the best so far by self_sufficiency (most), all with seed 23:"
    assert first[2].startswith("  1.          0.5  south · capacity_kwh 5 · name a [2Jb")
    assert len(first[2]) == 69
    monkeypatch.setenv("COLUMNS", "100")
    clock.now_s = 112.0
    failed = CaseRecord(1, f"{1:016x}", "", {}, 0, 23, error=CaseError("BadInputError", "no rows"))
    keep(lines, progress, [failed, record(2, 0.75)])
    second = capsys.readouterr().err
    state = "75% · 2 of 4 cases done · 1 failed · 1 left · 15 a minute · about 4 s left"
    assert second.startswith(f"\x1b[3A\r\x1b[J· case 1 ({1:016x}) failed: no rows\n{state}\n")
    assert "  1.         0.75  south  (0000000000000002)" in second
    clock.now_s = 112.1
    keep(lines, progress, [])
    assert capsys.readouterr().err == ""  # too soon
    lines.say("something\nelse")
    assert capsys.readouterr().err == "\x1b[4A\r\x1b[J· something else\n"
    clock.now_s = 113.0
    lines.show("checking case 3 of 4")
    lines.clear()
    assert capsys.readouterr().err == "checking case 3 of 4\n\x1b[1A\r\x1b[J"


def test_elsewhere_a_line_comes_now_and_then(capsys, clock):
    lines, progress = StudyLines(quiet=False), progress_of(4)
    lines.begin(progress, 1)
    lines.show("checking case 3 of 4")
    keep(lines, progress, [record(0, 0.5)])
    assert capsys.readouterr().err == ""
    clock.now_s = 131.0
    keep(lines, progress, [record(1, 0.5)])
    assert capsys.readouterr().err == "· 50% · 2 of 4 cases done · 2 left · 3.87 a minute · about 31 s left\n"
    quiet = StudyLines(quiet=True)
    quiet.begin(progress, 1)
    clock.now_s = 200.0
    quiet.kept([])
    quiet.say("nothing")
    assert capsys.readouterr().err == ""


def test_the_first_failures_are_told(capsys, clock):
    lines, progress = StudyLines(quiet=False), progress_of(9)
    lines.begin(progress, 1)
    clock.now_s = 101.0
    failed = [CaseRecord(i, "ab", "", {}, 0, 23, error=CaseError("PvsimError", f"no {i}")) for i in range(9)]
    keep(lines, progress, failed)
    assert capsys.readouterr().err.splitlines() == [
        "· case 0 (ab) failed: no 0",
        "· case 1 (ab) failed: no 1",
        "· case 2 (ab) failed: no 2; further ones are only counted",
    ]


def test_the_best_and_what_a_case_is():
    progress = progress_of(3)
    for number, share in enumerate([0.25, True, 0.5]):
        progress.know(record(number, share, tilt=number, none=None, on=True))
    assert best_lines(progress.best, 1) == [
        "the best by self_sufficiency (most), all with seed 23:",
        "  1.         true  south · tilt 1 · none none · on true  (0000000000000001)",
        "  2.          0.5  south · tilt 2 · none none · on true  (0000000000000002)",
    ]
    first, *_ = best_lines(progress.best, 8, "so far")
    assert first == "the best so far by self_sufficiency (most), with seed 23 alone, the first of 8:"
    assert case_text(Case(0, "", "", {}, 0, 7), seed=False) == "seed 7"
    assert case_text(Case(0, "", "", {"a.load": "household:3200"}, 0, 7)) == "load household:3200 · seed 7"


def test_the_best_in_the_end_are_those_of_all_seeds():
    best = (StudyBest(0.5, 3, "ab" * 8, "south", {"site.battery.capacity_kwh": 5}),)
    assert ranking_lines(StudyRanking("self_sufficiency", "max", 8, best)) == [
        "the best by self_sufficiency (most), means over 8 seeds, with the case of the first:",
        "  1.          0.5  south · capacity_kwh 5  (abababababababab)",
    ]
    assert ranking_lines(StudyRanking("money_total", "min", 1, ())) == ["the best by money_total (least):"]


def test_values_of_a_case_are_written_as_in_its_study_file():
    weather = {"kind": "file", "path": "w.csv"}
    case = Case(0, "", "", {"site.weather": weather, "tilts": [10, 20.5], "none": None}, 0, 7)
    text = 'weather { kind = "file", path = "w.csv" } · tilts [10, 20.5] · none none'
    assert case_text(case, seed=False) == text
