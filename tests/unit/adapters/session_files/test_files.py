import json
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sessions import (
    Days,
    Disk,
    Forms,
    a_battery,
    a_plan,
    at,
    entries,
    files_in,
    open_files,
    sealed_by_name,
    serve,
)

from pvsim.adapters.session_files import Figures, Job, Listed, Sealed, rejected
from pvsim.adapters.session_files.day_file import day_path
from pvsim.adapters.session_files.old_days import remove
from pvsim.core.quantities.types import MeterRange
from pvsim.core.session.session import Session
from pvsim.core.session.state import SessionState
from pvsim.errors import BadInputError, CannotWriteError, InternalError, PvsimError, UsageError
from pvsim.testing import CrashAt, CrashError

MIDNIGHT = at("2024-06-22 00:00")
TWO_DAYS = [
    *[(MIDNIGHT - 30 + s, f"m{m}", 100 * m + s) for s in range(0, 60, 2) for m in (1, 2, 3) if (s + m) % 7],
    (MIDNIGHT, "m1", "nan"),
    (MIDNIGHT, "../x", 1),
    (MIDNIGHT + 86_400, "m2", 5),
    (MIDNIGHT + 86_500, None, ""),
]
LOG = entries(*sorted(TWO_DAYS, key=lambda each: each[0]))
POINTS = ["after-begin", "after-append", "after-fsync", "after-checkpoint", "after-index"]


def a_service(*, holds=False):
    return a_plan(hold_s=3 if holds else 0), Days(a_battery()), Forms(a_battery(), holds=holds)


PLAIN = (a_plan(), Days(), Forms())


def undisturbed(directory, sizes=(9,)):
    serve(directory, a_service(), LOG, sizes)
    return files_in(directory)


class CrashAtCount:
    """Dies at the n-th of all points."""

    def __init__(self, n):
        self.left = n

    def __call__(self, point):
        self.left -= 1
        if self.left < 0:
            raise CrashError(point)


def test_each_meters_day_has_a_file_of_its_own_with_the_rows_in_order(tmp_path):
    files = undisturbed(tmp_path)
    lines = files["m1/2024-06-22/samples.csv"].decode().splitlines()
    assert lines[0] == "timestamp,meter_kw,pv_kw,net_kw,battery_kw,soc,grid_kw"
    assert lines[1].startswith("2024-06-22T00:00:00+02:00,0.1300,")
    assert lines[1:] == sorted(lines[1:])
    assert len(lines) == 1 + len({s for s in range(30, 60, 2) if (s + 1) % 7})
    assert files["rejected.jsonl"].count(b"\n") == 2


def test_commits_in_any_number_give_the_same_files(tmp_path):
    one, many = undisturbed(tmp_path / "one", (1_000,)), undisturbed(tmp_path / "many", (1, 2))
    assert one.pop("checkpoint").split(b" ", 1)[0] != b""
    many.pop("checkpoint")
    assert one == many


@given(st.lists(st.integers(0, 60), max_size=8), st.lists(st.integers(1, 40), min_size=1), st.booleans())
@settings(max_examples=60)
def test_killed_anywhere_and_started_again_the_files_are_those_of_an_undisturbed_service(
    tmp_path_factory, crashes, sizes, holds
):
    wanted, directory = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("killed")
    service = a_service(holds=holds)
    serve(wanted, service, LOG, [len(LOG)])
    for count in crashes:
        with suppress(CrashError):
            serve(directory, service, LOG, sizes, at=CrashAtCount(count))
    serve(directory, service, LOG, sizes)
    found, expected = files_in(directory), files_in(wanted)
    for each in (found, expected):
        each.pop("checkpoint")
    assert found == expected


@pytest.mark.parametrize("point", POINTS)
def test_each_point_of_a_commit_is_reached_and_survived(tmp_path, point):
    arguments = (PLAIN, LOG, [7])
    serve(tmp_path / "whole", *arguments)
    with pytest.raises(CrashError):
        serve(tmp_path / "killed", *arguments, at=CrashAt(point))
    serve(tmp_path / "killed", *arguments)
    for name, content in files_in(tmp_path / "whole").items():
        if name != "checkpoint":
            assert files_in(tmp_path / "killed")[name] == content, name


@given(st.data())
@settings(max_examples=30)
def test_half_written_rows_are_cut_off(tmp_path_factory, data):
    directory = tmp_path_factory.mktemp("cut")
    serve(directory, PLAIN, LOG[:30], [30])
    before = files_in(directory)
    for name in before:
        if name.endswith(".part") or name == "rejected.jsonl":
            with (directory / name).open("ab") as file:
                file.write(data.draw(st.binary(max_size=50)))
    open_files(directory).close()
    assert files_in(directory) == before


