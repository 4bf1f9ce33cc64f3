"""Sites from outside: each example runs, and its rows hold what the site file says."""

import json
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest

from pvsim.adapters.site_file import EXAMPLES

pytestmark = pytest.mark.broker
COLUMNS = "timestamp,meter_kw,pv_kw,net_kw"
BATTERY_COLUMNS = f"{COLUMNS},battery_kw,soc,grid_kw"


def read(run):
    """The header, and the columns of numbers in units of their last decimal."""
    header, *lines = (run / "samples.csv").read_text().splitlines()
    numbers = [name for name in header.split(",") if name not in {"timestamp", "meter"}]
    texts = zip(*(line.split(",")[-len(numbers) :] for line in lines), strict=True)
    return header, {
        name: np.array([round(float(text) * 10_000) for text in column])
        for name, column in zip(numbers, texts, strict=True)
    }


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "street"])
def test_each_example_runs_and_adds_up(outside, here, name):
    done = outside("run", "--site", name, "--every", "10s", "--json", "--quiet")
    assert done.code == 0, done.err
    run = here / "runs" / "latest"
    header, columns = read(run)
    battery = name in {"home-battery", "home-tariff"}
    assert header == (BATTERY_COLUMNS if battery else COLUMNS)
    assert (columns["net_kw"] == columns["meter_kw"] - columns["pv_kw"]).all()
    summary = json.loads(done.out)
    energy = summary["energy_kwh"]
    assert (summary["money"] is not None) == (summary["emissions"] is not None) == (name == "home-tariff")
    assert energy["pv"] > 0.01 < energy["load"]
    grid = columns["net_kw"]
    if battery:
        grid = columns["grid_kw"]
        assert (grid == columns["net_kw"] + columns["battery_kw"]).all()
        assert (columns["battery_kw"].min(), columns["battery_kw"].max()) >= (-50_000, 50_000)
        assert 0 <= columns["soc"].min() < columns["soc"].max() <= 10_000
        assert energy["battery_charge"] > energy["battery_discharge"] > 0
    if battery or name == "depot":
        limit = -60_000 if battery else -100_000  # June: it is reached, and holds but for the rounding of means
        assert limit - 2 <= grid.min() <= limit
    assert outside("verify", run).code == 0


@pytest.mark.parametrize("size", [("--days", "2"), ("--meters", "10")])
def test_batteries_go_on_where_they_were_when_a_run_is_resumed(outside, here, killed, size):
    """Killed in the middle: the same bytes, so the same state of charge in each second. Ten need a longer slot."""
    run = ("run", "--site", "home-battery", *size)
    assert outside(*run, "--out", here / "whole", "--quiet").code == 0
    left = killed(*run)
    assert outside("run", "--resume", left, "--quiet").code == 0
    texts = [(out / "samples.csv").read_bytes() for out in (here / "whole" / "latest", left)]
    assert texts[0] == texts[1]


def test_neighbours_have_their_own_clouds_and_households(outside, here):
    """Strewn over 2 km they smooth one another; at one place all plants give the same."""
    outside("run", "--site", "home", "--meters", "6", "--spread-km", "2", "--every", "10s", "--quiet")
    run = here / "runs" / "latest"
    places = json.loads((run / "manifest.json").read_text())["inputs"]["places_m"]
    assert list(places) == [f"m{i}" for i in range(1, 7)]
    assert 1_000 < np.abs(np.array(list(places.values()))).max() * 2 <= 2_000
    _, columns = read(run)
    pv = columns["pv_kw"].reshape(-1, 6)
    moves = np.abs(np.diff(pv, axis=0))
    together = np.abs(np.diff(pv.mean(axis=1)))
    assert np.quantile(together, 0.999) < 0.6 * np.quantile(moves, 0.999)
    energy = pv.sum(axis=0)
    assert 0 < np.ptp(energy) < 0.1 * energy.mean()
    meters = json.loads((run / "summary.json").read_text())["meters"]
    assert len({meter["energy_kwh"]["load"] for meter in meters.values()}) == 6
    assert outside("verify", run).code == 0

    outside("run", "--site", "home", "--meters", "6", "--spread-km", "0", "--every", "1min", "--quiet")
    _, columns = read(here / "runs" / "latest")
    assert not np.ptp(columns["pv_kw"].reshape(-1, 6), axis=1).any()


