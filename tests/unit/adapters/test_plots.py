"""Pictures of runs for print."""

import re
import subprocess
import sys
from dataclasses import asdict, replace
from datetime import date
from xml.etree import ElementTree as ET

import matplotlib.style
import msgspec
import numpy as np
import pytest

from pvsim.adapters import plots
from pvsim.adapters.plots import Subject, bars, curves, pictures_of
from pvsim.adapters.plots.style import RC
from pvsim.adapters.plots.words import WORDS
from pvsim.config import zone_of
from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import battery_of
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.results.profile import Profile
from pvsim.core.results.samples import Samples
from pvsim.core.results.summary import Duration, Energies, Peaks, PeriodEnergies, Resolution, Summary
from pvsim.core.run.plan import RunPlan
from pvsim.core.site.schema import Battery
from pvsim.errors import UsageError

DRAWN = (curves.powers, curves.duration, bars.resolution, bars.days)
SVG = "{http://www.w3.org/2000/svg}"
PNG_WIDTH = slice(16, 20)


def a_plan(*, first="2024-06-21", days=1, battery=False, grid=False):
    timeline = Timeline.of_days(date.fromisoformat(first), days, zone_of("Europe/Berlin"))
    device = battery_of(Battery(5.0, 2.5))
    balance = Balance((device,), (device.stored_at(0.5),), 10_000) if battery else None
    return RunPlan("r", timeline, ("m1",), 900, balance, MeterRange.up_to(9000, grid=grid))


def a_summary(*, known=True, periods=0, month=False):
    kwh = (8.0, 4.0, 3.0, 5.0, 1.0) if known else (None, 4.0, None, 5.0, 1.0)
    share = 0.75 if known else None
    names = [f"2024-{i + 1:02d}" if month else f"2024-01-{i + 1:02d}" for i in range(periods)]
    each = tuple(PeriodEnergies(*kwh, period=name) for name in names)
    return Summary(
        rows=96,
        resolution_s=1,
        energy_kwh=Energies(*kwh),
        self_consumption=share,
        self_sufficiency=share,
        generation_multiple=None,
        peak_kw=Peaks(1, 1, 1, 1, None, None),
        days=None if month else each,
        months=each if month else None,
        resolution=tuple(Resolution(s, share, None, 5.0, 1.0, 2.0, 1.0) for s in (1, 60, 900, 3600)),
        duration=Duration(tuple(range(101)), tuple(4 - 0.06 * i for i in range(101))),
    )


def a_subject(plan=None, summary=None, *, lost=()):
    plan = plan or a_plan()
    rows = np.arange(plan.rows)
    pv = np.where(rows % 96 > 40, 30_000, 0)
    more = {}
    if plan.has_battery:
        more = {
            "battery_dw": np.where(rows % 96 > 80, -4_000, np.where(pv, 8_000, 0)),
            "soc_steps": rows % 96 * 100,
            "curtailed_dw": np.where(pv, 2_000, 0),
        }
    samples = Samples.of_rows(plan, rows, 5_000 + 10_000 * (rows % 3), pv, **more)
    profile = Profile(plan)
    profile.add(samples.where(~np.isin(rows, lost)))
    return Subject(plan, summary or a_summary(), profile.result())


def drawn(subject, name, **options):
    (picture,) = pictures_of(subject, names=(name,), **options)
    return picture.content


def texts(content):
    """All that is written in an SVG."""
    return [text.text for text in ET.fromstring(content).iter(f"{SVG}text")]  # noqa: S314 - our own


def test_the_same_run_gives_the_same_bytes_in_each_format():
    for file_format, begin in (("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG")):
        one, two = (drawn(a_subject(), "powers", file_format=file_format) for _ in range(2))
        assert one.startswith(begin)
        assert one == two
        assert not re.search(rb"20[2-9]\d-\d\d-\d\dT|CreationDate", one.replace(b"2024-06-21", b""))


