"""Weather columns: found by their headers, put on a grid of UTC, across changes of the clock."""

import numpy as np
import pytest

from pvsim.core.pv_site.weather_grid import on_grid, which_columns
from pvsim.errors import BadInputError

PVGIS = ["id", "time(UTC)", "T2m", "G(h)", "Gb(n)", "Gd(h)", "WS10m"]


@pytest.mark.parametrize(
    ("header", "time", "found"),
    [
        (["timestamp", "ghi", "dni", "temp_air"], 0, {"ghi": 1, "dni": 2, "temp_air": 3}),
        (PVGIS, 1, {"temp_air": 2, "ghi": 3, "dni": 4, "dhi": 5, "wind_speed": 6}),
        (
            ["when", "GHI [W/m²]", "Temperature (°C)", "wind_speed_ms"],
            0,
            {"ghi": 1, "temp_air": 2, "wind_speed": 3},
        ),
        (["Zeit", "Globalstrahlung W/m^2", "ghi_uncertainty"], 0, {"ghi": 1}),
        (["time", "dni_w_m2", "dhi_W_m2"], 0, {"dni": 1, "dhi": 2}),
    ],
)
def test_columns_by_their_headers(header, time, found):
    assert which_columns(header, "w.csv") == (time, found)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (["time", "dni", "temp_air"], "neither ghi nor dni with dhi among the columns time, dni, temp_air"),
        (["time", "ghi", "GHI (W/m2)"], "'ghi' and 'GHI .W/m2.' are both ghi"),
    ],
)
def test_headers_that_do_not_say_enough(header, says):
    with pytest.raises(BadInputError, match=says):
        which_columns(header, "w.csv")


def test_lines_that_are_missing_become_gaps_and_small_negatives_zero():
    weather = on_grid("w.csv", np.array([0, 60, 180]) + 600, {"ghi": np.array([-3.0, 5, 7])}, stamp_share=1.0)
    assert (weather.first_utc, weather.step_s) == (540, 60)
    np.testing.assert_array_equal(weather.ghi, [0, 5, np.nan, 7])
    assert weather.missing.tolist() == [False, False, True, False]


DULL = np.full(3, 50.0)


@pytest.mark.parametrize(
    ("t_utc", "columns", "says"),
    [
        ([0], {"ghi": DULL[:1]}, "one line of data only"),
        ([0, 60, 60], {"ghi": DULL}, "1970-01-01 00:01:00Z comes twice or out of order"),
        ([0, 60, 130], {"ghi": DULL}, "not on a grid of 60 s"),
        ([0, 7200, 14400], {"ghi": DULL}, "coarser than an hour"),
        ([0, 7, 14], {"dni": DULL, "dhi": DULL}, "no divisor of an hour"),
        ([0, 60, 120], {"ghi": DULL * 100}, "ghi is 5000 W/m²"),
        ([0, 60, 120], {"dni": DULL, "dhi": -DULL * 2}, "dhi is -100 W/m²"),
        ([0, 60, 120], {"ghi": DULL, "temp_air": DULL + 250}, "temp_air is 300 °C at 1970-01-01 00:00:00Z"),
        ([0, 60, 120], {"ghi": DULL, "wind_speed": -DULL}, "wind_speed is -50 m/s"),
        ([0, 60, 120], {"dni": DULL / 50, "dhi": DULL / 100}, "never more than 1 W/m²: is it in kW/m²?"),
        ([0, 10, 20], {"ghi": DULL}, "cannot be told apart below a minute"),
    ],
)
def test_what_is_no_weather_is_refused(t_utc, columns, says):
    with pytest.raises(BadInputError, match=says) as caught:
        on_grid("w.csv", np.array(t_utc), columns, stamp_share=0.0)
    assert caught.value.fix
