"""The paths of pages and pictures: what has such a name and is none is never replaced."""

import os

import click
import pytest

from pvsim.cli.made_file import MadeFile, PageFile, PictureFile
from pvsim.errors import CannotWriteError, UsageError

OUT, PLOT = click.Option(["--out"]), click.Option(["--plot"])


def page(name):
    return PageFile().convert(name, OUT, None)


@pytest.mark.parametrize("name", ["a.html", "a.HTM", "./b.html"])
def test_a_page_may_be_there_already(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.html").write_text("old")
    assert page(name).name == os.path.basename(name)  # noqa: PTH119 - a text


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("samples.csv", "for example --out samples.html"),
        ("manifest.json", "for example --out manifest.html"),
        ("notes", "for example --out notes.html"),
        ("my notes.txt", "for example --out 'my notes.html'"),
        ("", "for example --out page.html"),
        ("..", "for example --out ../page.html"),
        ("/dev/null", "for example --out page.html"),
        (".html", "for example --out .html.html"),
        ("-", "for example --out page.html"),
    ],
)
def test_what_is_no_page_by_its_name_is_refused(tmp_path, monkeypatch, name, fix):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        page(name)
    assert (caught.value.where, caught.value.fix) == ("--out", fix)


def test_a_link_is_what_it_leads_to(tmp_path):
    for name in ("page.html", "samples.csv"):
        (tmp_path / name).touch()
        (tmp_path / f"to {name}.html").symlink_to(tmp_path / name)
    assert page(tmp_path / "to page.html.html") == tmp_path / "to page.html.html"
    with pytest.raises(UsageError, match=r"a link to '.*samples.csv', which has .csv") as caught:
        page(tmp_path / "to samples.csv.html")
    assert caught.value.fix == "for example --out page.html"


def test_pictures_are_looked_at_in_the_same_way(tmp_path):
    (tmp_path / "day.svg").symlink_to("/dev/null")
    with pytest.raises(UsageError, match=r"--plot draws a file that ends with .svg, .pdf or .png"):
        PictureFile().convert(tmp_path / "day.svg", PLOT, None)
    os.mkfifo(tmp_path / "day.pdf")
    with pytest.raises(UsageError, match="a device, pipe or socket, which a picture must not replace"):
        PictureFile().convert(tmp_path / "day.pdf", PLOT, None)


def test_a_single_ending_is_named_alone(tmp_path):
    with pytest.raises(UsageError, match=r"--junit writes a file that ends with \.xml, not"):
        MadeFile("report", "writes", (".xml",)).convert(tmp_path, click.Option(["--junit"]), None)


def test_a_directory_is_no_file(tmp_path):
    (tmp_path / "a.html").mkdir()
    with pytest.raises(UsageError, match="--out names a directory") as caught:
        page(tmp_path / "a.html")
    assert caught.value.fix == f"name a file in it: --out {tmp_path}/a.html/page.html"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no/a.html", "the directory of the page is not there"),
        ("file/a.html", "the directory of the page is a file"),
        ("loop.html", "cannot write: "),
        (f"{'a' * 300}.html", "cannot write: File name too long"),
    ],
)
def test_a_place_where_nothing_can_be_made_is_refused(tmp_path, name, said):
    (tmp_path / "file").touch()
    (tmp_path / "loop.html").symlink_to("loop.html")
    with pytest.raises(CannotWriteError, match=said):
        page(tmp_path / name)


def test_a_directory_that_may_not_be_written_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(CannotWriteError, match="the directory of the page cannot be written"):
        page(tmp_path / "a.html")