def test_what_others_keep_comes_back_with_the_state(tmp_path):
    serve(tmp_path, PLAIN, LOG[:40], [40])
    forms = Forms()
    with open_files(tmp_path, forms) as files:
        assert files.kept == {"results": b"[%d]" % files.state.rows}
        assert files.state.next_offset == 40
        assert list(forms.restored) == ["2024-06-21"]
        assert forms.state == files.state


def test_a_new_service_has_no_state_and_its_first_checkpoint(tmp_path):
    with open_files(tmp_path / "listen" / "home") as files:
        assert files.state is None
        assert files.kept == {}
        assert files.next_job() is None
    assert (tmp_path / "listen" / "home" / "checkpoint").exists()


def test_only_one_service_has_the_directory(tmp_path):
    with open_files(tmp_path), pytest.raises(PvsimError, match=f"process {os.getpid()}") as refused:
        open_files(tmp_path)
    assert "--out" in refused.value.fix
    open_files(tmp_path).close()


def test_files_without_a_checkpoint_are_not_begun_again(tmp_path):
    serve(tmp_path, PLAIN, LOG[:40], [40])
    (tmp_path / "checkpoint").unlink()
    with pytest.raises(BadInputError, match="no checkpoint"):
        open_files(tmp_path)


def test_a_damaged_checkpoint_is_told_with_its_path(tmp_path):
    open_files(tmp_path).close()
    path = tmp_path / "checkpoint"
    path.write_bytes(path.read_bytes().replace(b"home", b"hole"))
    with pytest.raises(BadInputError, match="damaged") as refused:
        open_files(tmp_path)
    assert refused.value.where == str(path)


@pytest.mark.parametrize("changes", [{"service": "office"}, {"zone": "Europe/Paris"}])
def test_another_name_or_zone_is_refused(tmp_path, changes):
    open_files(tmp_path).close()
    with pytest.raises(UsageError, match="home, whose days are those of Europe/Berlin"):
        open_files(tmp_path, **changes)


def test_another_range_of_a_meter_waits_for_the_next_day(tmp_path):
    serve(tmp_path, PLAIN, LOG[:40], [40])
    forms = Forms(ranges={"m2": MeterRange.up_to(9_000, grid=True)})
    with pytest.raises(UsageError, match=r"meter m2 could show 0..9000 W .* and now -9000..9000 W"):
        open_files(tmp_path, forms)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "ahead of the file"),
        (lambda path: path.unlink(), "ahead of the file"),
        (lambda path: path.write_bytes(path.read_bytes().replace(b"2024", b"2023")), "was changed"),
    ],
)
def test_a_file_that_somebody_has_changed_is_an_error_with_a_name(tmp_path, damage, words):
    serve(tmp_path, PLAIN, LOG[:40], [40])
    path = tmp_path / "m1" / "2024-06-21" / "samples.csv.part"
    damage(path)
    with pytest.raises(BadInputError, match=words) as refused:
        open_files(tmp_path)
    assert refused.value.where == str(path)


def test_what_else_writes_to_a_file_is_noticed(tmp_path):
    with open_files(tmp_path) as files:
        session = Session(a_plan(), Days())
        files.append(session.feed(LOG[:40]))
        files.commit(session.state, {})
        with (tmp_path / "m1" / "2024-06-21" / "samples.csv.part").open("ab") as file:
            file.write(b"\n")
        files.append(session.feed(LOG[40:60]))
        with pytest.raises(CannotWriteError, match="and pvsim has written"):
            files.commit(session.state, {})
        with pytest.raises(CannotWriteError, match="closed after a write error"):
            files.commit(session.state, {})


def test_a_sealed_file_of_an_unknown_day_is_not_overwritten(tmp_path):
    with open_files(tmp_path) as files:
        (tmp_path / "m1" / "2024-06-21").mkdir(parents=True)
        (tmp_path / "m1" / "2024-06-21" / "samples.csv").write_text("mine")
        session = Session(a_plan(), Days())
        files.append(session.feed(LOG))
        with pytest.raises(BadInputError, match="knows nothing of it"):
            files.commit(session.state, {})


def test_an_error_of_the_disk_names_the_file_and_the_way_out(tmp_path):
    class Full(Disk):
        def sync_data(self, _):
            raise OSError(28, "No space left on device")

    with open_files(tmp_path) as files:
        files._disk = Full()
        session = Session(a_plan(), Days())
        files.append(session.feed(LOG[:40]))
        with pytest.raises(CannotWriteError, match="No space left") as refused:
            files.commit(session.state, {})
        assert refused.value.fix == "free some space on its disk; then start the service again"


