"""Runs of a street: each meter has a home of its own, and is the same in a street of any length."""

from datetime import date

import msgspec
import pytest
from msgspec import UNSET

from pvsim import Request, configure
from pvsim.cli.connection_notes import connection_notes
from pvsim.config import BuildingMeter, RunConfig, SitePvConfig
from pvsim.config.feed_in import HomeFeedIn
from pvsim.config.request import MeterRequest, PvRequest
from pvsim.errors import BadInputError, ConfigurationError, UsageError
from pvsim.wiring.build import build, plan_of
from pvsim.wiring.configure import with_prices_of

HEAD = """
name = "street"
[location]
latitude_deg = 48.14
longitude_deg = 11.58
tz = "Europe/Berlin"
[weather]
kind = "clouds"
temp_air_c = [1, 2, 6, 11, 15, 18, 20, 20, 15, 10, 5, 2]
[[plants]]
tilt_deg = 30
azimuth_deg = 180
peak_kw = 8
[load]
kind = "household"
annual_kwh = 3500
"""
DRAWN = """
[[homes]]
share = 2
plants = []
people = 1
annual_kwh = 2000
[[homes]]
share = 1
battery = { capacity_kwh = 8, charge_kw = 4 }
electric_car = { annual_kwh = 2000 }
[[homes.plants]]
tilt_deg = { from = 20, to = 45 }
azimuth_deg = { from = 90, to = 270 }
peak_kw = { from = 3, to = 12 }
"""


@pytest.fixture
def street(tmp_path):
    def write(homes=DRAWN, rows=None, head=HEAD):
        (tmp_path / "street.toml").write_text(f"homes_file = 'homes.csv'\n{head}" if rows else head + homes)
        if rows:
            (tmp_path / "homes.csv").write_text(rows)
        return str(tmp_path / "street.toml")

    return write


def homes_of(config):
    """What the rows of each meter depend on, by the name of its home."""
    assert isinstance(config.pv, SitePvConfig)
    batteries = config.batteries or (None,) * len(config.meters)
    found = {}
    for meter, plants, battery in zip(config.meters, config.pv.homes, batteries, strict=True):
        assert isinstance(meter.source, BuildingMeter)
        home = meter.source.home or meter.name
        found[home] = msgspec.structs.replace(meter.source, home=UNSET), plants, battery
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_a_home_is_the_same_in_a_street_of_any_length(street, seed):
    few, many = (homes_of(configure(Request(site=street(), meters=n, seed=seed))) for n in (9, 120))
    assert few == {home: many[home] for home in few}
    assert len({repr(each) for each in many.values()}) > 100
    assert any(not plants.plants for _, plants, _ in many.values())
    one = homes_of(configure(Request(site=street(), seed=seed)))
    assert one == {"m1": few["m1"]}
    by_name = MeterRequest(source=("a=household", "m7=household"))
    named = homes_of(configure(Request(site=street(), seed=seed, meter=by_name)))
    assert set(named) == {"a", "m7"}
    assert named["m7"] == few["m7"]


def test_what_a_run_is_made_of_differs_by_home(street):
    config = configure(Request(site=street(), meters=12, days=1, seed=3))
    built = build(config)
    batteries = plan_of(config).balance.batteries
    assert [battery is None for battery in batteries] == [not home.plants for home in config.pv.homes]
    power = built.pv.power_dw(built.plan.timeline.start_utc + 43_200, 60)
    assert [bool(each) for each in power.any(axis=0)] == [bool(home.plants) for home in config.pv.homes]
    assert config.battery is None
    assert len(config.pv.site.plants) == 1
    assert config.pv.site.homes is UNSET


def test_the_configuration_is_read_back_as_it_was(street):
    config = configure(Request(site=street(), meters=5))
    assert msgspec.json.decode(msgspec.json.encode(config), type=type(config)) == config


