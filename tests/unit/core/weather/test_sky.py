"""The climate's temperature: month, hour, and the warm and cold spells of a seed."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.weather.sky import ClimateSky
from pvsim.core.weather.spells import Spells

START = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp())
MUNICH = (1, 2, 6, 11, 15, 18, 20, 20, 15, 10, 5, 2)


def climate(spread_c=3.5, stream=4):
    return ClimateSky(11.58, MUNICH, 9.0, 2.0, temp_air_spread_c=spread_c, spells=Spells(stream))


@given(
    first=st.integers(-60_000_000_000, 200_000_000_000),
    n=st.integers(1, 200_000),
    stream=st.integers(0, 2**128 - 1),
    data=st.data(),
)
@settings(max_examples=25, deadline=None)
def test_any_slice_equals_the_slice_of_the_whole(first, n, stream, data):
    """I7; and so do single times."""
    start = data.draw(st.integers(0, n - 1))
    stop = data.draw(st.integers(start + 1, n))
    sky = climate(stream=stream)
    whole = sky.air(first, np.zeros(n)).temp_air
    np.testing.assert_array_equal(sky.air(first + start, np.zeros(stop - start)).temp_air, whole[start:stop])
    assert sky.temp_air(np.array([first, first + n - 1])).tolist() == [whole[0], whole[-1]]


def spells(years, stream=4):
    """What the weather adds, by half hours."""
    t_utc = START + np.arange(0, years * 365 * DAY_S, 1_800)
    return climate(1.0, stream).temp_air(t_utc) - climate(0.0).temp_air(t_utc)


def test_spells_have_their_size_at_every_hour_and_last_for_days():
    """Daily means measured for the TMY3 files of pvlib: correlation .71 and .78 a day apart, .38 and .51 two."""
    found = spells(60).reshape(-1, 48)
    assert np.abs(found.mean()) < 0.05
    np.testing.assert_allclose(found.std(axis=0), 1.0, atol=0.03)
    days = found.mean(axis=1)
    assert np.corrcoef(days[:-1], days[1:])[0, 1] == pytest.approx(0.79, abs=0.03)
    assert np.corrcoef(days[:-2], days[2:])[0, 1] == pytest.approx(0.40, abs=0.05)
    assert np.abs(np.diff(found.reshape(-1))).max() < 0.1  # of the RMS in half an hour: no seam at midnight


def test_another_seed_has_other_spells():
    assert abs(np.corrcoef(spells(3, 4), spells(3, 5))[0, 1]) < 0.2


def test_the_warmest_hour_and_the_means_of_months():
    year = climate().temp_air(START + 3_600 * np.arange(365 * 24)).reshape(365, 24)
    assert year.mean() == pytest.approx(np.mean(MUNICH), abs=0.6)
    assert np.ptp(year.mean(axis=0)) == pytest.approx(9, abs=0.3)
    assert year.mean(axis=0).argmax() == 14  # 15:00 by the sun is 14:14 UTC at 11.58° east
    assert year[:31].mean() < 4
    assert year[181:212].mean() > 16
