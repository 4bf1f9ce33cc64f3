"""A meter's day of a service is a run: made by a session from a made log, sealed, and read as any run is."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from tests.service_days import DAY, MIDNIGHT, a_log, a_service, made
from tests.sessions import a_plan, entry, open_files, serve

import pvsim
from pvsim.adapters.shared.file_system import FileSystem
from pvsim.config import PvRequest, Request
from pvsim.core.quantities.types import MeterRange
from pvsim.core.session.session import Session
from pvsim.errors import BadInputError, InternalError
from pvsim.testing import CrashAt, CrashError
from pvsim.wiring.days import ServiceDays
from pvsim.wiring.query import query
from pvsim.wiring.sealing import carry_out, seal


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The directory of a service that has had a day of 25 hours without a gap."""
    return made(tmp_path_factory.mktemp("listen") / "home")


def test_a_day_of_25_hours_without_a_gap_is_a_complete_run(whole):
    run = pvsim.open_run(whole / "m1" / DAY)
    assert run.manifest.status == "complete"
    assert run.manifest.counts == {
        "received": 90_000,
        "written": 90_000,
        "duplicates": 0,
        "rejected": 0,
        "missing": 0,
    }
    assert sum(len(samples) for samples in run.samples()) == 90_000
    assert not list((whole / "m1" / DAY).glob("*.part"))


def test_a_battery_begins_the_day_as_it_ended_the_day_before(whole):
    before, run = (pvsim.open_run(whole / "m1" / day) for day in ("2024-10-26", DAY))
    assert before.manifest.status == "partial"
    ended, began = before.summary.battery.stored_end_kwh, run.summary.battery.stored_start_kwh
    assert began == ended < before.summary.battery.stored_start_kwh
    energy, battery = run.summary.energy_kwh, run.summary.battery
    assert energy.import_ - energy.export == pytest.approx(
        energy.load - energy.pv + energy.battery_charge - energy.battery_discharge
    )
    assert battery.losses_kwh > 0


def test_the_index_has_the_figures_of_the_summary(whole):
    day = json.loads((whole / "index.json").read_bytes())["meters"]["m1"][DAY]
    energy = pvsim.open_run(whole / "m1" / DAY).summary.energy_kwh
    assert (day["rows"], day["gaps"], day["status"]) == (90_000, 0, "complete")
    assert [day[f"{name}_kwh"] for name in ("load", "pv", "import", "export")] == [
        energy.load,
        energy.pv,
        energy.import_,
        energy.export,
    ]


def test_rows_of_a_meter_alone_are_those_of_a_run_with_the_same_readings(whole):
    run = pvsim.open_run(whole / "m1" / DAY)
    arrays = run.arrays()
    assert arrays["meter_kw"][:3].tolist() == [0.5, 0.537, 0.574]
    assert np.array_equal(np.diff(arrays["t_utc"].astype(np.int64)), np.ones(89_999))


def test_held_values_are_counted_and_gaps_listed(tmp_path):
    missing = range(4_000, 4_100)
    service = a_service(10, Request())
    serve(tmp_path, service, a_log(missing=missing), [50_000], work=carry_out, disk=FileSystem())
    manifest = pvsim.open_run(tmp_path / "m1" / DAY).manifest
    assert manifest.counts | {"held": 10, "missing": 90} == manifest.counts
    assert (manifest.missing["spans"], manifest.held["spans"]) == (1, 1)
    assert manifest.status == "partial"


@pytest.mark.parametrize("point", ["after-rename", "after-checkpoint", "after-manifest"])
def test_sealing_may_be_repeated_after_a_crash(tmp_path, point):
    def work(job):
        if job.kind == "seal":
            with pytest.raises(CrashError):
                seal(job, CrashAt(point))
        return carry_out(job)

    serve(tmp_path, a_service(), a_log(step_s=900), [50], work=work, disk=FileSystem())
    run = pvsim.open_run(tmp_path / "m1" / DAY)
    assert run.manifest.counts["written"] == 100
    assert run.summary.energy_kwh.load > 0


