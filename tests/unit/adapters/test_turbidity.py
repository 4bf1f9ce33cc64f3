import sys

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pvlib import clearsky

from pvsim.adapters.turbidity import linke_turbidity
from pvsim.errors import UsageError

MONTHS = pd.date_range("2023-01-15", periods=12, freq=pd.DateOffset(months=1), tz="UTC")
EDGES = st.integers(-2_160, 2_160).map(lambda twelfths: twelfths / 24)  # the cells meet at every other one


@given(latitude=st.floats(-90, 90) | EDGES, longitude=st.floats(-180, 180) | EDGES)
@example(latitude=79.08333333333333, longitude=-97.5)
@settings(max_examples=60, deadline=None)
def test_the_months_are_those_that_pvlib_reads(latitude, longitude):
    table = clearsky.lookup_linke_turbidity(MONTHS, latitude, longitude, interp_turbidity=False)
    assert linke_turbidity(latitude, longitude) == tuple(round(value, 2) for value in table)


def test_munich_is_hazier_in_summer():
    months = linke_turbidity(48.14, 11.58)
    assert len(months) == 12
    assert (months[5], months[0]) == (4.3, 2.9)


@pytest.mark.parametrize("latitude", [-90.0, 90.0])
@pytest.mark.parametrize("longitude", [-180.0, 180.0])
def test_the_corners_of_the_world(latitude, longitude):
    assert all(1 < month < 10 for month in linke_turbidity(latitude, longitude))


def test_without_the_table_a_way_around_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pvlib", None)
    with pytest.raises(UsageError, match="table of turbidity cannot be read") as caught:
        linke_turbidity(48.14, 11.58)
    assert "linke_turbidity = 4" in caught.value.fix


def test_without_what_reads_it_too(monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(UsageError, match="table of turbidity cannot be read"):
        linke_turbidity(48.14, 11.58)
