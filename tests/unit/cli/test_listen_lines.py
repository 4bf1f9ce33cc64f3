"""What a service tells, on a terminal's error output or as JSON."""

import json
from datetime import date
from pathlib import Path

import pytest

from pvsim.app.ports import BrokerState, ServiceProgress
from pvsim.cli.listen_lines import Lines
from pvsim.core.messages.entry import Entry
from pvsim.core.metering.observed import Refused
from pvsim.core.session.closed import Closed, EndedDay, Event
from pvsim.core.session.rejected import rejection_line
from pvsim.core.session.state import MeterState, SessionState

NOON_MS = 1_718_964_000_000
STATE = SessionState(
    clock_ms=NOON_MS,
    meters=[MeterState(name="m1", heard_ms=NOON_MS)],
    rows=12_345,
    messages=20_000,
    rejected={"late": 3},
)


def rejected(n, body=b"x"):
    lines = [rejection_line(Entry(i, NOON_MS, "meter.home.m1", body), Refused("late", "by 7 s")) for i in range(n)]
    return Closed(0, ("m1",), rejected=b"".join(lines))


def events():
    found = [
        Event("met", "m1", NOON_MS),
        Event("silent", "m1", NOON_MS),
        Event("back", "m1", NOON_MS, "after 70 s"),
    ]
    found.append(Event("clock-set-back", "", NOON_MS, "by 5 s"))
    found.append(Event("silent", "house (L2)", NOON_MS, "it has not been heard yet"))
    found.append(Event("phase-missing", "house", NOON_MS, "60 seconds have no row"))
    return Closed(0, ("m1",), ended=(EndedDay("m1", date(2024, 6, 21), 86_400, 0, 5),), events=tuple(found))


def test_each_thing_that_happens_has_a_line(capsys):
    lines = Lines(quiet=False, as_json=False)
    lines.closed(events(), STATE)
    lines.notify(BrokerState("lost", well=False))
    lines.notify(ServiceProgress(5))
    lines.committed(STATE, 0.1)
    lines.show("nothing, where there is no terminal")
    lines.end(STATE, Path("listen/home"))
    out, err = capsys.readouterr()
    assert not out
    assert err.splitlines() == [
        "· meter m1 was met at 2024-06-21T10:00:00Z",
        "· meter m1 has been silent for a while, at 2024-06-21T10:00:00Z",
        "· meter m1 is back at 2024-06-21T10:00:00Z after 70 s",
        "· clock-set-back at 2024-06-21T10:00:00Z: by 5 s",
        "· meter house (L2) has been silent for a while, at 2024-06-21T10:00:00Z: it has not been heard yet",
        "· meter house, at 2024-06-21T10:00:00Z: 60 seconds have no row",
        "· meter m1: 2024-06-21 is over with 86,400 rows",
        "· lost",
        "· stopped: 12,345 rows of 1 meter from 20,000 messages, 0 duplicates, 3 rejected; listen/home",
    ]


def test_seconds_that_phases_left_without_a_row_are_told_at_the_end(capsys):
    meters = [MeterState(name="house", heard_ms=NOON_MS, incomplete_s=1_234, outside_s=2)]
    Lines(quiet=False, as_json=False).end(SessionState(meters=meters), Path("listen/home"))
    assert "0 rejected, 1,234 seconds that lacked a phase, 2 seconds whose sum of phases was out of range;" in (
        capsys.readouterr().err
    )


def test_the_same_as_json(capsys):
    lines = Lines(quiet=False, as_json=True)
    lines.closed(events(), STATE)
    lines.end(STATE, Path("listen/home"))
    out, err = capsys.readouterr()
    assert not err
    told = [json.loads(line) for line in out.splitlines()]
    assert [each["event"] for each in told] == [
        "met",
        "silent",
        "back",
        "clock-set-back",
        "silent",
        "phase-missing",
        "day",
        "stopped",
    ]
    assert told[6] == {"event": "day", "meter": "m1", "day": "2024-06-21", "rows": 86_400}


def test_one_reason_is_told_once_in_ten_seconds_with_how_often_it_came(capsys, monkeypatch):
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    lines = Lines(quiet=False, as_json=False)
    lines.closed(rejected(500), STATE)
    assert capsys.readouterr().err == "· rejected: late: by 7 s ['meter.home.m1', offset 0]\n"
    now = 111.0
    lines.closed(rejected(1), STATE)
    assert capsys.readouterr().err == "· rejected (500 times): late: by 7 s ['meter.home.m1', offset 0]\n"


def test_quiet_tells_nothing(capsys):
    lines = Lines(quiet=True, as_json=False)
    lines.closed(rejected(2), STATE)
    lines.said("something")
    assert capsys.readouterr() == ("", "")


def test_a_terminal_has_a_live_line(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    lines = Lines(quiet=False, as_json=False)
    lines.closed(Closed(0, ("m1",)), STATE)
    lines.said("something")
    err = capsys.readouterr().err
    assert "2024-06-21T10:00:00Z  1 meter  12,345 rows" in err
    assert err.endswith("\r\x1b[K· something\n")


@pytest.mark.parametrize("text", ["\x1b[2Jescape", "line\nbreak"])
def test_text_from_the_wire_is_escaped(capsys, text):
    lines = Lines(quiet=False, as_json=False)
    entry = Entry(0, NOON_MS, f"meter.home.{text}", b"x")
    lines.closed(Closed(0, (), rejected=rejection_line(entry, Refused("late", "by 7 s"))), STATE)
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert len(err.splitlines()) == 1
