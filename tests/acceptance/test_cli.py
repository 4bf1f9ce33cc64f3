"""The command line from outside: help, streams of output, settings, and what the rows of a run are."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import pytest

from pvsim.cli.main import cli

DATA = Path(__file__).resolve().parents[1] / "data"
COMMANDS = sorted(cli.commands)
SCHEMAS = (
    "reading",
    "end",
    "tick",
    "sample",
    "state",
    "service_state",
    "manifest",
    "summary",
    "config",
    "site",
    "rules",
    "study",
)


def rows_of(out):
    return (out / "latest" / "samples.csv").read_text().splitlines()


# --- without a broker ---


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_short_and_leads_with_examples(inside, command):
    done = inside(command, "--help")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert len(lines) <= 160  # in sections: a reader looks at one
    assert max(map(len, lines)) <= 100
    sections = [line for line in lines if line[:1].isalpha() and line.endswith(":")]
    assert lines.index("  Examples:") < lines.index(sections[0])
    assert f"pvsim {command}" in done.out.partition(f"\n{sections[0]}")[0]


def test_options_stand_in_sections(inside):
    """Each option of a run is in the section of what it is about; those in none come last."""
    lines = inside("run", "--help").out.splitlines()
    section_of, title = {}, ""
    for line in lines:
        if line[:1].isalpha() and line.endswith(":"):
            title = line[:-1]
        elif line.startswith("  -"):
            section_of[line.split()[0].rstrip(",")] = title
    assert list(dict.fromkeys(section_of.values())) == [
        "Period", "Site", "Meter", "Meter from a file", "PV", "PV from a file", "Output", "Broker",
        "Other options",
    ]  # fmt: skip
    assert {option for option, title in section_of.items() if title == "Other options"} == {"-h"}
    for option, title in (
        ("--date", "Period"),
        ("--meters", "Meter"),
        ("--pv-unit", "PV from a file"),
        ("--out", "Output"),
        ("--broker", "Broker"),
        ("--keep-stream", "Broker"),
    ):
        assert section_of[option] == title
    assert "\nOptions:\n" in inside("verify", "--help").out


def test_the_help_of_all_names_each_command(inside):
    done = inside("--help")
    assert done.code == 0
    assert all(f"\n  {name} " in done.out for name in COMMANDS)
    assert done.out.index("Examples:") < done.out.index("Commands:")


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_one(inside, name):
    done = inside("schema", name)
    assert (done.code, done.err) == (0, "")
    schema = json.loads(done.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"] == f"pvsim {name}"


@pytest.mark.parametrize(
    ("flag", "variable", "project", "user", "named"),
    [
        ("7s", "11s", "13s", "17s", "7 s does"),
        (None, "11s", "13s", "17s", "11 s does"),
        (None, None, "13s", "17s", "13 s does"),
        (None, None, None, "17s", "17 s does"),
    ],
)
def test_flags_then_variables_then_project_then_user(  # noqa: PLR0917 - a row of the table
    inside, here, monkeypatch, tmp_path, flag, variable, project, user, named
):
    """Each source says a period that does not divide the day, so that the message tells which one counted."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config/pvsim").mkdir(parents=True)
    (tmp_path / "config/pvsim/config.toml").write_text(f'[run]\nevery = "{user}"\n')
    if project:
        (here / "pvsim.toml").write_text(f'[run]\nevery = "{project}"\n')
    if variable:
        monkeypatch.setenv("PVSIM_EVERY", variable)
    done = inside("run", *(["--every", flag] if flag else []))
    assert done.code == 2
    assert named in done.err


