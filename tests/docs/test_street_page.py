"""The how-to on streets: its commands work, its table has the homes of the file, and its rows are the file's."""

import pytest
from tests.docs.conftest import REPOSITORY, blocks

PAGE = "docs/how-to/street.md"


def test_its_rows_are_those_of_the_example(pages):
    (rows,) = (block.text for block in blocks(pages[PAGE]) if block.text.startswith("name,"))
    homes = (REPOSITORY / "docs/examples/homes.csv").read_text()
    assert homes.startswith(rows)


@pytest.mark.broker
def test_its_commands_make_the_street_and_its_picture(pages, shell):
    commands = [block.text for block in blocks(pages[PAGE]) if block.text.startswith("pvsim ")]
    (shell.directory / "docs").symlink_to(REPOSITORY / "docs")
    street, by_home, drawn = (text.replace("--days 7", "--days 1") for text in commands)
    done = shell(street)
    assert done.returncode == 0, done.stderr
    assert "12 homes, 7 with PV, 3 with a battery" in done.stdout
    assert (shell.directory / "street.svg").exists()
    done = shell(by_home)
    assert done.returncode == 0, done.stderr
    (table,) = (block.text for block in blocks(pages[PAGE]) if block.text.startswith("meter"))
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        line.split()[0] for line in table.splitlines()
    ]
    done = shell(drawn)
    assert done.returncode == 0, done.stderr
