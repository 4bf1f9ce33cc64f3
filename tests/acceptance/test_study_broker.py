"""A study through the broker, as it is typed: the same records, and what does not go together is refused."""

import json

import pytest

import pvsim

USAGE, BROKER = 2, 69
STUDY = """\
name = "peaks"
[base]
date = "2024-06-21"
every = "15min"
"meter.source" = "walk"
[sweep]
"pv.peak_kw" = [2, 4]
"""


def records(directory):
    lines = (directory / "records.jsonl").read_bytes().splitlines()
    return sorted(map(json.loads, lines), key=lambda record: record["number"])


@pytest.mark.broker
def test_its_records_are_those_without_and_runs_are_kept(here, outside):
    (here / "peaks.toml").write_text(STUDY)
    done = outside("study", "peaks.toml", "--through-broker", "--keep-runs", "--jobs", "1")
    assert done.code == 0, done.err
    assert done.out.startswith("peaks: 2 of 2 cases done · 2 carried out now")
    assert outside("study", "peaks.toml", "--out", "without").code == 0
    found = records(here / "studies/peaks")
    assert found == records(here / "without")
    for record in found:
        (run,) = (path for path in (here / "studies/peaks/runs" / record["id"]).glob("2*/"))
        assert pvsim.open_run(run).summary.energy_kwh.pv == record["figures"]["energy_kwh_pv"]


@pytest.mark.parametrize(
    ("options", "what", "where"),
    [
        ("--keep-runs", "this study needs no broker", "--keep-runs"),
        ("--broker amqp://localhost", "this study needs no broker", "--broker"),
        ("--through-broker --dry-run", "without a broker", "--through-broker"),
        ("--through-broker --scheduler local", "to other machines", "--through-broker"),
    ],
)
def test_what_does_not_go_together_is_refused(here, inside, options, what, where):
    (here / "peaks.toml").write_text(STUDY)
    done = inside("study", "peaks.toml", *options.split())
    assert (done.code, done.out, done.field("at")) == (USAGE, "", where)
    assert what in done.field("error")
    assert "leave" in done.field("fix")
    assert not (here / "studies").exists()


def test_a_broker_that_is_not_there_is_said_at_once(here, inside):
    (here / "peaks.toml").write_text(STUDY)
    done = inside("study", "peaks.toml", "--through-broker")
    assert (done.code, done.out) == (BROKER, "")
    assert "127.0.0.1:9" in done.field("at") + done.field("error")
    assert records(here / "studies/peaks") == []