def test_a_picture_is_as_wide_as_was_asked_in_mm():
    root = ET.fromstring(drawn(a_subject(), "powers", width_mm=85))  # noqa: S314 - our own
    assert float(root.get("width").removesuffix("pt")) == pytest.approx(85 / 25.4 * 72)
    pixels = int.from_bytes(drawn(a_subject(), "powers", width_mm=85, file_format="png")[PNG_WIDTH])
    assert pixels == int(85 / 25.4 * 300)


def test_the_axes_have_units_and_the_local_clock():
    found = texts(drawn(a_subject(), "powers"))
    assert {"power in kW", "00:00", "12:00", "24:00", "load", "PV", "import", "export (below zero)"} <= set(found)
    assert "local time, 2024-06-21, Europe/Berlin" in found
    assert not any("battery" in text for text in found)


@pytest.mark.parametrize("width_mm", [60, 180])
def test_nothing_sticks_out_of_a_picture(width_mm):
    subject = a_subject(a_plan(days=4, battery=True), a_summary(periods=30))
    with matplotlib.style.context(["default", RC], after_reset=True):
        for figure in (draw(subject, width_mm, WORDS["de"]) for draw in DRAWN):
            figure.draw_without_rendering()
            whole, tight = figure.bbox_inches, figure.get_tightbbox()
            assert whole.x0 <= tight.x0 + 0.01
            assert tight.x1 <= whole.x1 + 0.01
            assert tight.y1 <= whole.y1 + 0.01


@pytest.mark.parametrize(
    ("first", "length", "hours"),
    [("2024-03-31", "23 h", ["00:00", "03:00", "06:00"]), ("2024-10-27", "25 h", ["00:00", "03:00", "06:00"])],
)
def test_a_day_with_a_clock_change_has_the_hours_of_its_clock(first, length, hours):
    found = texts(drawn(a_subject(a_plan(first=first)), "powers"))
    assert f"local time, {first} ({length}), Europe/Berlin" in found
    labels = [text for text in found if re.fullmatch(r"\d\d:00", text)]
    assert labels[:3] == hours
    assert len(labels) == 9


@pytest.mark.parametrize(
    ("hours", "ticks"),
    [
        ("12-13", ["12:00", "12:10", "12:20", "12:30", "12:40", "12:50", "13:00"]),
        ("20:45-24", ["21:00", "21:30", "22:00", "22:30", "23:00", "23:30", "24:00"]),
        (3, ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "03:00"]),
    ],
)
def test_a_part_of_a_day_has_the_times_of_its_clock(hours, ticks):
    plan = a_plan()
    found = texts(drawn(a_subject(replace(plan, timeline=plan.timeline.part(hours))), "powers"))
    assert [text for text in found if re.fullmatch(r"\d\d:\d\d", text)] == ticks


def test_two_days_have_hours_and_more_have_dates():
    assert "local time, 2024-06-21 – 2024-06-22, Europe/Berlin" in texts(
        drawn(a_subject(a_plan(days=2)), "powers")
    )
    found = texts(drawn(a_subject(a_plan(days=9)), "powers"))
    assert [text for text in found if text.startswith("2024")] == [f"2024-06-{day}" for day in range(21, 28)]
    assert "local time, Europe/Berlin; first 7 of 9 days" in found


def test_a_battery_has_its_charge_and_what_was_curtailed_is_shown():
    found = texts(drawn(a_subject(a_plan(battery=True)), "powers"))
    wanted = {"charge in %", "from the battery", "into the battery", "PV without the export limit"}
    assert wanted <= set(found)


def test_a_meter_at_the_grid_connection_shows_what_is_known():
    subject = a_subject(a_plan(grid=True), a_summary(known=False, periods=3))
    found = texts(drawn(subject, "powers"))
    assert "grid meter" in found
    assert not {"load", "PV used at once"} & set(found)
    assert [picture.name for picture in pictures_of(subject)] == ["powers", "duration", "days"]
    assert "self-consumed PV" not in texts(drawn(subject, "days"))