@pytest.mark.parametrize(("variable", "colored"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_color_only_on_a_terminal_that_wants_it(variable, colored):
    terminal, process_side = os.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | variable
    command = [sys.executable, "-m", "pvsim", "rum"]
    done = subprocess.run(command, stderr=process_side, stdout=subprocess.PIPE, env=environment, check=False)
    os.close(process_side)
    said = os.read(terminal, 4096)
    os.close(terminal)
    assert done.returncode == 2
    assert b"error:" in said
    assert (b"\x1b[" in said) is colored


# --- on the broker ---


@pytest.mark.broker
def test_data_goes_to_standard_output_and_the_rest_to_the_other(outside, here):
    done = outside("run", "--every", "1h")
    assert done.code == 0
    assert "24 rows, verified" in done.out
    assert "samples.csv" in done.out
    assert "\x1b" not in done.out + done.err
    assert "verified" not in done.err
    quiet = outside("run", "--every", "1h", "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    as_json = outside("run", "--every", "1h", "--json", "--quiet")
    assert (as_json.code, as_json.err) == (0, "")
    verified = outside("verify", "runs/latest", "--json")
    assert (verified.code, verified.err) == (0, "")
    directory = here / "runs" / "latest"
    files = {"summary": as_json.out, "manifest": (directory / "manifest.json").read_text()}
    for name, text in files.items():
        jsonschema.validate(json.loads(text), json.loads(outside("schema", name).out))
    config = json.loads(files["manifest"])["config"]
    jsonschema.validate(config, json.loads(outside("schema", "config").out))
    assert json.loads(verified.out) == json.loads(as_json.out)
    assert json.loads(verified.out) == json.loads((directory / "summary.json").read_text())


@pytest.mark.broker
def test_same_seed_same_bytes_and_means_are_of_the_seconds(outside, here):
    """I2 and the meaning of --every: each printed mean is the mean of its seconds, to its last digit."""
    for out, *more in (("a",), ("b",), ("c", "--seed", "2"), ("2s", "--every", "2s"), ("1h", "--every", "1h")):
        assert outside("run", "--quiet", "--out", out, *more).code == 0
    bytes_of = {out: (here / out / "latest/samples.csv").read_bytes() for out in "abc"}
    assert bytes_of["a"] == bytes_of["b"]
    assert bytes_of["a"] != bytes_of["c"]
    seconds = [row.split(",") for row in rows_of(here / "a")[1:]]
    assert len(seconds) == 86_400
    tenths_w = [int(meter.replace(".", "")) for _, meter, _, _ in seconds]
    for out, every in (("2s", 2), ("1h", 3600)):
        rows = [row.split(",") for row in rows_of(here / out)[1:]]
        assert len(rows) == 86_400 // every
        for number, (stamp, meter, pv, net) in enumerate(rows):
            window = tenths_w[number * every : (number + 1) * every]
            assert stamp == seconds[number * every][0]
            assert abs(int(meter.replace(".", "")) - Fraction(sum(window), every)) <= Fraction(1, 2)
            as_int = [int(text.replace(".", "")) for text in (meter, pv, net)]
            assert as_int[2] == as_int[0] - as_int[1]


@pytest.mark.broker
@pytest.mark.parametrize(
    ("date", "count", "hour", "before", "after"),
    [
        ("2024-03-31", 82_800, 2, "2024-03-31T01:59:59+01:00", "2024-03-31T03:00:00+02:00"),
        ("2024-10-27", 90_000, 3, "2024-10-27T02:59:59+02:00", "2024-10-27T02:00:00+01:00"),
    ],
)
def test_the_days_on_which_clocks_change(outside, here, date, count, hour, before, after):  # noqa: PLR0917 - a row of the table
    assert outside("run", "--quiet", "--date", date).code == 0
    stamps = [row.partition(",")[0] for row in rows_of(here / "runs")[1:]]
    assert len(stamps) == count
    assert (stamps[0][:19], stamps[-1][:19]) == (f"{date}T00:00:00", f"{date}T23:59:59")
    assert stamps[hour * 3600 - 1 : hour * 3600 + 1] == [before, after]
    instants = [datetime.fromisoformat(text).timestamp() for text in stamps[:: 60 * 5]]
    assert all(later - earlier == 300 for earlier, later in pairwise(instants))


@pytest.mark.broker
def test_the_url_of_the_private_broker_lets_a_meter_in(outside, broker, broker_home):
    done = outside("broker", "url", "--json", PVSIM_BROKER_HOME=str(broker_home))
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert f"{found['url']}?stream_port={found['stream_port']}" == broker.amqp_url
    piped = outside("broker", "url", PVSIM_BROKER_HOME=str(broker_home))
    assert (piped.code, piped.out) == (2, "")
    assert broker.password not in piped.err
    assert "pvsim broker url --json" in piped.field("fix")


@pytest.mark.broker
def test_the_url_is_printed_to_a_terminal(broker, broker_home):
    master, slave = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "pvsim", "broker", "url"],
        stdout=slave,
        env={**os.environ, "PVSIM_BROKER_HOME": str(broker_home)},
    ) as process:
        assert process.wait(60) == 0
        os.close(slave)
        assert os.read(master, 4_096).decode().strip() == broker.amqp_url.partition("?")[0]
    os.close(master)


def test_a_broker_that_does_not_run_has_no_url(inside, tmp_path, monkeypatch):
    monkeypatch.setenv("PVSIM_BROKER_HOME", str(tmp_path / "nothing"))
    done = inside("broker", "url", "--json")
    assert (done.code, done.out) == (69, "")
    assert done.field("fix") == "pvsim broker up"
    assert not (tmp_path / "nothing").exists()


@pytest.mark.broker
def test_a_file_for_each_day(outside, here):
    """The same rows as in one file, over the end of summer time; a changed digit is found, a deleted day too."""
    period = ("--date", "2024-10-26", "--days", "3", "--every", "1min", "--quiet")
    assert outside("run", *period, "--out", here / "whole").code == 0
    assert outside("run", *period, "--out", here / "split", "--split", "day").code == 0
    run = here / "split" / "latest"
    days = [f"2024-10-{day}.csv" for day in (26, 27, 28)]
    assert sorted(path.name for path in (run / "samples").iterdir()) == days
    assert not (run / "samples.csv").exists()
    texts = [(run / "samples" / day).read_text().splitlines() for day in days]
    assert [len(lines) - 1 for lines in texts] == [1440, 1500, 1440]
    assert [line for lines in texts for line in lines[1:]] == rows_of(here / "whole")[1:]
    summary = json.loads((run / "summary.json").read_text())
    assert [each["period"] for each in summary["days"]] == [day.removesuffix(".csv") for day in days]
    assert sum(each["load"] for each in summary["days"]) == pytest.approx(summary["energy_kwh"]["load"], abs=1e-5)
    assert outside("verify", run).code == 0
    assert outside("run", "--resume", run, "--quiet").code == 0
    day = run / "samples" / days[1]
    text = day.read_text()
    day.write_text(text[:-2] + ("1" if text[-2] == "0" else "0") + text[-1])
    done = outside("verify", run)
    assert (done.code, "should be" in done.err) == (65, True)
    day.unlink()
    done = outside("verify", run)
    assert (done.code, days[1] in done.err) == (65, True)


def test_from_elsewhere_in_a_path_with_spaces_and_letters(outside, here):
    there = here / "Häuser am Übersee 屋"
    there.mkdir()
    (there / "pvsim.toml").write_text('[run]\nevery = "15min"\nmeter = ["house=walk", "heat-pump=uniform"]\n')
    done = outside("run", "--out", "my runs", cwd=there)
    assert done.code == 0, done.err
    assert "my runs/" in done.out
    rows = rows_of(there / "my runs")
    assert rows[0] == "timestamp,meter,meter_kw,pv_kw,net_kw"
    assert [row.split(",")[1] for row in rows[1:5]] == ["house", "heat-pump"] * 2
    assert len(rows) == 1 + 2 * 96
    assert outside("verify", str(there / "my runs" / "latest")).code == 0
    numbered = outside("run", "--quiet", "--meters", "10", "--every", "1h", cwd=there, PVSIM_METER="uniform")
    assert numbered.code == 0, numbered.err
    assert [row.split(",")[1] for row in rows_of(there / "runs")[1:11]] == [f"m{n:02}" for n in range(1, 11)]


@pytest.mark.broker
def test_measured_house_and_plant(outside, here):
    arguments = ("--meter", str(DATA / "uci_sceaux_20061221.csv.gz"), "--meter-column", "global_active_power_kw")
    done = outside(
        "run", *arguments, "--pv", str(DATA / "nrel_serf_20220318.csv"), "--pv-unit", "W", "--pv-gaps", "zero",
        "--pv-start", "2022-03-18", "--every", "1min", "--quiet",
    )  # fmt: skip
    assert done.code == 0, done.err
    rows = [row.split(",") for row in rows_of(here / "runs")[1:]]
    assert len(rows) == 1440
    assert {stamp[:10] for stamp, *_ in rows} == {"2024-06-21"}
    assert max(float(pv) for _, _, pv, _ in rows) > 0
    assert float(rows[0][2]) == 0.0
    inputs = json.loads((here / "runs/latest/manifest.json").read_text())["inputs"]
    assert set(inputs) == {"m1", "pv"}
    assert outside("verify", "runs/latest").code == 0


@pytest.mark.broker
def test_i12_an_hour_that_the_file_lacks_as_the_clocks_go_back_is_no_copy_of_the_other(outside, here):
    """The night of 2024-10-27 in Berlin, every half hour, without the second 02:00 and 02:30."""
    first = datetime.fromisoformat("2024-10-27T00:00+02:00")
    times = [(first + timedelta(minutes=30 * i)).astimezone(ZoneInfo("Europe/Berlin")) for i in range(10)]
    rows = [f"{t.isoformat()},{i + 1}00" for i, t in enumerate(times) if i not in {6, 7}]
    (here / "marked.csv").write_text("\n".join(["time,load_w", *rows, ""]))
    (here / "naive.csv").write_text("\n".join(["time,load_w", *(row[:19] + row[25:] for row in rows), ""]))
    run = ("run", "--date", "2024-10-27", "--hours", "0-4", "--every", "30min")
    done = outside(*run, "--meter", "marked.csv")
    assert done.code == 0
    assert "1 gap of 1 h in all, " in done.err
    loads = [row.split(",")[1] for row in rows_of(here / "runs")[1:]]
    assert loads == [f"{each / 10:.4f}" for each in (1, 2, 3, 4, 5, 6, 6, 6, 9, 10)]
    (gap,) = json.loads((here / "runs/latest/manifest.json").read_text())["inputs"]["m1"]["gaps"]
    assert gap == {"start": "2024-10-27T02:00:00", "seconds": 3600, "filled": "hold", "again": True}
    done = outside(*run, "--meter", "marked.csv", "--meter-gaps", "error")
    assert done.code == 65
    assert (
        "a gap of 3600 s from 2024-10-27 02:00:00 (wall clock of the file, passed for the second time)" in done.err
    )
    done = outside(*run, "--meter", "naive.csv")
    assert done.code == 0
    assert "no gaps, up to 1 kW, 2024-10-27 02:00 to 03:00 used twice: the run's clock passes it twice" in done.err
    done = outside(*run, "--meter", "naive.csv", "--meter-tz", "Europe/Berlin")
    assert done.code == 0
    assert "1 gap of 1 h in all, " in done.err


@pytest.mark.broker
def test_a_paced_run_has_the_same_bytes_and_keeps_its_clock(outside, here):
    for out, clock in (("fast", ()), ("paced", ("--clock", "400000x"))):
        done = outside("run", "--meters", "2", "--every", "15min", "--out", out, *clock)
        assert done.code == 0, done.err
    assert rows_of(here / "paced") == rows_of(here / "fast")
    manifests = [json.loads((here / out / "latest/manifest.json").read_bytes()) for out in ("fast", "paced")]
    assert [manifest["clock"] for manifest in manifests] == [None, "400000x"]
    configs = [manifest["config"] | {"run_id": ""} for manifest in manifests]
    assert configs[0] == configs[1]


def test_a_clock_that_is_none(inside):
    for command in ("run", "meter"):
        done = inside(command, "--clock", "60")
        assert (done.code, done.field("error")) == (2, "--clock is max or a speed such as 60x, not '60'")
        assert done.field("fix") == "--clock 60x"