def test_a_file_of_homes_has_a_row_for_each_meter(street):
    rows = "name,annual_kwh,pv_kw,battery_kwh\nanna,2500,5,\nbert,4100,,\ncarl,,9,10\n"
    config = configure(Request(site=street(rows=rows)))
    assert [meter.name for meter in config.meters] == ["anna", "bert", "carl"]
    energies = [meter.source.load.annual_kwh for meter in config.meters]
    assert energies[:2] == [2_500, 4_100]
    assert energies[2] != 3_500  # the site's own number is the mean of homes that differ
    assert [sum(plant.peak_kw for plant in home.plants) for home in config.pv.homes] == [5, 0, 9]
    assert [battery and battery.capacity_kwh for battery in config.batteries] == [None, None, 10]
    assert (config.homes_file.rows, len(config.homes_file.sha256)) == (3, 64)
    assert [meter.name for meter in configure(Request(site=street(rows=rows), meters=2)).meters] == [
        "anna",
        "bert",
    ]
    without = configure(Request(site=street(rows="pv_kw\n5\n6\n")))
    assert [meter.name for meter in without.meters] == ["m1", "m2"]


NAMED = "name,annual_kwh,pv_kw\na,3000,5\nb,4000,\nc,2500,1\n"


def test_a_meter_has_the_row_with_its_name(street):
    alone = homes_of(configure(Request(site=street(rows=NAMED))))
    for names in (("c", "a"), ("a", "c"), ("b",)):
        by_name = MeterRequest(source=tuple(f"{name}=household" for name in names))
        config = configure(Request(site=street(rows=NAMED), meter=by_name))
        assert [meter.name for meter in config.meters] == list(names)
        assert homes_of(config) == {name: alone[name] for name in names}


@pytest.mark.parametrize(
    ("changes", "unknown", "named"),
    [
        ({"meter": MeterRequest(source="z=household")}, "z", "a=household"),
        ({"meter": MeterRequest(source=("a=household", "c1=household"))}, "c1", "c=household"),
        ({"meter": MeterRequest(source="household"), "meters": 2}, "m1", ""),
        ({"meter": MeterRequest(source=("uniform", "walk"))}, "m1", "a=household"),
    ],
)
def test_a_meter_without_a_row_of_its_name_is_refused(street, changes, unknown, named):
    with pytest.raises(UsageError, match=f"is called '{unknown}'; a meter has the row with its name") as caught:
        configure(Request(site=street(rows=NAMED), **changes))
    assert caught.value.fix == "leave `meter.source` out" + (
        f", or give a row's name: `meter.source` {named}" if named else ""
    )
    for meter in (MeterRequest(), MeterRequest(source=named or None)):
        assert configure(Request(site=street(rows=NAMED), meter=meter, meters=changes.get("meters")))


def test_more_meters_than_homes_are_refused_with_what_helps(street):
    with pytest.raises(UsageError, match=r"there are 4 meters, but .*homes.csv has 2 homes") as caught:
        configure(Request(site=street(rows="people\n1\n2\n"), meters=4))
    assert caught.value.fix == "give `meters` 2, or add lines to it"
    counted = "[[homes]]\ncount = 1\npeople = 2\n"
    assert len(configure(Request(site=street(counted))).meters) == 1
    with pytest.raises(UsageError, match=r"site street has 1 home$") as caught:
        configure(Request(site=street(counted), meters=2))
    assert "share in place of its count" in caught.value.fix
    with pytest.raises(UsageError, match="1 to 1,000 meters"):
        configure(Request(site=street(), meters=1_001))
    with pytest.raises(UsageError, match="there are 2 meters"):
        configure(Request(site=street(counted), meter=MeterRequest(source=("household", "household"))))


def test_a_home_may_have_no_load_or_another_kind(street):
    head = HEAD.partition("[load]")[0]
    office = '[[homes]]\ncount = 1\n[[homes]]\ncount = 1\nload = { kind = "office", annual_kwh = 9000 }\n'
    first, second = configure(Request(site=street(office, head=head))).meters
    assert type(first.source).__name__ == "SyntheticMeter"
    assert second.source.load.kind == "office"


def test_without_the_sites_pv_there_are_its_batteries_alone(street):
    config = configure(Request(site=street(), meters=6, seed=3, pv=PvRequest(source="none")))
    assert any(config.batteries)
    no_battery = "[[homes]]\nshare = 1\nplants = []\n"
    assert configure(Request(site=street(no_battery), meters=3)).batteries is UNSET


def test_an_energy_that_is_asked_for_is_that_of_all_homes(street):
    config = configure(Request(site=street(), meters=3, annual_kwh=(2_000.0, 3_000.0, 4_000.0)))
    assert [meter.source.load.annual_kwh for meter in config.meters] == [2_000, 3_000, 4_000]


