"""Finished runs that are compared: what they are called, and what is said of them."""

import msgspec
import pytest
from tests.finished_runs import a_day, a_run, carry_out

from pvsim import __version__
from pvsim.config import BuildingMeter, CurveConfig, MeterConfig, SitePvConfig
from pvsim.core.site.schema import Battery, CloudyWeather, HouseholdLoad, Location, Plant, Site
from pvsim.core.site.tariff import Tariff
from pvsim.errors import BadInputError, PartialResultError, UsageError
from pvsim.wiring.compare import open_runs
from pvsim.wiring.finished import open_run


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The day without a battery, with one, and with other readings."""
    out = tmp_path_factory.mktemp("out")
    changes = {"none": {}, "battery": {"battery": Battery(5.0, 2.5)}, "seed": {"seed": 2}}
    return {name: a_day(out / name, **change) for name, change in changes.items()}


def test_figures_are_those_of_the_summaries(runs):
    found = open_runs([runs["none"], runs["battery"]])
    assert found.unlike == found.notes == ()
    figures = {figure.field: figure for figure in found.comparison.figures}
    for i, name in enumerate(("none", "battery")):
        summary = msgspec.json.decode((runs[name] / "summary.json").read_bytes())
        assert figures["energy_kwh.import"].values[i] == summary["energy_kwh"]["import"]
        assert figures["self_consumption"].values[i] == summary["self_consumption"]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        (("none/latest", "battery/latest"), ("none", "battery")),
        (("none/latest/", "./battery/latest"), ("none", "battery")),
    ],
)
def test_runs_are_called_as_somebody_has_named_their_directories(runs, monkeypatch, typed, names):
    monkeypatch.chdir(runs["none"].parents[1])
    found = open_runs([type(runs["none"])(each) for each in typed])
    assert found.comparison.names == names


def test_runs_of_one_directory_are_called_as_pvsim_has_called_them(tmp_path):
    one, two = (a_day(tmp_path / "runs", run_id=name) for name in ("r1", "r2"))
    assert open_runs([one, two]).comparison.names == (one.name, two.name)
    same = a_day(tmp_path / "x" / "runs", run_id="r1").rename(tmp_path / "x" / "runs" / one.name)
    assert open_runs([one, same]).comparison.names == (str(one), str(same))


def test_labels_come_first(runs):
    assert open_runs([runs["none"], runs["seed"]], ["a", "b"]).comparison.names == ("a", "b")


@pytest.mark.parametrize("labels", [["a"], ["a", "a"], ["a", " "], ["a", "b", "c"]])
def test_labels_that_do_not_fit_are_refused(runs, labels):
    with pytest.raises(UsageError, match="--label"):
        open_runs([runs["none"], runs["seed"]], labels)


def test_a_comparison_needs_two_different_runs(runs):
    with pytest.raises(UsageError, match="two runs or more"):
        open_runs([runs["none"]])
    with pytest.raises(UsageError, match="named twice"):
        open_runs([runs["none"], runs["battery"], runs["none"] / "." / ".." / runs["none"].name])
    with pytest.raises(UsageError, match=r"two runs or more, and .* and .*latest are the same"):
        open_runs([runs["none"], runs["none"].parent / "latest"])


def test_a_run_with_two_names_is_taken_once(tmp_path, runs):
    out = tmp_path / "runs"
    first, last = (a_day(out, run_id=name) for name in ("r1", "r2"))
    assert (out / "latest").resolve() == last
    found = open_runs(sorted(out.iterdir()))  # runs/*
    assert [each.run.path for each in found.runs] == [first, last]
    found = open_runs([out / "latest", first, last, runs["seed"]], ["a", "b", "c", "d"])
    assert [(each.name, each.run.path) for each in found.runs] == [("a", last), ("b", first), ("d", runs["seed"])]


def test_what_must_not_differ_is_said(runs):
    found = open_runs([runs["none"], runs["battery"], runs["seed"]], ["a", "b", "c"])
    assert found.unlike == ("c: other load: uniform m1 (seed 2) instead of uniform m1 (seed 1)",)


def test_the_energy_of_the_load_is_compared_too_and_a_partial_run_is_said(tmp_path, runs):
    run = a_run(tmp_path, missing="skip")
    with pytest.raises(PartialResultError):
        carry_out(run, lost=(3, 4))
    found = open_runs([runs["none"], run.directory.path], ["whole", "partial"])
    assert found.notes == ("partial: partial: 120 readings have no row, and its energies lack them",)
    (said,) = found.unlike
    assert said.startswith("partial: other load: 107.")
    assert "kWh instead of 107." in said


def test_another_version_is_said(tmp_path, runs):
    older = a_day(tmp_path, pv=CurveConfig(5.0))
    path = older / "manifest.json"
    path.write_text(path.read_text().replace(f'"pvsim": "{__version__}"', '"pvsim": "0.0.9"'))
    assert open_runs([runs["none"], older], ["a", "b"]).notes == (
        f"b: made by pvsim 0.0.9, compared by pvsim {__version__}",
    )


HOME = MeterConfig("m1", BuildingMeter(HouseholdLoad(annual_kwh=4_000.0), 52.5, 13.4))
CLOUDY = Site("s", Location(52.5, 13.4, "Europe/Berlin"), (Plant(30.0, 180.0, 8.0),), CloudyWeather())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"meters": (HOME,)}, "b: other load: household m1"),
        ({"pv": SitePvConfig(CLOUDY)}, "b: other weather: clouds (climate, seed 1)"),
    ],
)
def test_runs_of_versions_with_other_homes_or_clouds_are_refused(tmp_path, changes, said):
    now, older = (a_day(tmp_path / name, **changes) for name in ("now", "older"))
    path = older / "manifest.json"
    path.write_text(path.read_text().replace(f'"pvsim": "{__version__}"', '"pvsim": "0.1.0"'))
    (text,) = open_runs([now, older], ["a", "b"]).unlike
    assert text.startswith(said)
    assert "by the models of pvsim 0.1.0 instead of" in text


def test_another_tariff_is_said_and_refuses_nothing(tmp_path, runs):
    with_prices = a_day(tmp_path, tariff=Tariff(import_per_kwh=0.3))
    found = open_runs([runs["none"], with_prices], ["a", "b"])
    assert found.unlike == ()
    (note,) = found.notes
    assert note.startswith("b: it has another tariff")
    figures = {figure.field: figure for figure in found.comparison.figures}
    assert figures["money.total"].values == (None, open_run(with_prices).summary.money.total)


def test_a_run_that_is_not_finished_or_was_changed_is_refused(tmp_path, runs):
    with pytest.raises(BadInputError, match="not finished"):
        open_runs([runs["none"], a_run(tmp_path / "new").directory.path])
    changed = a_day(tmp_path / "changed")
    (changed / "summary.json").write_text("{}")
    with pytest.raises(BadInputError, match="differs from the manifest"):
        open_runs([runs["none"], changed])
