"""The page on queries: its commands run, and it describes each column of `samples`, `homes` and `runs`."""

import re

import pytest

from pvsim.adapters.duckdb.tables import _COLUMNS
from pvsim.wiring.query import HOMES, RUNS

PAGE = "docs/reference/query.md"


@pytest.mark.broker
def test_the_commands_of_the_page_run(pages, shell):
    (block,) = re.findall(r"^```sh\n(.*?)^```$", pages[PAGE], re.MULTILINE | re.DOTALL)
    done = shell(block)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[1] for line in lines[:4]] == ["seed", "----", "1", "2"]
    assert [line.split(",")[0] for line in lines[-25:]] == ["hour", *map(str, range(24))]


def test_each_column_is_described(pages):
    wanted = {"samples": [*_COLUMNS, "t_utc", "t_local", "meter"], "homes": list(HOMES), "runs": list(RUNS)}
    for name, columns in wanted.items():
        text = pages[PAGE].partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        described = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE))))
        assert described >= set(columns)
