"""What commands take, measured as they are typed."""

import json
import os

import pytest

from pvsim.cli.bench import _time_command
from pvsim.cli.main import main
from pvsim.errors import PvsimError

RUN = {
    "batch": 100,
    "days": 10,
    "readings": 864_000,
    "seconds": 3.104,
    "rate": 278_350.5,
    "sustained_rate": 400_000.0,
    "verify_s": 1.306,
    "peak_mb": {"meter": 55, "simulator": 70},
}
FIGURES = {
    "limits": [
        {"batch": 1, "limit_per_s": 250_123.4, "measured": [250_000.0, 250_246.8]},
        {"batch": 100, "limit_per_s": 1_000_000.0, "measured": [900_000.0, 1_100_000.0]},
    ],
    "commands": [{"command": "run --no-report", "seconds": 1.236, "cpu_s": 2.344}],
    "runs": [RUN | {"batch": 1, "peak_mb": {}}, RUN],
}
BEFORE = """\
the broker's own limit: 250,123 messages/s confirmed one by one (250,000, 250,247)
the broker's own limit: 1,000,000 messages/s confirmed in batches of 100 (900,000, 1,100,000)

command                                  seconds       CPU s
pvsim run --no-report                       1.24        2.34
"""
HEADS = "batch days readings seconds readings/s sustained/s of limit verify s meter simulator"
ONE_BY_ONE = "1 10 864,000 3.10 278,350 400,000 160% 1.31 0 MB 0 MB"
IN_BATCHES = "100 10 864,000 3.10 278,350 400,000 40% 1.31 55 MB 70 MB"


def test_each_run_stands_beside_the_limit_for_its_batches(capsys, monkeypatch):
    monkeypatch.setattr("pvsim.cli.bench._measure", lambda *_: FIGURES)
    main(["bench"])
    before, _, table = capsys.readouterr().out.rpartition("\n\n")
    assert before + "\n" == BEFORE
    lines = table.splitlines()
    assert [" ".join(line.split()) for line in lines] == [HEADS, ONE_BY_ONE, IN_BATCHES]
    assert len({len(line) for line in lines}) == 1
    main(["bench", "--json"])
    assert json.loads(capsys.readouterr().out) == FIGURES


def test_a_command_takes_time_and_the_processor():
    seconds, cpu_s = _time_command(["--version"], dict(os.environ), "streams")
    assert seconds > 0
    assert cpu_s > 0


def test_a_command_that_fails_has_no_time():
    with pytest.raises(PvsimError, match="pvsim run --days 0 ended with exit code 2") as caught:
        _time_command(["run", "--days", "0"], dict(os.environ), "streams")
    assert caught.value.fix == "see what it says: pvsim run --days 0"
