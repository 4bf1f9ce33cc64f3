"""What a hostile or clumsy user types: exit code, what happened, where, what to do, and nothing half-made."""

import gzip
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zlib import crc32

import pytest

USAGE, BAD_INPUT, BROKER, CANNOT_WRITE = 2, 65, 69, 73


def csv(power="0.5", header="timestamp,meter_kw", steps=range(96)):
    """A day of quarter hours as the text of a file."""
    start = datetime(2024, 6, 21)  # noqa: DTZ001 - the file's wall clock
    return "\n".join([header, *(f"{(start + i * timedelta(minutes=15)).isoformat()},{power}" for i in steps), ""])


def readings(fall, name="Verbrauch [kWh]"):
    """A day of a counter in quarter hours, that falls once."""
    counts = [i * 0.25 - (fall and i > 48) for i in range(97)]
    return csv("{}", f"timestamp,{name}", range(97)).format(*counts)


GOOD = csv()
MIXED = csv("0.5", "timestamp,load_kwh", (*range(0, 48, 4), *range(48, 96)))

# command line, exit code, what, where, fix
OPTIONS = [
    ("--tz Europe/Berln", USAGE, "--tz is a time zone, not 'Europe/Berln'", "--tz", "did you mean Europe/Berlin"),
    ("--tz Atlantis", USAGE, "is a time zone, not", "--tz", "IANA name"),
    ("--tz Europe/Munich", USAGE, "is a time zone, not", "--tz", "Munich is in Europe/Berlin"),
    ("--tz Europe", USAGE, "is a time zone, not", "--tz", "an area: name a city in it"),
    ("--tz ../../etc/passwd", USAGE, "is a time zone, not", "--tz", "IANA name"),
    ("--tz=", USAGE, "--tz is a time zone, not ''", "--tz", "Europe/Berlin"),
    (
        "--date 2024-02-30",
        USAGE,
        "not '2024-02-30': day is out of range",
        "--date",
        "2024-06-21",
    ),
    ("--date tomorrow", USAGE, "--date is a date, not 'tomorrow'", "--date", "YYYY-MM-DD"),
    ("--date 9999-12-31", USAGE, "1 day from 9999-12-31 on leave the calendar", "--date", "years 1 and 9999"),
    ("--date 1850-01-01", USAGE, "no offset in whole minutes", "--tz", "choose a later date"),
    ("--tz Pacific/Apia --date 2011-12-30", USAGE, "2011-12-30 does not exist", "--date", "another day"),
    ("--days 0", USAGE, "--days is 1 to 36,600, not 0", "--days", "for example 7"),
    ("--days -1", USAGE, "--days is 1 to 36,600, not -1", "--days", "for example 7"),
    ("--days 99999999999", USAGE, "--days is 1 to 36,600, not 99,999,999,999", "--days", "for example 7"),
    ("--days two", USAGE, "--days is a number of days, not 'two'", "--days", "for example 7"),
    ("--seed x", USAGE, "--seed is a number, not 'x'", "--seed", "for example 10"),
    ("--every 7s", USAGE, "7 s does not divide the 86,400 seconds of 2024-06-21", "--every", "15min"),
    ("--every 2h --date 2024-03-31", USAGE, "7200 s does not divide the 82,800 seconds", "--every", "1h"),
    ("--every 0", USAGE, "at least 1 s, not 0 s", "--every", "1s, 2s"),
    ("--every -1s", USAGE, "--every is at least 1 s, not -1 s", "--every", "1s, 2s"),
    ("--every 1.5s", USAGE, "--every is a whole number of seconds, not '1.5s'", "--every", "1s, 2s"),
    ("--every fast", USAGE, "--every is a duration, not 'fast'", "--every", "15min"),
    ("--every=", USAGE, "--every is a duration, not ''", "--every", "15min"),
    (f"--every {'9' * 30}", USAGE, "9", "--every", "15min"),
    ("--meter unifrom", USAGE, "'unifrom' is neither uniform, walk", "--meter", "did you mean uniform?"),
    ("--meter=", USAGE, "'' is neither", "--meter", "path of a CSV file"),
    ("--meter external", USAGE, "another program publishes", "--meter", "pvsim simulate --meter external"),
    ("--meter good.csv --meter b=external", USAGE, "another program publishes", "--meter", "pvsim simulate"),
    ("--pv sun", USAGE, "'sun' is neither curve, site, none nor a file", "--pv", "path of a CSV file"),
    ("--pv=", USAGE, "'' is neither curve, site, none nor a file", "--pv", "path of a CSV file"),
    ("--pv-peak-kw -1", USAGE, "--pv-peak-kw is 0 to", "--pv-peak-kw", "3.257"),
    ("--pv-peak-kw nan", USAGE, "--pv-peak-kw is a power in kW, not 'nan'", "--pv-peak-kw", "10kW"),
    ("--pv-peak-kw inf", USAGE, "--pv-peak-kw is a power in kW, not 'inf'", "--pv-peak-kw", "10kW"),
    ("--pv-peak-kw 5 --pv site", USAGE, "scales the curve or a file", "--pv-peak-kw", "leave it out"),
    ("--pv-peak-kw 5 --pv none", USAGE, "this run has no PV", "--pv-peak-kw", "leave it out"),
    ("--pv-peak-kw 0 --pv good.csv", USAGE, "--pv-peak-kw is 0, not", "--pv-peak-kw", "kW such as 8"),
    ("--meter good.csv --meter-scale -2", USAGE, "--meter-scale is -2, not", "--meter-scale", "such as 0.5"),
    (
        "--meter good.csv --meter-annual-kwh nan",
        USAGE,
        "is an energy in kWh, not 'nan'",
        "--meter-annual-kwh",
        "4000kWh",
    ),
    (
        "--meter good.csv --meter-scale 2 --meter-annual-kwh 9",
        USAGE,
        "--meter-scale and --meter-annual-kwh each scale the file",
        "--meter-annual-kwh",
        "leave --meter-annual-kwh out",
    ),
    ("--meter good.csv --annual-kwh 9", USAGE, "what a building uses", "--annual-kwh", "--meter-annual-kwh"),
    ("--meter-kind counter", USAGE, "how to read a file, but none", "--meter-kind", "add --meter FILE"),
    ("--pv-kind counter", USAGE, "how to read a file, but none", "--pv-kind", "add --pv FILE"),
    *(
        (f"--{kind}-{option}", USAGE, "how to read a file, but none", f"--{kind}-{option.split()[0]}", f"--{kind}")
        for kind in ("meter", "pv")
        for option in (
            "column x",
            "time-column x",
            "unit W",
            "fill hold",
            "gaps zero",
            "start 2024-06-21",
            "tz UTC",
            "date-order day-first",
            "stamp end",
            "decimal comma",
            "sign negative",
            "scale 2",
            "annual-kwh 4000",
        )
    ),
    ("--meters 0", USAGE, "--meters is 1 to 1,000 meters, not 0", "--meters", "give --meters 1"),
    ("--meters 1001", USAGE, "--meters is 1 to 1,000 meters, not 1,001", "--meters", "give --meters 1000"),
    ("--meters 3 --meter uniform --meter walk", USAGE, "multiplies one --meter", "--meters", "--meter once"),
    ("--meters 3 --meter a=uniform", USAGE, "numbered, not called 'a'", "--meter", "--meter uniform"),
    ("--meter household:99999", USAGE, "99,999 kWh is outside a household's", "--meter", "household:2000"),
    ("--meter household=3200", USAGE, "neither a kind of meter nor a file", "--meter", "household:3200?"),
    (
        "--meter household --meters 2 --annual-kwh 2000-6000",
        USAGE,
        "--annual-kwh is",
        "--annual-kwh",
        "2000..6000",
    ),
    ("--meter household --annual-kwh 3200,4100", USAGE, "lists 2 energies", "--annual-kwh", "one number"),
    ("--meter a=uniform --meter a=walk", USAGE, "the same name 'a'", "--meter", "NAME=KIND"),
    ("--meter pv=uniform", USAGE, "what the manifest calls another input", "--meter", "pv1=uniform"),
    ("--meter -a=uniform", USAGE, "--meter: '-a' cannot be a name", "--meter", "letters, digits"),
    (f"--meter {'n' * 33}=uniform", USAGE, "cannot be a name", "--meter", "up to 32"),
    ("--meter-max-w 0", USAGE, "a meter's maximum of 0 W is outside", "--meter-max-w", "in W, for example 43500"),
    ("--meter-kind grid", USAGE, "the others are loads", "--meter-kind", "external as --meter"),
    ("--meter-kind grid --meter good.csv --site home", USAGE, "does site home add to it?", "--meter-kind", "--pv"),
    (
        "--meter-kind grid --meter good.csv --site home-battery --pv site",
        USAGE,
        "the export limit of site",
        "--meter-kind",
        "export_limit_kw",
    ),
    (
        "--transport pigeon",
        USAGE,
        "--transport is auto, streams or amqp, not 'pigeon'",
        "--transport",
        "use one of them",
    ),
    ("--daate 2024-06-21", USAGE, "pvsim run has no option --daate", "", "did you mean --date?"),
    ("extra", USAGE, "pvsim run takes no argument 'extra'", "", "pvsim run --help"),
    ("--resume nowhere", BAD_INPUT, "there is no run here", "nowhere", "runs/"),
    ("--out afile", CANNOT_WRITE, "cannot create the run directory: Not a directory", "afile/", "another --out"),
    ("--out afile/below", CANNOT_WRITE, "Not a directory", "afile/below", "another --out"),
    ("--out /proc/nowhere", CANNOT_WRITE, "cannot create the run directory", "/proc/nowhere", "another --out"),
    ("--out taken", CANNOT_WRITE, "in the way of the link", "taken/latest", "rename it"),
    ("--broker http://h", USAGE, "not a broker URL (scheme 'http')", "PVSIM_BROKER_URL", "amqp://user"),
    ("--broker amqp://", USAGE, "it names no host", "PVSIM_BROKER_URL", "amqp://user"),
    ("--broker amqp://u:se/cret@h/", USAGE, "cannot be read", "PVSIM_BROKER_URL", "percent-encode"),
    ("--broker amqp://h?x=1", USAGE, "unknown parameter in the broker URL: x", "--broker", "?stream_port=5552"),
    ("--broker amqp://h?stream_port=0", USAGE, "not a port number", "--broker", "stream_port=5552"),
    ("--meter missing.csv", BAD_INPUT, "No such file", "missing.csv", "check the path"),
    ("--meter adir.csv", BAD_INPUT, "a directory, not a file", "adir.csv", "name the CSV file in it"),
    ("--meter good.csv --meter-unit GW", USAGE, "Wh, kWh or MWh, not 'GW'", "--meter-unit", "use one"),
    ("--meter good.csv --meter-kind counter", BAD_INPUT, "a unit of power", "good.csv", "--meter-unit Wh"),
    (
        "--meter good.csv --meter-unit kWh --meter-fill interpolate",
        BAD_INPUT,
        "cannot be interpolated",
        "good.csv",
        "leave",
    ),
    ("--meter good.csv --meter-column x", BAD_INPUT, "no column is called 'x'", "good.csv:1", "--meter-column"),
    ("--meter good.csv --meter-start x", USAGE, "--meter-start is a date, not 'x'", "--meter-start", "YYYY-MM-DD"),
    ("--meter good.csv --meter-start 2024-07-01", BAD_INPUT, "the file covers 1", "good.csv", "2024-06-21"),
    ("--meter good.csv --days 2", BAD_INPUT, "needs 2 day(s)", "good.csv", "--days 1"),
    ("--pv missing.csv", BAD_INPUT, "No such file", "missing.csv", "check the path"),
]