def test_limits_in_percent_are_those_of_each_home(street):
    rows, limited = "pv_kw\n5\n0\n10\n", HEAD + "[grid]\nexport_limit_percent = 60\n"
    config = configure(Request(site=street(rows=rows, head=limited)))
    assert [steps[0].limit_kw for steps in config.connection.homes] == [3, 0, 6]
    assert plan_of(config).balance.export_limit_dw == (30_000, 0, 60_000)
    alike = configure(Request(site=street(rows="pv_kw\n5\n5\n", head=limited)))
    assert alike.connection.homes is UNSET
    assert plan_of(alike).balance.export_limit_dw == 30_000


def test_feed_in_by_rules_is_of_each_homes_own_plants(street):
    head = (
        'rules = "de"\ncommissioned = 2024-06-01\n'
        + HEAD
        + "[tariff]\nimport_per_kwh = 0.3\nfeed_in_by_rules = true\n"
    )
    config = configure(Request(site=street(rows="pv_kw\n5\n0\n9\n", head=head)))
    assert config.tariff.feed_in_per_kwh == 0.0811
    assert config.feed_in is UNSET
    config = configure(Request(site=street(rows="pv_kw\n5\n25\n0\n", head=head)))
    assert config.tariff.feed_in_per_kwh is None
    assert config.feed_in == (HomeFeedIn(0.0811), HomeFeedIn(0.07462), HomeFeedIn(0.0))
    with pytest.raises((BadInputError, ConfigurationError), match="have no rate for 200 kWp"):
        configure(Request(site=street(rows="pv_kw\n5\n200\n", head=head)))


def test_plants_of_a_home_may_be_older_than_others(street):
    """On 21 June 2025 one home has the rate and the rules of 2024, the other those of the site."""
    day = date(2025, 3, 1)
    tariff = '[tariff]\nimport_per_kwh = 0.3\nfeed_in_by_rules = true\nmarket_series = { path = "prices.csv" }\n'
    homes = "[[homes]]\ncount = 1\ncommissioned = 2024-06-01\n[[homes]]\ncount = 1\n"
    head = 'rules = "de"\ncommissioned = 2025-03-01\n' + HEAD
    path = street(homes=tariff + homes, head=head)
    config = configure(Request(site=path, date="2025-06-21"))
    assert config.feed_in == (HomeFeedIn(0.0811), HomeFeedIn(0.0794, zero_at_negative_prices=True))
    assert config.connection.commissioned_homes == (date(2024, 6, 1), day)
    assert (config.connection.commissioned, config.connection.installed_kwp) == (day, 8)
    assert config.connection.homes is not UNSET  # new plants may feed in 60 % without a smart meter
    assert [limits[-1].limit_kw for limits in config.connection.homes] == [None, 4.8]
    assert with_prices_of(config, path) == config
    said = connection_notes(config)
    assert said[0] == "rules of Germany: for each home's plants, commissioned from 2024-06-01 to 2025-03-01"
    assert msgspec.convert(msgspec.to_builtins(config), RunConfig) == config


@pytest.mark.parametrize(
    ("homes", "says"),
    [
        (
            "[cost]\ncapital = 1\nlife_years = 9\ndiscount_percent = 1\n[[homes]]\nshare = 1\n",
            "cost.capital: it is what PV",
        ),
        ("[[homes]]\nshare = 1\nannual_kwh = 20\n", "home 1: annual_kwh: 20 kWh is outside"),
        ("[[homes]]\nshare = 1\ncommissioned = 2024-06-01\n", "home 1: commissioned: nothing depends on it"),
        (
            "[[homes]]\nshare = 1\nelectric_car = { annual_kwh = 900, charger_kw = 5 }\n",
            "home 1: electric_car.charger_kw",
        ),
        (
            "[[homes]]\nshare = 1\nbattery = { capacity_kwh = 0.001, charge_kw = 9 }\n",
            "home 1: battery.capacity_kwh",
        ),
        ("[[homes]]\nshares = 1\n", "home 1: shares: there is no such setting; did you mean share?"),
        ("[homes]\nshare = 1\n", "homes: a single table instead of a list"),
        ("[[homes]]\nshare = 1\nbattery = 'no'\n", "home 1: battery"),
    ],
)
def test_a_wrong_entry_is_named(street, homes, says):
    with pytest.raises(BadInputError) as caught:
        configure(Request(site=street(homes)))
    assert says in str(caught.value)


