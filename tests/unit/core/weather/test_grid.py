"""Weather columns: put on a grid of UTC."""

import numpy as np
import pytest

from pvsim.core.weather.grid import on_grid
from pvsim.errors import BadInputError


def test_lines_that_are_missing_become_gaps():
    weather = on_grid("w.csv", np.array([0, 60, 180]) + 600, {"ghi": np.array([3.0, 5, 7])}, stamp_share=1.0)
    assert (weather.first_utc, weather.step_s) == (540, 60)
    np.testing.assert_array_equal(weather.ghi, [3, 5, np.nan, 7])
    assert weather.missing.tolist() == [False, False, True, False]


DULL = np.full(3, 50.0)


@pytest.mark.parametrize(
    ("t_utc", "columns", "says"),
    [
        ([0], {"ghi": DULL[:1]}, "only one line of data"),
        ([0, 60, 60], {"ghi": DULL}, "1970-01-01 00:01:00Z comes twice or out of order"),
        ([0, 60, 130], {"ghi": DULL}, "not on a grid of 60 s"),
        ([0, 7200, 14400], {"ghi": DULL}, "coarser than an hour"),
        ([0, 7, 14], {"dni": DULL, "dhi": DULL}, "it does not divide an hour"),
        (
            [0, 60, 10**9 + 20],
            {"ghi": DULL},
            "after 1970-01-01 00:01:00Z the file goes on at 2001-09-09 01:47:00Z",
        ),
        ([-(60**6), 60 - 60**6, 120 - 60**6 + 1], {"ghi": DULL}, "not on a grid"),
        ([0, 10, 20], {"ghi": DULL}, "cannot be told apart below a minute"),
    ],
)
def test_what_is_no_weather_is_refused(t_utc, columns, says):
    with pytest.raises(BadInputError, match=says) as caught:
        on_grid("w.csv", np.array(t_utc), columns, stamp_share=0.0)
    assert caught.value.fix
