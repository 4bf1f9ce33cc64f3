"""What the lines before a header say of clock and station: written as the sources write it, and read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.tables import find_layout
from pvsim.core.weather.preamble import averaging_row, named_values, offset_of, station_of
from pvsim.errors import BadInputError

ROWS = [f"2024-06-21 {hour:02}:00,10" for hour in range(5)]


def before(*lines):
    """The layout of a small table under some lines."""
    return find_layout([line + "\n" for line in (*lines, "time,ghi", *ROWS)], "w.csv")


def clock_and_station(layout):
    meta, said = named_values(layout), averaging_row(layout)
    return offset_of(layout, meta, said, f"w.csv:{layout.header_line}"), station_of(layout, meta, said)


def nsrdb(latitude, longitude, hours):
    return "Source,Latitude,Longitude,Time Zone,Version", f"NSRDB,{latitude},{longitude},{hours:g},3"


def sam(latitude, longitude, hours):
    return "Source,Lat,Lon,TZ", f"SAM,{latitude},{longitude},{hours:g}"


def open_meteo(latitude, longitude, hours):
    offset_s = round(hours * 3600)
    return "latitude,longitude,utc_offset_seconds,timezone", f"{latitude},{longitude},{offset_s},Area/City", ""


def solar_anywhere(latitude, longitude, hours):
    averaging = "Data Version: 3.6 / Averaging Method: End of Period"
    return (f'0,"Burlington, United States",NA,{hours:g},{latitude},{longitude},41,"{averaging}"',)


def cams(latitude, longitude, hours):
    """Its sentences; the offset as people write one, whole hours and minutes."""
    sign, minutes = "-" if hours < 0 else "+", round(abs(hours) * 60)
    return (
        f"# Latitude (positive North, ISO 19115): {latitude}",
        f"# Longitude (positive East, ISO 19115): {longitude}",
        f"# Time reference: UTC{sign}{minutes // 60:02}:{minutes % 60:02}",
    )


degrees = st.integers(-89_999, 89_999).map(lambda thousandths: thousandths / 1_000)


@given(
    st.sampled_from([nsrdb, sam, open_meteo, solar_anywhere, cams]), degrees, degrees.map(lambda x: 2 * x),
    st.integers(-48, 56).map(lambda quarters: quarters / 4),
)  # fmt: skip
def test_clock_and_station_are_read_back(write, latitude, longitude, hours):
    layout = before(*write(latitude, round(longitude, 3), hours))
    assert layout.names == ("time", "ghi")
    assert clock_and_station(layout) == (round(hours * 3600), (latitude, round(longitude, 3)))


@pytest.mark.parametrize(
    ("lines", "offset_s", "station"),
    [
        ((), None, None),
        (("Some station",), None, None),
        (("Latitude (decimal degrees): 45.0", "Longitude (decimal degrees): 8"), None, (45.0, 8.0)),
        (("#Latitude: -33.9", "#no other"), None, None),
        (("# Time zone: Universal Time (UT)",), 0, None),
        (("# Time zone: GMT-3",), -10_800, None),
        (("Dates 01/01/2020 through 12/31/2020 in UTC",), 0, None),
        (("# Time zone: UTC+99",), None, None),
        (("# Time zone: local",), None, None),
        (("latitude,longitude,utc_offset_seconds", "north,8.0,999999"), None, None),
        (("latitude,longitude", "48.1,11.6"), None, (48.1, 11.6)),
    ],
)
def test_sentences_by_hand(lines, offset_s, station):
    assert clock_and_station(before(*lines)) == (offset_s, station)


@pytest.mark.parametrize(
    ("lines", "what", "where", "fix"),
    [
        (
            ("Latitude,Longitude,Time Zone", "1,2,UTC"),
            "'UTC' is not a time zone in hours",
            "w.csv:3",
            'write tz = "Area/City" under [weather]',
        ),
        (
            ("Location: Latitude 48.1   Longitude 11.6", "Dates: through 12/31/2020 in LST"),
            "the times are solar time: LST",
            "w.csv:2",
            'get the file in UTC, or, where its offset is in whole hours, write tz = "Etc/GMT-1" under [weather]',
        ),
        (
            ("# Time reference: True Solar Time",),
            "the times are solar time: True Solar Time",
            "w.csv:1",
            "get the file in UTC",
        ),
    ],
)
def test_a_clock_that_cannot_be_used_is_refused(lines, what, where, fix):
    with pytest.raises(BadInputError) as caught:
        clock_and_station(before(*lines))
    assert (caught.value.what, caught.value.where, caught.value.fix) == (what, where, fix)
