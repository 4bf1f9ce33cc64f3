"""Which columns hold the times: one, a date and a time of day, the ends beside the starts, a zone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.series.time_columns import TimeColumns, find_time_columns
from pvsim.errors import BadInputError

VALUES = ["load (kW)", "temperature", "note", "price"]


def found(names, times=(), named=None):
    def several(fit):
        return BadInputError("several: " + ", ".join(names[i] for i in fit), where="f.csv", fix="choose")

    return find_time_columns(names, times, named, several)


@given(st.permutations(["Zeit (bis)", "timezone", *VALUES]))
def test_one_column_of_times_is_found_with_or_without_its_look(names):
    place = names.index("Zeit (bis)")
    expected = TimeColumns((place,), zone=names.index("timezone"), stamp="end")
    assert found(names, [place]) == found(names) == found(names, [], place) == expected


@given(st.permutations(["Start", "End", *VALUES]))
def test_of_start_and_end_the_starts_are_the_times(names):
    start, end = names.index("Start"), names.index("End")
    for times in ([start], [end], []):
        assert found(names, times) == TimeColumns((start,), end=end, stamp="start")


@pytest.mark.parametrize(
    ("names", "times", "named", "expected"),
    [
        (["a", "b"], [1], None, TimeColumns((1,))),
        (["a", "b"], [], None, TimeColumns((0,))),
        (["Date", "Time", "kW"], [0, 1], None, TimeColumns((0, 1))),
        (["Datum", "Uhrzeit", "kW"], [0], None, TimeColumns((0, 1))),  # 1200 looks like a number
        (["Datum", "von", "bis", "kW"], [0, 1], None, TimeColumns((0, 1), stamp="start")),
        (["Datum", "bis", "von", "kW"], [0, 1], None, TimeColumns((0, 2), stamp="start")),
        (["utc_time", "local_time", "kw"], [0], 1, TimeColumns((1,))),
        (["date", "clock", "kw"], [0, 1], 1, TimeColumns((0, 1))),
        (["start", "end", "kw"], [0], 1, TimeColumns((1,), stamp="end")),
        (["time", "tz", "zone", "kw"], [0], None, TimeColumns((0,))),  # two zones are none
        (["kw", "timestamp"], [], None, TimeColumns((1,))),
    ],
)
def test_columns_by_hand(names, times, named, expected):
    assert found(names, times, named) == expected


@pytest.mark.parametrize(
    ("names", "times", "says"),
    [
        (["utc_time", "local_time", "kw"], [0], "several: utc_time, local_time"),
        (["Date", "Datum", "kw"], [0], "several: Date, Datum"),
        (["time", "start", "end", "kw"], [0], "several: time, start, end"),
    ],
)
def test_columns_that_fit_alike_are_asked_about(names, times, says):
    with pytest.raises(BadInputError, match=says):
        found(names, times)
