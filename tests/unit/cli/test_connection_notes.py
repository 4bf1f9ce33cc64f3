"""What is said of the limits at the connection."""

from datetime import date

from msgspec.structs import replace

from pvsim.adapters.site_file import read_site
from pvsim.cli.connection_notes import connection_notes
from pvsim.config import Request
from pvsim.config.connection import ConnectionConfig, ExportStep
from pvsim.core.site.schema import DimmingWindow, ElectricCar, Grid, Home, HomePlant
from pvsim.wiring.configure import configure

HOME = read_site("home")


def notes(day="2025-02-24", **changes):
    return connection_notes(configure(Request(site=replace(HOME, **changes), date=day, days=2)))


def test_a_site_that_says_nothing_new_is_not_spoken_of():
    assert notes() == []
    assert notes(grid=Grid(export_limit_kw=5.0)) == []
    assert notes(grid=Grid(fuse_a=35)) == []


def test_how_many_windows_dim_what():
    evening = DimmingWindow("2025-02-24T17:00", "2025-02-24T19:00", 4.2)
    later = DimmingWindow("2025-12-24T17:00", "2025-12-24T19:00", 4.2)
    load = replace(HOME.load, electric_car=ElectricCar(2_000))
    assert notes(load=load, grid=Grid(dimming=(evening, later))) == [
        "dimming: 1 of 2 windows in this run, each device to 4.2 kW"
    ]
    assert notes(load=load, grid=Grid(dimming=(evening, replace(evening, limit_kw=5.0)))) == [
        "dimming: 2 of 2 windows in this run"
    ]
    part = Request(site=replace(HOME, load=load, grid=Grid(dimming=(evening,))), date="2025-02-24", hours="12-13")
    assert connection_notes(configure(part)) == [
        "dimming: 1 of 1 window on the day of this run, each device to 4.2 kW"
    ]
    assert notes(grid=Grid(dimming=(evening,))) == [
        "dimming: 1 window without effect, no meter is a building with heat pump or electric car"
    ]


CAP = "60 % of 8 kWp, EEG 2023 § 9 (2), as changed by the Solarspitzengesetz of 21 February 2025"

CAP10 = CAP.replace("8 kWp", "10 kWp")


def test_which_rule_holds_from_when_on():
    early = "2025-03-01; its PV is simulated from the first day of the run on all the same"
    old = "2025-02-24, the first day of the run; commissioned = DATE in the site file sets another"
    assert notes(rules="de", commissioned=date(2025, 3, 1)) == [
        f"rules of Germany: for a plant commissioned on {early}",
        "from 2025-02-24 on no limit holds on what is fed in",
        f"from 2025-02-25 on no more than 4.8 kW is fed in: {CAP}",
    ]
    assert notes(rules="de") == [
        f"rules of Germany: for a plant commissioned on {old}",
        "no limit holds on what is fed in",
    ]
    assert (
        notes(rules="de", commissioned=date(2024, 1, 1))[0]
        == "rules of Germany: for a plant commissioned on 2024-01-01"
    )
    assert notes(grid=Grid(export_limit_percent=70)) == [
        "no more than 5.6 kW is fed in: 70 % of 8 kWp, grid.export_limit_percent"
    ]


def test_homes_that_differ_have_limits_of_their_own():
    roofs = [Home(count=1, plants=(HomePlant(30, 180, kw),)) for kw in (5.0, 10.0)]
    homes = (*roofs, Home(count=1, plants=()))
    (note,) = notes(grid=Grid(export_limit_percent=60), homes=homes)
    assert note == (
        "2 of 2 homes with PV feed in no more than 3 to 6 kW, each by its own plants: "
        "60 % of 10 kWp, grid.export_limit_percent"
    )
    said, *by_home = notes("2025-03-01", rules="de", commissioned=date(2025, 3, 1), homes=homes)
    assert said.startswith("rules of Germany")
    assert by_home == [f"2 of 2 homes with PV feed in no more than 3 to 6 kW, each by its own plants: {CAP10}"]


def test_limits_of_homes_that_end_are_said():
    none = ExportStep(date(2025, 2, 24), None)
    limited = ExportStep(date(2025, 2, 24), 5.0, "a rule")
    config = configure(Request(site=HOME))
    for homes, begins in (
        (((limited, none), (none,)), "no limit holds any more"),
        (((limited,), (none,)), "1 of 2 homes with PV feed in no more than 5 kW"),
    ):
        (note,) = connection_notes(replace(config, connection=ConnectionConfig((), homes=homes)))
        assert note.startswith(begins)


def test_homes_without_pv_are_not_limited():
    roofs = tuple(Home(count=1, plants=plants) for plants in ((HomePlant(30, 180, 5.0),), ()))
    (note,) = notes(grid=Grid(export_limit_percent=60), homes=roofs)
    assert note.startswith("1 of 1 homes with PV feed in no more than 3 kW, each by its own plants")
