"""What the live line says while a run goes on."""

import pytest

from pvsim.app.ports import BrokerState, MeterProgress, ObserverState, SimulatorProgress
from pvsim.app.role_messages import Done, Failed
from pvsim.cli import progress
from pvsim.cli.progress import Display

START_UTC = 1_718_928_000


@pytest.fixture
def shown(monkeypatch, capsys):
    """Gives a display on a terminal its reports, and the last line that it wrote."""
    monkeypatch.setattr(progress, "_TERMINAL_S", 0.0)
    display = Display(quiet=False)
    display._terminal = True

    def give(*reports):
        for role, facts in reports:
            display(role, facts)
        return capsys.readouterr().err.rpartition("\r")[2]

    return give


def meter(confirmed):
    return "meter", MeterProgress(confirmed + 5, confirmed, 100_000)


def simulator(written):
    return "simulator", SimulatorProgress(written, 100_000, START_UTC)


def test_a_meter_ahead_of_the_simulator_makes_no_rate_below_zero(shown):
    line = shown(meter(30_000), simulator(0))
    assert line == "  0%  published 30,005  confirmed 30,000  written 0  2024-06-21 00:00Z"


def test_what_a_resumed_run_had_before_is_not_its_rate(shown):
    assert "readings/s" not in shown(simulator(40_000))
    line = shown(simulator(50_000))
    assert line.startswith(" 50%  written 50,000  ")
    assert " readings/s  2024-06-21" in line


def test_how_far_a_step_is_comes_now_and_then_where_there_is_no_terminal(monkeypatch, capsys):
    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    display = Display(quiet=False)
    for now in (101.0, 104.9, 105.0, 107.0, 110.5):
        display.show(f"fetched {now} MB")
    assert capsys.readouterr().err == "· fetched 105.0 MB\n· fetched 110.5 MB\n"
    quiet = Display(quiet=True)
    now = 900.0
    quiet.show("fetched")
    assert capsys.readouterr().err == ""


def test_what_the_broker_took_is_not_the_runs(monkeypatch):
    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    display = Display(quiet=True)
    now = 111.5
    display.broker_is_there()
    assert display.broker_s == 11.5


def test_a_meter_alone_counts_what_is_confirmed(shown):
    assert shown(meter(0), meter(20_000)).startswith(" 20%  published 20,005  confirmed 20,000  ")


def test_elsewhere_than_on_a_terminal_a_line_for_each_tenth(monkeypatch, capsys):
    monkeypatch.setattr(progress, "_PIPE_S", 0.0)
    display = Display(quiet=False)
    for written in range(0, 100_001, 500):
        display(*simulator(written))
    lines = capsys.readouterr().err.splitlines()
    assert [line[:4] for line in lines] == [f"{tenth:4.0%}" for tenth in (x / 10 for x in range(1, 11))]


def test_a_short_run_elsewhere_than_on_a_terminal_shows_no_progress(capsys):
    display = Display(quiet=False)
    for written in range(0, 100_001, 500):
        display(*simulator(written))
    assert capsys.readouterr().err == ""


def test_the_state_of_the_broker_is_a_line_and_a_last_word_is_none(capsys):
    display = Display(quiet=False)
    display("meter", BrokerState("the broker is lost", well=False))
    display("simulator", ObserverState("the observer Page failed"))
    display("meter", Done(40))
    display("simulator", Failed(1, "no space", "disk", "", "make room"))
    assert capsys.readouterr().err == "· meter: the broker is lost\n· simulator: the observer Page failed\n"
