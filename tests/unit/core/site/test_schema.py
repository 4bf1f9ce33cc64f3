"""A site's parts know what they are called in its file."""

import msgspec
import pytest

from pvsim.core.site.schema import Battery, DepotLoad, HouseholdLoad, OfficeLoad


@pytest.mark.parametrize(
    ("load", "kind"), [(HouseholdLoad, "household"), (OfficeLoad, "office"), (DepotLoad, "depot")]
)
def test_a_load_has_the_name_that_it_has_in_a_file(load, kind):
    assert load(annual_kwh=4000).kind == kind


def test_a_battery_without_a_delay_is_encoded_as_before_there_were_delays():
    """Its manifest keeps its digest."""
    plain = Battery(capacity_kwh=10, charge_kw=5)
    assert msgspec.json.encode(plain) == (
        b'{"capacity_kwh":10,"charge_kw":5,"discharge_kw":null,"charge_efficiency":0.96,"discharge_efficiency":0.96,'
        b'"standby_w":10.0,"min_soc_percent":0.0,"max_soc_percent":100.0,"start_soc_percent":null}'
    )
    late = msgspec.structs.replace(plain, response_s=3.0, charge_efficiency=((0.5, 0.9), (1.0, 0.95)))
    assert msgspec.json.decode(msgspec.json.encode(late), type=Battery) == late