def test_a_wrong_row_is_named_by_its_line(street):
    with pytest.raises(BadInputError, match="line 3: annual_kwh: 20 kWh is outside") as caught:
        configure(Request(site=street(rows="annual_kwh\n3000\n20\n")))
    assert caught.value.where.endswith("homes.csv")
    many = "annual_kwh\n" + "20\n" * 14
    with pytest.raises(BadInputError, match="and 4 more"):
        configure(Request(site=street(rows=many)))
    with pytest.raises(BadInputError, match="leave one of the two out"):
        configure(Request(site=street(rows="people\n2\n", head=HEAD + DRAWN)))


def test_a_site_without_homes_says_nothing_of_them():
    text = msgspec.json.encode(configure(Request(site="home-battery"))).decode()
    assert not any(f'"{name}"' in text for name in ("homes", "homes_file", "batteries"))


def test_what_is_wrong_with_a_site_is_all_that_is_said(street):
    wrong = "[[homes]]\nshare = 1\nbattery = 'no'\n"
    with pytest.raises(BadInputError) as caught:  # and not that there are several meters, or none
        configure(Request(site=street(wrong), meters=6))
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(
    ("head", "rows", "fix"),
    [
        (
            HEAD.replace("[1, 2, 6, 11, 15, 18, 20, 20, 15, 10, 5, 2]", "9"),
            "heat_pump_kwh\n3000\n",
            "the site file so",
        ),
        (HEAD.partition("[load]")[0], "people\n3\n", "the site file so"),
        (HEAD, "car_kwh,charger_kw\n900,5\n", "correct these lines"),
    ],
)
def test_what_lies_in_the_site_is_mended_there(street, head, rows, fix):
    with pytest.raises(BadInputError, match="line 2: ") as caught:
        configure(Request(site=street(rows=rows, head=head)))
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    ("count", "partitions", "says", "fix"),
    [
        (
            900,
            None,
            "are 1,800 homes, but one stream takes at most 1,000",
            "give `partitions` 2, or `meters` 1000",
        ),
        (
            1_900,
            3,
            "are 3,800 homes, but 3 partitions take at most 3,000",
            "give `partitions` 4, or `meters` 3000",
        ),
        (60_000, 2, "are 120,000 homes, but a run has at most 100,000", "lower the counts, or give `meters` 2000"),
        (
            60_000,
            200,
            "are 120,000 homes, but a run has at most 100,000",
            "lower the counts, or give `meters` 100000",
        ),
    ],
)
def test_more_homes_than_streams_take_are_refused_by_their_counts(street, count, partitions, says, fix):
    homes = f"[[homes]]\ncount = {count}\n" * 2
    with pytest.raises(UsageError, match=rf"the counts of .* {says}") as caught:
        configure(Request(site=street(homes=homes), partitions=partitions))
    assert caught.value.field == "site"
    assert caught.value.fix.startswith(fix)


def test_the_counts_of_homes_are_a_fleet_in_partitions(street):
    homes = "[[homes]]\ncount = 900\n" * 2
    assert len(configure(Request(site=street(homes=homes), partitions=2)).meters) == 1_800
    assert len(configure(Request(site=street(homes=homes), meters=1_000)).meters) == 1_000


def test_a_file_of_ten_thousand_homes_is_a_fleet(street):
    """Each home is what it is in a file of a few; without partitions it is said how many there must be."""
    rows = [f"no{i},{2_000 + i % 900},{1 + i % 5},{i % 3 * 4 or ''},{i % 7 or ''}" for i in range(10_000)]
    site = street(rows="\n".join(["name,annual_kwh,people,pv_kw,battery_kwh", *rows]))
    with pytest.raises(UsageError, match=r"homes.csv has 10,000 homes, but one stream takes") as caught:
        configure(Request(site=site))
    assert caught.value.fix == "give `partitions` 10, or `meters` 1000 for the first of them"
    config = configure(Request(site=site, partitions=10, hours="12-13"))
    assert len(config.meters) == 10_000
    some = [0, 1, 4_999, 9_999]
    few = street(rows="\n".join(["name,annual_kwh,people,pv_kw,battery_kwh", *(rows[i] for i in some)]))
    found = homes_of(config)
    assert homes_of(configure(Request(site=few))) == {f"no{i}": found[f"no{i}"] for i in some}
    assert msgspec.json.decode(msgspec.json.encode(config), type=RunConfig) == config
