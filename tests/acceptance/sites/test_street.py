"""A street from outside: homes that differ, killed and resumed; and files of homes, right ones and wrong ones."""

import json

import pytest

pytestmark = pytest.mark.broker


def cells(run):
    """The rows of each meter, by its name."""
    header, *lines = (run / "samples.csv").read_text().splitlines()
    names = header.split(",")
    found = {}
    for line in lines:
        row = dict(zip(names, line.split(","), strict=True))
        found.setdefault(row["meter"], []).append(row)
    return found


def test_a_street_is_resumed_to_the_same_bytes_and_its_homes_differ(outside, here, killed):
    run = ("run", "--site", "street", "--meters", "12", "--seed", "3", "--date", "2024-04-08")
    assert outside(*run, "--out", here / "whole", "--quiet").code == 0
    left = killed(*run)
    assert outside("run", "--resume", left, "--quiet").code == 0
    texts = [(out / "samples.csv").read_bytes() for out in (here / "whole" / "latest", left)]
    assert texts[0] == texts[1]
    assert outside("verify", left).code == 0
    config = json.loads((left / "manifest.json").read_text())["config"]
    summary = json.loads((left / "summary.json").read_text())
    assert len({json.dumps(home) for home in config["pv"]["homes"]}) > 3
    for meter, plants, battery in zip(config["meters"], config["pv"]["homes"], config["batteries"], strict=True):
        figures = summary["meters"][meter["name"]]
        assert (
            (figures["self_consumption"] is None) == (figures["energy_kwh"]["pv"] == 0) == (plants["plants"] == [])
        )
        assert (
            (figures["battery"] is None) == (figures["energy_kwh"]["battery_charge"] is None) == (battery is None)
        )
    assert summary["battery"]["capacity_kwh"] == sum(each["capacity_kwh"] for each in config["batteries"] if each)
    identity = summary["energy_kwh"]
    stored = summary["battery"]["losses_kwh"] + summary["battery"]["stored_change_kwh"]
    assert identity["import"] - identity["export"] == pytest.approx(
        identity["load"] - identity["pv"] + stored, abs=1e-4
    )


def test_a_home_is_the_same_in_a_longer_street(outside, here):
    for meters in ("3", "12"):
        arguments = ("--site", "street", "--meters", meters, "--seed", "3", "--every", "15min", "--quiet")
        assert outside("run", *arguments, "--out", here / meters).code == 0
    few, many = (cells(here / meters / "latest") for meters in ("3", "12"))
    for number in (1, 2, 3):
        short, long = few[f"m{number}"], many[f"m{number:02}"]
        assert [{**row, "meter": ""} for row in long] == [
            {"battery_kw": "0.0000", "soc": "", "grid_kw": row["net_kw"], **row, "meter": ""} for row in short
        ]


HEAD = """
name = "lane"
homes_file = "homes.csv"
[location]
latitude_deg = 48.14
longitude_deg = 11.58
tz = "Europe/Berlin"
[[plants]]
tilt_deg = 30
azimuth_deg = 180
peak_kw = 8
[load]
kind = "household"
annual_kwh = 3500
"""


def test_a_file_of_homes_is_a_street(outside, here):
    (here / "lane.toml").write_text(HEAD)
    (here / "homes.csv").write_text(
        "name;annual_kwh;pv_kw;battery_kwh\nanna;2500;5,5;\nbert;4100;;\ncarl;3000;9;10\n"
    )
    done = outside("run", "--site", "lane.toml", "--every", "1min", "--format", "csv,parquet")
    assert done.code == 0, done.err
    assert "annual energy of 3 households: 2,500 to 4,100 kWh" in done.err
    run = here / "runs" / "latest"
    found = cells(run)
    assert list(found) == ["anna", "bert", "carl"]
    assert {row["soc"] for row in found["bert"]} == {""}
    assert {row["pv_kw"] for row in found["bert"]} == {"0.0000"}
    assert "" not in {row["soc"] for row in found["carl"]}
    asked = outside(
        "query",
        "SELECT meter, count(soc) AS socs FROM samples GROUP BY meter ORDER BY meter",
        "--json",
        "runs/latest",
    )
    assert [row["socs"] for row in json.loads(asked.out)] == [0, 0, 1_440], asked.err
    assert json.loads((run / "manifest.json").read_text())["config"]["homes_file"]["rows"] == 3
    assert outside("verify", run).code == 0
    (here / "homes.csv").unlink()  # what it said is in the run
    assert outside("verify", run).code == 0


@pytest.mark.parametrize(
    ("rows", "arguments", "code", "says"),
    [
        ("annual_kwh,pv_peak\n3000,5\n", "", 65, "did you mean pv_kw?"),
        ("annual_kwh\n3000\n20\n", "", 65, "line 3: annual_kwh: 20 kWh is outside"),
        ("people\n2\n3\n", "--meters 3", 2, "there are 3 meters"),
        ("", "", 65, "the file is empty"),
    ],
)
def test_what_is_wrong_with_a_file_of_homes_is_said(outside, here, rows, arguments, code, says):  # noqa: PLR0917 - a row of the table
    (here / "lane.toml").write_text(HEAD)
    (here / "homes.csv").write_text(rows)
    done = outside("run", "--site", "lane.toml", *arguments.split())
    assert (done.code, says in done.err) == (code, True), done.err
    assert not (here / "runs").exists()
