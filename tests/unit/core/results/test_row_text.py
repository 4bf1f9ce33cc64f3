"""Rows read back from text: what was printed is what is read, and nothing else is a row."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.devices.balance import NO_BATTERY, Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.results import row_text
from pvsim.core.results.rows import render
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BadInputError

CHANGE = Timeline.of_days(date(2024, 10, 27), 1, ZoneInfo("Europe/Berlin"))


@given(
    st.lists(st.integers(0, 89_999), min_size=1, max_size=30, unique=True).map(sorted),
    st.integers(1, 3),
    st.data(),
)
def test_what_is_printed_is_read(rows, n_meters, data):
    plan = RunPlan("run", CHANGE, tuple(f"m{i}" for i in range(n_meters)))
    meter = data.draw(st.lists(st.integers(0, 90_000), min_size=len(rows), max_size=len(rows)))
    pv = data.draw(st.lists(st.integers(0, 300_000), min_size=len(rows), max_size=len(rows)))
    columns = (np.array(column, dtype=np.int64) for column in (rows, meter, pv))
    printed = render(Samples.of_rows(plan, *columns), plan)
    read = row_text.parse(printed.splitlines(keepends=True), plan, 2)
    assert (read.row(plan).tolist(), read.meter_dw.tolist(), read.pv_dw.tolist()) == (rows, meter, pv)


def test_a_row_of_a_battery_is_read():
    battery = BatteryModel(10, 5, 5, 0.95, 0.95, 0)
    plan = RunPlan("run", CHANGE, ("m1",), balance=Balance((battery,)))
    line = b"2024-10-27T00:00:10+02:00,1.0000,3.0000,-2.0000,-0.5000,0.8712,-2.5000\n"
    read = row_text.parse([line], plan, 2)
    assert (read.battery_dw.tolist(), read.soc_steps.tolist(), read.grid_dw.tolist()) == (
        [-5_000],
        [8_712],
        [-25_000],
    )
    assert render(read, plan) == line


def test_the_hour_that_comes_twice_is_two_hours():
    plan = RunPlan("run", CHANGE, ("m1",))
    lines = [
        b"2024-10-27T02:30:00+02:00,1.0000,0.0000,1.0000\n",
        b"2024-10-27T02:30:00+01:00,1.0000,0.0000,1.0000\n",
    ]
    assert row_text.parse(lines, plan, 2).row(plan).tolist() == [9_000, 12_600]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"\n", "is not a row of this run"),
        (b"2024-10-27T02:30:00+02:00\n", "is not a row of this run"),
        (b"yesterday,1.0000,0.0000,1.0000\n", "is not a row of this run"),
        (b"2024-10-27T02:30:00+02:00,1.0,0.0000,1.0000\n", "is not a row of this run"),
        (b"2024-10-27T02:30:00+02:00,-1.0000,0.0000,1.0000\n", "out of range"),
        (b"2024-10-27T02:30:00+02:00,12345,0.0000,1.0000\n", "is not a row of this run"),
        (b"2024-10-27T02:30:00+02:00,9.0001,0.0000,1.0000\n", "out of range"),
        (b"2024-10-28T02:30:00+01:00,1.0000,0.0000,1.0000\n", "is not a time of this run"),
        (b"2024-10-27T02:30:01+02:00,1.0000,0.0000,1.0000\n", "is not a time of this run"),
    ],
)
def test_what_is_not_a_row_is_named_with_its_line(line, what):
    with pytest.raises(BadInputError, match=what) as caught:
        row_text.parse([line], RunPlan("run", CHANGE, ("m1",), every_s=2), 17)
    assert caught.value.where == "line 17"


def test_an_unknown_meter_is_not_of_this_run():
    plan = RunPlan("run", CHANGE, ("a", "b"))
    with pytest.raises(BadInputError, match="not a row"):
        row_text.parse([b"2024-10-27T02:30:00+02:00,c,1.0000,0.0000,1.0000\n"], plan, 2)


def test_the_first_difference_is_shown():
    error = row_text.first_difference(b"a\nb\n", b"a\nc\n", 5)
    assert (error.where, error.what) == ("line 6", "the line is 'b' and should be 'c'")
    error = row_text.first_difference(b"a\n", b"a\nc\n", 5)
    assert (error.where, error.what) == ("line 6", "the file ends early")


@given(st.lists(st.integers(-100_000_000, 100_000_000), min_size=1, max_size=20), st.data())
def test_rows_of_a_grid_meter_of_any_size_are_read(meter, data):
    plan = RunPlan("run", CHANGE, ("m1",), meter_range=MeterRange.up_to(10_000_000, grid=True))
    pv = data.draw(st.lists(st.integers(0, 99_990_000), min_size=len(meter), max_size=len(meter)))
    rows = list(range(len(meter)))
    columns = (np.array(column, dtype=np.int64) for column in (rows, meter, pv))
    printed = render(Samples.of_rows(plan, *columns), plan)
    read = row_text.parse(printed.splitlines(keepends=True), plan, 2)
    assert (read.meter_dw.tolist(), read.pv_dw.tolist()) == (meter, pv)


@pytest.mark.parametrize(("kw", "grid"), [("-0.0001", False), ("9.0001", False), ("-9.0001", True)])
def test_a_meter_power_outside_the_range_is_refused(kw, grid):
    plan = RunPlan("run", CHANGE, ("m1",), meter_range=MeterRange.up_to(9_000, grid=grid))
    with pytest.raises(BadInputError, match="out of range"):
        row_text.parse([f"2024-10-27T00:00:10+02:00,{kw},0.0000,{kw}\n".encode()], plan, 2)


@pytest.mark.parametrize("every_s", [1, 900])
def test_flags_are_read_as_they_are_printed(every_s):
    plan = RunPlan("run", CHANGE, ("m1",), every_s, missing="hold")
    held = np.array([0, 1, every_s, 0])
    zeros = np.zeros(4, dtype=np.int64)
    printed = render(Samples.of_rows(plan, np.arange(4), zeros, zeros, held_s=held), plan)
    flags = [line.rpartition(b",")[2].decode() for line in printed.splitlines()]
    assert flags == (["", "held", "held", ""] if every_s == 1 else ["", "held:1", "held:900", ""])
    assert row_text.parse(printed.splitlines(keepends=True), plan, 2).held_s.tolist() == held.tolist()


@pytest.mark.parametrize(
    ("every_s", "flags"), [(1, "hold"), (1, "held:1"), (1, "x"), (900, "held"), (900, "held:"), (900, "held:x")]
)
def test_other_flags_are_no_row(every_s, flags):
    plan = RunPlan("run", CHANGE, ("m1",), every_s, missing="hold")
    line = f"2024-10-27T00:00:00+02:00,0.0000,0.0000,0.0000,{flags}\n".encode()
    with pytest.raises(BadInputError, match="is not a row"):
        row_text.parse([line], plan, 2)


ODD = [
    b"2024-10-27T00:00:00+02:00,1.0000,0.0000,1.0000,\n",  # a cell too many
    b"2024-10-27T00:00:00+02:0,1.0000,0.0000,1.0000\n",
    b"24-10-27T00:00:00+02:00,1.0000,0.0000,1.0000\n",
    b"2024-10-27T00:00:00.02:00,1.0000,0.0000,1.0000\n",
    b"2024-10-27T00:00:00+02:0,1.0000,0.0000,1.0000\n",
    b"2024-10-27 00:00:00+02:00,1.0000,0.0000,1.0000\n",
    b"2024-10-27T00:00+02:00:00,1.0000,0.0000,1.0000\n",
    b"2024-10-27T00:00:00x02:00,1.0000,0.0000,1.0000\n",
    b"2024-13-27T00:00:00+02:00,1.0000,0.0000,1.0000\n",
    b"2024-10-27T00:00:00+02:00,nan,0.0000,1.0000\n",
    b"2024-10-27T00:00:00+02:00,1e99,0.0000,1.0000\n",
    b"2024-10-27T00:00:00+02:00,1.0000,,1.0000\n",
    b"2024-10-27T00:00:00+02:00,+1.0000,0.0000,1.0000\n",
]


@pytest.mark.parametrize("odd", ODD)
def test_what_reading_at_once_does_not_take_is_refused_or_rendered_otherwise(odd):
    good, plan = b"2024-10-27T00:00:00+02:00,1.0000,0.0000,1.0000\n", RunPlan("run", CHANGE, ("m1",))
    lines = [good, odd, good]
    try:
        read = row_text.parse(lines, plan, 2)
    except BadInputError as error:
        found = error
    else:
        found = row_text.first_difference(b"".join(lines), render(read, plan), 2)
    assert found.where == "line 3"


@pytest.mark.parametrize(
    "line",
    [
        b"2024-10-26T22:00:00+00:00,1.0000,0.5000,0.5000\n",
        b"2024-10-27T00:00:00+02:00,1.0000,0.5000,9.0000\n",
        b"2024-10-27T00:00:00+02:00,1.0000,0.5000,0.5000,\n",
    ],
)
def test_a_row_that_is_written_in_another_way_is_read_as_it_says(line):
    """The caller renders it anew, and finds the difference."""
    read = row_text.parse([line], RunPlan("run", CHANGE, ("m1",)), 2)
    assert (read.t_utc.tolist(), read.meter_dw.tolist()) == ([CHANGE.start_utc], [10_000])


@pytest.mark.parametrize("spoilt", [False, True])
def test_a_site_without_a_battery_beside_one_with_it_has_no_state_of_charge(spoilt):
    """Row by row too, for which the sum of a third line is wrong."""
    plan = RunPlan("run", CHANGE, ("a", "b"), balance=Balance((None, BatteryModel(10, 5, 5))))
    lines = [
        b"2024-10-27T00:00:10+02:00,a,1.0000,3.0000,-2.0000,0.0000,,-2.0000\n",
        b"2024-10-27T00:00:10+02:00,b,1.0000,3.0000,-2.0000,-0.5000,0.8712,-2.5000\n",
    ]
    wrong = [b"2024-10-27T00:00:11+02:00,a,1.0000,3.0000,-9.0000,0.0000,,-2.0000\n"] if spoilt else []
    read = row_text.parse(lines + wrong, plan, 2)
    assert (read.battery_dw.tolist()[:2], read.soc_steps.tolist()[:2]) == ([0, -5_000], [NO_BATTERY, 8_712])
    assert render(read.where(slice(0, 2)), plan) == b"".join(lines)
