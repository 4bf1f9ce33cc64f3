"""A finished run is read as its files say, and refused where it is not finished or not what it was."""

import sys

import numpy as np
import pytest
from msgspec.structs import replace
from tests.finished_runs import a_day, a_run, carry_out, own_rows

from pvsim.adapters.csvfile import SAMPLES
from pvsim.adapters.rundir import SUMMARY, RunDirectory
from pvsim.adapters.site_file import read_site
from pvsim.config import BuildingMeter, MeterConfig, SyntheticMeter
from pvsim.core.results import rows
from pvsim.core.site.schema import HouseholdLoad
from pvsim.core.site.tariff import Co2, DataSeries, Demand, Tariff
from pvsim.errors import BadInputError, PartialResultError, UsageError
from pvsim.wiring.finished import open_run
from pvsim.wiring.runs import Run

LOST = 7  # the row that a partial run lacks
DAY = "2024-10-27"


def text_of(finished):
    plan = finished.plan
    return rows.header(plan) + b"".join(rows.render(samples, plan) for samples in finished.samples())


@pytest.mark.parametrize("names", [("m1",), ("a", "b")])
@pytest.mark.parametrize("split", ["none", "day"])
def test_the_samples_are_those_of_the_files(tmp_path, names, split):
    run = a_run(tmp_path, day=DAY, names=names, split=split)
    carry_out(run)
    finished = open_run(tmp_path / "latest")
    assert finished.path == run.directory.path
    assert finished.config == run.models.config
    assert finished.manifest == run.directory.load()
    simulated = rows.header(finished.plan) + b"".join(rows.render(each, finished.plan) for each in own_rows(run))
    assert text_of(finished) == simulated
    if split == "none":
        assert text_of(finished) == (finished.path / SAMPLES).read_bytes()


def test_a_partial_run_has_the_rows_that_it_has(tmp_path):
    run = a_run(tmp_path, day=DAY, external=True, missing="skip")
    with pytest.raises(PartialResultError):
        carry_out(run, lost=(LOST,))
    finished = open_run(str(run.directory.path))
    numbers = np.concatenate([samples.row(finished.plan) for samples in finished.samples()])
    assert numbers.tolist() == [number for number in range(finished.plan.rows) if number != LOST]


def test_an_unfinished_run_is_refused(tmp_path):
    run = a_run(tmp_path, day=DAY)
    with pytest.raises(BadInputError, match="the run is not finished: its status is running") as caught:
        open_run(run.directory.path)
    assert caught.value.fix == f"pvsim run --resume {run.directory.path}"


def test_no_run_is_refused(tmp_path):
    with pytest.raises(BadInputError, match="there is no run here"):
        open_run(tmp_path)


def test_a_changed_file_is_refused(tmp_path):
    run = a_run(tmp_path, day=DAY)
    carry_out(run)
    finished, path = open_run(run.directory.path), run.directory.path / SAMPLES
    text = path.read_bytes()
    path.write_bytes(text.replace(b",0.0000,", b",0.0001,", 1))
    with pytest.raises(BadInputError, match="differs from the manifest"):
        open_run(run.directory.path)
    with pytest.raises(BadInputError, match="should be") as caught:  # it was changed after it was opened
        list(finished.samples())
    assert caught.value.where == f"{path}, line 2"


def test_rows_as_a_data_frame(tmp_path):
    run = a_run(tmp_path, day=DAY, names=("a", "b"))
    carry_out(run)
    finished = open_run(run.directory.path)
    frame = finished.to_pandas()
    first = next(finished.samples())
    assert list(frame.columns) == ["meter", "meter_kw", "pv_kw", "net_kw"]
    assert (len(frame), frame.index[0].isoformat()) == (finished.plan.rows, "2024-10-27T00:00:00+02:00")
    assert frame.index[-1].isoformat() == "2024-10-27T23:59:00+01:00"
    assert frame["meter"].tolist()[:3] == ["a", "b", "a"]
    assert frame["meter_kw"].to_numpy()[: len(first)].tolist() == (first.meter_dw / 10_000).tolist()
    assert np.abs(frame["meter_kw"] - frame["pv_kw"] - frame["net_kw"]).max() < 1e-12


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_without_its_package_there_is_no_data_frame(tmp_path, monkeypatch, package):
    run = a_run(tmp_path, day=DAY)
    carry_out(run)
    monkeypatch.setitem(sys.modules, package, None)
    finished = open_run(run.directory.path)
    with pytest.raises(UsageError, match=f"needs {package}") as caught:
        getattr(finished, f"to_{package}")()
    assert caught.value.fix == f"python -m pip install {package}"