def test_a_figure_that_was_left_out_is_added_by_the_next_start(tmp_path):
    service = a_service(request=Request())

    def only_seal(job):
        if job.kind == "figures":
            raise CrashError(job.day)
        return carry_out(job)

    with pytest.raises(CrashError):
        serve(tmp_path, service, a_log(step_s=900), [500], work=only_seal, disk=FileSystem())
    assert pvsim.open_run(tmp_path / "m1" / DAY).manifest.status == "partial"
    serve(tmp_path, service, a_log(step_s=900), [500], work=carry_out, disk=FileSystem())
    assert "load_kwh" in json.loads((tmp_path / "index.json").read_bytes())["meters"]["m1"][DAY]


def test_a_grid_meter_has_the_energy_that_it_measured(tmp_path):
    grid = {"m1": MeterRange.up_to(9_000, grid=True)}
    days = ServiceDays("home", Request(pv=PvRequest(source="none")), ranges=grid)
    log = [entry(i, MIDNIGHT + s, "m1", -1_000) for i, s in enumerate(range(0, 90_000, 900))]
    log.append(entry(len(log), MIDNIGHT + 90_060, None, ""))
    serve(tmp_path, (a_plan(ranges=grid), days, days), log, [500], work=carry_out, disk=FileSystem())
    day = json.loads((tmp_path / "index.json").read_bytes())["meters"]["m1"][DAY]
    assert (day["load_kwh"], day["export_kwh"]) == (-0.027778, 0.027778)


def test_a_file_that_was_changed_after_it_was_sealed_is_told(tmp_path):
    with open_files(tmp_path, (service := a_service(request=Request()))[2], disk=FileSystem()) as files:
        session = Session(*service[:2])
        files.append(session.feed(a_log(step_s=900)))
        files.commit(session.state, {})
        job = files.next_job()
        seal(job)
        path = job.path / "samples.csv"
        path.write_bytes(path.read_bytes() + b"\n")
        with pytest.raises(BadInputError, match="differs from the manifest"):
            seal(job)
        path.unlink()
        with pytest.raises(BadInputError, match="missing"):
            seal(job)
        with pytest.raises(InternalError):
            seal(replace(job, ended=None))


def test_questions_are_asked_of_a_day_a_meter_or_the_whole_service(whole):
    sql = "SELECT run, count(*) AS n FROM samples GROUP BY run ORDER BY run"
    for directory, names in (
        (whole, ["m1/2024-10-26", "m1/2024-10-27"]),
        (whole / "m1", ["2024-10-26", "2024-10-27"]),
        (whole / "m1" / DAY, [DAY]),
    ):
        with query(sql, directory) as (answer, _):
            assert [row[0] for rows in answer.portions for row in rows] == names


def test_a_lost_index_is_the_same_when_it_is_made_again(whole, tmp_path):
    """Of one day the figures were not added up yet; and of a directory that is another run nothing is taken."""
    home = tmp_path / "home"
    shutil.copytree(whole, home)
    before = (home / "index.json").read_bytes()
    (home / "index.json").unlink()
    manifest = json.loads((home / "m1" / DAY / "manifest.json").read_bytes())
    del manifest["files"]["summary.json"]
    (home / "m1" / DAY / "manifest.json").write_text(json.dumps(manifest))
    shutil.copytree(home / "m1" / DAY, home / "m1" / "2023-10-29")
    with open_files(home, a_service()[2]) as files:
        while (job := files.next_job()) is not None:
            try:
                files.finish(job, carry_out(job))
            except BadInputError as error:
                files.give_up(job, error)
        (_, note) = files.notes
    assert note.startswith("m1, 2023-10-29: ")
    assert "there is another run" in note
    assert json.loads((home / "index.json").read_bytes()) == json.loads(before)