def test_a_long_run_without_single_days_shows_all_of_it():
    subject = a_subject(a_plan(days=1_200))
    assert subject.profile.days_dw is None
    found = texts(drawn(subject, "powers"))
    assert "local time, Europe/Berlin" in found
    assert 5 < len([text for text in found if re.fullmatch(r"20\d\d-\d\d-\d\d", text)]) < 12


def test_several_meters_are_said_to_be_a_sum():
    timeline = a_plan().timeline
    plan = RunPlan("r", timeline, ("a", "b"), 900)
    assert "power in kW, sum of 2 meters" in texts(drawn(a_subject(plan), "powers"))
    assert "power in kW, sum of 2 meters" in texts(drawn(a_subject(plan), "duration"))


def test_missing_rows_leave_a_gap_and_are_counted():
    whole, gaps = (drawn(a_subject(lost=lost), "powers") for lost in ((), range(10, 20)))
    assert whole != gaps
    partial = a_subject(summary=msgspec.structs.replace(a_summary(), rows=86))
    for name in ("powers", "duration", "resolution"):
        assert "partial run: 10 rows are missing" in texts(drawn(partial, name))
    assert not any("missing" in text for text in texts(whole))
    assert b"nan" not in gaps.lower()


def test_a_run_without_more_has_the_powers_alone():
    bare = msgspec.structs.replace(a_summary(), resolution=None, duration=None)
    assert [picture.name for picture in pictures_of(a_subject(summary=bare))] == ["powers"]


def test_shares_are_written_on_their_bars():
    found = texts(drawn(a_subject(), "resolution"))
    assert found.count("75.0") == 4
    assert {"1 s", "1 min", "15 min", "1 h", "–", "share in %"} <= set(found)
    assert "75,0" in texts(drawn(a_subject(), "resolution", language="de"))


def test_days_and_months_have_bars_where_there_are_several():
    assert texts(drawn(a_subject(summary=a_summary(periods=3)), "days"))[:3] == [
        f"2024-01-0{i}" for i in (1, 2, 3)
    ]
    names = [picture.name for picture in pictures_of(a_subject(summary=a_summary(periods=63)))]
    assert "days" not in names  # as bars they could not be told apart
    assert "2024-12" in texts(drawn(a_subject(summary=a_summary(periods=12, month=True)), "months"))


def test_german_pictures_have_german_words_and_numbers():
    found = texts(drawn(a_subject(a_plan(battery=True)), "powers", language="de"))
    assert {"Leistung in kW", "Netzbezug", "Netzeinspeisung (unter null)", "Verbrauch"} <= set(found)
    small = msgspec.structs.replace(a_summary(), duration=Duration((0, 100), (0.4, -0.1)))
    assert {"0,2", "\u22120,1"} <= set(texts(drawn(a_subject(summary=small), "duration", language="de")))
    english, german = (asdict(WORDS[language]) for language in ("en", "de"))
    assert english.keys() == german.keys()
    assert all(german.values())


def test_text_stays_text_and_pdf_has_its_fonts():
    assert b"<text" in drawn(a_subject(), "powers")
    assert b"/FontFile2" in drawn(a_subject(), "powers", file_format="pdf")


def test_the_users_own_settings_of_matplotlib_change_nothing(tmp_path):
    script = (
        "import sys; from tests.unit.adapters.test_plots import a_subject, drawn; "
        "sys.stdout.buffer.write(drawn(a_subject(), 'powers'))"
    )
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 9\nfont.size: 30\naxes.facecolor: red\n")
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env={"MATPLOTLIBRC": str(tmp_path)}, capture_output=True, check=True)
    assert done.stdout == drawn(a_subject(), "powers")


def test_pyplot_is_not_touched():
    script = (
        "import sys; from pvsim.adapters.plots import pictures_of; "
        "from tests.unit.adapters.test_plots import a_subject; pictures_of(a_subject()); "
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match="matplotlib, which is not installed") as caught:
        plots.require_matplotlib()
    assert "pip install 'pvsim[plot]'" in caught.value.fix