def test_sealed_days_are_listed_with_their_figures(tmp_path):
    undisturbed(tmp_path)
    index = json.loads((tmp_path / "index.json").read_bytes())
    assert index["service"] == "home"
    assert sorted(index["meters"]) == ["m1", "m2", "m3"]
    day = index["meters"]["m1"]["2024-06-21"]
    assert day["rows"] + day["gaps"] == 86_400
    assert (day["status"], day["pv_kwh"]) == ("partial", 2.0)
    assert day["bytes"] == (tmp_path / "m1" / "2024-06-21" / "samples.csv").stat().st_size
    assert (tmp_path / "index.json").read_text().count("2024-06-2") == 6


def test_a_damaged_index_is_told(tmp_path):
    undisturbed(tmp_path)
    path = tmp_path / "index.json"
    for before, after in (("m1", "../m1"), ("2024-06-21", "2024-6-21"), ('"service"', '"x"'), ("{", "[")):
        text = path.read_text()
        path.write_text(text.replace(before, after, 1))
        with pytest.raises(BadInputError, match="index is damaged") as told:
            open_files(tmp_path)
        assert told.value.fix.startswith(f"mv {path} {path}.damaged; ")
        path.write_text(text)


def found_again(job):
    """Does the jobs of days that are listed again as the directory says."""
    if job.kind != "list":
        return sealed_by_name(job)
    content = (job.path / "samples.csv").read_bytes()
    rows = content.count(b"\n") - 1
    added_up = None if job.meter == "m1" else Figures(1.0, 2.0, 3.0, 4.0)
    return Listed(rows, 0, Sealed(False, 86_400 - rows, len(content), sha256(content).hexdigest()), added_up)


def test_a_lost_index_is_made_again_from_the_directories(tmp_path):
    undisturbed(tmp_path)
    before = json.loads((tmp_path / "index.json").read_bytes())
    for path in tmp_path.glob("*/*/samples.csv"):
        path.with_name("manifest.json").write_text("{}")
    for other in ("m1/2024-06-1", "m1/notes", "lock.d/2024-06-21", "../m4"):
        (tmp_path / other).mkdir(parents=True)
        (tmp_path / other / "manifest.json").write_text("{}")
    (tmp_path / "m5").symlink_to(tmp_path / "m1")
    (tmp_path / "m1" / "2024-06-01").symlink_to(tmp_path / "m1" / "2024-06-21")
    (tmp_path / "index.json").unlink()
    with open_files(tmp_path, Forms(a_battery())) as files:
        assert files.notes == ["3 sealed days are not in index.json: they are listed again from their directories"]
        while (job := files.next_job()) is not None:
            files.finish(job, found_again(job))
    assert json.loads((tmp_path / "index.json").read_bytes()) == before
    with open_files(tmp_path, Forms(a_battery())) as files:
        assert files.notes == []
        assert {job.kind for job in iter(files.next_job, None)} == {"seal"}  # until the next commit


def test_a_directory_that_cannot_be_listed_is_told_and_left_alone(tmp_path):
    undisturbed(tmp_path)
    (tmp_path / "m1" / "2020-01-01").mkdir()
    (tmp_path / "m1" / "2020-01-01" / "manifest.json").write_text("{}")
    with open_files(tmp_path, Forms(a_battery())) as files:
        job = next(job for job in iter(files.next_job, None) if job.kind == "list")
        assert job.day == "2020-01-01"
        files.give_up(job, BadInputError("there is another run"))
        assert files.notes[1] == "m1, 2020-01-01: there is another run"
        assert files.next_job() is None
    assert "2020-01-01" not in (tmp_path / "index.json").read_text()


def test_a_job_that_fails_is_told_and_a_day_that_is_not_sealed_is_given_again(tmp_path):
    with open_files(tmp_path) as files:
        session = Session(a_plan(), Days())
        files.append(session.feed(LOG))
        files.commit(session.state, {})
        first, second = files.next_job(), files.next_job()
        files.give_up(first, PvsimError("no room", fix="make some"))
        assert files.notes == ["m1, 2024-06-21: no room; make some"]
        files.finish(second, sealed_by_name(second))
        figures = next(job for job in iter(files.next_job, None) if job.kind == "figures")
        files.give_up(figures, BadInputError("line 3 is wrong"))
        files.commit(session.state, {})
    with open_files(tmp_path) as files:
        left = list(iter(files.next_job, None))
        assert first in left
        assert second not in left
        assert {job.kind for job in left} == {"seal"}
        assert files.index.meters[figures.meter][figures.day].problem == "line 3 is wrong"