def test_rows_as_a_data_frame_of_polars(tmp_path):
    run = a_run(tmp_path, day=DAY, names=("a", "b"))
    carry_out(run)
    frame = open_run(run.directory.path).to_polars()
    assert frame.columns == ["timestamp", "meter", "meter_kw", "pv_kw", "net_kw"]
    assert frame["timestamp"][0].isoformat() == "2024-10-27T00:00:00+02:00"
    assert frame["timestamp"][-1].isoformat() == "2024-10-27T23:59:00+01:00"
    assert frame["meter"].to_list()[:3] == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "the file is missing"),
        (b"{", "the summary is damaged"),
        (b'{"rows": 1}', "the summary is damaged"),
        (b"\xff", "the summary is damaged"),
    ],
)
def test_a_summary_that_is_lost_or_damaged_is_named(tmp_path, content, message):
    run = a_run(tmp_path, day=DAY)
    carry_out(run)
    finished, path = open_run(run.directory.path), run.directory.path / SUMMARY
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInputError, match=message) as caught:
        _ = finished.summary
    assert caught.value.where == str(path)


def test_a_finished_run_at_the_prices_of_another_site(tmp_path):
    run = a_run(tmp_path, day=DAY, names=("a", "b"))
    carry_out(run)
    finished, site = open_run(run.directory.path), replace(read_site("home"), tariff=Tariff(import_per_kwh=0.3))
    files = {path: path.read_bytes() for path in finished.path.iterdir() if path.is_file()}
    assert finished.summary.money is None
    priced = finished.priced(replace(site, co2=Co2(400)))
    assert priced.money.energy == pytest.approx(0.3 * priced.energy_kwh.import_, abs=1e-5)
    assert priced.emissions.import_kg == pytest.approx(0.4 * priced.energy_kwh.import_, abs=1e-5)
    assert priced.energy_kwh == finished.summary.energy_kwh
    assert finished.priced("home-tariff").money.currency == "EUR"
    assert {path: path.read_bytes() for path in finished.path.iterdir() if path.is_file()} == files


@pytest.mark.parametrize(
    ("site", "error", "what"),
    [
        (read_site("home"), BadInputError, "the site file has no [tariff] and no [co2]"),
        ("no.toml", BadInputError, "there is no such site file"),
        (
            replace(read_site("home"), tariff=Tariff(import_series=DataSeries("/nowhere/prices.csv"))),
            BadInputError,
            "cannot be read",
        ),
        (
            replace(read_site("home-tariff"), location=replace(read_site("home").location, tz="Europe/Paris")),
            UsageError,
            "is in Europe/Paris, the run in Europe/Berlin",
        ),
        (
            replace(read_site("home"), rules="de", tariff=Tariff(import_per_kwh=32)),
            BadInputError,
            "did you mean ct?",
        ),
    ],
)
def test_prices_that_do_not_fit_a_finished_run(tmp_path, site, error, what):
    run = a_run(tmp_path, day=DAY)
    carry_out(run)
    with pytest.raises(error) as caught:
        open_run(run.directory.path).priced(site)
    assert what in str(caught.value)


def test_other_prices_may_take_what_rules_say(tmp_path):
    run = a_run(tmp_path, day=DAY)
    carry_out(run)
    tariff = Tariff(import_per_kwh=0.3, feed_in_by_rules=True, demand=Demand(50))
    money = open_run(run.directory.path).priced(replace(read_site("home"), rules="de", tariff=tariff)).money
    exported = open_run(run.directory.path).summary.energy_kwh.export
    assert money.feed_in == pytest.approx(0.0803 * exported, abs=1e-5)
    assert money.demand_kw > 0


def a_run_of(out, version, *meters):
    """A finished day of these meters, made by that version by its own account."""
    path = a_day(out, meters=meters)
    manifest = RunDirectory.open(path, accept_unsafe=False).load()
    versions = {**manifest.versions, "pvsim": version}
    RunDirectory.open(path, accept_unsafe=False).save(
        replace(manifest, versions=versions, command="pvsim run --days 1")
    )
    return path


HOUSE = MeterConfig("m1", BuildingMeter(HouseholdLoad(annual_kwh=4_000.0), 52.5, 13.4))


def test_a_run_of_a_version_with_other_homes_is_neither_proved_nor_resumed(tmp_path):
    path = a_run_of(tmp_path, "0.1.0", HOUSE)
    with pytest.raises(BadInputError, match=r"made by pvsim 0\.1\.0, whose buildings had other values") as caught:
        Run.open(path).prove_again()
    assert caught.value.fix == "make it again: pvsim run --days 1; its rows can still be read"
    RunDirectory.open(path, accept_unsafe=False).save(replace(open_run(path).manifest, status="interrupted"))
    before = (path / SAMPLES).read_bytes()
    with pytest.raises(BadInputError, match=r"made by pvsim 0\.1\.0, whose buildings had other values"):
        carry_out(Run.open(path))
    assert (path / SAMPLES).read_bytes() == before
    assert RunDirectory.open(path, accept_unsafe=False).load().status == "interrupted"


def test_a_run_of_a_version_with_other_homes_can_be_read(tmp_path):
    path = a_run_of(tmp_path, "0.1.0", HOUSE)
    assert len(text_of(open_run(path)).splitlines()) == 24 * 60 + 1
    assert open_run(path).summary.energy_kwh.load > 0


def test_a_run_of_an_old_version_without_such_models_is_proved(tmp_path):
    path = a_run_of(tmp_path, "0.1.0", MeterConfig("m1", SyntheticMeter()))
    assert Run.open(path).prove_again() == open_run(path).summary