# content of x.csv, what, where, fix
FILES = {
    "empty": (b"", "the file is empty", "x.csv", "give a CSV file such as"),
    "header only": ("timestamp,meter_kw\n", "only a header", "x.csv:1", "one whole day"),
    "no power column": (csv(header="timestamp,a\n"), "unit of column 'a' cannot be told", "x.csv:1", "-unit"),
    "two power columns": (csv("1,2", "time,p1_kw,p2_kw"), "several columns", "x.csv:1", "--meter-column"),
    "no header": (csv(header="2024-06-20T23:45,0.5"), "no header line", "x.csv:1", "timestamp,meter_kw"),
    "one cell": (csv().replace(",0.5", "", 1), "1 cell(s) only", "x.csv:2", "complete the line"),
    "nan": (csv("nan"), "has no value", "x.csv", "--meter-column"),
    "infinite": (csv("inf"), "'inf', which is not a number", "x.csv:2", "put a number there"),
    "text": (csv("low"), "'low', which is not a number", "x.csv:2", "leave the cell empty"),
    "no value": (csv(""), "has no value", "x.csv", "--meter-column"),
    "negative": (csv("-0.5"), "is negative (-500 W)", "x.csv:2", "--meter-sign negative"),
    "unsorted": (csv(steps=(0, 2, 1, *range(3, 96))), "not in order", "x.csv:4", "sort the file"),
    "twice": (csv(steps=(0, 1, 1, *range(2, 96))), "occurs twice", "x.csv:4", "each time once"),
    "W read as kW": (csv("4000"), "read in kW, reaches 4,000,000 W", "x.csv:2", "--meter-unit W"),
    "energies?": (readings(0), "never falls: readings of a counter, or", "x.csv:2", "--meter-kind counter, or"),
    "a counter": (readings(3, "Zählerstand [kWh]"), "falls from 12 to 11", "x.csv:51", "pass --meter-kind load"),
    "money": (csv("0.1", "timestamp,Cost (p)"), "no column looks like meter power", "x.csv:1", "--meter-column"),
    "gap": (csv(steps=(*range(9), *range(50, 96))), "a gap of 36900 s", "x.csv:10", "--meter-gaps"),
    "half a day": (csv(steps=range(48)), "does not cover a whole day", "x.csv", "--meter-gaps"),
    "irregular": (csv().replace("00:15:00", "00:16:00"), "the step is irregular", "x.csv:3", "resample"),
    "two intervals": (MIXED, "has energies of two intervals", "x.csv:14", "--meter-unit kW --meter-scale 4 if"),
    "bad time": (csv().replace("T00:15", "T25:15"), "no such time of day: '25:15", "x.csv:3", "write times as"),
    "cut off gzip": (gzip.compress(GOOD.encode())[:90], "the gzip data is damaged", "x.csv", "gunzip"),
    "no gzip": (b"\x1f\x8bnot gzip at all", "the gzip data is damaged", "x.csv", "gunzip"),
    "binary": (bytes(range(128, 256)) * 9, "not UTF-8 text", "x.csv:1", "UTF-8"),
    "one line": (b"x" * 2**21, "longer than 1 MiB", "x.csv:1", "line ends"),
}  # fmt: skip

