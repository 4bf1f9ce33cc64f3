"""The sizes of PV and battery that a run has, for what they cost."""

from dataclasses import astuple

import pytest
from msgspec.structs import replace

from pvsim import PvRequest, Request
from pvsim.adapters.site_file import read_site
from pvsim.config.sizes import sizes_of
from pvsim.core.site.schema import Battery, Home, HomePlant
from pvsim.core.site.tariff import Cost, Tariff
from pvsim.errors import UsageError
from pvsim.wiring.configure import configure

COST = Cost(1_000, 20, 3, capital_per_kwp=1_100, capital_per_kwh=600)
HOME = replace(read_site("home-battery"), tariff=Tariff(import_per_kwh=0.3), cost=COST)
ROOF = HomePlant(tilt_deg=30, azimuth_deg=180, peak_kw=6.2)


def sizes(site, **more):
    return [astuple(each) for each in sizes_of(configure(Request(site=site, **more)))]


def test_homes_of_a_street_have_their_own():
    homes = (
        Home(count=1, plants=(ROOF, replace(ROOF, peak_kw=2.1)), battery=Battery(5.0, 2.0)),
        Home(count=1, plants=(ROOF,), battery="none"),
        Home(count=1, plants=(), battery="none"),
    )
    assert sizes(replace(HOME, homes=homes)) == [(8.3, 5.0), (6.2, 0.0), (0.0, 0.0)]


def test_meters_of_one_site_are_alike():
    kwp = sum(plant.peak_kw for plant in HOME.plants)
    assert sizes(HOME, meters=2) == [(kwp, HOME.battery.capacity_kwh)] * 2
    assert sizes(HOME, pv=PvRequest(source="none")) == [(0.0, HOME.battery.capacity_kwh)]


def test_a_curve_has_no_modules():
    curve = PvRequest(source="curve")
    with pytest.raises(UsageError, match=r"cost.capital_per_kwp: a curve or a file") as refused:
        configure(Request(site=HOME, pv=curve))
    assert refused.value.fix.startswith("leave `pv.source` out, or write what all costs as capital")
    by_battery = replace(HOME, cost=replace(COST, capital_per_kwp=0))
    assert sizes(by_battery, pv=curve) == [(None, HOME.battery.capacity_kwh)]
    assert sizes(replace(HOME, cost=Cost(1, 1, 1)), pv=curve) == [(None, HOME.battery.capacity_kwh)]
