"""What is said where only one of two clocks is changed: the run's, or the file's."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pvsim.core.series.clock_remarks import changed_hours, clock_remarks
from pvsim.core.series.order import OrderedSeries
from pvsim.core.series.passings import Passings
from pvsim.core.series.types import RawSeries

BERLIN = ZoneInfo("Europe/Berlin")
NAN = float("nan")


def at(text):
    return int(datetime.fromisoformat(f"2024-10-{text}").replace(tzinfo=UTC).timestamp())


def span(day, begin, end):
    return at(day) + begin * 3_600, at(day) + end * 3_600


def file(labels=(1, 2, 2, 3), values=(1.0, 2.0, 3.0, 4.0), repeated=(), skipped=()):
    wall = np.array([at("27") + label * 3_600 for label in labels])
    again = np.diff(wall, prepend=0) == 0
    raw = RawSeries("m.csv", "load", np.arange(len(wall)) + 2, wall, None, utc=False, values=np.array(values))
    return OrderedSeries(raw, 3_600, wall, again, repeated, skipped)


NIGHT = span("27", 2, 3)
DAY = (span("27", 0, 24),)


@pytest.mark.parametrize(
    ("of_file", "of_run", "remarks"),
    [
        ({}, {}, ()),
        (
            {},
            {"twice": (NIGHT,)},
            ("2024-10-27 02:00 to 03:00 used twice: the run's clock passes it twice, the file has it once",),
        ),
        ({"repeated": (NIGHT,)}, {"twice": (NIGHT,)}, ()),
        (
            {"repeated": (NIGHT,)},
            {},
            ("the second 2024-10-27 02:00 to 03:00 left out: the run's clock passes it once",),
        ),
        ({"repeated": (NIGHT,), "values": (1.0, NAN, 3.0, 4.0)}, {}, ()),  # then the second one is used
        ({"repeated": (NIGHT,), "values": (1.0, 2.0, NAN, 4.0)}, {}, ()),
        ({}, {"skipped": (NIGHT,)}, ("2024-10-27 02:00 to 03:00 left out: the run's clock skips it",)),
        (
            {"skipped": (NIGHT,)},
            {},
            ("2024-10-27 02:00 to 03:00 filled (hold): the file's clock skips it",),
        ),
        ({"skipped": (NIGHT,)}, {"skipped": (NIGHT,)}, ()),
        (
            {"skipped": (span("27", 1, 2),)},
            {"twice": (NIGHT, span("27", 23, 24)), "needed": (span("27", 0, 2), span("27", 3, 24))},
            (
                "2024-10-27 23:00 to 24:00 used twice: the run's clock passes it twice, the file has it once",
                "2024-10-27 01:00 to 02:00 filled (hold): the file's clock skips it",
            ),
        ),
        (
            {},
            {"skipped": (NIGHT, span("27", 5, 6), span("27", 8, 9))},
            ("2024-10-27 02:00 to 03:00 and 2 more left out: the run's clock skips it",),
        ),
    ],
)
def test_an_hour_of_one_clock_only_is_told(of_file, of_run, remarks):
    run = Passings(of_run.get("twice", ()), of_run.get("skipped", ()))
    assert changed_hours(file(**of_file), run, of_run.get("needed", DAY), "hold") == remarks


@pytest.mark.parametrize(
    ("more", "remarks"),
    [
        ({"utc": False, "offset_s": None}, ()),
        ({"utc": False, "offset_s": 7_200}, ()),
        ({"utc": False, "offset_s": 3_600}, ("taken as the wall clock of the run's place",)),
        ({"utc": True, "offset_s": 0, "zone": "UTC"}, ("shown on the clock of Europe/Berlin",)),
        ({"utc": True, "offset_s": 0, "zone": "Europe/Berlin"}, ()),
    ],
)
def test_how_the_times_of_another_clock_are_taken_is_told(more, remarks):
    wall = at("20") + 3_600 * np.arange(4)
    offset = more.pop("offset_s")
    raw = RawSeries(
        "m.csv", "load", np.arange(4) + 2, wall, None if offset is None else np.full(4, offset),
        values=np.ones(4), **more,
    )  # fmt: skip
    assert clock_remarks(raw, BERLIN) == remarks
