"""Of which interval a value is: the stamp, and where intervals start on days with a change of the clock."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.series.intervals import interval_starts, seconds_before, stamp_of
from pvsim.core.series.types import RawSeries, SeriesOptions
from pvsim.errors import BadInputError

CHANGES = {
    "Europe/Berlin": ["2024-03-31T01:00", "2024-10-27T01:00"],
    "America/New_York": ["2024-03-10T07:00", "2024-11-03T06:00"],
    "Australia/Sydney": ["2024-04-06T16:00", "2024-10-05T16:00"],
    "Australia/Lord_Howe": ["2024-04-06T15:00", "2024-10-05T15:30"],
}


def offsets_of(t_utc, zone):
    return np.array([int(datetime.fromtimestamp(t, zone).utcoffset().total_seconds()) for t in t_utc.tolist()])


@given(
    st.sampled_from([(name, change) for name, changes in CHANGES.items() for change in changes]),
    st.sampled_from([300, 900, 1_800, 3_600]), st.integers(0, 11),
    st.sampled_from(["start", "middle", "new", "old"]),
)  # fmt: skip
def test_intervals_start_where_they_do_however_their_times_are_written(change, step_s, hours_before, way):
    """The end of the last interval before a change is on the new clock in some files, on the old one in others."""
    zone = ZoneInfo(change[0])
    moment = int(datetime.fromisoformat(change[1]).replace(tzinfo=UTC).timestamp())
    starts = np.arange(moment - hours_before * 3_600, moment + 6 * 3_600, step_s)
    offsets = offsets_of(starts, zone)
    labels, stamp = {"start": (starts, "start"), "middle": (starts + step_s // 2, "middle")}.get(
        way, (starts + step_s, "end")
    )
    written = offsets_of(labels, zone) if way == "new" else offsets
    wall, offset = interval_starts(labels + written, written, step_s, stamp, zone)
    if way != "new" or hours_before * 3_600 != step_s:  # else no time of the file is on the old clock
        assert (wall - offset).tolist() == starts.tolist()
        assert offset.tolist() == offsets.tolist()


def test_an_autumn_s_ends_by_hand():
    """Three half hours end at 02:30, 03:00 on the old clock or 02:00 on the new one, and 02:30."""
    berlin, base = ZoneInfo("Europe/Berlin"), 1_729_900_800  # 2024-10-26T00:00
    clock = base + 86_400 + np.array([9_000, 7_200, 9_000])
    wall, offset = interval_starts(clock, np.array([7_200, 3_600, 3_600]), 1_800, "end", berlin)
    assert (wall - base - 86_400).tolist() == [7_200, 9_000, 7_200]
    assert offset.tolist() == [7_200, 7_200, 3_600]
    clock[1] = base + 86_400 + 10_800
    old = interval_starts(clock, np.array([7_200, 7_200, 3_600]), 1_800, "end", berlin)
    assert [part.tolist() for part in old] == [wall.tolist(), offset.tolist()]


def test_an_end_after_a_gap_is_not_of_the_interval_before_the_change():
    """02:00, 02:15 to 02:45 on the new clock are missing: 03:00 ends the interval that started there at 02:45."""
    clock = 1_729_987_200 + np.array([10_800 - 900, 10_800])
    wall, offset = interval_starts(clock, np.array([7_200, 3_600]), 900, "end", ZoneInfo("Europe/Berlin"))
    assert offset.tolist() == [7_200, 3_600]
    assert (wall - 1_729_987_200).tolist() == [9_000, 9_900]


@pytest.mark.parametrize(("stamp", "seconds"), [(None, 0), ("start", 0), ("middle", 450), ("end", 900)])
def test_how_long_before_its_time_an_interval_starts(stamp, seconds):
    assert seconds_before(stamp, 900) == seconds


def samples(first="2024-06-21T00:00", count=24, step_s=3_600, **more):
    start = int(datetime.fromisoformat(first).replace(tzinfo=UTC).timestamp())
    wall = start + step_s * np.arange(count)
    return RawSeries("m.csv", "load", np.arange(count) + 2, wall, None, utc=False, values=np.ones(count), **more)


ENDS = samples("2024-06-21T01:00")


@pytest.mark.parametrize(
    ("file", "options", "expected"),
    [
        (samples(), {}, ("start", "assumed")),
        (samples(), {"stamp": "middle"}, ("middle", "option")),
        (samples(stamp="end"), {}, ("end", "header")),
        (samples(stamp="end"), {"stamp": "start"}, ("start", "option")),
        (samples(stamp="end"), {"fill": "interpolate"}, (None, "option")),
        (replace(ENDS, ends_day=True), {}, ("end", "times")),
        (ENDS, {"stamp": "end"}, ("end", "option")),
        (samples("2024-06-21T01:00", count=25), {}, ("start", "assumed")),
        (samples(unit="kWh"), {"kind": "counter"}, (None, "option")),
        (replace(samples(unit="kWh"), column="meter reading (kWh)"), {}, (None, "header")),
    ],
)
def test_what_of_its_interval_a_time_is(file, options, expected):
    step_s = int(file.wall_s[1] - file.wall_s[0])
    assert stamp_of(file, step_s, SeriesOptions(**options), "meter") == expected


@pytest.mark.parametrize(
    ("file", "options", "what", "where", "fix"),
    [
        (
            ENDS,
            {},
            "the times go from 2024-06-21 01:00:00 to 2024-06-22 00:00:00: whole days if each ends its interval",
            "m.csv:2",
            "pass `meter.stamp` end, or `meter.stamp` start if the value of a time is of the interval after it",
        ),
        (
            samples(step_s=15),
            {"stamp": "middle"},
            "the middle of 15 s is between two seconds",
            "m.csv",
            "give the times of starts or ends, with `meter.stamp` start or end",
        ),
        (
            samples(unit="kWh"),
            {"kind": "counter", "stamp": "end"},
            "column 'load' has readings of a counter, which are of a moment, not of an interval",
            "m.csv",
            "leave `meter.stamp` out",
        ),
    ],
)
def test_what_means_two_things_is_asked_about(file, options, what, where, fix):
    step_s = int(file.wall_s[1] - file.wall_s[0])
    with pytest.raises(BadInputError) as caught:
        stamp_of(file, step_s, SeriesOptions(**options), "meter")
    assert (caught.value.what, caught.value.where, caught.value.fix) == (what, where, fix)
