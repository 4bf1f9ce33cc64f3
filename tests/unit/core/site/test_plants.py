"""Plants as plain data: those of a home may have ranges, those of a site have numbers."""

import msgspec
import pytest

from pvsim.core.site.plants import AzimuthRange, HomePlant, Plant

ROOF = {"tilt_deg": 30, "azimuth_deg": 180, "peak_kw": 5}


def test_a_home_may_have_ranges_where_a_site_has_numbers():
    facing = {**ROOF, "azimuth_deg": {"from": 90, "to": 270}}
    assert msgspec.convert(facing, HomePlant).azimuth_deg == AzimuthRange(90.0, 270.0)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(facing, Plant)


def test_what_both_leave_out_is_the_same():
    site, home = (msgspec.to_builtins(msgspec.convert(ROOF, kind)) for kind in (Plant, HomePlant))
    assert site == home
