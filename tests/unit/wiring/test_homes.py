"""What there is at the home of each meter, as a manifest, a query and Python say it."""

import msgspec
from tests.finished_runs import a_run, carry_out

import pvsim
from pvsim.adapters.site_file import read_site
from pvsim.core.site.schema import Battery, ElectricCar, Home, HomePlant
from pvsim.wiring.homes import HomeFacts
from pvsim.wiring.query import HOMES, query
from pvsim.wiring.runs import Run

ROOF = HomePlant(tilt_deg=30, azimuth_deg=180, peak_kw=6.2)
STREET = msgspec.structs.replace(
    read_site("home"),
    homes=(
        Home(count=1, people=2, annual_kwh=3_000, plants=(ROOF, ROOF), battery=Battery(5.0, 2.0)),
        Home(count=1, annual_kwh=4_000, plants=(), electric_car=ElectricCar(1_500)),
    ),
)


def test_each_home_is_told_alike_everywhere(tmp_path):
    request = pvsim.Request(site=STREET, every="15min", meters=2)
    run = pvsim.simulate(request)
    one, other = run.homes["m1"], run.homes["m2"]
    assert (one.kind, one.people, one.annual_kwh, one.pv_kwp, one.battery_kwh) == ("household", 2, 3_000, 12.4, 5)
    assert (other.pv_kwp, other.battery_kwh, other.electric_car_kwh, one.electric_car_kwh) == (
        None,
        None,
        1_500,
        None,
    )
    traits = run.built.loads[1].traits
    assert (other.people, other.occupations, set(other.owned)) == (traits.people, traits.occupations, traits.owned)
    finished = Run.create(pvsim.configure(request), tmp_path)
    carry_out(finished)
    manifest = pvsim.open_run(finished.directory.path).manifest
    assert msgspec.convert(manifest.homes, dict[str, HomeFacts]) == run.homes
    with query("SELECT * FROM homes ORDER BY meter", tmp_path) as (answer, _):
        rows = [dict(zip(answer.columns, row, strict=True)) for part in answer.portions for row in part]
    assert list(rows[0]) == list(HOMES)
    for row, facts in zip(rows, (one, other), strict=True):
        for name in msgspec.structs.fields(HomeFacts):
            value = getattr(facts, name.name)
            assert row[name.name] == (", ".join(value) if isinstance(value, tuple) else value)


def test_what_is_no_building_has_no_traits():
    meter = pvsim.MeterRequest(source=("a=household", "b=walk", "c=office"))
    homes = pvsim.simulate(pvsim.Request(site="home", meter=meter)).homes
    assert [homes[name].kind for name in "abc"] == ["household", "walk", "office"]
    assert homes["b"] == HomeFacts("walk", pv_kwp=homes["a"].pv_kwp)
    assert (homes["c"].people, homes["c"].owned) == (None, ())


def test_a_run_without_buildings_has_no_homes(tmp_path):
    run = a_run(tmp_path)
    carry_out(run)
    assert run.directory.load().homes is None
    assert pvsim.simulate(pvsim.Request()).homes == {}
    assert run.models.homes == {}
    assert a_run(tmp_path / "another", external=True).models.homes == {}
