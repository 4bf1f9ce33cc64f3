"""The how-to on Dask: its commands and options exist, pvsim's and Dask's."""

import re
import shlex

import dask
from distributed.cli import dask_scheduler, dask_worker
from tests.docs.conftest import blocks
from tests.named import wrong_names

from pvsim.adapters.dask import parse_scheduler
from pvsim.adapters.dask.work import versions

PAGE = "docs/how-to/dask.md"


def test_its_commands_exist(pages):
    commands = [line for block in blocks(pages[PAGE]) for line in block.text.splitlines() if line]
    known = {
        name: {option for each in program.main.params for option in each.opts}
        for name, program in {"scheduler": dask_scheduler, "worker": dask_worker}.items()
    }
    assert len(commands) == 9
    for command in commands:
        program, *words = shlex.split(command)
        options = {word for word in words if word.startswith("--")}
        if program == "dask":
            assert options <= known[words[0]], command
        elif program == "export":
            for word in words:
                setting = word.partition("=")[0].removeprefix("DASK_").lower().replace("__", ".")
                assert dask.config.get(setting, "missing") != "missing", setting
        else:
            assert wrong_names(command, "study") == []
            assert parse_scheduler(words[words.index("--scheduler") + 1], "--scheduler")


def test_it_names_all_versions_that_must_be_the_same(pages):
    row = next(line for line in pages[PAGE].splitlines() if line.startswith("| versions of "))
    named = re.findall(r"\w+", row.partition("versions of ")[2].partition(" |")[0])
    assert {*versions()} <= {*named}
