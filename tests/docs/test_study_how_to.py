"""The how-to on studies: its file is one, and its commands do what it says."""

import re

import msgspec
import pytest
from tests.docs.conftest import blocks

from pvsim.adapters.shared.manifests import FileFacts
from pvsim.adapters.study_directory import StudyCounts, StudyManifest, StudyStatus
from pvsim.core.study.record import CaseError, CaseRecord

PAGE = "docs/how-to/study.md"
RESULTS = "docs/reference/study-results.md"


@pytest.mark.broker  # of the shell; the study needs none
def test_its_commands_carry_out_its_study(pages, shell):
    page = blocks(pages[PAGE])
    (study,) = (block.text for block in page if block.language == "toml")
    (shell.directory / "roof.toml").write_text(study)
    tried, all_cases, shows, one = (block.text for block in page if block.language == "sh")
    done = shell(tried)
    assert done.returncode == 0, done.stderr
    told, comes_to = (block.text for block in page if block.language == "text")
    pattern = r"[0-9a-f]{16}| *[\d.,]+|(?<=is highest with ).+"
    assert re.sub(pattern, "…", done.stdout) == re.sub(pattern, "…", told)
    assert not (shell.directory / "studies").exists()
    done = shell(all_cases)
    assert done.returncode == 0, done.stderr
    assert re.sub(pattern, "…", done.stdout) == re.sub(pattern, "…", comes_to)
    done = shell(shows, BROWSER="true")
    assert "all of them before" in done.stdout, done.stderr
    named = set(re.findall(r"`([a-z]+\.?[a-z]*)`", pages[PAGE].partition("## The files")[2]))
    assert {path.name for path in (shell.directory / "studies/roof").iterdir()} <= named
    done = shell(one)
    assert done.returncode == 0, done.stderr
    assert (shell.directory / "best.svg").exists()


@pytest.mark.parametrize(
    ("heading", "structs"),
    [("records.jsonl", (CaseRecord, CaseError)), ("study.json", (StudyManifest, StudyCounts, FileFacts))],
)
def test_each_field_is_described(pages, heading, structs):
    part = pages[RESULTS].partition(f"\n### {heading}\n")[2].partition("\n### ")[0]
    named = set(re.findall(r"`(\w+)`", part))
    assert {field.encode_name for each in structs for field in msgspec.structs.fields(each)} <= named
    assert heading != "study.json" or set(StudyStatus) <= named
