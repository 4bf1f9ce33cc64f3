"""A site's clouds: its mean index by month, and light that adds up."""

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pvsim.adapters.site_file import EXAMPLES, read_site
from pvsim.core.site.schema import ClearWeather, CloudyWeather
from pvsim.core.weather.cloud_cover import clouds_over, scattered
from pvsim.core.weather.clouds import CloudField
from pvsim.core.weather.sky import ClimateSky
from pvsim.wiring.sites import clear_light

NOON = 1_718_964_000  # 2024-06-21 10:00 UTC
SCRIPT = Path(__file__).resolve().parents[4] / "scripts" / "validate_physics.py"


@pytest.fixture(scope="module")
def script():
    sys.path.insert(0, str(SCRIPT.parent))
    try:
        yield runpy.run_path(str(SCRIPT))
    finally:
        sys.path.remove(str(SCRIPT.parent))


def test_the_examples_have_the_means_that_give_the_published_sums_of_munich(script):
    sites = [read_site(name) for name in EXAMPLES if name != "brief"]
    assert {site.weather.mean_index for site in sites} == {script["mean_indexes"](sites[0])}


def test_the_published_sums_are_those_of_a_year(script):
    """The weather service's map has 1,169 kWh/m² for Munich."""
    assert script["REFERENCE_KWH"].sum() == pytest.approx(1_169, abs=10)
    assert (script["DIFFUSE_KWH"] < script["REFERENCE_KWH"]).all()


def test_a_clear_site_has_no_clouds():
    assert clouds_over(replace(read_site("home"), weather=ClearWeather()), 1) is None


@pytest.mark.parametrize("weather", [CloudyWeather(), CloudyWeather(regime="broken", mean_index=0.6)])
def test_beam_and_diffuse_add_up_to_the_index(weather):
    site = replace(read_site("home"), weather=weather)
    _, sun, clear = clear_light(site).at(np.arange(NOON, NOON + 600))
    level = clear.dni * np.cos(np.radians(sun.apparent_zenith))
    air = ClimateSky(11.58, (15.0,) * 12, 0.0, 1.0, clouds_over(site, 3)).air(NOON, level / (level + clear.dhi))
    index = (level * air.beam_index + clear.dhi * air.diffuse_index) / (level + clear.dhi)
    place = {"latitude_deg": site.location.latitude_deg, "longitude_deg": site.location.longitude_deg}
    expected = CloudField(3, weather.regime, weather.mean_index, **place).clear_sky_index(NOON, 600)
    np.testing.assert_allclose(index, expected, atol=1e-12)


@given(
    portion_s=st.sampled_from([0, 3_600, 7_200, 21_600]),
    windows=st.lists(st.tuples(st.integers(-30_000, 30_000), st.integers(0, 30_000)), min_size=1, max_size=4),
)
@settings(max_examples=15, deadline=None)
def test_portions_change_no_value(portion_s, windows):
    """I7."""
    site = read_site("home")
    clouds = clouds_over(site, 3, portion_s=portion_s)
    field = CloudField(3, site.weather.regime, site.weather.mean_index, latitude_deg=48.14, longitude_deg=11.58)
    for first, n in windows:
        sky, (index, beam) = field.sky(NOON + first, n), clouds(NOON + first, n)
        np.testing.assert_array_equal(index, sky.index)
        np.testing.assert_array_equal(beam, sky.beam)


def test_neighbours_downwind_see_the_same_clouds_later():
    """2 km at 20 m/s from the west are 100 s; a fifth of the quick changes does not drift."""
    site = replace(read_site("home"), weather=CloudyWeather(regime="broken"))
    here, _ = clouds_over(site, 3)(NOON, 7_200)
    there, _ = clouds_over(site, 3, east_m=2_000.0)(NOON + 100, 7_200)
    at_once, _ = clouds_over(site, 3, east_m=2_000.0)(NOON, 7_200)
    assert np.corrcoef(here, there)[0, 1] > 0.8 > np.corrcoef(here, at_once)[0, 1] + 0.2


@given(seed=st.integers(0, 2**32), spread_km=st.floats(0.001, 100), names=st.sets(st.text(min_size=1)))
@settings(max_examples=50, deadline=None)
def test_sites_are_strewn_over_the_square_each_by_its_own_name(seed, spread_km, names):
    places = scattered(sorted(names), seed, spread_km)
    assert set(places) == names
    assert all(abs(metres) <= spread_km * 500 + 0.05 for place in places.values() for metres in place)
    for name in names:
        assert scattered([name], seed, spread_km) == {name: places[name]}  # whoever else is there


def test_the_middle_of_strewn_sites_is_the_named_place():
    places = np.array(list(scattered([f"m{i}" for i in range(1_000)], 1, 3.0).values()))
    assert np.abs(places.mean(axis=0)).max() < 100
    assert places.std(axis=0) == pytest.approx(3_000 / np.sqrt(12), rel=0.05)