def test_days_that_are_too_old_are_removed_and_nothing_else(tmp_path):
    foreign = tmp_path / "m1" / "2024-06-21" / "notes.txt"
    with open_files(tmp_path, keep_days=1) as files:
        session = Session(a_plan(), Days())
        foreign.parent.mkdir(parents=True)
        foreign.write_text("mine")
        (tmp_path / "m9" / "2020-01-01").mkdir(parents=True)
        files.append(session.feed(LOG))
        files.commit(session.state, {})
        while (job := files.next_job()) is not None:
            files.finish(job, sealed_by_name(job))
        assert files.notes == ["m1, 2024-06-21: removed but for what pvsim did not put there: notes.txt"]
    assert foreign.read_text() == "mine"
    assert (tmp_path / "m9" / "2020-01-01").exists()
    assert not (tmp_path / "m2" / "2024-06-21").exists()
    assert (tmp_path / "m2" / "2024-06-22" / "samples.csv").exists()
    assert {day for days in files.index.meters.values() for day in days} == {"2024-06-22"}


def test_an_old_day_that_cannot_be_removed_is_an_error_that_names_it(tmp_path):
    with open_files(tmp_path, keep_days=1) as files:
        session = Session(a_plan(), Days())
        files.append(session.feed(LOG))
        files.commit(session.state, {})
        first, *others = (job for job in iter(files.next_job, None) if job.meter == "m1")
        files.finish(first, sealed_by_name(first))
        (first.path / "manifest.json").mkdir()  # no file, so it is not removed as one
        with pytest.raises(CannotWriteError) as caught:
            files.finish(others[0], sealed_by_name(others[0]))
    assert caught.value.where == str(first.path / "manifest.json")
    assert "start the service again" in caught.value.fix


def test_what_is_added_up_of_a_day_that_was_removed_meanwhile_is_nobodys(tmp_path):
    with open_files(tmp_path) as files:
        job = Job("figures", tmp_path / "m1" / "2024-06-21", "m1", "2024-06-21")
        files.finish(job, Figures(1.0, 2.0, 3.0, 4.0))
        files.give_up(job, PvsimError("it is gone"))
        assert not files.index.meters


def rejects(n):
    return entries(*[(MIDNIGHT - 30 + i / 10, "m1", f"nan {'x' * (i * 7 % 60)}") for i in range(n)])


@pytest.mark.parametrize("sizes", [[1], [7], [60], [61]])
def test_files_of_rejected_messages_are_full_at_the_same_lines_however_they_were_committed(
    tmp_path, monkeypatch, sizes
):
    monkeypatch.setattr(rejected, "MAX_BYTES", 4_000)
    serve(tmp_path, PLAIN, rejects(61), sizes)
    found = {path.name: path.read_bytes() for path in tmp_path.glob("*rejected*")}
    assert sorted(found) == ["rejected.1.jsonl", "rejected.2.jsonl", "rejected.3.jsonl", "rejected.jsonl"]
    assert all(3_000 < len(found[f"rejected.{number}.jsonl"]) <= 4_000 for number in (1, 2, 3))
    kept = b"".join(found[name] for name in [*sorted(found)[2::-1], "rejected.jsonl"])
    offsets = [json.loads(line)["offset"] for line in kept.splitlines()]
    assert offsets == list(range(offsets[0], 61))
    serve(tmp_path / "again", PLAIN, rejects(61), [13])
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").glob("*rejected*")} == found


@given(
    lines=st.lists(st.binary(max_size=30).map(lambda text: text.replace(b"\n", b"") + b"\n")),
    cuts=st.lists(st.integers(0, 100)),
    most=st.integers(1, 50),
)
def test_where_a_file_is_full_is_a_function_of_its_lines(lines, cuts, most):
    whole = rejected.split(b"".join(lines), 0, most)
    assert b"".join(whole) == b"".join(lines)
    assert all(len(part) <= most or part.count(b"\n") == 1 for part in whole)
    files, begin = [b""], 0
    for cut in [*sorted(cuts), len(lines)]:
        first, *others = rejected.split(b"".join(lines[begin : max(cut, begin)]), len(files[-1]), most)
        files = [*files[:-1], files[-1] + first, *others]
        begin = max(cut, begin)
    assert files == whole


class DiesAt(Disk):
    """Of all files that get a name it is the n-th after which the process is gone."""

    def __init__(self, left):
        self.left = left

    def count(self):
        self.left -= 1
        if self.left < 0:
            raise CrashError("named")