def test_households_have_their_own_energies(outside, here):
    """What was drawn is said, and written down; a household that names its energy has that."""
    several = "--meter", "a=household:3200", "--meter", "b=household", "--meter", "c=household"
    done = outside("run", *several, "--annual-kwh", "4000", "--every", "1h")
    assert "annual energy of 2 households: " in done.err
    assert "(lognormal around 4,000, CV 0.30; --annual-kwh 4000~0% makes all the same)" in done.err
    config = json.loads((here / "runs" / "latest" / "manifest.json").read_text())["config"]
    named, *drawn = (meter["source"]["load"]["annual_kwh"] for meter in config["meters"])
    assert named == 3_200
    (said,) = config["annual_energies"]
    assert (said["lowest_kwh"], said["highest_kwh"]) == (min(drawn), max(drawn))
    assert outside("verify", "runs/latest").code == 0
    same = outside("run", "--meter", "household", "--meters", "2", "--annual-kwh", "4000~0%", "--every", "1h")
    assert "annual energy of 2 households: 4,000 kWh each" in same.err


def test_days_of_other_lengths(outside, here, site_file):
    """Lord Howe Island's clocks change by half an hour: 24½ hours, each second once."""
    path = site_file(tz="Australia/Lord_Howe", latitude_deg=-31.5, longitude_deg=159.1)
    done = outside("run", "--site", path, "--date", "2024-04-07", "--every", "30min", "--quiet")
    assert done.code == 0, done.err
    _, columns = read(here / "runs" / "latest")
    assert len(columns["meter_kw"]) == 49
    noon = int(np.argmax(columns["pv_kw"]))
    assert 22 <= noon <= 28
    stamps = [
        line.split(",")[0] for line in (here / "runs" / "latest" / "samples.csv").read_text().splitlines()[1:]
    ]
    assert all(a < b or a[-6:] != b[-6:] for a, b in pairwise(stamps))


@pytest.fixture
def site_file(here):
    """Writes a site file of one roof and one household."""

    def write(**location):
        text = "name = 'test'\n[location]\n"
        text += "".join(f"{key} = {json.dumps(value)}\n" for key, value in location.items())
        text += "[[plants]]\ntilt_deg = 20\nazimuth_deg = 0\npeak_kw = 5\n"
        text += "[load]\nkind = 'household'\nannual_kwh = 3000\n"
        (here / "site.toml").write_text(text)
        return here / "site.toml"

    return write


