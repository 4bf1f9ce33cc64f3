"""The centre of the light beside noon, and the remark on a file where it is far from it."""

from dataclasses import replace

import numpy as np
import pytest

from pvsim.core.series.findings import FileReading
from pvsim.core.weather.noon import after_noon_h, noon_remark
from pvsim.core.weather.series import WeatherSeries

READING = FileReading("w.csv", (), (), 24, 3600, "UTC", "assumed", "start", "assumed")
SUN = np.maximum(0, np.cos((np.arange(24) + 0.5 - 12) / 24 * 2 * np.pi))
DAY = WeatherSeries("w.csv", 3600, 0, typical=False, ghi=np.zeros(24), dni=SUN, reading=READING)


@pytest.mark.parametrize("longitude", [-150.0, -95.0, 0.0, 8.0, 179.0])
@pytest.mark.parametrize("late_h", [-11.0, -1.0, 0.0, 2.5])
def test_the_centre_of_the_light_beside_noon(longitude, late_h):
    hours = np.arange(0, 48, 0.25) + 0.125
    light = np.maximum(0, np.cos((hours - 12 + longitude / 15 - late_h) / 24 * 2 * np.pi))
    assert after_noon_h(light, 0, 900, longitude) == pytest.approx(late_h, abs=0.05)


def test_without_light_there_is_no_centre():
    assert np.isnan(after_noon_h(np.array([0.0, np.nan]), 0, 900, 0.0))


@pytest.mark.parametrize(
    ("longitude", "zone_from", "says"),
    [
        (8.0, "assumed", ""),
        (30.0, "assumed", '2.0 h after solar noon at the site: check tz = "Area/City"'),
        (-30.0, "assumed", "2.0 h before solar noon"),
        (29.0, "times", ""),
        (-60.0, "times", "4.0 h before solar noon at the site: check tz and stamp under"),
    ],
)
def test_light_far_from_noon_is_remarked_upon(longitude, zone_from, says):
    remark = noon_remark(replace(DAY, reading=replace(READING, zone_from=zone_from)), longitude)
    assert says in remark
    assert bool(remark) == bool(says)


def test_nothing_is_said_of_a_dark_or_short_file_or_of_one_without_a_reading():
    for series in (
        replace(DAY, dni=np.zeros(24)),
        replace(DAY, reading=None),
        WeatherSeries("w.csv", 3600, 0, typical=False, ghi=SUN[:12], reading=READING),
    ):
        assert not noon_remark(series, -60.0)
        assert series.remarked("x").reading == (
            None if series.reading is None else replace(READING, remarks=("x",))
        )
