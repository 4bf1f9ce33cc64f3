"""What is said of how a weather file was read."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.series.findings import Taken
from pvsim.core.weather.names import Column
from pvsim.core.weather.reading import reading_of
from pvsim.core.weather.series import WeatherSeries
from pvsim.core.weather.values import Cleaned

SERIES = WeatherSeries("w.csv", 900, 0, typical=False, ghi=np.zeros(4))
counts = st.dictionaries(st.sampled_from(["-999", "99.9", "9999"]), st.integers(1, 10**6))


def reading(columns=(), values=(), ignored=(), **more):
    return reading_of(
        SERIES, dict(columns), dict(values), ignored,
        rows=4, zone=("UTC", "header"), stamp=("end", "format"), **more,
    )  # fmt: skip


@given(st.dictionaries(st.sampled_from(["ghi", "dni", "temp_air"]), st.tuples(st.integers(0, 10**6), counts)))
def test_each_marker_and_all_negative_light_are_counted(changed):
    values = {name: Cleaned(np.zeros(4), below, marked) for name, (below, marked) in changed.items()}
    found = reading(values=values, remarks=("first",))
    assert found.clipped_low == sum(below for below, _ in changed.values())
    assert found.remarks[0] == "first"
    expected = [(count, name, marker) for name, (_, marked) in changed.items() for marker, count in marked.items()]
    words = [remark.replace(",", "").split() for remark in found.remarks[1:]]
    assert [(int(word[0]), word[2], word[4]) for word in words] == expected


def test_a_reading_by_hand():
    found = reading(
        {"ghi": Column(1, "GHI", "kW/m²", "header"), "temp_air": Column(2, "T", "°C", "assumed")},
        {"ghi": Cleaned(np.zeros(4), 3, {"-999": 1_200}), "temp_air": Cleaned(np.zeros(4), 0, {"99.9": 1})},
        ("Wind gust (m/s)", "Station name", "GTI"),
        remarks=("decimal comma",),
    )
    assert found.taken == (Taken("GHI", "ghi", "kW/m²", "header"), Taken("T", "temp_air", "°C", "assumed"))
    assert found.ignored == ("Wind gust (m/s)", "GTI")
    assert (found.source, found.rows, found.step_s, found.clipped_low) == ("w.csv", 4, 900, 3)
    assert (found.zone, found.zone_from, found.stamp, found.stamp_from) == ("UTC", "header", "end", "format")
    assert found.remarks == (
        "decimal comma",
        "1,200 of ghi are -999, read as missing",
        "1 of temp_air is 99.9, read as missing",
    )
