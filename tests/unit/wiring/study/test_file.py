"""A study file is checked as a whole before anything runs; its cases are known by what they are."""

from datetime import date
from importlib.resources import files

import msgspec
import numpy as np
import pytest

from pvsim.config import Request, RunConfig
from pvsim.errors import BadInputError
from pvsim.wiring.configure import configure
from pvsim.wiring.study.file import case_at, check_all, configured, read_study, study_of_data

ROOF = """\
name = "roof"
repeat = 2
[base]
site = "home-battery"
date = 2024-06-21
seed = 23
"pv.source" = "site"
[sweep]
"site.battery.capacity_kwh" = [0, 5, 10]
site.plants.0.tilt_deg = { from = 10, to = 30, step = 10 } # not in quotes
[[compare]]
name = "south"
[[compare]]
name = "west"
site.plants.0.azimuth_deg = 270
"""


@pytest.fixture
def read(tmp_path):
    def read(text, name="roof.toml"):
        path = tmp_path / name
        path.write_text(text)
        return read_study(path)

    return read


def refused(read, text):
    with pytest.raises(BadInputError) as caught:
        check_all(read(text))
    return caught.value


def test_cases_are_in_the_order_of_seeds_variants_and_combinations(read):
    study = read(ROOF)
    cases = [case for case, _ in configured(study)]
    assert len(cases) == study.count == 2 * 2 * 3 * 3
    assert [case.number for case in cases] == list(range(36))
    assert [case.seed for case in cases] == [23] * 18 + [24] * 18
    assert [case.variant for case in cases[:18]] == ["south"] * 9 + ["west"] * 9
    assert [tuple(case.parameters.values()) for case in cases[:4]] == [(0, 10), (0, 20), (0, 30), (5, 10)]
    assert list(cases[0].parameters) == ["site.battery.capacity_kwh", "site.plants.0.tilt_deg"]
    assert len({case.id for case in cases}) == 36
    assert case_at(study, 35)[0] == cases[35]


def test_a_case_is_the_run_that_its_settings_ask_for(read):
    case, config = case_at(read(ROOF), 14)
    assert case.parameters == {"site.battery.capacity_kwh": 5, "site.plants.0.tilt_deg": 30}
    assert (case.variant, case.seed) == ("west", 23)
    assert config.battery.capacity_kwh == 5
    assert config.pv.site.plants[0].tilt_deg == 30
    assert config.pv.site.plants[0].azimuth_deg == 270
    assert msgspec.json.decode(msgspec.json.encode(config), type=RunConfig) == config
    plain = '[base]\nsite = "home-battery"\ndate = "2024-06-21"\nseed = 23\n'
    asked = configure(
        msgspec.convert({"site": "home-battery", "date": "2024-06-21", "seed": 23, "run_id": "r"}, Request)
    )
    assert msgspec.structs.replace(case_at(read(plain), 0)[1], run_id="r") == asked


def test_a_battery_of_no_capacity_is_none(read):
    study = read(ROOF)
    assert case_at(study, 0)[1].battery is None
    charging = ROOF.replace("[0, 5, 10]", '[0, 5, 10]\n"site.battery.charge_kw" = [2, 3]')
    facts = check_all(read(charging))
    assert facts.count == 72
    assert facts.same == 12  # without a battery it is the same what it is charged with
    first, second = (case_at(facts.study, number)[0] for number in (0, 3))
    assert first.id == second.id
    assert first.parameters != second.parameters


def test_a_case_keeps_its_id_while_the_study_grows(read):
    ids = {case.id for case, _ in configured(read(ROOF))}
    for grown in (
        ROOF.replace("repeat = 2", "repeat = 3"),
        ROOF.replace("[0, 5, 10]", "[10, 7.5, 5, 0]"),
        ROOF.replace('"west"', '"sunset"').replace('"roof"', '"roofs"'),
        ROOF.replace("to = 30", "to = 50"),
    ):
        assert ids <= {case.id for case, _ in configured(read(grown))}
    for other in (ROOF.replace("seed = 23", "seed = 5"), ROOF.replace("2024-06-21", "2024-06-22")):
        assert not ids & {case.id for case, _ in configured(read(other))}