# settings file, what, where, fix
SETTINGS = [
    ("[rum]", "no command is called 'rum'", "pvsim.toml", "[run]"),
    ("days = 3", "'days' is not in a section", "pvsim.toml", "write the name of a command"),
    ("[run]\nday = 3", "no such setting", "pvsim.toml, [run] day", "did you mean days?"),
    ("[run\n", "not TOML", "pvsim.toml", "correct that line"),
    (
        "[run]\ndays = 'x'",
        "--days is a number of days, not 'x'",
        "--days, from [run] in a settings file",
        "example 7",
    ),
    ("[run]\ndays = 2.5", "--days is a whole number, not '2.5'", "--days, from [run]", "example 7"),
    ("[run]\ndays = [1]", "a list instead of a single value", "[run] days", "write days = 7"),
    ("[run]\ndays = true", "true is of the wrong type", "[run] days", "write days = 7"),
    ("[run]\nmeter = [[1]]", "a list of lists", "[run] meter", "write a value"),
    ("[run.tz]\na = 1", "a table", "[run] tz", "write a value"),
    ("[run]\nquiet = 'yes'", "wrong type", "[run] quiet", "true or false"),
    ("[run]\ntz = 'Nowhere'", "is a time zone, not", "--tz, from [run] in a settings file", "IANA"),
    ('[run]\nout = "a\\u0000b"', "contains the character NUL", "pvsim.toml, [run] out", "write it without"),
    ("[run]\nsupervised = true", "no such setting", "[run] supervised", "--help"),
]

