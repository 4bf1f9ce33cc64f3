"""The study of the four measured weeks: the file is that of the page, and its command makes table and page."""

import csv

from tests.docs.conftest import REPOSITORY, blocks

PAGE = "docs/how-to/study-four-weeks.md"
STUDY = REPOSITORY / "docs" / "examples" / "study-four-weeks.toml"


def test_the_file_is_that_of_the_page(pages):
    file = blocks(pages[PAGE])[0]
    assert STUDY.read_text().partition("\n")[2] == file.text


def test_its_commands_make_the_table_and_the_page(pages, shell):
    _, command, question = blocks(pages[PAGE])
    examples = shell.directory / "docs" / "examples"
    examples.mkdir(parents=True)
    for name in ("south.toml", "east-west.toml", "sceaux_2006-12-17_4_weeks.csv.gz"):
        (examples / name).symlink_to(STUDY.with_name(name))
    short = STUDY.read_text().replace("repeat = 8", "repeat = 2").replace("days = 28", "days = 1")
    (examples / STUDY.name).write_text(short)
    done = shell(command.text)
    assert done.returncode == 0, done.stderr
    directory = shell.directory / "studies" / "four-weeks"
    with (directory / "cases.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 24
    assert {row["error"] for row in rows} == {""}
    assert {row["variant"] for row in rows} == {"flat price", "day and night"}
    assert float(rows[0]["energy_kwh_load"]) == float(rows[-1]["energy_kwh_load"])  # it is measured
    assert {row["battery_capacity_kwh"] for row in rows} == {"", "5.0", "10.0"}
    page = (directory / "study.html").read_text("utf-8")
    assert "Study four-weeks: 24 cases" in page
    assert "Cost is lowest with " in page
    (shell.directory / "ask.py").write_text(question.text)
    answer = shell("python ask.py")
    assert answer.returncode == 0, answer.stderr
    assert "east-west.toml" in answer.stdout