def test_an_id_comes_of_what_a_file_holds_not_of_its_place(tmp_path):
    ids = []
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "house.csv").write_text("time,power_W\n2024-06-21T00:00Z,100\n2024-06-21T00:15Z,200\n")
        (tmp_path / place / "s.toml").write_text('[base]\nmeter.source = "house.csv"\n')
        ids.append(case_at(read_study(tmp_path / place / "s.toml"), 0)[0].id)
    assert ids[0] == ids[1]
    (tmp_path / "there" / "house.csv").write_text("time,power_W\n2024-06-21T00:00Z,100\n2024-06-21T00:15Z,300\n")
    assert case_at(read_study(tmp_path / "there" / "s.toml"), 0)[0].id != ids[0]


def test_an_id_depends_on_money_and_not_on_what_changes_no_figure(read):
    dear = read('[base]\nsite = "home-tariff"\n[sweep]\n"site.tariff.surcharge_per_kwh" = [0.1, 0.2]\n')
    assert len({case.id for case, _ in configured(dear)}) == 2


def test_ten_thousand_cases_cost_nothing_until_they_are_asked_for(read):
    study = read(
        "repeat = 1000\n"
        + ROOF.replace("repeat = 2\n", "").replace("[0, 5, 10]", "{ from = 1, to = 50, step = 1 }")
    )
    assert study.count == 300_000
    assert case_at(study, 299_999)[0].seed == 1022


