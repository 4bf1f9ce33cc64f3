"""Flows of energy: each place's sum is that of the summary (I8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.results.flows import Flow, flows_of
from pvsim.core.results.summary import BatteryUse, Energies

kwh = st.integers(0, 10_000).map(float)


@given(load=kwh, pv=kwh, battery=st.tuples(kwh, kwh), curtailed=st.none() | kwh)
def test_i8_the_flows_of_each_place_add_up_to_its_energy(load, pv, battery, curtailed):
    charge, discharge = battery
    grid = load - pv + charge - discharge
    exported = min(max(-grid, 0.0), pv)  # no battery feeds the grid
    energy = Energies(load, pv, pv - exported, grid + exported, exported, charge, discharge, curtailed)
    flows = flows_of(energy)

    def total(place, end):
        return sum(flow.kwh for flow in flows if getattr(flow, end) == place)

    assert all(flow.kwh > 0 for flow in flows)
    assert total("pv", "source") == pytest.approx(pv + (curtailed or 0))
    assert total("export", "target") == pytest.approx(exported)
    assert total("battery_in", "target") == pytest.approx(charge)
    assert total("battery_out", "source") == pytest.approx(discharge)


def test_a_day_without_battery():
    energy = Energies(load=10.0, pv=6.0, self_consumed=4.0, import_=6.0, export=2.0)
    assert flows_of(energy) == (Flow("pv", "building", 4), Flow("pv", "export", 2), Flow("grid", "building", 6))


def test_what_the_battery_takes_beyond_pv_comes_from_the_grid():
    energy = Energies(2.0, 3.0, 3.0, 4.0, 0.0, battery_charge=5.0, battery_discharge=0.0)
    assert flows_of(energy) == (
        Flow("pv", "battery_in", 3),
        Flow("grid", "building", 2),
        Flow("grid", "battery_in", 2),
    )


def test_there_are_none_where_the_load_is_not_known():
    assert flows_of(Energies(None, 1.0, None, 1.0, 0.0, meter=2.0)) == ()


def test_a_late_battery_is_served_by_the_grid_and_serves_it():
    """In the dark: 1 kWh for the building, of which the battery gives 0.8 kWh in time and 0.3 kWh too late."""
    use = BatteryUse(10.0, 0.11, 0.2, 5.0, 3.8, -1.2, 0.0, 0.0, from_grid_kwh=0.1, to_grid_kwh=0.3)
    energy = Energies(1.0, 0.0, -0.3, 0.3, 0.3, battery_charge=0.1, battery_discharge=1.1)
    assert flows_of(energy, use) == (
        Flow("battery_out", "building", 0.8),
        Flow("battery_out", "export", 0.3),
        Flow("grid", "building", 0.2),
        Flow("grid", "battery_in", 0.1),
    )


def test_what_a_late_battery_gives_the_grid_is_not_taken_from_pv_where_rows_do_not_tell_it():
    """The same dark time in means over an hour: what the export has more than PV can only be the battery's."""
    use = BatteryUse(10.0, 0.11, 0.2, 5.0, 3.8, -1.2, 0.0, 0.0)
    energy = Energies(1.0, 0.0, -0.3, 0.3, 0.3, battery_charge=0.1, battery_discharge=1.1)
    assert flows_of(energy, use) == (
        Flow("battery_out", "building", 0.8),
        Flow("battery_out", "export", 0.3),
        Flow("grid", "building", 0.2),
        Flow("grid", "battery_in", 0.1),
    )
