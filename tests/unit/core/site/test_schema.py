"""A site's parts know what they are called in its file."""

import pytest

from pvsim.core.site.schema import DepotLoad, HouseholdLoad, OfficeLoad


@pytest.mark.parametrize(
    ("load", "kind"), [(HouseholdLoad, "household"), (OfficeLoad, "office"), (DepotLoad, "depot")]
)
def test_a_load_has_the_name_that_it_has_in_a_file(load, kind):
    assert load(annual_kwh=4000).kind == kind
