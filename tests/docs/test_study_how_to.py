"""The how-to on studies: its file is one, and its commands do what it says."""

import re

import pytest
from tests.docs.conftest import blocks

PAGE = "docs/how-to/study.md"


@pytest.mark.broker  # of the shell; the study needs none
def test_its_commands_carry_out_its_study(pages, shell):
    page = blocks(pages[PAGE])
    (study,) = (block.text for block in page if block.language == "toml")
    (shell.directory / "roof.toml").write_text(study)
    tried, all_cases = (block.text for block in page if block.language == "sh")
    done = shell(tried)
    assert done.returncode == 0, done.stderr
    shown, _ = (block.text for block in page if block.language == "text")
    pattern = r"[0-9a-f]{16}|[\d.,]+"
    assert re.sub(pattern, "…", done.stdout) == re.sub(pattern, "…", shown)
    assert not (shell.directory / "studies").exists()
    done = shell(all_cases)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("roof: 12 of 12 cases done · 12 carried out now")
    done = shell("pvsim study roof.toml --retry-failed")
    assert "all of them before" in done.stdout
    named = set(re.findall(r"^\| `([^`]+)`", pages[PAGE], re.MULTILINE))
    assert {path.name for path in (shell.directory / "studies/roof").iterdir()} <= named