@pytest.mark.parametrize("names", range(24))
def test_a_crash_while_files_of_rejected_messages_turn_loses_no_line(tmp_path, monkeypatch, names):
    """One commit fills four files; it dies before each file that is renamed, and in the next start again."""
    monkeypatch.setattr(rejected, "MAX_BYTES", 2_500)
    serve(tmp_path / "whole", PLAIN, rejects(61), [61])
    killed, real = tmp_path / "killed", Path.replace
    serve(killed, PLAIN, rejects(61)[:20], [9])
    for dies_at in (names, names // 2):
        disk = DiesAt(dies_at)
        with monkeypatch.context() as patch, suppress(CrashError):
            patch.setattr(Path, "replace", lambda path, to, disk=disk: disk.count() or real(path, to))
            serve(killed, PLAIN, rejects(61), [61])
    serve(killed, PLAIN, rejects(61), [61])
    for directory in ("whole", "killed"):
        found = {path.name: path.read_bytes() for path in (tmp_path / directory).glob("*rejected*")}
        assert len(found) == 4
        assert found == {path.name: path.read_bytes() for path in (tmp_path / "whole").glob("*rejected*")}


@pytest.mark.parametrize("point", ["after-fsync", "after-checkpoint", "after-turn"])
def test_each_point_of_a_turn_is_survived(tmp_path, monkeypatch, point):
    monkeypatch.setattr(rejected, "MAX_BYTES", 2_500)
    serve(tmp_path / "whole", PLAIN, rejects(61), [61])
    with pytest.raises(CrashError):
        serve(tmp_path / "killed", PLAIN, rejects(61), [61], at=CrashAt(point))
    serve(tmp_path / "killed", PLAIN, rejects(61), [61])
    whole, killed = files_in(tmp_path / "whole"), files_in(tmp_path / "killed")
    assert {name: each for name, each in killed.items() if "rejected" in name} == {
        name: each for name, each in whole.items() if "rejected" in name
    }


def test_a_file_of_rejected_messages_that_somebody_shortened_is_told_and_what_is_too_much_cut_off(tmp_path):
    log = entries(*[(MIDNIGHT - 30 + i, "m1", "nan") for i in range(3)])
    serve(tmp_path, PLAIN, log, [3])
    path = tmp_path / "rejected.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b"half a li")
    open_files(tmp_path).close()
    assert path.read_bytes() == whole
    path.write_bytes(whole[:-1])
    with pytest.raises(BadInputError, match="ahead of the file"):
        open_files(tmp_path)


def test_more_files_than_may_be_open_are_written_in_turn(tmp_path):
    t = MIDNIGHT - 3_600
    log = entries(*[(t + i / 1_000, f"m{i}", i) for i in range(230)], (t + 60, None, ""))
    serve(tmp_path, PLAIN, log, [1_000])
    assert len(list(tmp_path.glob("*/*/*.part"))) == 230
    assert (tmp_path / "m229" / "2024-06-21" / "samples.csv.part").read_bytes().count(b"\n") == 2


def test_a_name_that_is_none_makes_no_path(tmp_path):
    with pytest.raises(InternalError):
        day_path(tmp_path, "..", "2024-06-21")


def test_what_cannot_be_read_is_told(tmp_path):
    (tmp_path / "checkpoint").mkdir()
    with pytest.raises(CannotWriteError, match="cannot read"):
        open_files(tmp_path)


def test_a_link_in_the_place_of_an_old_day_is_left_alone(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "samples.csv").write_text("mine")
    (tmp_path / "m1").mkdir()
    (tmp_path / "m1" / "2024-06-21").symlink_to(tmp_path / "elsewhere")
    assert remove(tmp_path / "m1" / "2024-06-21") == ["2024-06-21"]
    assert remove(tmp_path / "m1" / "2024-06-22") == []
    assert (tmp_path / "elsewhere" / "samples.csv").read_text() == "mine"


def test_a_small_file_is_written_when_it_differs(tmp_path):
    with open_files(tmp_path) as files:
        files.describe("service.json", b"{}")
        before = (tmp_path / "service.json").stat().st_ino
        files.describe("service.json", b"{}")
        assert (tmp_path / "service.json").stat().st_ino == before
        files.describe("service.json", b"[]")
    assert (tmp_path / "service.json").read_bytes() == b"[]"


def test_a_commit_without_rows_moves_the_log_on(tmp_path):
    with open_files(tmp_path) as files:
        files.commit(SessionState(next_offset=7, messages=7), {})
    with open_files(tmp_path) as files:
        assert files.state.next_offset == 7