@pytest.mark.parametrize(
    ("change", "line", "told", "fix"),
    [
        (
            ("battery.cap", "batery.cap"),
            9,
            "site has no setting batery",
            "did you mean site.battery.capacity_kwh?",
        ),
        (("date =", "dat ="), 5, "dat: there is no such setting", ""),
        (("date = 2024-06-21", "date = 2024"), 5, "date: 2024 is not a text", ""),
        (("repeat", "repeats"), 2, "a study file has no repeats", "did you mean repeat?"),
        (("repeat = 2", "seed = 2"), 2, "a study file has no seed", "write it under [base]"),
        (("repeat = 2", "repeat = 0"), 2, "repeat: 0 is neither a number of seeds nor a list", "write repeat = 8"),
        (("repeat = 2", 'repeat = [1, "2"]'), 2, "is neither a number of seeds nor a list", "write repeat = 8"),
        (("repeat = 2", "repeat = [1, 2, 1]"), 2, "a seed is in the list twice", "leave one of them out"),
        (("repeat = 2", "repeat = [-1, 2]"), 2, "seed is 0 to", "whole number"),
        (('"roof"', '"a/b"'), 1, "is no name of a study", "letters, digits"),
        (("[0, 5, 10]", "[]"), 9, "the list is empty", "give at least one value"),
        (("[0, 5, 10]", "[0, 5, 5.0]"), 9, "5.0 is in the list twice", "leave one of them out"),
        (("[0, 5, 10]", "[0, 20000]"), 9, "value 2: 20000 is outside 0.001..10,000", ""),
        (("[0, 5, 10]", '["5"]'), 9, '"5" is not a number', ""),
        (("[0, 5, 10]", "[inf, 1]"), 9, "value 1: inf is no number", ""),
        (("[0, 5, 10]", "[true, 1]"), 9, "value 1: true is not a number", ""),
        (("[0, 5, 10]", '"0..10"'), 9, "'0..10' is neither a list of values nor a range", "from = 1"),
        (("[0, 5, 10]", "{ from = 1, to = 20000, n = 5 }"), 9, "value 3: 20000 is outside", ""),
        (("step = 10", "step = 7"), 10, "step 7 does not hit 30 from 10", "write to = 24"),
        (("west", "south"), 14, "two variants are called south", "another name"),
        (('name = "west"\n', "# none\n"), 13, "[[compare]] 2 has no name", 'name = "south"'),
        (
            ("azimuth_deg = 270", "tilt_deg = 20"),
            15,
            "is set in [[compare]] and in [sweep]",
            "leave one of them out",
        ),
        (
            ("site.plants.0.azimuth_deg = 270", '"site.plants.*.tilt_deg" = 20'),
            15,
            "set the same value",
            "leave one of them out",
        ),
        (("0.azimuth_deg = 270", "south.azimuth_deg = 2"), 15, "is no number of an item", "site.plants.0"),
        (("site.plants.0.azimuth_deg = 270", "seed = 7"), 15, "seed is not varied so", "repeat = [1, 2, 3]"),
        (("site.plants.0.azimuth_deg = 270", 'run_id = "x"'), 15, "run_id names one run", "leave it out"),
        (
            ("[sweep]", '[page]\nx = "site.battery.charge_kw"\n[sweep]'),
            9,
            "is not varied",
            "did you mean site.batt",
        ),
        (("[sweep]", '[page]\nxx = "a"\n[sweep]'), 9, "xx: there is no such setting", ""),
        (("[sweep]", "[sample]\nn = 3\n[sweep]"), 9, "[sample] names no setting", "from = 3"),
        (("[sweep]", "[sample]\ndays = [1, 2]\n[sweep]"), 8, "[sample] n: n is missing", "write n = 100"),
        (("[sweep]", "[sample]\nn = 2\nspread_km = { from = 3, to = 1 }\n[sweep]"), 10, "is empty", "from = 3"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(read, change, line, told, fix):
    error = refused(read, ROOF.replace(*change))
    assert told in str(error)
    assert fix in f"{error.fix} {error}"
    assert error.where.endswith(f"roof.toml:{line}")


def test_everything_that_is_wrong_is_told_at_once(read):
    error = refused(
        read, ROOF.replace("repeat = 2", "repeat = 0").replace("[0, 5, 10]", "[]").replace("date", "dat")
    )
    assert "3 settings are wrong:" in error.what
    assert all(f"roof.toml:{line}: " in error.what for line in (2, 5, 9))


def test_too_many_cases_are_refused_with_their_number_and_how_long_they_would_take(read):
    text = ROOF.replace("[0, 5, 10]", "{ from = 0.1, to = 500, step = 0.1 }").replace("repeat = 2", "repeat = 400")
    error = refused(read, text)
    assert "12,000,000 cases (400 seeds × 2 variants × 15,000 combinations) are more than 1,000,000" in error.what
    assert "a core 42 days" in error.what
    error = refused(read, '[sample]\nn = 100000000\n"site.plants.0.peak_kw" = { from = 3, to = 9 }\n')
    assert "100,000,000 cases" in error.what


def test_what_does_not_fit_in_some_cases_is_told_with_their_number(read):
    text = ROOF.replace("date = 2024", 'meter.kind = "load"\ndate = 2024')
    text = text.replace(
        "[sweep]", '[sweep]\n"site.battery.min_soc_percent" = [0, 60]\n"site.battery.max_soc_percent" = [50, 90]'
    )
    error = refused(read, text)
    assert error.what.startswith("12 of 72 cases of each seed have settings that do not fit together:")
    assert "case 21 (south, site.battery.min_soc_percent = 60, " in error.what
    assert "battery.max_soc_percent: 50 is not above min_soc_percent, 60, and so in 11 more" in error.what
    single = refused(read, '[base]\nsite = "home"\n[sweep]\n"site.battery.capacity_kwh" = [0, 5]\n')
    assert single.what == "case 1 (site.battery.capacity_kwh = 5): battery.charge_kw: missing"
    assert single.where.endswith("roof.toml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[sweep]\n"site.battery.capacity_kwh" = [0, 5]\n', "but there is no site that it is in"),
        ('[base]\nsite = "none.toml"\n', "there is no such site file"),
        ('[base]\nmeter.source = "house.csv"\n', "there is no such file"),
        ('[base]\nmeter.source = "external"\n', "nobody here can compute the readings of an external meter"),
        ('[base]\nsite = "home"\n[sweep]\nmeter.source = ["household", "hosehold"]\n', "did you mean household"),
        ("x = [", "not TOML"),
        ("base = 3", "base is not a table"),
        ("sweep = []", "sweep is not a table"),
        ("[sweep]", "[sweep] is empty"),
        ("compare = 3", "compare is not a list of tables"),
        ("[base]\ndate = 2024-02-30", "not TOML"),
        ("[base]\ndays = 0\n", "case 0: days is 1 to"),
        ('[base]\nsite = "home"\n"site.battery" = "none"\n"site.plants" = 3\n', "site.plants: 3 is not a list"),
    ],
)
def test_a_file_that_says_nothing_that_can_be_run_is_refused(read, text, told):
    error = refused(read, text)
    assert told in f"{error} {error.fix}"
    assert error.exit_code == 65


@pytest.mark.parametrize(
    ("text", "told", "fix"),
    [
        (
            '[base]\nsite = "home"\n"site.battery.capacity_kwh" = 5\n',
            "battery.charge_kw: missing",
            'set the rest of it too, under [base] for example: "site.battery.charge_kw"',
        ),
        ("[base]\nsite.battery.capacity_kwh = 5\n", "location: missing", 'site = "home" under [base]'),
        (
            '[base]\nsite = "home-battery"\n"site.battery" = "none"\n"site.battery.capacity_kwh" = 5\n',
            "site.battery.capacity_kwh is set, but site.battery is taken away",
            "leave one of them out",
        ),
        (
            '[page]\nbest = "self_suficiency"\n',
            "no figure is called self_suficiency",
            "did you mean self_sufficiency?",
        ),
        ('[page]\nbest = "xyzzy"\n', "no figure is called xyzzy", "name a figure as pvsim query does"),
        ('[page]\nx = "variant"\n', "variant is not varied", "name a path"),
        (
            '[sweep]\ndays = [1, 2]\n[page]\nx = "days"\ny = "days"\n',
            "[page] y: days is x already",
            "name another path",
        ),
        ("[sweep]\ndays = [1, 1.5]\n", "days, value 2: 1.5 is not a whole number", "pvsim run --help describes"),
        ('[base]\nsite = "hom"\n[sweep]\ndays = [1, 2]\n', "no case can be run: case 0 (days = 1): ", "site home"),
        (
            '[base]\nmeter.kind = "load"\n"meter.kind" = "grid"\n',
            "meter.kind is set twice",
            "leave one of them out",
        ),
        ('[sweep]\n"meter . kind" = ["load"]\nmeter.kind = ["grid"]\n', "meter.kind is set twice", "leave one"),
        (
            '[sweep]\nannual_kwh = ["4000~20%"]\n',
            "is not a number or a list or a table",
            "{ mean_kwh = 4000, cv = 0.2 }",
        ),
        (
            "repeat = 10000000\n",
            "10,000,000 cases (10,000,000 seeds) are more than 1,000,000; at 200",
            "[sample] n",
        ),
        ("[base]\nmeters = 2\npartitions = 2\n", "partitions is about messages, which a study", "leave it out"),
        ("[base]\nsite = 3\n", "site: 3 is not", "pvsim run --help describes"),
    ],
)
def test_of_usual_mistakes_it_is_told_what_to_do(read, text, told, fix):
    error = refused(read, text)
    assert told in error.what
    assert fix in error.fix


def test_the_named_variants_may_be_an_axis_of_the_page(read):
    assert read('[[compare]]\nname = "a"\n[page]\nx = "variant"\n').page.x == "variant"


def test_what_is_no_plain_data_is_refused():
    for wrong in ({"base": {"date": object()}}, {"sweep": {"tz": ["\ud800"]}}, {"\ud800": 1}):
        with pytest.raises(BadInputError, match="has in it"):
            study_of_data(wrong)
    study = study_of_data({"sweep": {"days": np.arange(1, 4)}, "base": {"date": date(2024, 6, 21)}})
    assert [case_at(study, number)[1].days for number in range(3)] == [1, 2, 3]


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "near.toml").write_text("")
    (tmp_path / "odd.toml").write_bytes(b"\xff")
    (tmp_path / "long.toml").write_text("#" * 1_000_001)
    for name, told in {
        "no.toml": "there is no such study file",
        ".": "a directory",
        "odd.toml": "not UTF-8",
        "long.toml": "more than 1,000,000 characters",
        "a\0b": "not a file path",
        "near.toml/x": "cannot be read",
    }.items():
        with pytest.raises(BadInputError, match=told):
            read_study(tmp_path / name)


def test_settings_are_taken_away_by_none(read):
    study = read(
        '[base]\nsite = "home-tariff"\n[sweep]\n'
        '"site.tariff" = ["none", { import_per_kwh = 0.3, feed_in_per_kwh = 0.08 }]\n'
        '"site.cost" = ["none"]\n"pv.source" = ["none", "site"]\n'
    )
    configs = [config for _, config in configured(study)]
    assert [config.tariff is None for config in configs] == [True, True, False, False]
    assert [config.pv.__struct_config__.tag for config in configs] == ["none", "site"] * 2
    homes = read('[base]\nsite = "street"\nmeters = 3\n[sweep]\n"site.homes.*.battery.capacity_kwh" = [0]\n')
    assert case_at(homes, 0)[1].batteries is msgspec.UNSET


def test_whole_sites_are_swept_and_changed(read, tmp_path):
    (tmp_path / "own.toml").write_text(files("pvsim").joinpath("data/sites/home.toml").read_text())
    study = read('[sweep]\nsite = ["own.toml", "home-battery"]\n"site.plants.*.tilt_deg" = [10, 20]\n')
    found = [(config.battery is None, config.pv.site.plants[0].tilt_deg) for _, config in configured(study)]
    assert found == [(True, 10), (True, 20), (False, 10), (False, 20)]


def test_sampled_points_go_with_every_variant_and_combination(read):
    study = read(
        ROOF.replace("[sweep]", '[sample]\nn = 4\n"site.plants.0.peak_kw" = { from = 3, to = 7 }\n[sweep]')
    )
    cases = [case for case, _ in configured(study)]
    assert len(cases) == 2 * 2 * 4 * 9
    peaks = [case.parameters["site.plants.0.peak_kw"] for case in cases]
    assert peaks[:36] == peaks[36:72] == peaks[72:108]
    assert sorted(int(peak) for peak in set(peaks)) == [3, 4, 5, 6]


def test_python_says_a_study_as_a_file_does():
    study = study_of_data({"repeat": [7], "base": {"site": "home"}, "sweep": {"days": [1, 2]}}, name="mine")
    assert (study.name, study.count, case_at(study, 1)[1].days) == ("mine", 2, 2)
    with pytest.raises(BadInputError) as caught:
        study_of_data({"sweep": {"dys": [1, 2]}})
    assert caught.value.where == "[sweep]"


def test_every_case_that_is_checked_is_given(read):
    given, told, study = [], [], read(ROOF)
    check_all(study, given.append, lambda done, of: told.append((done, of)))
    assert given == [case for case, _ in configured(study)]
    assert told == [(number, 36) for number in range(36)]


def measured(path, days):
    lines = [f"2024-06-{day:02}T{hour:02}:00+02:00,{100 * day}" for day in days for hour in range(24)]
    path.write_text("\n".join(["time,power_W", *lines, ""]))


def test_files_are_read_before_anything_runs(read, tmp_path):
    measured(tmp_path / "house.csv", range(20, 25))
    measured(tmp_path / "other.csv", range(1, 4))
    text = (
        '[base]\nsite = "home"\nmeter.start = "2024-06-21"\n'
        '[sweep]\nmeter.source = ["house.csv", "other.csv"]\ndays = [1, 2, 9]\n'
    )
    error = refused(read, text)
    assert error.what.startswith("4 of 6 cases have settings that do not fit together:")
    assert "case 2 (meter.source = house.csv, days = 9): " in error.what
    assert "case 3 (meter.source = other.csv, days = 1): " in error.what
    assert check_all(read(text.replace(', "other.csv"', "").replace(", 9", ""))).count == 2


def test_files_of_pv_power_weather_and_prices_are_read_too(read, tmp_path):
    measured(tmp_path / "pv.csv", range(1, 4))
    (tmp_path / "prices.csv").write_text("time,price EUR/MWh\n2024-06-21T00:00Z,50\n2024-06-21T01:00Z,60\n")
    (tmp_path / "weather.csv").write_text("what,is\nthis,?\n")
    sweeps = {
        "pv.source": ('"pv.csv"', "pv.csv"),
        '"site.weather"': ('{ kind = "file", path = "weather.csv" }', "weather.csv"),
        '"site.tariff"': ('{ feed_in_per_kwh = 0.1, import_series = { path = "prices.csv" } }', "prices.csv"),
    }
    for path, (value, name) in sweeps.items():
        error = refused(read, f'[base]\nsite = "home"\ndays = 9\n[sweep]\n{path} = [{value}]\n')
        assert str(tmp_path / name) in error.what
        assert error.what.startswith("case 0 (")


def test_a_file_of_nonsense_is_refused_at_once(read):
    deep = refused(read, "[sweep]\n" + ".".join(["a"] * 5000) + " = [1]\n")
    assert "more tables in tables than any setting" in deep.what
    many = refused(read, "[sweep]\n" + "".join(f'"x{number}" = [1]\n' for number in range(500)))
    assert many.what.startswith("500 settings are wrong:")
    assert many.what.endswith("\n  and 490 more")
    assert len(refused(read, '[sweep]\n"' + ".".join(["site"] * 5000) + '" = [1]\n').what) < 500
