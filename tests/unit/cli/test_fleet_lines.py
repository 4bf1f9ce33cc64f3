"""What is printed of several meters."""

import pytest
from msgspec.structs import replace

from pvsim.cli.fleet_lines import fleet_lines
from pvsim.core.results.distribution import Distribution, OverMeters
from pvsim.core.results.summary import CoincidentPeak, Energies, Peaks, Summary

ONE = Summary(1, 1, Energies(6.0, 2.0, 1.0, 0.5, 1.0), None, None, None, Peaks(1.0, 2.0, 3.0, 4.0, 5.0, None))
OVER = OverMeters(Distribution(5.0, 11.04, 2_020.0), None, None, None, None, None, None, None)
PEAKS = (CoincidentPeak(1, 4_321.4, 1.0, 4_000.0, 1.0), CoincidentPeak(20, 1_234.0, 0.3, 1_100.0, 0.3))

SEVERAL = (
    "of the meters 5 % · half · 95 % have no more than: load 5.0 · 11.0 · 2,020.0 kWh,"
    " self-consumption 20 · 31 · 40%, self-sufficiency 20 · 31 · 40%, cycles 0.1 · 0.5 · 1.0,"
    " bill -1.00 · 2.50 · 3.00"
)


def test_of_one_meter_there_is_nothing_to_say():
    assert fleet_lines(ONE) == []


def test_several_meters_by_hand():
    share = Distribution(0.2, 0.313, 0.4)
    over = replace(OVER, self_consumption=share, self_sufficiency=share, full_cycles=Distribution(0.1, 0.5, 1.0))
    over = replace(over, money_total=Distribution(-1.0, 2.5, 3.0))
    assert fleet_lines(replace(ONE, over_meters=over, coincidence=PEAKS)) == [
        SEVERAL,
        "15-min peak load by meter, of the first meters together: 4,321 W of 1 · 1,234 W of 20",
    ]
    assert fleet_lines(replace(ONE, over_meters=OVER)) == [
        "of the meters 5 % · half · 95 % have no more than: load 5.0 · 11.0 · 2,020.0 kWh"
    ]


def test_of_grid_meters_it_is_import():
    over = replace(OVER, load_kwh=None, import_kwh=Distribution(1.0, 2.0, 3.0))
    peaks = tuple(replace(peak, load_w_per_meter=None) for peak in PEAKS)
    assert fleet_lines(replace(ONE, over_meters=over, coincidence=peaks)) == [
        "of the meters 5 % · half · 95 % have no more than: import 1.0 · 2.0 · 3.0 kWh",
        "15-min peak import by meter, of the first meters together: 4,000 W of 1 · 1,100 W of 20",
    ]


@pytest.mark.parametrize(("peak_kw", "is_said"), [(0.0, True), (0.4, True), (0.5, False), (2.0, False)])
def test_energies_that_peaks_do_not_allow_are_explained(peak_kw, is_said):
    """Two meters of two rows of an hour: 1 kWh of import in two hours is 0.5 kW in the mean."""
    energy = Energies(load=6.0, pv=2.0, self_consumed=1.0, import_=1.0, export=0.5)
    peak = replace(ONE.peak_kw, import_=peak_kw, export=9.0)
    fleet = replace(ONE, rows=4, resolution_s=3_600, energy_kwh=energy, peak_of_all_kw=peak, over_meters=OVER)
    lines = fleet_lines(replace(fleet, meters={"a": ONE, "b": ONE}))
    assert any("are net of all meters" in line for line in lines) == is_said
    assert not any("are net of all meters" in line for line in fleet_lines(fleet))
