"""A long time's energy from one second in 256."""

from datetime import UTC, datetime

import numpy as np
import pytest
from msgspec.structs import replace

from pvsim.adapters.site_file import read_site
from pvsim.core.pv.sampled_pv import EVERY_S, SampledPv
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.weather.cloud_cover import clouds_over, field_over
from pvsim.core.weather.outdoor_air import climate_of
from pvsim.wiring.sites import clear_light, site_pv, with_horizon

HOME = read_site("home")
SITES = {"home": HOME, "office": read_site("office")}


def start_of(month):
    return int(datetime(2023, month, 1, tzinfo=UTC).timestamp())


def sampled(site, start_utc, end_utc, seed, clouds=None):
    light = SampledPv.over(
        clear_light(site), with_horizon(site.plants, site), start_utc=start_utc, end_utc=end_utc
    )
    climate = climate_of(site.weather, site.location.latitude_deg, site.location.longitude_deg, seed=seed)
    return light.energy_kwh(climate, clouds or field_over(site, site.weather, seed).sampled)


def whole(site, start_utc, days, seed):
    source = site_pv(site, start_utc, start_utc + days * DAY_S, [clouds_over(site, seed)], seed=seed).source
    return sum(int(source.power_dw(start_utc + day * DAY_S, DAY_S).sum()) for day in range(days)) / 3.6e7


@pytest.mark.parametrize("name", SITES)
def test_energies_are_those_of_all_seconds(name):
    """Five times eight days of a year, 8 times fewer than a year has: each within 4 %, together within 1 %."""
    ours, theirs = [], []
    for seed, month in enumerate((2, 4, 6, 8, 10), 1):
        start = start_of(month)
        ours.append(sampled(SITES[name], start, start + 8 * DAY_S, seed))
        theirs.append(whole(SITES[name], start, 8, seed))
    np.testing.assert_allclose(ours, theirs, rtol=0.04)
    assert sum(ours) == pytest.approx(sum(theirs), rel=0.01)


def test_a_clear_sky_is_exact_whatever_the_inertia_of_the_cells():
    def clear(first_utc, n, every_s):
        assert (first_utc % EVERY_S, every_s) == (0, EVERY_S)
        return np.ones(n), np.ones(n)

    start = start_of(6)
    for inertia_s in (0.0, 420.0, 1_800.0):
        plants = tuple(replace(plant, thermal_time_constant_s=inertia_s) for plant in HOME.plants)
        site = replace(HOME, plants=plants)
        light = replace(site, weather=replace(site.weather, temp_air_spread_c=0.0))
        source = site_pv(light, start, start + 4 * DAY_S, [lambda _, n: (np.ones(n), np.ones(n))], seed=1).source
        energy = sum(int(source.power_dw(start + day * DAY_S, DAY_S).sum()) for day in range(4)) / 3.6e7
        assert sampled(light, start, start + 4 * DAY_S, 1, clear) == pytest.approx(energy, rel=0.002)


def test_seconds_are_of_the_days_alone():
    light = SampledPv.over(
        clear_light(HOME), with_horizon(HOME.plants, HOME), start_utc=1_000_001, end_utc=1_000_513
    )
    assert light.t_utc.tolist() == [1_000_192, 1_000_448]