@pytest.mark.parametrize(
    ("arguments", "code", "what", "where"),
    [
        ("--site nowhere", 65, "there is no such site file", "nowhere"),
        ("--site home --tz UTC", 2, "site home is in Europe/Berlin", "--tz"),
        ("--site home --spread-km 2", 2, "there is one", "--spread-km"),
        (
            "--site brief --meters 2 --spread-km 2",
            2,
            "under pvsim's clouds, which site brief does not have",
            "--spread-km",
        ),
        ("--site home --meters 2 --spread-km 101", 2, "--spread-km is 0 to 100 km, not 101 km", "--spread-km"),
        ("--site home --meters 2 --spread-km nan", 2, "--spread-km is a distance in km, not 'nan'", "--spread-km"),
        ("--meters 2 --spread-km 2", 2, "a curve and a file are the same everywhere", "--spread-km"),
        ("--annual-kwh 4000", 2, "says what a building uses, but there is none", "--annual-kwh"),
        (
            "--meter household --annual-kwh 1",
            2,
            "--annual-kwh: 1 kWh is outside a household's 1,000 to 12,000 kWh",
            "--annual-kwh",
        ),
        ("--meter household --annual-kwh nan", 2, "--annual-kwh is an energy in kWh, not 'nan'", "--annual-kwh"),
        ("--pv site --pv-peak-kw 3", 2, "--pv-peak-kw scales the curve", "--pv-peak-kw"),
        ("--pv site --pv-unit W", 2, "--pv-unit says how to read a file, but none is given", "--pv-unit"),
        ("--pv sites", 2, "'sites' is neither curve, site, none nor a file", "--pv"),
        ("--meter houshold", 2, "'houshold' is neither", "--meter"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_made(outside, here, arguments, code, what, where):  # noqa: PLR0917 - a row of the table
    done = outside("run", *arguments.split())
    assert (done.code, done.out) == (code, "")
    assert what in done.err
    assert where in done.err
    assert not (here / "runs").exists()


def test_all_that_is_wrong_in_a_site_file_is_said_at_once(outside, site_file):
    path = site_file(tz="Europe/Berln", latitude_deg=95, longitude_deg=11)
    path.write_text(path.read_text().replace("tilt_deg = 20", "tilt = 20").replace("peak_kw = 5", "peak_kw = -5"))
    done = outside("run", "--site", path)
    assert done.code == 65
    assert all(text in done.err for text in ("location.latitude_deg", "plant 1: tilt_deg", "plant 1: peak_kw"))


def test_what_an_export_limit_costs_is_said(outside, here):
    """Nothing may be fed in: the same plant without the limit gives what is given and what is curtailed."""
    site = (files("pvsim") / "data" / "sites" / "home.toml").read_text()
    (here / "free.toml").write_text(site)
    (here / "zero.toml").write_text(site + "\n[grid]\nexport_limit_kw = 0\n")
    period = ("--every", "1min", "--days", "2", "--quiet")
    free, zero = (
        json.loads(outside("run", "--site", f"{name}.toml", *period, "--json").out) for name in ("free", "zero")
    )
    assert free["energy_kwh"]["curtailed"] is None
    assert (zero["self_consumption"], zero["energy_kwh"]["export"]) == (1.0, 0.0)
    for limited, unlimited in zip(
        (zero["energy_kwh"], *zero["days"]), (free["energy_kwh"], *free["days"]), strict=True
    ):
        assert limited["curtailed"] > 1
        assert limited["pv"] + limited["curtailed"] == pytest.approx(unlimited["pv"], abs=2e-6)
    printed = outside("verify", "runs/latest").out
    lost = zero["energy_kwh"]["curtailed"]
    assert f"\n{'curtailed':16}{f'{lost:,.3f} kWh':>14}\n" in printed
    share = lost / free["energy_kwh"]["pv"]
    assert f" · curtailed {share:.1%} of the potential PV energy\n" in printed


def test_a_run_is_not_evaluated_with_other_prices(outside, here):
    """Prices of a file: told how they were read, in the bill of the run, and refused when they are others."""
    hours = [f"2024-06-{20 + hour // 24} {hour % 24:02}:00,{10 * hour}" for hour in range(20, 48)]
    prices = here / "prices.csv"
    prices.write_text("\n".join(["time (UTC),price [EUR/MWh]", *hours]) + "\n")
    home = files("pvsim").joinpath("data/sites/home.toml").read_text("utf-8")
    (here / "site.toml").write_text(home + '[tariff]\n[tariff.import_series]\npath = "prices.csv"\n')
    done = outside("run", "--site", "site.toml", "--every", "1min")
    assert done.code == 0, done.err
    assert "tariff.import_series: prices.csv: 'price [EUR/MWh]' as price in EUR/MWh (by header)" in done.err
    assert "without PV and battery" in done.out
    run = here / "runs" / "latest"
    assert outside("verify", run).code == 0
    prices.write_text(prices.read_text().replace("470", "471"))
    changed = outside("verify", run)
    assert (changed.code, "the file has changed since the run was made" in changed.err) == (65, True)
    too_long = outside("run", "--site", "site.toml", "--days", "2")
    assert (too_long.code, "the values go from 2024-06-20 22:00+02:00" in too_long.err) == (65, True)
