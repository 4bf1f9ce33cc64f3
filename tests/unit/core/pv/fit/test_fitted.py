"""The site file of a plant that was found: what is written is what was found, and a site."""

import tomllib
from datetime import date

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.pv.fit import Day, Fit, Neighbour
from pvsim.core.pv.fit.fitted import FittedPlant, site_text
from pvsim.core.site.schema import ClearWeather, HorizonPoint, Plant, Site
from pvsim.core.weather.sun import Place

T_UTC = np.arange(0, 600, 300, dtype=np.int64)


def found(source="roof.csv", tilt_deg=30.0, azimuth_deg=180.0, peak_kw=8.0, neighbours=()):
    day = Day(source, Place(48.14, 11.58, 520.0), date(2024, 6, 21), T_UTC, np.array([1.0, 2.0]), 4.3)
    horizon = (HorizonPoint(60.0, 27.84, 0.5), HorizonPoint(300.0, 13.99, 0.5))
    plant = Plant(
        tilt_deg=tilt_deg, azimuth_deg=azimuth_deg, peak_kw=peak_kw, losses_percent=10.0, horizon=horizon
    )
    return FittedPlant(day, Fit(plant, 0.02, 2.0, 0.998, 0.25, 0.26), list(neighbours), "Europe/Berlin")


@given(tilt_deg=st.integers(0, 90), azimuth_deg=st.integers(0, 359), peak_w=st.integers(100, 99_999))
def test_the_text_is_a_site_with_the_plant_that_was_found(tilt_deg, azimuth_deg, peak_w):
    fitted = found(tilt_deg=float(tilt_deg), azimuth_deg=float(azimuth_deg), peak_kw=peak_w / 10_000)
    site = msgspec.convert(tomllib.loads(site_text(fitted)), Site)
    assert site.plants == (fitted.fit.plant,)
    assert (site.location.tz, site.location.altitude_m) == ("Europe/Berlin", 520.0)
    assert isinstance(site.weather, ClearWeather)
    assert site.weather.linke_turbidity == 4.3


def test_the_comments_say_where_it_is_from_and_how_well_it_fits():
    neighbour = Neighbour("turbidity", "4.3", 0.01, 31.0, 181.0, 8.1)
    lines = site_text(found("/home/me/a b/roof.csv", neighbours=[neighbour])).splitlines()
    assert lines[0] == "# found by pvsim fit from roof.csv, taken as 2024-06-21"
    assert lines[1] == "# RMSE 0.0200 kW, 1.0% of the peak; R² 0.99800"
    assert lines[5].split() == ["#", "turbidity", "4.3", "0.0100", "31.0", "181.0", "8.100"]
