"""What is said of the annual energies of several buildings."""

import pytest
from msgspec.structs import replace

from pvsim.adapters.site_file import read_site
from pvsim.cli.energy_notes import energy_notes
from pvsim.cli.summary import _loads
from pvsim.config import MeterRequest, Request
from pvsim.core.site.energy import EnergyPopulation
from pvsim.core.site.schema import Home, OfficeLoad
from pvsim.wiring.configure import configure

BY_DEFAULT = (
    "annual energy of 3 households: 2,572 to 4,476 kWh, mean 3,840 (lognormal around 4,000, CV 0.30;"
    " --annual-kwh 4000~0% makes all the same)"
)


@pytest.mark.parametrize(
    ("source", "meters", "annual_kwh", "note"),
    [
        ("household", 3, 4_000.0, BY_DEFAULT),
        ("household", 3, EnergyPopulation(mean_kwh=4_000, cv=0), "annual energy of 3 households: 4,000 kWh each"),
        (
            "household",
            1,
            EnergyPopulation(mean_kwh=4_000),
            "annual energy of the household: 4,476 kWh (lognormal around 4,000, CV 0.30)",
        ),
        (
            "household",
            2,
            EnergyPopulation(from_kwh=4_000, to_kwh=4_001),
            "annual energy of 2 households: 4,001 kWh each (drawn between 4,000 and 4,001)",
        ),
        (
            ("household", "office"),
            None,
            (3_000.5, 5_000.0),
            "annual energy of 2 buildings: 3,000.5 to 5,000 kWh, mean 4,000 (as listed)",
        ),
    ],
)
def test_a_line_says_how_energies_differ(source, meters, annual_kwh, note):
    asked = Request(meter=MeterRequest(source=source), meters=meters, annual_kwh=annual_kwh)
    assert energy_notes(configure(asked)) == [note]


def test_of_one_building_nothing_needs_to_be_said():
    for source in ("household", "household:3200", "uniform"):
        assert energy_notes(configure(Request(meter=MeterRequest(source=source)))) == []


def test_what_kinds_of_homes_say_is_told_as_theirs():
    homes = tuple(Home(count=1, annual_kwh=kwh) for kwh in (2_000.0, 3_000.0))
    site = replace(read_site("home"), homes=homes)
    (note,) = energy_notes(configure(Request(site=site)))
    assert note == "annual energy of 2 households: 2,000 to 3,000 kWh, mean 2,500 (as its kinds of homes say)"
    assert energy_notes(configure(Request(site=site, meters=1))) == []
    office = Home(count=1, load=OfficeLoad(annual_kwh=9_000.0))
    (note,) = energy_notes(configure(Request(site=replace(site, homes=(homes[0], office)))))
    assert note.startswith("annual energy of 2 buildings: 2,000 to 9,000 kWh")


def test_what_a_file_of_homes_says_is_told_as_its(tmp_path):
    path = tmp_path / "homes.csv"
    path.write_text("annual_kwh\n3000\n4000.5\n")
    config = configure(Request(site=replace(read_site("home"), homes_file=str(path))))
    assert energy_notes(config) == [
        "annual energy of 2 households: 3,000 to 4,000.5 kWh, mean 3,500 (as its file of homes says)"
    ]
    assert _loads(config) == ["household of 3,000 to 4,000.5 kWh a year"]