VARIABLES = [
    ("PVSIM_DAYS", "x", "--days is a number of days, not 'x'", "--days, from the variable PVSIM_DAYS"),
    ("PVSIM_DAYS", "0", "--days is 1 to 36,600, not 0", "--days, from the variable PVSIM_DAYS"),
    ("PVSIM_EVERY", "7s", "does not divide", "--every, from the variable PVSIM_EVERY"),
    (
        "PVSIM_TRANSPORT",
        "pigeon",
        "is auto, streams or amqp, not",
        "--transport, from the variable PVSIM_TRANSPORT",
    ),
    ("PVSIM_METER", "walk;my dog", "'my dog' is neither", "--meter, from the variable PVSIM_METER"),
    ("PVSIM_BROKER_URL", "localhost:5672", "not a broker URL", "PVSIM_BROKER_URL"),
]


@pytest.mark.parametrize("option", ["--missing skip", "--meter-timeout 9"])
def test_what_is_about_an_external_meter_needs_one(inside, option):
    where = option.split()[0]
    done = inside("simulate", *option.split())
    check(done, USAGE, "is about readings of an external meter", where, "--meter external")


def check(done, code, what, where, fix):
    assert (done.code, done.out) == (code, ""), done.err
    assert what in done.field("error")
    assert where in done.field("at")
    assert fix in done.field("fix")
    assert "Traceback" not in done.err


