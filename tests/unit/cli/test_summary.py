"""The lines under the table of a run: what longer means hide, and the battery's balance."""

import msgspec
import pytest

from pvsim import Request
from pvsim.adapters.site_file import read_site
from pvsim.cli import summary as printed
from pvsim.config.request import PvRequest
from pvsim.core.results.summary import BatteryUse, Energies, Peaks, Resolution, Summary, YieldAmongYears
from pvsim.core.site.schema import Battery, Grid, Home, HomePlant
from pvsim.wiring.configure import configure

ENERGY = Energies(107.9, 26.7, 22.9, 85.0, 3.8)
LIMITED = msgspec.structs.replace(read_site("home"), grid=Grid(5.0))
RUN = Summary(86_400, 1, ENERGY, 0.858991, 0.21238, 0.25, Peaks(9.0, 3.3, 9.0, 3.2, 4.6, 0.0))


def seen(window_s, consumption):
    return Resolution(window_s, consumption, 0.2, 1.0, 1.0, 1.0, 1.0)


def test_what_longer_means_hide_is_said():
    run = msgspec.structs.replace(RUN, resolution=(seen(1, 0.858991), seen(60, 0.9912), seen(900, 1.0)))
    assert printed._averaged(run) == "self-consumption from means over 1 min 99.1% · 15 min 100.0%"


def test_rows_of_an_hour_say_that_they_hide_something():
    run = msgspec.structs.replace(RUN, resolution=(seen(3_600, 0.22),))
    assert printed._averaged(run) == "these are of means over 1 h: shorter rows (--every) show less of both"


@pytest.mark.parametrize(
    "table", [None, (seen(1, 0.5),), (seen(1, None), seen(60, None)), (seen(1, 0.5), seen(60, 0.5004))]
)
def test_nothing_is_said_where_there_is_nothing_to_see(table):
    assert printed._averaged(msgspec.structs.replace(RUN, resolution=table)) == ""


def test_charge_and_discharge_add_up_to_the_reader():
    use = BatteryUse(10.0, 0.7, 0.8, 5.0, 6.2, 1.2, 3.0, 2.0)
    line = "battery: stored 5.000 → 6.200 kWh (+1.200) · losses 0.800 kWh · 0.70 full cycles"
    assert printed._battery(msgspec.structs.replace(RUN, battery=use)) == line
    late = msgspec.structs.replace(use, from_grid_kwh=0.06, to_grid_kwh=0.1)
    said = f"{line} · too late 0.060 kWh from the grid and 0.100 kWh into it"
    assert printed._battery(msgspec.structs.replace(RUN, battery=late)) == said
    assert printed._battery(RUN) == ""


def test_a_year_says_where_its_yield_lies():
    among = YieldAmongYears(1_012.4, 17.5, 40, 1_054.6, 985.0, 1_050.0, 1_120.2)
    line = "PV yield 1,012 kWh/kWp: percentile 18 of 40 years of this site (mean 1,055, P10 985, P90 1,120)"
    assert printed._among_years(msgspec.structs.replace(RUN, yield_among_years=among)) == line
    assert printed._among_years(RUN) == ""


def test_what_an_export_limit_cost_stands_beside_the_shares():
    energy = msgspec.structs.replace(ENERGY, pv=9.0, curtailed=1.0)
    line = printed._shares(msgspec.structs.replace(RUN, energy_kwh=energy), grid=False)
    assert line.endswith("self-sufficiency 21.2% · curtailed 10.0% of the potential PV energy")
    assert printed._shares(RUN, grid=True).startswith("the meter is at the grid")


@pytest.mark.parametrize(
    ("site", "pv", "line"),
    [
        ("home", None, "site home · household of 4,500 kWh a year · clouds: climate · seed 1\n"),
        ("home", "none", "household of 4,500 kWh a year · no PV · seed 1\n"),
        (
            "home-tariff",
            "none",
            "household of 4,000 kWh a year · no PV · the site's battery, grid connection, tariff, CO2 · seed 1\n",
        ),
        (
            LIMITED,
            "curve",
            "household of 4,500 kWh a year · PV of the curve · the site's grid connection · seed 1\n",
        ),
        (
            LIMITED,
            __file__,
            "household of 4,500 kWh a year · PV from a file · the site's grid connection · seed 1\n",
        ),
        (None, "none", ""),
    ],
)
def test_what_a_site_gives_is_told_without_its_plants_too(site, pv, line):
    config = configure(Request(site=site, pv=PvRequest(source=pv)))
    assert printed._site_line(config) == line


def test_of_a_street_it_is_told_how_many_homes_have_what():
    roof = HomePlant(30, 180, 5.0)
    homes = (
        Home(count=1, plants=(roof,), battery=Battery(5.0, 2.0)),
        Home(count=1, plants=(roof,)),
        Home(count=1, plants=()),
    )
    config = configure(Request(site=msgspec.structs.replace(read_site("home"), homes=homes)))
    assert printed._sites(config) == "3 homes, 2 with PV, 1 with a battery"
    assert printed._sites(configure(Request(site="home", meters=2))) == "2 meters, each with its PV"
    assert printed._sites(configure(Request(site="home", meters=2, pv=PvRequest(source="none")))) == "2 meters"


def test_no_export_has_no_minus():
    assert printed._kw(-0.0) == "0.0000 kW"
    assert printed._kw(1_234.5) == "1,234.5000 kW"
    assert printed._kw(None) == ""


@pytest.mark.parametrize(
    ("partitions", "said"),
    [(0, ""), (1, " and those of 1 other partition"), (1_023, " and those of 1,023 other partitions")],
)
def test_other_partitions_are_counted(partitions, said):
    assert printed._others(partitions) == said
