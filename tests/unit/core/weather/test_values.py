"""Values of a weather file: markers, negative light, and what there is not on Earth."""

import numpy as np
import pytest

from pvsim.core.weather.values import cleaned
from pvsim.errors import BadInputError


def where(row):
    return f"w.csv:{row + 2}"


def clean(name, *raw, factor=1.0):
    values = np.array(raw, float)
    return cleaned(name, values, values * factor, where)


def test_light_below_zero_is_zero_and_counted():
    found = clean("ghi", -3.0, 0.0, 5.0, np.nan)
    np.testing.assert_array_equal(found.values, [0, 0, 5, np.nan])
    assert (found.below_zero, found.marked) == (1, {})
    assert clean("temp_air", -3.0).values.tolist() == [-3]


@pytest.mark.parametrize(
    ("name", "marker", "text"),
    [("ghi", -999, "-999"), ("dni", 9999, "9999"), ("dhi", -9900, "-9900"), ("temp_air", 99.9, "99.9"),
     ("wind_speed", 999, "999"), ("temp_air", -99, "-99"), ("ghi", 999999, "999999")],
)  # fmt: skip
def test_markers_are_missing_values_and_counted(name, marker, text):
    found = clean(name, 1.0, marker, marker)
    np.testing.assert_array_equal(found.values, [1, np.nan, np.nan])
    assert found.marked == {text: 2}


def test_a_marker_is_one_in_the_numbers_of_the_file():
    assert clean("wind_speed", -999.0, 36.0, factor=1 / 3.6).marked == {"-999": 1}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ghi", 5000, "ghi is 5000 W/m²"),
        ("dhi", -100, "dhi is -100 W/m²"),
        ("temp_air", 300, "temp_air is 300 °C"),
        ("wind_speed", -50, "wind_speed is -50 m/s"),
        ("ghi", np.inf, "ghi is inf W/m²"),
        ("ghi", 1e300, r"ghi is 1e\+300 W/m²"),
    ],
)
def test_what_there_is_not_on_earth_is_refused_with_its_line(name, value, says):
    with pytest.raises(BadInputError, match=says) as caught:
        clean(name, 1.0, value)
    assert caught.value.where == "w.csv:3"
    assert "leave the cell empty" in caught.value.fix
