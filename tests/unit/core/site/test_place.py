"""Where a site is, and its weather: each kind by its name, and numbers in their ranges."""

import msgspec
import pytest

from pvsim.core.site.place import ClearWeather, CloudyWeather, FileWeather, Location, Weather


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"kind": "clear"}, ClearWeather),
        ({"kind": "clouds"}, CloudyWeather),
        ({"kind": "file", "path": "w.csv"}, FileWeather),
    ],
)
def test_a_weather_is_known_by_its_kind(data, kind):
    assert isinstance(msgspec.convert(data, Weather), kind)


def test_twelve_months_or_one_number():
    months = list(range(12))
    assert msgspec.convert({"kind": "clear", "temp_air_c": months}, Weather).temp_air_c == tuple(
        map(float, months)
    )
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "clear", "temp_air_c": months[:-1]}, Weather)


def test_a_latitude_ends_at_the_poles():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"latitude_deg": 91, "longitude_deg": 0, "tz": "UTC"}, Location)
