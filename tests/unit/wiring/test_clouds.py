"""A site's clouds: its mean index by month, and light that adds up."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from pvsim.adapters.site_file import EXAMPLES, read_site
from pvsim.core.clouds import CloudField
from pvsim.core.site import ClearWeather, CloudyWeather
from pvsim.wiring.clouds import clouds_over
from pvsim.wiring.sites import clear_light

NOON = 1_718_964_000  # 2024-06-21 10:00 UTC
SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "validate_physics.py"


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(SCRIPT))


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
    beam_index, diffuse_index = clouds_over(site, 3)(NOON, 600)
    _, sun, clear = clear_light(site).at(np.arange(NOON, NOON + 600))
    level = clear.dni * np.cos(np.radians(sun.apparent_zenith))
    index = (level * beam_index + clear.dhi * diffuse_index) / (level + clear.dhi)
    expected = CloudField(3, weather.regime, weather.mean_index).clear_sky_index(NOON, 600)
    np.testing.assert_allclose(index, expected, atol=0.002)
