"""What a request makes, and that all that is wrong with it is said at once."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path, PurePosixPath

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pvsim.adapters.rules_file import read_rules
from pvsim.adapters.site_file import read_site
from pvsim.adapters.tables.dimming_csv import read_dimming
from pvsim.config import (
    BuildingMeter,
    CurveConfig,
    ExternalMeter,
    FileConfig,
    MeterConfig,
    MeterRequest,
    NoPvConfig,
    PvRequest,
    Request,
    RunConfig,
    SitePvConfig,
    SyntheticMeter,
    digest,
)
from pvsim.config.configure import run_config
from pvsim.core.site.energy import EnergyPopulation
from pvsim.core.site.schema import Grid, Location
from pvsim.errors import BadInputError, ConfigurationError, UsageError

HOME = read_site("home")


def households(**changes):
    return Request(meter=MeterRequest(source=("household", "household")), **changes)


class Outside:
    """No disk: `there` is a file, and the examples are sites."""

    def __init__(self):
        self.read = []

    def read_site(self, name):
        self.read.append(name)
        return read_site(name)

    def check_site(self, site):
        return site

    def read_rules(self, name):
        return read_rules(name)

    def read_dimming(self, path, zone):
        return read_dimming(Path(path), zone)

    def exists(self, path):
        return path == "there"

    def absolute(self, path):
        return f"/files/{path}"

    def sha256(self, path):
        return f"sha of {path}"


def made(request=None, **changes):
    return run_config(request or Request(**changes), Outside())


def fields(request):
    """The fields of the mistakes that are found."""
    try:
        made(request)
    except UsageError as error:
        return [problem.field for problem in error.problems]
    return []


def test_a_request_that_asks_for_nothing_is_the_brief_s_day():
    meters = (MeterConfig("m1", SyntheticMeter("uniform")),)
    config = RunConfig("r1", date(2024, 6, 21), 1, "Europe/Berlin", 1, 1, meters, CurveConfig(), batch=100)
    assert made(run_id="r1") == config
    assert made() == replace(config, run_id=f"20240621-{digest(replace(config, run_id='')).hex()[:8]}")


def test_a_request_is_plain_data():
    request = Request(
        site=HOME, meter=MeterRequest(source=("a=walk", "b.csv"), unit="kW"), pv=PvRequest(peak_kw=3)
    )
    assert msgspec.json.decode(msgspec.json.encode(request), type=Request) == request


def test_a_whole_number_is_the_same_as_one_with_a_point():
    """A manifest gives 5.0 back for 5, and its digest must match."""
    whole = Request(site=replace(HOME, grid=Grid(export_limit_kw=5)), pv=PvRequest(source="curve", peak_kw=5))
    point = Request(site=replace(HOME, grid=Grid(export_limit_kw=5.0)), pv=PvRequest(source="curve", peak_kw=5.0))
    assert digest(made(whole)) == digest(made(point))
    config = made(whole)
    assert digest(msgspec.convert(msgspec.to_builtins(config), RunConfig)) == digest(config)
    file = MeterRequest(source="h.csv", scale=2)
    assert made(meter=file) == made(meter=replace(file, scale=2.0))
    assert digest(made(meter=file)) == digest(made(meter=replace(file, scale=2.0)))


def test_the_name_depends_on_the_meters_side_only():
    assert made(pv=PvRequest(source="none"), every="1h", split="day").run_id == made().run_id
    assert made(batch=1).run_id == made().run_id  # `pvsim simulate` has no such option
    assert made(seed=2).run_id != made().run_id


def test_a_site_gives_zone_load_battery_and_limit():
    site = replace(read_site("home-battery"), grid=Grid(export_limit_kw=5.0))
    config = made(site=site)
    assert (config.tz, config.battery, config.export_limit_kw) == (site.location.tz, site.battery, 5.0)
    (meter,) = config.meters
    assert isinstance(meter.source, BuildingMeter)
    assert config.pv == SitePvConfig(site)
    assert made(site=site, meters=3).pv.spread_km == 1.0
    assert made(site="home").pv == SitePvConfig(HOME)


@pytest.mark.parametrize(
    ("source", "names", "kinds"),
    [
        (None, ["m1"], [SyntheticMeter]),
        ("walk", ["m1"], [SyntheticMeter]),
        (("a=walk", "b.csv"), ["a", "m2"], [SyntheticMeter, FileConfig]),
        (("office", "there", "x=external"), ["m1", "m2", "x"], [BuildingMeter, FileConfig, ExternalMeter]),
    ],
)
def test_meters_have_names_and_sources(source, names, kinds):
    config = made(meter=MeterRequest(source=source))
    assert [meter.name for meter in config.meters] == names
    assert [type(meter.source) for meter in config.meters] == kinds
    assert config.missing == ("skip" if ExternalMeter in kinds else "stop")


def test_meters_of_one_kind_are_numbered():
    outside = Outside()
    config = run_config(Request(meter=MeterRequest(source="household"), meters=12), outside)
    assert [meter.name for meter in config.meters] == [f"m{number:02}" for number in range(1, 13)]
    assert outside.read == ["home"]


@given(few=st.integers(1, 30), more=st.integers(0, 130))
@settings(max_examples=30, deadline=None)
def test_the_first_homes_are_the_same_however_many_there_are(few, more):
    first, all_ = (made(meter=MeterRequest(source="household"), meters=n).meters for n in (few, few + more))
    assert [meter.home for meter in first] == [meter.home for meter in all_[:few]]
    assert len({meter.home for meter in all_}) == few + more


def test_homes_by_hand():
    assert [meter.home for meter in made(meter=MeterRequest(source="household"), meters=12).meters][8:] == [
        "m9",
        "m10",
        "m11",
        "m12",
    ]
    several = (
        "m2=household",
        "household",
        "m01=office",
        *["household"] * 7,
    )  # nobody lives in the home of another
    homes = [meter.home for meter in made(meter=MeterRequest(source=several)).meters]
    assert homes == ["m2", "m02", "m01", *(f"m{number}" for number in range(4, 11))]
    assert made(meter=MeterRequest(source="walk"), meters=10).meters[0].home == "m01"  # no building


def test_a_grid_meter_has_its_pv_already():
    meter = MeterRequest(source="grid.csv", kind="grid", max_w=20_000)
    config = made(meter=meter)
    assert (config.meter_kind, config.meter_max_w, config.pv) == ("grid", 20_000, NoPvConfig())
    assert isinstance(made(meter=meter, pv=PvRequest(source="curve")).pv, CurveConfig)
    assert isinstance(made(meter=meter, site="home", pv=PvRequest(source="site")).pv, SitePvConfig)


def test_what_is_said_of_a_file_is_kept_and_what_is_not_stays_unset():
    file = MeterRequest(source="h.csv", unit="kW", kind="counter", tz="UTC", start="2023-01-02", scale=2.0)
    (meter,) = made(meter=file).meters
    wanted = FileConfig("/files/h.csv", "sha of /files/h.csv", unit="kW", start=date(2023, 1, 2), tz="UTC")
    assert meter.source == replace(wanted, measures="counter", scale=2.0)
    assert made(pv=PvRequest(source="p.csv")).pv == FileConfig("/files/p.csv", "sha of /files/p.csv")


ONE = {
    "date": {"date": "tomorrow"},
    "tz": {"tz": "Europe/Berln"},
    "every": {"every": "1.5s"},
    "run_id": {"run_id": "a b"},
    "meters": {"meters": 0},
    "annual_kwh": {"annual_kwh": 3000.0},
    "spread_km": {"spread_km": 3.0},
    "meter.max_w": {"meter.max_w": 0},
    "meter.missing": {"meter.missing": "hold"},
    "meter.unit": {"meter.unit": "kW"},
    "pv.peak_kw": {"pv.peak_kw": -1.0},
    "pv.scale": {"pv.scale": 2.0},
}
"""Mistakes that each stand alone, by their field."""


def asking(changes):
    """A request with these fields."""
    said = {"": {}, "meter": {}, "pv": {}}
    for path, value in changes.items():
        group, _, name = path.rpartition(".")
        said[group][name] = value
    return Request(meter=MeterRequest(**said["meter"]), pv=PvRequest(**said["pv"]), **said[""])


@given(wrong=st.sets(st.sampled_from(sorted(ONE)), min_size=1))
@settings(max_examples=40, deadline=None)
def test_all_mistakes_are_told_at_once(wrong):
    changes = {path: value for name in wrong for path, value in ONE[name].items()}
    assert set(fields(asking(changes))) == wrong


def test_several_mistakes_are_one_error_with_a_fix_for_each():
    request = Request(days=0, meter=MeterRequest(missing="hold"), pv=PvRequest(peak_kw=-3.0))
    with pytest.raises(ConfigurationError, match="3 settings are wrong") as caught:
        made(request)
    assert [(problem.field, problem.fix) for problem in caught.value.problems] == [
        ("days", "give a number of whole days, for example 7"),
        ("meter.missing", "add `meter.source` external, or leave it out"),
        ("pv.peak_kw", "give the plant's peak in kW, for example 3.257"),
    ]
    assert "\n  `days` is 1 to 36,600, not 0; give a number" in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"days": 0}, "days", "1 to 36,600, not 0"),
        ({"days": 40_000}, "days", "not 40,000"),
        ({"seed": -1}, "seed", "0 to 999,999,999,999,999,999, not -1"),
        ({"seed": 2**63 - 1}, "seed", "not 9,223,372,036,854,775,807"),
        ({"seed": 10**18}, "seed", "not 1,000,000,000,000,000,000"),
        ({"date": "9999-12-31"}, "date", "leave the calendar"),
        ({"tz": "Pacific/Apia", "date": "2011-12-30"}, "date", "does not exist"),
        ({"every": "7s"}, "every", "does not divide"),
        ({"site": "home", "tz": "UTC"}, "tz", "site home is in Europe/Berlin"),
        ({"meter.source": ""}, "meter.source", "nor a file"),
        ({"meter.source": "hous"}, "meter.source", "neither uniform, walk"),
        ({"meter.source": ("a=walk", "a=uniform")}, "meter.source", "the same name 'a'"),
        ({"meter.source": "a b=walk"}, "meter.source", "'a b' cannot be a name"),
        ({"meter.source": "pv=walk"}, "meter.source", "another input"),
        ({"meter.source": "a=walk", "meters": 2}, "meter.source", "are numbered"),
        ({"meter.source": ("walk", "walk"), "meters": 2}, "meters", "multiplies one"),
        ({"meters": 1_001}, "meters", "not 1,001"),
        ({"batch": 0}, "batch", "1 to 1,000 messages, not 0"),
        ({"batch": 1_001}, "batch", "not 1,001"),
        (
            {"meter.source": "household", "annual_kwh": 5.0},
            "annual_kwh",
            "5 kWh is outside a household's 1,000 to 12,000 kWh",
        ),
        ({"meter.timeout_s": 5.0}, "meter.timeout_s", "there is none"),
        ({"meter.kind": "counter"}, "meter.kind", "how to read a file"),
        ({"meter.kind": "grid"}, "meter.kind", "the others are loads"),
        ({"meter.kind": "grid", "meter.source": "g.csv", "site": "home"}, "meter.kind", "does site home add"),
        ({"meter.source": "h.csv", "meter.start": "x"}, "meter.start", "is a date"),
        ({"meter.source": "h.csv", "meter.tz": "x"}, "meter.tz", "is a time zone"),
        ({"meter.source": "h.csv", "meter.scale": 0.0}, "meter.scale", "not a number above 0"),
        ({"meter.source": "h.csv", "meter.scale": 1.0, "meter.annual_kwh": 1.0}, "meter.annual_kwh", "each scale"),
        ({"meter.source": "h.csv", "meter.stamp": "end", "meter.fill": "interpolate"}, "meter.stamp", "has none"),
        ({"pv.source": "cruve"}, "pv.source", "neither curve, site, none nor a file"),
        ({"pv.source": "none", "pv.peak_kw": 3.0}, "pv.peak_kw", "this run has no PV"),
        ({"pv.source": "site", "pv.peak_kw": 3.0}, "pv.peak_kw", "have their own peak_kw"),
        ({"site": "home", "spread_km": 3.0}, "spread_km", "but there is one"),
        ({"site": "home", "meters": 2, "spread_km": 101.0}, "spread_km", "0 to 100 km, not 101 km"),
        ({"site": "brief", "meters": 2, "spread_km": 1.0}, "spread_km", "pvsim's clouds"),
    ],
)
def test_one_mistake_is_one_error(changes, field, says):
    with pytest.raises(UsageError, match=says) as caught:
        made(asking(changes))
    assert caught.value.field == field
    assert not isinstance(caught.value, ConfigurationError)


def test_a_site_that_limits_export_and_a_grid_meter_contradict():
    site = replace(HOME, grid=Grid(export_limit_kw=5.0))
    meter = MeterRequest(source="g.csv", kind="grid")
    with pytest.raises(UsageError, match="cannot be curtailed"):
        made(site=site, meter=meter, pv=PvRequest(source="site"))


def test_numbers_and_texts_of_numpy_are_taken_as_they_are():
    same = [
        (Request(days=2, seed=3), Request(days=np.int64(2), seed=np.uint8(3))),
        (Request(date="2024-03-01"), Request(date=np.str_("2024-03-01"))),
        (households(annual_kwh=4000.0), households(annual_kwh=np.float64(4000))),
        (households(annual_kwh=(3000.0, 4000.0)), households(annual_kwh=np.linspace(3000, 4000, 2))),
        (households(annual_kwh=(3000.0, 4000.0)), households(annual_kwh=[np.int32(3000), 4000])),
        (
            households(annual_kwh=EnergyPopulation(mean_kwh=4000.0)),
            households(annual_kwh=EnergyPopulation(mean_kwh=np.float32(4000))),
        ),
        (Request(pv=PvRequest(peak_kw=3.5)), Request(pv=PvRequest(peak_kw=np.float64(3.5)))),
        (Request(meter=MeterRequest(source=("walk",))), Request(meter={"source": np.array(["walk"])})),
    ]
    for plain, odd in same:
        assert digest(made(odd)) == digest(made(plain))


def test_a_site_that_cannot_be_read_hides_no_other_mistake():
    with pytest.raises(BadInputError, match="no such site file"):
        made(site="hom")
    with pytest.raises(ConfigurationError) as caught:
        made(
            site="hom",
            days=0,
            meter=MeterRequest(max_w=0),
            annual_kwh=3000.0,
            pv=PvRequest(source="curve", peak_kw=-1.0),
        )
    assert [problem.field for problem in caught.value.problems][1:] == ["days", "meter.max_w", "pv.peak_kw"]


@pytest.mark.parametrize(
    ("request_", "field", "says"),
    [
        (Request(days="7"), "days", '"7" is not a whole number'),
        (Request(days=True), "days", "True is not a whole number"),
        (Request(site=Location(1, 2, "UTC")), "site", "is not a text"),
        (Request(meter=MeterRequest(source=("walk", 3))), "meter.source", "3 is not a text"),
        (Request(meter=MeterRequest(kind="gird")), "meter.kind", "did you mean grid?"),
        (Request(pv=PvRequest(peak_kw="3")), "pv.peak_kw", "is not a number"),
        (Request(pv=None), "pv", "None is not a table"),
        (Request(pv=MeterRequest()), "pv", "is not a table"),
        (Request(date=MeterRequest()), "date", "is not a text"),
        (Request(annual_kwh=Location(1, 2, "UTC")), "annual_kwh", "is not a number or a list or a table"),
        (Request(days=np.float64(2)), "days", "2.0 is not a whole number"),
        (Request(meter=MeterRequest(kind=np.array([1]))), "meter.kind", "is not a text"),
        (Request(run_id="\ud800"), "run_id", "which UTF-8 cannot hold"),
        (Request(days="\ud800"), "days", "is not a whole number"),
    ],
)
def test_what_has_a_wrong_type_is_said(request_, field, says):
    with pytest.raises(UsageError, match=says) as caught:
        made(request_)
    assert caught.value.field == field


A_SITE = 'give an example by its name, site="home", the path of a site file, or a pvsim.Site; or leave it out'
A_PLACE = {"latitude_deg": 52.5, "longitude_deg": 13.4, "tz": "Europe/Berlin"}
PLANT = {"tilt_deg": 35, "azimuth_deg": 180, "peak_kw": 5}
SITE = {
    "name": "mine",
    "location": A_PLACE,
    "plants": [PLANT],
}


@pytest.mark.parametrize(
    ("asked", "says", "fix"),
    [
        ({"date": date(2024, 1, 15)}, "`date`: 2024-01-15, a date, is not a text", 'give a text: "2024-01-15"'),
        ({"date": np.datetime64("2024-01-15")}, "`date`: 2024-01-15, a date,", 'give a text: "2024-01-15"'),
        ({"site": PurePosixPath("my.toml")}, "`site`: my.toml, of type PurePosixPath", 'give a text: "my.toml"'),
        ({"meter": {"source": PurePosixPath("a.csv")}}, "is not a text or a list", 'give a text: "a.csv"'),
        ({"every": timedelta(minutes=1)}, "`every`: 0:01:00, of type timedelta,", 'give a text: "60s"'),
        ({"days": "7"}, '`days`: "7" is not a whole number', "give 7, without quotes"),
        ({"days": Decimal(2)}, "`days`: 2.0 is not a whole number", "give 2"),
        ({"pv": {"peak_kw": "3.5"}}, '`pv.peak_kw`: "3.5" is not a number', "give 3.5, without quotes"),
        ({"days": None}, "`days`: None is not a whole number", "leave it out, for its default"),
        ({"days": True}, "`days`: True is not a whole number", "see pvsim.Request"),
        (
            {"meter": {"source": [PurePosixPath("a.csv")]}},
            "value 1 (a.csv): a.csv, of type",
            "see pvsim.MeterRequest",
        ),
        ({"site": {}}, "`site`: {} is no site", A_SITE),
        ({"site": 5}, "`site`: 5 is not a text or a table", A_SITE),
        ({"site": {**SITE, "name": None}}, "`site.name`: None is not a text", "see pvsim.Site"),
        ({"site": {**SITE, "plants": [{**PLANT, "tilt_deg": "x"}]}}, "`site plant 1`: tilt_deg", "see pvsim.Site"),
        ({"site": {**SITE, "roof": 1}}, "`site.roof`: there is no such setting", "see pvsim.Site"),
    ],
)
def test_what_to_give_instead_of_another_type_is_said(asked, says, fix):
    with pytest.raises(UsageError) as caught:
        made(Request(**asked))
    assert says in str(caught.value)
    assert caught.value.fix == fix
