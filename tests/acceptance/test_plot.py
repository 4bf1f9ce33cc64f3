"""`pvsim run --plot FILE`: a picture for print."""

import sys
from xml.etree import ElementTree as ET

import pytest
from tests.finished_runs import a_day, a_run, carry_out

from pvsim.errors import PartialResultError


@pytest.mark.broker
def test_a_run_draws_itself_and_says_where(outside, here):
    done = outside("run", "--every", "15min", "--plot", "day.svg", "--figure-width", "8.5cm")
    assert done.code == 0, done.err
    assert done.out.splitlines()[-1] == "day.svg"
    root = ET.fromstring((here / "day.svg").read_bytes())  # noqa: S314 - our own
    assert float(root.get("width").removesuffix("pt")) == pytest.approx(85 / 25.4 * 72)
    again = outside("run", "--resume", "runs/latest", "--plot", "again.SVG", "--figure-width", "85", "--quiet")
    assert (again.code, again.out) == (0, "")
    assert (here / "again.SVG").read_bytes() == (here / "day.svg").read_bytes()


def test_a_run_that_has_ended_takes_no_language_without_a_page(inside, here, monkeypatch):
    run = a_day(here / "runs")
    monkeypatch.setattr("pvsim.adapters.browser.open_page", lambda _: True)
    done = inside("run", "--resume", "runs/latest", "--lang", "de")
    assert (done.code, done.field("fix")) == (2, "pvsim report runs/latest --lang de")
    assert not (run / "report.html").exists()
    assert inside("run", "--resume", "runs/latest", "--lang", "de", "--plot", "day.svg").code == 0
    assert inside("run", "--resume", "runs/latest", "--lang", "de", "--open").code == 0
    assert '<html lang="de">' in (run / "report.html").read_text()
    monkeypatch.setenv("PVSIM_LANG", "de")  # for all commands
    assert inside("run", "--resume", "runs/latest").code == 0


def test_a_partial_run_is_drawn_with_its_gap(inside, here):
    run = a_run(here, external=True, missing="skip")
    with pytest.raises(PartialResultError):
        carry_out(run, lost=range(600, 700))
    done = inside("run", "--resume", "latest", "--plot", "day.png")
    assert done.code == 75
    assert (here / "day.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("day.jpg", 2, "--plot draws a file that ends with .svg, .pdf or .png, not 'day.jpg', which has .jpg"),
        ("day", 2, "--plot draws a file that ends with .svg, .pdf or .png, not 'day', which has no ending"),
        ("not there/day.svg", 73, "the directory of the picture is not there"),
        ("a directory.svg", 2, "--plot names a directory, not a file"),
    ],
)
def test_where_no_picture_can_be_is_said_before_the_run(inside, here, name, code, said):
    (here / "a directory.svg").mkdir()
    done = inside("run", "--plot", name)
    assert (done.code, done.field("error")) == (code, said)
    assert not (here / "runs").exists()


def test_a_picture_that_cannot_be_written_leaves_the_run_as_it_is(inside, here, monkeypatch):
    a_day(here / "runs")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    done = inside("run", "--resume", "runs/latest", "--plot", "day.svg")
    assert (done.code, done.field("error")) == (73, "cannot write: No space left on device")
    assert "verified" in done.out
    assert [path.name for path in here.iterdir()] == ["runs"]


def test_without_matplotlib_the_error_says_what_to_install(inside, here, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = inside("run", "--plot", "day.svg")
    assert (done.code, done.field("fix")) == (2, "./run again, or: pip install 'pvsim[plot]'")
    assert not (here / "runs").exists()


@pytest.mark.parametrize("width", ["10", "2m", "wide"])
def test_a_width_is_one_of_paper(inside, width):
    done = inside("run", "--plot", "day.svg", "--figure-width", width)
    assert done.code == 2
    assert "--figure-width" in done.field("error")


def test_a_finished_run_has_all_its_pictures(inside, here):
    a_day(here, every_s=60)
    done = inside("report", "latest", "--figures", "pictures/of it", "--figure-format", "pdf", "--lang", "de")
    assert done.code == 0, done.err
    names = ["powers.pdf", "duration.pdf", "resolution.pdf"]  # one day: no bars of days and months
    assert done.out.splitlines()[1:] == [f"pictures/of it/{name}" for name in names]
    assert all((here / "pictures/of it" / name).read_bytes().startswith(b"%PDF") for name in names)


def test_pictures_need_a_directory_and_matplotlib(inside, here, monkeypatch):
    a_day(here)
    (here / "a file").touch()
    done = inside("report", "latest", "--figures", "a file")
    assert done.code == 2
    assert "--figures" in done.err
    done = inside("report", "latest", "--figures", "/proc/none")
    assert done.code == 73
    assert not (here / "latest" / "report.html").exists()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = inside("report", "latest", "--figures", "pictures")
    assert (done.code, done.field("fix")) == (2, "./run again, or: pip install 'pvsim[plot]'")
    assert not (here / "pictures").exists()


def test_an_option_of_a_picture_that_nobody_wants_is_refused(inside, here):
    a_day(here)
    done = inside("run", "--figure-width", "85")
    assert (done.code, done.field("fix")) == (2, "leave it out, or add --plot day.svg")
    for option, value in (("--figure-width", "85"), ("--figure-format", "pdf")):
        done = inside("report", "latest", option, value)
        assert (done.code, done.field("error")) == (
            2,
            f"{option} is about pictures, and no --figures asks for them",
        )
    assert not (here / "latest" / "report.html").exists()
