"""`pvsim compare` as it is typed."""

import json
import shlex

import pytest
from tests.finished_runs import a_day

from pvsim.core.site.schema import Battery
from pvsim.errors import UsageError


@pytest.fixture
def runs(here):
    """Three runs below the current directory."""
    a_day(here / "without")
    a_day(here / "with", battery=Battery(5.0, 2.5))
    a_day(here / "seed", seed=2)
    return ("without/latest", "with/latest", "seed/latest")


def test_the_table_has_the_figures_and_their_differences(inside, runs):
    done = inside("compare", *runs[:2])
    assert done.code == 0, done.err
    first, blank, heads, load, *lines = done.out.splitlines()
    assert (first, blank) == ("2024-06-21 · Europe/Berlin · 1,440 rows each", "")
    assert heads.split() == ["without", "with", "difference"]
    assert load.split() == ["load", "kWh", "107.907", "107.907", "="]
    (imported,) = (line for line in lines if line.startswith("import "))
    assert float(imported.split()[-2]) < 0
    assert imported.endswith("%)")
    (share,) = (line for line in lines if line.startswith("self-consumption"))
    assert share.endswith(("points", "="))
    assert len({len(line.split("kWh")[0]) for line in lines if "kWh" in line}) == 1
    assert done.err == ""


def test_long_names_have_a_legend(inside, runs):
    done = inside("compare", *runs[:2], "--label", "the house as it is", "--label", "with 5 kWh")
    assert "run 1: the house as it is\nrun 2: with 5 kWh\n" in done.out


def test_names_do_nothing_to_the_terminal(inside, runs):
    done = inside("compare", *runs[:2], "--label", "a\x1b[31m", "--label", "b")
    assert "\x1b" not in done.out
    assert "a [31m" in done.out


def test_json_has_the_same(inside, runs):
    done = inside("compare", *runs[:2], "--json")
    found = json.loads(done.out)
    assert [run["name"] for run in found["runs"]] == ["without", "with"]
    assert [run["status"] for run in found["runs"]] == ["complete", "complete"]
    assert found["unlike"] == found["notes"] == []
    figures = {figure["field"]: figure for figure in found["figures"]}
    assert figures["energy_kwh.battery_charge"]["values"][0] is None
    assert figures["energy_kwh.load"]["differences"] == [0, 0]


def test_what_cannot_be_compared_is_refused_until_told(inside, runs):
    done = inside("compare", runs[0], runs[2])
    assert (done.code, done.out) == (2, "")
    assert "seed: other load: uniform m1 (seed 2) instead of uniform m1 (seed 1)" in done.field("error")
    command = shlex.split(done.field("fix").partition(": ")[2])
    done = inside(*command[1:])
    assert done.code == 0
    assert "· seed: other load" in done.err
    assert "load" in done.out


def test_rows_are_told_where_all_runs_have_as_many(inside, here, runs):
    a_day(here / "days", days=2)
    done = inside("compare", runs[0], "days/latest", "--anyway")
    assert done.code == 0, done.err
    assert done.out.splitlines()[0] == "2024-06-21 · Europe/Berlin"


def test_the_fix_for_a_mistyped_run_is_the_whole_command(inside, runs):
    done = inside("compare", runs[0], "with", "seed")
    assert done.code == 65
    assert done.field("fix") == "name a run: pvsim compare without/latest with/latest seed"


def test_one_run_is_no_comparison(inside, runs):
    done = inside("compare", runs[0])
    assert done.code == 2
    assert done.field("error") == "a comparison needs two runs or more"
    done = inside("compare", *runs[:2], "--label", "x")
    assert done.field("error") == "--label names 1 of 2 runs"


def test_a_page_is_written_where_it_is_asked_for(inside, here, runs):
    done = inside("compare", *runs[:2], "--out", "page.html", "--lang", "de")
    assert done.code == 0, done.err
    assert done.out.splitlines()[-1] == "page.html"
    text = (here / "page.html").read_text()
    assert '<html lang="de">' in text
    assert "2 Läufe im Vergleich, 21" in text
    again = inside("compare", *runs[:2], "--out", "again.html", "--lang", "de", "--json")
    assert json.loads(again.out)["runs"]
    assert (here / "again.html").read_text() == text  # the same bytes


def test_the_page_of_what_cannot_be_compared_says_so(inside, here, runs):
    done = inside("compare", runs[0], runs[2], "--out", "page.html")
    assert done.code == 2
    assert not (here / "page.html").exists()
    assert "--out page.html" in done.field("fix")
    command = shlex.split(done.field("fix").partition(": ")[2])
    assert inside(*command[1:]).code == 0
    assert (
        "seed: other load: uniform m1 (seed 2) instead of uniform m1 (seed 1)" in (here / "page.html").read_text()
    )


def test_the_page_can_be_opened(inside, here, runs, monkeypatch):
    opened = []
    monkeypatch.setattr("pvsim.adapters.browser.open_page", lambda path: opened.append(path) or True)
    done = inside("compare", *runs[:2], "--open")
    assert done.code == 0, done.err
    assert opened == [here / "compare.html"]
    assert (here / "compare.html").exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("not there/page.html", (73, "the directory of the page is not there")),
        ("without/latest/samples.csv", (2, "--out writes a file that ends with .html or .htm")),
        ("a directory.html", (2, "--out names a directory, not a file")),
    ],
)
def test_where_no_page_can_be_is_said_first(inside, here, runs, name, said):
    (here / "a directory.html").mkdir()
    before = (here / "without/latest/samples.csv").read_bytes()
    for command in (("compare", *runs[:2]), ("report", runs[1])):
        done = inside(*command, "--out", name)
        assert done.out == ""
        assert done.code == said[0]
        assert done.field("error").startswith(said[1])
    assert (here / "without/latest/samples.csv").read_bytes() == before


@pytest.mark.parametrize("value", [[], [""]])
def test_a_page_needs_a_name(inside, runs, value):
    done = inside("report", runs[0], "--out", *value)
    assert (done.code, done.field("fix")) == (2, "for example --out page.html")


def test_the_page_is_written_before_the_table_is_printed(inside, here, runs, monkeypatch):
    def gone(_):
        raise UsageError("nobody reads it")

    monkeypatch.setattr("pvsim.cli.compare._print", gone)
    assert inside("compare", *runs[:2], "--out", "page.html").code == 2
    assert (here / "page.html").exists()


def test_a_link_to_a_page_stays_a_link(inside, here, runs):
    (here / "page.html").symlink_to("other.html")
    for command in (("compare", *runs[:2]), ("report", runs[1])):
        assert inside(*command, "--out", "page.html").code == 0
        assert (here / "page.html").is_symlink()
        assert (here / "other.html").read_text().startswith("<!doctype html>")
        (here / "other.html").unlink()


def test_a_language_without_a_page_is_refused(inside, runs):
    done = inside("compare", *runs[:2], "--lang", "de")
    assert (done.code, done.field("fix")) == (2, "leave it out, or add --out compare.html")
