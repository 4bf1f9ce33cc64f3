"""What the head of a weather table says: columns, times, clock and stamp."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.tables import Block, find_layout
from pvsim.core.weather.header import STAMP_SHARE, read_head
from pvsim.errors import BadInputError

VALUES = {"ghi": "800", "dhi": "100", "temp_air": "12.5", "wind_speed": "3", "quality": "A"}


def head_of(*lines, **said):
    return read_head(find_layout([line + "\n" for line in lines], "w.csv"), "w.csv", **said)


def table(header, row, *before):
    return head_of(*before, header, *[row.format(h=hour) for hour in range(5)])


@given(
    names=st.permutations([*VALUES, "time"]),
    stamp=st.sampled_from([("", "start"), ("_end", "end"), ("_mid", "middle"), ("_start", "start")]),
    mark=st.sampled_from(",;\t"),
)
def test_columns_and_times_are_found_in_any_order(names, stamp, mark):
    header = mark.join("period" + stamp[0] if name == "time" and stamp[0] else name for name in names)
    cells = {**VALUES, "time": "2024-06-21T0{h}:00Z"}
    head = table(header, mark.join(cells[name] for name in names))
    assert {name: column.place for name, column in head.columns.taken.items()} == {
        name: names.index(name) for name in VALUES if name != "quality"
    }
    assert head.columns.ignored == ("quality",)
    assert (head.places, head.dated) == ((names.index("time"),), False)
    assert (head.stamp, head.stamp_from) == (stamp[1], "header" if stamp[0] else "assumed")


def test_a_moment_stands_for_the_interval_around_it():
    assert STAMP_SHARE == {"start": 0.0, "middle": 0.5, "moment": 0.5, "end": 1.0}


@given(st.tuples(*(st.integers(low, high) for low, high in ((1990, 2099), (1, 12), (1, 28), (0, 23), (0, 59)))))
def test_dates_in_parts_become_texts_of_times(parts):
    year, month, day, hour, minute = parts
    head = head_of("Year,Month,Day,Hour,Minute,GHI", f"{year},{month},{day},{hour},{minute},10")
    assert (head.places, head.dated) == ((0, 1, 2, 3, 4), True)
    row = [str(year), f"{month}.0", f"{day:02}", str(hour), str(minute), "10"]
    text = f"{year}-{month:02}-{day:02} {hour:02}:{minute:02}"
    assert head.times(Block([2], [row])) == [text]
    hourly = head_of("Year,Month,Day,Hour,GHI", f"{year},{month},{day},{hour},10")
    assert hourly.times(Block([2], [[*row[:4], "10"]])) == [f"{text[:-2]}00"]


def test_times_by_hand():
    head = table("date,clock,ghi", "21.06.2024,0{h}:00,10")
    assert head.times(Block([2], [["21.06.2024", " 12:00", "10"]])) == ["21.06.2024 12:00"]
    head = table("Observation period;GHI", "2024-06-21T0{h}:00/2024-06-21T0{h}:15;10")
    assert head.times(Block([2], [["2024-06-21T12:00/2024-06-21T12:15", "10"]])) == ["2024-06-21T12:00"]


@pytest.mark.parametrize(
    ("header", "before", "stamp", "known"),
    [
        ("time (bis),ghi", (), "end", "header"),
        ("until,time,ghi", (), "start", "assumed"),
        (
            "time,GHI",
            ('0,"B",NA,-5,44.5,-73.2,41,"Type: x / Averaging Method: Middle of Period"',),
            "middle",
            "header",
        ),
        ("time,GHI", ('0,"B",NA,-5,44.5,-73.2,41,"Type: x / Averaging Method: Instant"',), "moment", "header"),
        ("Observation period,GHI", (), "start", "format"),
        ("valid_time,ssrd", (), "end", "format"),
        ("time,shortwave_radiation (W/m²)", (), "end", "format"),
        ("time,shortwave_radiation_instant (W/m²)", (), "moment", "format"),
        ("time,GHI", ("Latitude,Longitude,Local Time Zone", "1,2,3"), "moment", "format"),
        ("time,ghi", (), "start", "assumed"),
    ],
)
def test_what_of_an_interval_a_time_is(header, before, stamp, known):
    row = "2024-06-21T0{h}:00Z,10" if header.count(",") == 1 else "x,2024-06-21T0{h}:00Z,10"
    head = table(header, row, *before)
    assert (head.stamp, head.stamp_from) == (stamp, known)


@pytest.mark.parametrize(
    ("header", "row", "place"),
    [
        ("local_time,time_utc,ghi", "2024-06-21T0{h}:00,2024-06-21T0{h}:00,10", 1),
        ("LST,ObservationTime(GMT),ghi", "x,06/21/2024 0{h}:00,10", 1),
        ("installed,timestamp,ghi", "2020-01-01,2024-06-21T0{h}:00,10", 1),
        ("when,ghi", "2024-06-21T0{h}:00,10", 0),
    ],
)
def test_of_several_columns_of_times_the_one_by_utc_or_with_the_best_name(header, row, place):
    assert table(header, row).places == (place,)


def test_what_stands_before_the_header():
    before = ("Latitude,Longitude,Time Zone,GHI Units", "48.1,11.6,1,kW/m2")
    head = table("time,ghi", "2024-06-21T0{h}:00,10", *before)
    assert (head.offset_s, head.station, head.typical, head.month_first) == (3_600, (48.1, 11.6), False, False)
    assert head.columns.taken["ghi"].unit == "kW/m²"
    said = head_of(*before, "time,ghi", *(f"2024-06-21T0{hour}:00,10" for hour in range(5)), zone_said=True)
    assert said.offset_s is None
    typical = table(
        "time,GHI", "06/21/2024 0{h}:00,1", '0,"B",NA,-5,44,-73,41,"Type: Typical / Averaging Method: End"'
    )
    assert (typical.typical, typical.month_first, typical.offset_s) == (True, True, -18_000)


@pytest.mark.parametrize(
    ("lines", "what", "where"),
    [
        ((), "there is no line that names columns", "w.csv"),
        (("# note", "time,volts", "2024-06-21T00:00Z,1"), "there is neither ghi nor dni with dhi", "w.csv:2"),
        (("time,ghi,ghi", "2024-06-21T00:00Z,1,1"), "the columns 'ghi' and 'ghi' are both ghi", "w.csv:1"),
    ],
)
def test_a_head_without_what_is_needed_is_refused(lines, what, where):
    with pytest.raises(BadInputError) as caught:
        head_of(*lines)
    assert caught.value.what.startswith(what)
    assert caught.value.where == where
