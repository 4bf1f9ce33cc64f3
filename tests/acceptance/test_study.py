"""A study as it is typed: killed, stopped, failed, full, twice at once; what comes of it is always the same."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pvsim.adapters.pool import LocalPool
from pvsim.adapters.shared.file_system import FileSystem
from pvsim.adapters.study_directory import StudyDirectory, StudyManifest
from pvsim.wiring.study.opening import open_study
from pvsim.wiring.study.study import WORK

DATES = ["2024-06-21", "2024-06-22", "2024-06-23", "2024-06-24", "2024-12-20", "2024-12-21"]
STUDY = f"""\
name = "days"
[base]
seed = 3
[sweep]
date = {json.dumps(DATES)}
"""
RECORDS = "records.jsonl"
ITS_OWN = {"study.json", RECORDS, "lock"}
"""Files that tell how a study went, not what it comes to."""


@pytest.fixture
def days(here) -> Path:
    """A study file of six cases, each a job of its own."""
    path = here / "days.toml"
    path.write_text(STUDY)
    return path


def begun(days: Path, *arguments: str, before: str = "") -> subprocess.Popen:
    code = f"import runpy, sys; {before or 'pass'}; runpy.run_module('pvsim', run_name='__main__')"
    command = [sys.executable, "-c", code, "study", days.name, *arguments]
    return subprocess.Popen(command, cwd=days.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines() if path.exists() else []


def signalled(number: int) -> str:
    """Code that notes the workers and sends the process a signal, once, when its first record is safe."""
    children = "Path(f'/proc/{os.getpid()}/task/{os.getpid()}/children').read_text()"
    return (
        "import os; from pathlib import Path; from pvsim.adapters.study_directory.records import RecordFile as R;"
        "write = R._write; R._write = lambda self, lines: (write(self, lines),"
        f"Path('workers').exists() or (Path('workers').write_text({children}), os.kill(os.getpid(), {number})))"
    )


def workers_of(process: subprocess.Popen) -> list[int]:
    return list(map(int, Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()))


def result_of(directory: Path) -> dict[str, object]:
    """All that a study comes to: its records in order, and its other files as they are."""
    records = sorted(map(json.loads, lines_of(directory / RECORDS)), key=lambda record: record["number"])
    files = {path.name: path.read_bytes() for path in directory.iterdir() if path.name not in ITS_OWN}
    counts = json.loads((directory / "study.json").read_bytes())["counts"]
    return {"records": records, "files": files, "counts": counts}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> dict[str, object]:
    """What the study comes to, carried out by one process without an end in between."""
    directory = tmp_path_factory.mktemp("undisturbed")
    path = directory / "days.toml"
    path.write_text(STUDY)
    process = begun(path, "--jobs", "1")
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert out.startswith("days: 6 of 6 cases done · 6 carried out now")
    found = result_of(directory / "studies/days")
    assert [record["parameters"]["date"] for record in found["records"]] == DATES
    return found


def test_killed_in_the_middle_it_goes_on_to_the_same_result(days, inside, undisturbed):
    process = begun(days, "--jobs", "1", before=signalled(signal.SIGKILL))
    directory = days.parent / "studies/days"
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert json.loads((directory / "study.json").read_bytes())["status"] == "open"
    with (directory / RECORDS).open("ab") as file:
        file.write(b'{"number":5,"id"')  # what a kill in the middle of a line leaves
    done = inside("study", "days.toml", "--jobs", "2")
    assert done.code == 0
    assert "of 6 cases are there already" in done.err
    assert "an unfinished last record (16 bytes) was cut off" in done.err
    assert result_of(directory) == undisturbed
    before = {path.name: path.stat().st_mtime_ns for path in directory.iterdir() if path.name != "lock"}
    again = inside("study", "days.toml")
    assert again.out.startswith("days: 6 of 6 cases done · all of them before")
    assert "Cases differ in date: " in again.err  # as when it was written
    assert {path.name: path.stat().st_mtime_ns for path in directory.iterdir() if path.name != "lock"} == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_it_says_how_to_go_on(days, inside, undisturbed, number):
    process = begun(days, "--jobs", "1", before=signalled(number))
    _, err = process.communicate()
    assert process.returncode == 130
    assert "fix: to go on: pvsim study days.toml\n" in err
    workers = (days.parent / "workers").read_text().split()
    assert workers
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
    directory = days.parent / "studies/days"
    assert len(lines_of(directory / RECORDS)) < len(DATES)
    assert inside("study", "days.toml").code == 0
    assert result_of(directory) == undisturbed


def test_a_killed_worker_is_replaced(days, undisturbed):
    process = begun(days, "--jobs", "2")
    directory = days.parent / "studies/days"
    while not (workers := workers_of(process)):
        assert process.poll() is None
    os.kill(workers[0], signal.SIGKILL)
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert out.startswith("days: 6 of 6 cases done")
    assert result_of(directory) == undisturbed


def test_a_full_disk_ends_it_and_room_lets_it_go_on(days, inside, undisturbed):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, resource.RLIM_INFINITY))"
    process = begun(days, "--jobs", "1", before=limit)
    _, err = process.communicate()
    assert process.returncode == 73
    assert "error: cannot write: File too large" in err
    assert "then go on: pvsim study days.toml" in err
    directory = days.parent / "studies/days"
    assert 0 < len(lines_of(directory / RECORDS)) < 6
    assert inside("study", "days.toml").code == 0
    assert result_of(directory) == undisturbed


def test_two_at_once_are_refused(days, inside):
    with StudyDirectory(days.parent / "studies/days", FileSystem()).lock():
        done = inside("study", "days.toml")
    assert done.code == 1
    assert done.field("error") == f"another process works on this study (process {os.getpid()})"


class _LosesAFile(LocalPool):
    """The file of a case goes while the study is carried out."""

    path = Path()

    async def results(self, jobs):
        self.path.rename(self.path.with_suffix(".gone"))
        async for each in super().results(jobs):
            yield each


def test_a_case_that_fails_is_kept_and_carried_out_again_where_that_is_asked_for(here, inside, monkeypatch):
    house = here / "house.csv"
    rows = "".join(f"2024-06-21T{hour:02}:00:00,{100 + hour}\n" for hour in range(24))
    house.write_text(f"time,power_w\n{rows}")
    Path("house.toml").write_text('[sweep]\n"meter.source" = ["uniform", "house.csv"]\n')
    with monkeypatch.context() as patch:
        patch.setattr(_LosesAFile, "path", house)
        patch.setattr("pvsim.wiring.study.study.local_pool", lambda size: _LosesAFile(WORK, size))
        done = inside("study", "house.toml", "--jobs", "1")
    assert done.code == 75
    assert done.out.startswith("house: 1 of 2 cases done · 1 failed · 2 carried out now")
    assert "1 of 2 cases failed; the first is case 1 (" in done.field("error")
    assert (
        done.field("fix")
        == "check the path and that you may read the file; then: pvsim study house.toml --retry-failed"
    )
    assert str(house) in done.field("at") + done.field("error")
    directory = here / "studies/house"
    failed = json.loads(lines_of(directory / RECORDS)[1])
    assert failed["error"]["what"]
    assert json.loads((directory / "study.json").read_bytes())["status"] == "partial"

    house.with_suffix(".gone").rename(house)
    kept = inside("study", "house.toml", "--jobs", "1")
    assert kept.code == 75
    assert "1 of 2 cases failed before; to carry them out again: --retry-failed" in kept.err
    assert len(lines_of(directory / RECORDS)) == 2
    assert inside("study", "house.toml", "--jobs", "1", "--retry-failed").code == 0
    assert len(lines_of(directory / RECORDS)) == 3
    assert json.loads((directory / "study.json").read_bytes())["status"] == "complete"


def test_a_changed_file_keeps_the_cases_that_are_the_same(days, inside, undisturbed):
    directory = days.parent / "studies/days"
    days.write_text(STUDY.replace(json.dumps(DATES), json.dumps(DATES[:3])))
    assert inside("study", "days.toml").code == 0
    days.write_text(STUDY.replace(json.dumps(DATES), json.dumps(["2024-07-01", *DATES[1:2]])))
    done = inside("study", "days.toml", "--json")
    found = json.loads(done.out)
    assert (found["cases"], found["done"], found["records_of_no_case"]) == (2, 2, 2)
    assert found["notes"][0] == "the study file was changed: records of 1 of 2 cases are there already"
    assert [best["value"] for best in found["best"]]
    days.write_text(STUDY)
    with open_study(days, None) as opened:
        assert opened.notes[0] == "the study file was changed: records of 3 of 6 cases are there already"
        assert json.loads((directory / "study.json").read_bytes())["status"] == "open"
    done = inside("study", "days.toml")
    assert "records of 3 of 6 cases are there already" in done.err
    assert "1 record belongs to no case any more" in done.err
    assert result_of(directory)["counts"] == undisturbed["counts"] | {"elsewhere": 1}


def test_the_directory_of_another_study_is_not_replaced(days, inside, undisturbed):
    """Renamed and grown a study goes on in its directory; one that its records do not belong to has another."""
    unnamed = STUDY.removeprefix('name = "days"\n')
    Path("two.toml").write_text(unnamed.replace(json.dumps(DATES), json.dumps(DATES[:2])))
    assert inside("study", "two.toml", "--out", "kept").code == 0
    before = result_of(Path("kept"))
    Path("other.toml").write_text(unnamed.replace(json.dumps(DATES), json.dumps(["2024-07-01"])))
    refused = inside("study", "other.toml", "--out", "kept")
    assert refused.code == 65
    assert "the directory has the study two, with 2 records that belong to no case of other" in refused.field(
        "error"
    )
    assert (
        refused.field("fix") == 'give another --out; to go on in its place, write name = "two" in the study file'
    )
    assert result_of(Path("kept")) == before
    done = inside("study", str(days), "--out", "kept")
    assert (done.code, "records of 2 of 6 cases are there already" in done.err) == (0, True)
    assert result_of(Path("kept"))["counts"] == undisturbed["counts"]
    Path("other.toml").write_text(f'name = "days"\n{Path("other.toml").read_text()}')
    assert inside("study", "other.toml", "--out", "kept").code == 0


def test_its_directory_is_enough_to_go_on(here, inside):
    house = here / "house.csv"
    house.write_text(
        "time,power_w\n" + "".join(f"2024-06-21T{hour:02}:00:00,{100 + hour}\n" for hour in range(24))
    )
    Path("a").mkdir()
    Path("a/house.toml").write_text('[base]\n"meter.source" = "../house.csv"\n')
    first = inside("study", "a/house.toml", "--json")
    assert first.code == 0, first.err
    Path("a/house.toml").unlink()
    for name in ("studies/house", "studies/house/study.toml"):
        assert inside("study", name, "--json").out == first.out
        assert json.loads(inside("study", name, "--json", "--dry-run").out)["name"] == "house"


def test_records_of_another_version_are_refused(days, inside):
    study = StudyDirectory(days.parent / "studies/days", FileSystem())
    with study.lock():
        study.save(StudyManifest(name="days", versions={"pvsim": "0.1.3"}, study_sha256="", created_utc=""))
    done = inside("study", "days.toml")
    assert done.code == 65
    assert "its records were made by pvsim 0.1.3" in done.field("error")
    assert shlex.split(done.field("fix"))[-2] == "--out"


def test_what_it_would_be(days, inside):
    done = inside("study", "days.toml", "--dry-run", "--json", "--jobs", "3")
    found = json.loads(done.out)
    assert (found["cases"], found["processes"]) == (6, 3)
    assert found["estimated_s"] > 0
    assert found["estimated_disk_bytes"] > 6_000
    assert not (days.parent / "studies").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["days.toml", "--jobs", "0"], 2, "--jobs is 1 to 1,000 processes, not 0"),
        (["days.toml", "--jobs", "1001"], 2, "--jobs is 1 to 1,000 processes, not 1,001"),
        (["days.toml", "--dry-run", "--out", "x"], 2, "--out is of no use with --dry-run, which keeps nothing"),
        (
            ["days.toml", "--dry-run", "--retry-failed"],
            2,
            "--retry-failed is of no use with --dry-run, which keeps nothing",
        ),
        (["day.toml"], 65, "there is no such study file"),
        ([], 2, "pvsim study needs FILE"),
        (["days.toml", "--out", "days.toml"], 73, "cannot write: File exists"),
        (["days.toml", "--out", "."], 73, "the directory holds something else than a study: days.toml"),
    ],
)
def test_what_is_wrong(days, inside, arguments, code, error):
    done = inside("study", *arguments)
    assert (done.code, done.field("error")) == (code, error)
    assert done.field("fix")
    assert [path.name for path in days.parent.iterdir()] == ["days.toml"]
