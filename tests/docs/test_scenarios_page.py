"""The how-to on golden scenarios: it names all of them, its commands work, and what CI is told can be read."""

import re
import shlex

import pytest
import yaml
from tests.docs.conftest import blocks
from tests.named import wrong_names

from pvsim.adapters.scenario_files import SCENARIOS

PAGE = "docs/how-to/scenarios.md"


def test_it_names_each_scenario_in_order(pages):
    table = pages[PAGE].partition("| name |")[2].partition("\n\n")[0]
    names = [name for row in table.splitlines() for name in re.findall(r"`([\w-]+)`", row.split("|")[1])]
    assert names == list(SCENARIOS)


def test_what_ci_is_told_can_be_read_and_names_what_exists(pages):
    github, gitlab = (yaml.safe_load(block.text) for block in blocks(pages[PAGE]) if block.language == "yaml")
    steps = github["jobs"]["scenarios"]["steps"]
    scripts = [step["run"] for step in steps if "run" in step]
    assert scripts == gitlab["golden-scenarios"]["script"]
    words = shlex.split(scripts[1])
    assert wrong_names(scripts[1], "scenarios check") == []
    made = words[words.index("--junit") + 1]
    assert gitlab["golden-scenarios"]["artifacts"]["reports"]["junit"] == made
    assert steps[-1]["with"]["path"] == made


@pytest.mark.broker
def test_its_commands_work(pages, shell):
    look, runs = (block.text for block in blocks(pages[PAGE]) if block.language == "sh")
    done = shell(look)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("all 2 as expected\n")
    done = shell(runs)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("as expected\n")
