"""A year's run says where its yield lies among other years of its site; a shorter one does not ask."""

import pytest
from msgspec.structs import replace
from tests.finished_runs import carry_out

from pvsim.adapters.site_file import read_site
from pvsim.config import Request, SitePvConfig
from pvsim.config.run_config import HomePlants
from pvsim.core.results.summary import Energies, Peaks, Summary
from pvsim.wiring import among_years
from pvsim.wiring.among_years import SEEDS, has_years, with_years, yields_of
from pvsim.wiring.configure import configure
from pvsim.wiring.finished import open_run
from pvsim.wiring.models import Models
from pvsim.wiring.runs import Run
from pvsim.wiring.simulated import simulate

HOME = read_site("home")
PV = SitePvConfig(HOME)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def models(days=365, **more):
    return Models(configure(Request(site="home", date="2023-01-01", days=days, **more)))


def summary(rows, pv, curtailed=None):
    energies = Energies(load=1.0, pv=pv, self_consumed=1.0, import_=0.0, export=0.0, curtailed=curtailed)
    peaks = Peaks(load=1.0, pv=1.0, import_=0.0, export=0.0, import_15min=None, export_15min=None)
    return Summary(rows, 1, energies, 1.0, 1.0, 1.0, peaks)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (Request(site="home", days=365), True),
        (Request(site="home", days=364), False),
        (Request(days=365), False),
        (Request(site="brief", days=365), False),
        (Request(site="office", days=400), True),
    ],
)
def test_there_are_other_years_for_a_year_under_synthetic_clouds_alone(request_, expected):
    assert has_years(configure(request_)) is expected


def test_a_site_of_plants_without_power_has_none():
    config = configure(Request(site="home", days=365))
    plants = tuple(replace(plant, peak_kw=0.0) for plant in HOME.plants)
    assert not has_years(replace(config, pv=replace(config.pv, site=replace(HOME, plants=plants))))


def test_a_shorter_run_computes_nothing(monkeypatch):
    monkeypatch.setattr(among_years, "_computed", None)
    short = models(days=3)
    assert short.yields == ()
    one = summary(3 * 86_400, 10.0)
    assert short.among_years(one) is one


def test_the_years_of_munich_are_computed_once_and_bracket_the_run(monkeypatch, cache):
    """1,055 kWh/kWp is the mean that the summary of eight years was compared with."""
    year = models()
    found = yields_of(year.config.pv, year.plan)
    assert len(found) == len(SEEDS) == 40
    assert 950 < sum(found) / 40 < 1_150
    assert 0.02 < (max(found) - min(found)) / (sum(found) / 40) < 0.4
    monkeypatch.setattr(among_years, "_computed", None)
    assert year.yields == found
    assert len(list((cache / "pvsim" / "years").iterdir())) == 1
    peak_kw = sum(plant.peak_kw for plant in HOME.plants)
    placed = year.among_years(summary(year.plan.rows, 900 * peak_kw, 100 * peak_kw)).yield_among_years
    assert placed.kwh_per_kwp == 1_000.0
    assert placed.percentile == 100 * sum(each < 1_000 for each in found) / 40


def test_of_several_meters_it_is_the_yield_of_one_site(monkeypatch):
    monkeypatch.setattr(among_years, "_computed", lambda *_: tuple(float(each) for each in range(1, 41)))
    fleet = models(meters=3)
    peak_kw = sum(plant.peak_kw for plant in HOME.plants)
    placed = fleet.among_years(summary(fleet.plan.rows, 3 * 10.5 * peak_kw)).yield_among_years
    assert (placed.kwh_per_kwp, placed.percentile, placed.mean) == (10.5, 25.0, 20.5)


def test_with_rows_missing_there_is_no_place():
    year = models()
    one = summary(year.plan.rows - 1, 10.0)
    assert with_years(one, year.config, year.plan, (1.0,)) is one


def test_other_days_weather_and_plants_are_other_years(monkeypatch, cache):
    monkeypatch.setattr(among_years, "_computed", lambda *_: (1.0,) * 40)
    plan = models().plan
    for site in (
        HOME,
        replace(HOME, weather=replace(HOME.weather, mean_index=0.6)),
        replace(HOME, plants=HOME.plants[:1] + HOME.plants[:1]),
        replace(HOME, name="another name"),
    ):
        yields_of(replace(PV, site=site), plan)
    yields_of(PV, models(days=366).plan)
    assert len(list((cache / "pvsim" / "years").iterdir())) == 4


def test_a_run_its_proof_its_rows_at_other_prices_and_a_simulation_say_the_same(tmp_path, monkeypatch):
    """Two days are a year here; the cache is lost in between."""
    monkeypatch.setattr(among_years, "_LEAST_DAYS", 2)
    config = configure(Request(site="home", date="2023-06-01", days=2, every="15min"))
    run = Run.create(config, tmp_path / "runs")
    carry_out(run)
    opened = open_run(run.directory.path)
    written = opened.summary.yield_among_years
    assert written.years == 40
    assert written.kwh_per_kwp == pytest.approx(opened.summary.energy_kwh.pv / HOME.plants[0].peak_kw, abs=0.01)
    for path in (tmp_path / "pvsim" / "years").iterdir():
        path.unlink()
    assert run.files.prove().yield_among_years == written
    assert opened.priced("home-tariff").yield_among_years == written
    assert simulate(config).summary.yield_among_years == written


def test_of_homes_that_differ_it_is_the_yield_of_all_their_plants():
    year = models(meters=2)
    homes = (HomePlants(HOME.plants), HomePlants())
    config = replace(year.config, pv=replace(year.config.pv, homes=homes))
    assert has_years(config)
    peak_kw = sum(plant.peak_kw for plant in HOME.plants)
    placed = with_years(summary(year.plan.rows, 10.5 * peak_kw), config, year.plan, (9.0, 12.0)).yield_among_years
    assert (placed.kwh_per_kwp, placed.percentile) == (10.5, 50.0)
