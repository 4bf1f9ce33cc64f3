import sys

import pytest

from pvsim.adapters.turbidity import linke_turbidity
from pvsim.errors import UsageError


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
