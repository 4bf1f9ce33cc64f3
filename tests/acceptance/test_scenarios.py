"""`pvsim scenarios` as it is typed."""

import json
import shlex
import tomllib
from xml.etree import ElementTree as ET

import pytest
from tests.finished_runs import a_day

from pvsim.adapters.scenario_files import SCENARIOS


def test_the_list_names_all_with_what_they_show(inside):
    done = inside("scenarios")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines[::2]] == list(SCENARIOS)
    assert all(line.strip().startswith("for ") for line in lines[1::2])
    found = json.loads(inside("scenarios", "--json").out)
    assert [each["name"] for each in found] == list(SCENARIOS)


@pytest.mark.parametrize("name", ["uniform-meter", "dimming-14a", "fleet-of-50", "meter-gap"])
def test_what_is_shown_is_a_settings_file_and_the_command_of_the_same_run(inside, name):
    done = inside("scenarios", "show", name)
    assert done.code == 0, done.err
    (run,) = tomllib.loads(done.out).values()
    words = shlex.split(next(line for line in done.out.splitlines() if line.startswith("# pvsim run"))[2:])
    assert words[2:] == [word for option, value in run.items() for word in (f"--{option}", str(value))]
    facts = json.loads(inside("scenarios", "show", name, "--json").out)
    assert facts["command"] == shlex.join(words)
    assert facts["figures"]["rows"]["tolerance"] == 0
    assert facts["figures"]["energy_kwh_pv"]["tolerance"] == 0.001 * facts["figures"]["energy_kwh_pv"]["expected"]
    assert len([line for line in done.out.splitlines() if line.startswith("# energy_kwh_")]) >= 5


def test_check_prints_a_line_for_each_and_writes_junit(inside, here):
    done = inside("scenarios", "check", "uniform-meter", "measured-house", "--junit", "found.xml")
    assert (done.code, done.err) == (0, "")
    uniform, measured, last = done.out.splitlines()
    assert uniform.startswith("uniform-meter ")
    assert measured.endswith(" ok")
    assert last == "all 2 as expected"
    cases = list(ET.parse(here / "found.xml").iter("testcase"))  # noqa: S314 - our own file
    assert [case.attrib["name"] for case in cases] == ["uniform-meter", "measured-house"]
    assert [len(case) for case in cases] == [0, 0]


def test_finished_runs_are_checked_in_place_of_computing(inside, here):
    a_day(here / "checked/uniform-meter", every_s=1)
    for directory in ("checked", "checked/uniform-meter/latest"):
        done = inside("scenarios", "check", "uniform-meter", "--against", directory, "--json")
        assert done.code == 0, done.err
        (found,) = json.loads(done.out)
        assert found["passed"]
        assert {each["figure"] for each in found["figures"]} >= {"rows", "energy_kwh_import"}
    done = inside("scenarios", "check", "uniform-meter", "winter", "--against", "checked/uniform-meter/latest")
    assert done.code == 2
    assert done.field("fix").startswith("name the scenario: pvsim scenarios check uniform-meter --against ")


def test_a_run_of_other_values_differs_and_one_of_another_day_is_refused(inside, here):
    a_day(here / "a/uniform-meter", seed=2)
    done = inside("scenarios", "check", "uniform-meter", "--against", "a", "--junit", "a.xml")
    assert done.code == 1
    assert "this is no run of uniform-meter: it has another" in done.out
    assert done.field("error") == "not as expected: uniform-meter (1 of 1)"
    (case,) = ET.parse(here / "a.xml").iter("testcase")  # noqa: S314 - our own file
    assert case[0].tag == "error"
    done = inside("scenarios", "check", "winter", "clear-june", "--against", "nowhere")
    assert done.code == 1
    assert "there is no run of winter; pvsim scenarios run winter --out nowhere/winter" in done.out


@pytest.mark.parametrize(
    ("words", "code", "fix"),
    [
        (("show", "clear-jun"), 2, "did you mean clear-june?"),
        (("check", "everything"), 2, "see: pvsim scenarios"),
        (("check", "--junit", "found.txt"), 2, "for example --junit found.xml"),
        (("run", "winter", "--seed", "3"), 2, "leave it out, or use pvsim run: pvsim scenarios show winter "),
        (("run", "winter", "--every", "1min"), 2, "leave it out, or use pvsim run: pvsim scenarios show winter "),
        (("run", "winter", "--colour", "red"), 2, ""),
        (("show",), 2, "for example pvsim scenarios show negative-prices"),
        (("--json", "check"), 2, "write it after the command: pvsim scenarios check --json"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_type(inside, words, code, fix):
    done = inside("scenarios", *words)
    assert done.code == code
    assert done.field("error")
    assert done.field("fix").startswith(fix)


def test_a_setting_that_would_make_another_run_is_refused(inside, here, monkeypatch):
    monkeypatch.setenv("PVSIM_EVERY", "1min")
    done = inside("scenarios", "run", "uniform-meter")
    assert (done.code, done.field("fix")) == (2, "unset PVSIM_EVERY")
    monkeypatch.delenv("PVSIM_EVERY")
    (here / "pvsim.toml").write_text('[run]\nmeter = "walk"\n')
    done = inside("scenarios", "run", "uniform-meter")
    assert (done.code, done.field("fix")) == (2, "take it out of the settings file, [run]")