def nothing_made(directory):
    return not list(directory.rglob("manifest.json")) and not list(directory.rglob("samples.csv*"))


@pytest.fixture(autouse=True)
def _prepared(here):
    (here / "good.csv").write_text(GOOD)
    (here / "adir.csv").mkdir()
    (here / "afile").touch()
    (here / "taken" / "latest").mkdir(parents=True)


@pytest.mark.parametrize(("line", "code", "what", "where", "fix"), OPTIONS, ids=[row[0] for row in OPTIONS])
def test_options(inside, here, line, code, what, where, fix):  # noqa: PLR0917 - a row of the table
    done = inside("run", *line.split(" "))
    check(done, code, what, where, fix)
    assert "cret" not in done.err
    assert nothing_made(here)


@pytest.mark.parametrize("name", FILES)
def test_files(inside, here, name):
    content, what, where, fix = FILES[name]
    (here / "x.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    check(inside("run", "--meter", "x.csv"), BAD_INPUT, what, where, fix)
    assert nothing_made(here)


@pytest.mark.parametrize(("text", "what", "where", "fix"), SETTINGS, ids=[row[0] for row in SETTINGS])
def test_settings(inside, here, text, what, where, fix):  # noqa: PLR0917 - a row of the table
    (here / "pvsim.toml").write_text(text)
    check(inside("run"), USAGE, what, where, fix)
    assert nothing_made(here)


@pytest.mark.parametrize(("name", "value", "what", "where"), VARIABLES, ids=[f"{v[0]}={v[1]}" for v in VARIABLES])
def test_variables(inside, here, monkeypatch, name, value, what, where):  # noqa: PLR0917 - a row of the table
    monkeypatch.setenv(name, value)
    check(inside("run"), USAGE, what, where, "")
    assert nothing_made(here)


@pytest.mark.parametrize(
    ("line", "code", "what", "fix"),
    [
        ("rum", USAGE, "pvsim has no command 'rum'", "did you mean pvsim run?"),
        ("verify", USAGE, "pvsim verify needs DIR", "pvsim verify runs/latest"),
        ("verify nowhere", BAD_INPUT, "there is no run here", "runs/"),
        ("schema nonsense", USAGE, "config, site, rules, study or listen, not 'nonsense'", "use one of them"),
        ("simulate --dir nowhere", BAD_INPUT, "there is no run here", "runs/"),
        ("simulate --run-id a/b", USAGE, "--run-id: 'a/b' cannot be a name", "letters, digits"),
        ("simulate --broker amqp://h:0x", USAGE, "cannot be read", "amqp://user"),
        ("meter --meter external", USAGE, "come from elsewhere", "pvsim simulate"),
        ("meter --pv curve", USAGE, "pvsim meter has no option --pv", "--pv belongs to pvsim run"),
    ],
)
def test_other_commands(inside, here, line, code, what, fix):  # noqa: PLR0917 - a row of the table
    check(inside(*line.split(" ")), code, what, "", fix)
    assert nothing_made(here)


def test_no_command_shows_the_help_and_is_no_success(inside):
    done = inside()
    assert (done.code, done.out) == (USAGE, "")
    assert done.err.startswith("Usage: pvsim")


def test_no_room_for_the_manifest(here):
    """Beyond 100 bytes a file cannot grow: the run directory is not left half-made."""
    limit = (
        "import resource, runpy; resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); runpy.run_module('pvsim')"
    )
    program = f"import sys; sys.argv[0] = 'pvsim'; {limit}"
    done = subprocess.run(
        [sys.executable, "-c", program.replace("'pvsim')", "'pvsim', run_name='__main__')"), "run"],
        env={**os.environ, "PVSIM_BROKER_URL": "amqp://127.0.0.1:9", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == CANNOT_WRITE, done.stderr
    assert "cannot create the run directory: cannot write: File too large" in done.stderr
    assert list((here / "runs").iterdir()) == []


# --- the broker ---


@contextmanager
def listening(handler: type[http.server.BaseHTTPRequestHandler] | None = None) -> Iterator[int]:
    """A port where a web server answers, or where nobody says anything."""
    if handler is None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            yield silent.getsockname()[1]
        return
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def closed() -> Iterator[int]:
    """A port that is taken but where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def run_refused(outside, here, statuses, address, transport="streams"):
    done = outside("run", "--quiet", "--transport", transport, url=address.amqp_url)
    assert address.password not in done.err
    assert (done.code, done.out) == (BROKER, ""), done.err
    assert statuses(here / "runs") == ["failed"]
    assert not list(here.rglob("samples.csv"))
    return done


@pytest.mark.broker
@pytest.mark.parametrize("transport", ["streams", "amqp", "auto"])
def test_broker_refused(outside, here, statuses, broker, transport):
    with closed() as port:
        done = run_refused(outside, here, statuses, replace(broker, stream_port=port, amqp_port=port), transport)
    assert "connection refused" in done.field("error")
    assert done.field("at") == f"127.0.0.1:{port}"
    assert "PVSIM_BROKER_URL" in done.field("fix")


@pytest.mark.broker
def test_stream_port_closed(outside, here, statuses, broker):
    with closed() as port:
        done = run_refused(outside, here, statuses, replace(broker, stream_port=port))
        assert "cannot connect to the broker's stream port" in done.field("error")
        assert "--transport auto" in done.field("fix")
        assert outside("run", "--quiet", url=replace(broker, stream_port=port).amqp_url).code == 0


@pytest.mark.broker
@pytest.mark.parametrize("transport", ["streams", "amqp"])
@pytest.mark.parametrize(
    ("change", "what", "fix"),
    [
        ({"password": "no-secret"}, "refuses user 'pvsim': wrong", "account in PVSIM_BROKER_URL"),
        ({"vhost": "nowhere"}, "'nowhere'", "nowhere"),
        ({"user": "stranger", "password": "s3cret"}, "user 'stranger'", "permission"),
        ({"user": "reader", "password": "s3cret"}, "stream", "permission"),
        ({"user": "writer", "password": "s3cret"}, "stream", "permission"),
        ({"user": "maker", "password": "s3cret"}, "permission to", "permission"),
    ],
    ids=["password", "vhost", "stranger", "reader", "writer", "maker"],
)
def test_accounts(outside, here, statuses, accounts, transport, change, what, fix):  # noqa: PLR0917 - a row of the table
    done = run_refused(outside, here, statuses, replace(accounts, **change), transport)
    assert what in done.field("error")
    assert "127.0.0.1" in done.field("at")
    assert fix in done.field("fix") or transport == "amqp"


@pytest.mark.broker
@pytest.mark.slow
@pytest.mark.parametrize("handler", [http.server.BaseHTTPRequestHandler, None], ids=["a web server", "silence"])
def test_not_rabbitmq(outside, here, statuses, broker, handler):
    with listening(handler) as port:
        done = run_refused(outside, here, statuses, replace(broker, stream_port=port))
    assert "no answer in the stream protocol within 10 s" in done.field("error")
    assert "stream_port in PVSIM_BROKER_URL" in done.field("fix")


@pytest.mark.broker
def test_amqp_on_the_stream_port(outside, here, statuses, broker):
    done = run_refused(outside, here, statuses, replace(broker, stream_port=broker.amqp_port))
    assert "does not speak the stream protocol" in done.field("error")
    assert "stream_port=5552" in done.field("fix")


@pytest.mark.broker
def test_a_simulator_that_finds_no_broker_says_so_in_its_manifest(outside, here, statuses, broker):
    with closed() as port:
        url = replace(broker, stream_port=port, amqp_port=port).amqp_url
        done = outside("simulate", "--quiet", "--meter", "external", "--run-id", "x", url=url)
    assert done.code == BROKER
    assert statuses(here / "runs") == ["failed"]


# --- a finished run, changed by hand ---


def change(path: Path, of, **_):
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(of(lines)))


def config(directory, old, new):
    path = directory / "manifest.json"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def samples(of):
    return lambda directory: change(directory / "samples.csv", of)


def key(directory, old, new):
    """Change the bytes of the manifest."""
    path = directory / "manifest.json"
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new))


def slots(directory, at, value):
    """Put a number into both slots of the checkpoint, and make their CRC-32 good."""
    path, content = directory / "checkpoint", b""
    for start in (0, 512):
        body = bytearray(path.read_bytes()[start : start + 508])
        body[at : at + 8] = value.to_bytes(8, "little")
        content += bytes(body) + crc32(body).to_bytes(4, "little")
    path.write_bytes(content)


CHANGED = {
    "a digit": (samples(lambda rows: [rows[0], rows[1].replace("5", "6", 1), *rows[2:]]), "should be", "line 2"),
    "a line removed": (samples(lambda rows: rows[:9] + rows[10:]), "should be", "samples.csv, line 10"),
    "a line doubled": (samples(lambda rows: rows[:10] + rows[9:]), "should be", "samples.csv, line 11"),
    "two swapped": (samples(lambda rows: [*rows[:9], rows[10], rows[9], *rows[11:]]), "should be", "line 10"),
    "a line appended": (samples(lambda rows: [*rows, "x\n"]), "goes on after the last row", "line 98"),
    "cut off": (samples(lambda rows: rows[:50]), "ends early", "samples.csv, line 51"),
    "emptied": (samples(lambda _: []), "ends early", "samples.csv, line 1"),
    "summary": (lambda d: (d / "summary.json").write_text("{}"), "differs from the manifest", "summary.json"),
    "no summary": (lambda d: (d / "summary.json").unlink(), "the file is missing", "summary.json"),
    "no samples": (lambda d: (d / "samples.csv").unlink(), "was finished, but is not there any more", ""),
    "no checkpoint": (lambda d: (d / "checkpoint").unlink(), "is complete, but it lacks its checkpoint", ""),
    "checkpoint of zeros": (lambda d: (d / "checkpoint").write_bytes(bytes(1024)), "lacks its checkpoint", ""),
    "seed": (lambda d: config(d, '"seed": 1,', '"seed": 2,'), "configuration in the manifest was changed", ""),
    "days": (lambda d: config(d, '"days": 1', '"days": 0'), "configuration cannot be read", ""),
    "type": (lambda d: config(d, '"Europe/Berlin"', "5"), "configuration cannot be read", ""),
    "no manifest": (lambda d: (d / "manifest.json").unlink(), "there is no run here", ""),
    "half a manifest": (lambda d: (d / "manifest.json").write_text("{"), "the manifest is damaged", ""),
    "status": (lambda d: config(d, '"complete"', '"perfect"'), "the manifest is damaged", "manifest.json"),
    "a key": (lambda d: key(d, b"run_id", b"run_\xffd"), "the manifest is damaged", "manifest.json"),
    "nested": (lambda d: key(d, b'"seed": 1', b'"seed": ' + b"[" * 99_999), "the manifest is damaged", ""),
    "long": (lambda d: key(d, b'"seed": 1', b'"seed": ' + b"1" * 5_000), "the manifest is damaged", ""),
    "batteries": (lambda d: slots(d, 432, 10**6), "counts 1,000,000 batteries", "checkpoint"),
    "one battery": (lambda d: slots(d, 432, 1), "1 values of batteries, and the run has 0", "checkpoint"),
    "position": (lambda d: slots(d, 80, 2**62), "contains 4,611,686,018,427,387,904 of 86,400", "checkpoint"),
    "version": (lambda d: config(d, '"manifest": 1', '"manifest": 9'), "manifest of version 9", "manifest.json"),
}  # fmt: skip


@pytest.fixture(scope="module")
def finished(tmp_path_factory, broker):
    """A finished run of a measured day."""
    home = tmp_path_factory.mktemp("finished")
    (home / "house.csv").write_text(GOOD)
    subprocess.run(
        [sys.executable, "-m", "pvsim", "run", "--quiet", "--meter", "house.csv", "--every", "15min"],
        cwd=home,
        env={**os.environ, "PVSIM_BROKER_URL": broker.amqp_url},
        check=True,
    )
    return home


@pytest.mark.broker
@pytest.mark.parametrize("name", CHANGED)
@pytest.mark.parametrize("command", ["verify", "run --resume"])
def test_a_changed_run(inside, here, finished, name, command):
    do, what, where = CHANGED[name]
    directory = shutil.copytree((finished / "runs" / "latest").resolve(), here / "changed")
    do(directory)
    done = inside(*command.split(), str(directory))
    done = replace(done, err=done.err.removeprefix("· the run is complete; verifying it again\n"))
    check(done, BAD_INPUT, what, where or str(directory), "")
    assert done.field("fix")


@pytest.mark.broker
def test_a_run_whose_data_file_changed(inside, here, finished):
    directory = shutil.copytree(finished, here / "copy") / "runs" / "latest"
    assert inside("verify", str(directory)).code == 0  # the file is found where it was
    (finished / "house.csv").write_text(csv("0.6"))
    try:
        check(inside("verify", str(directory)), BAD_INPUT, "has changed since", "house.csv", "restore the file")
        (finished / "house.csv").unlink()
        check(inside("verify", str(directory)), BAD_INPUT, "No such file", "house.csv", "check the path")
    finally:
        (finished / "house.csv").write_text(GOOD)


@pytest.mark.broker
def test_a_complete_run_is_verified_again_and_left_as_it_is(inside, here, finished):
    directory = shutil.copytree((finished / "runs" / "latest").resolve(), here / "copy")
    before = (directory / "manifest.json").read_bytes()
    done = inside("run", "--resume", str(directory))
    assert (done.code, done.err) == (0, "· the run is complete; verifying it again\n")
    assert (directory / "manifest.json").read_bytes() == before


@pytest.mark.broker
def test_an_unfinished_run_is_not_verified_but_can_be_resumed(inside, outside, here, finished):
    directory = shutil.copytree((finished / "runs" / "latest").resolve(), here / "with a space")
    for name in ("samples.csv", "checkpoint", "summary.json"):
        (directory / name).unlink()
    config(directory, '"complete"', '"interrupted"')
    done = inside("verify", str(directory))
    check(done, BAD_INPUT, "not finished: its status is interrupted", str(directory), f"--resume '{directory}'")
    assert outside("run", "--quiet", "--resume", str(directory)).code == 0
    assert (directory / "samples.csv").read_bytes() == (finished / "runs/latest/samples.csv").read_bytes()
    assert json.loads((directory / "manifest.json").read_bytes())["status"] == "complete"


def test_what_was_filled_and_cut_is_said(outside, here):
    (here / "x.csv").write_text(
        csv("200", "timestamp,meter_w", steps=(0, *range(3, 96))).replace(",200\n", ",10000\n", 4)
    )
    done = outside("run", "--meter", "x.csv", "--transport", "streams", url="amqp://127.0.0.1:9/?stream_port=9")
    assert done.code == BROKER
    assert "m1: x.csv: 'meter_w' as power in W (by header)" in done.err
    assert "1 gap of 30 min in all, 4 clipped high (1 kWh), up to 10 kW, gaps filled: hold" in done.err
    assert "m1: clipped high: above 9000 W, taken as 9000 W (--meter-max-w sets another maximum)" in done.err


@pytest.mark.broker
def test_seconds_above_the_maximum_are_counted_whatever_the_rows(outside):
    said = []
    for every in ("1s", "1h"):
        done = outside("run", "--every", every, "--meter", "household", "--meter-max-w", "500", "--out", every)
        assert done.code == 0
        said += [line for line in done.err.splitlines() if "s above 500 W, taken as 500 W" in line]
    assert len(said) == 2
    assert len(set(said)) == 1
