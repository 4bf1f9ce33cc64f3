"""A weather table made into a series: units, clock and stamp, and typical years by their dates."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.quantities.timeline import DAY_S, HOUR_S
from pvsim.core.times import Times
from pvsim.core.weather.header import STAMP_SHARE, Head
from pvsim.core.weather.names import find_columns
from pvsim.core.weather.table import weather_of
from pvsim.errors import BadInputError

START = int(datetime(2024, 6, 21, tzinfo=UTC).timestamp())
YEAR_2023 = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp())
YEAR_H = 8_760


def head_of(*names, stamp=None, **said):
    """A head whose times are in the first column."""
    return Head(
        find_columns(["", *names], "w.csv"), (0,), said.pop("dated", False), "time", said.pop("offset_s", None),
        month_first=False, stamp=stamp or "start", stamp_from="header" if stamp else "assumed",
        typical=said.pop("typical", False), station=(48.1, 11.6),
    )  # fmt: skip


def times_at(t_utc, offset_s=0, zone=("UTC", "times"), **more):
    """Times of a clock that is ahead of UTC."""
    t_utc = np.asarray(t_utc)
    return Times(
        np.arange(len(t_utc)) + 2, t_utc + offset_s, np.full(len(t_utc), offset_s), offset_s == 0, *zone, **more
    )


def read(head, times, stamp=None, *, zone_said=False, remarks=(), **raw):
    raw = {name: np.asarray(values, float) for name, values in raw.items()}
    return weather_of(head, times, raw, source="w.csv", stamp=stamp, zone_said=zone_said, remarks=remarks)


def every(step_s, count=48, first=START):
    return first + step_s * np.arange(count)


@given(
    st.sampled_from([60, 900, 1800, 3600]), st.sampled_from(sorted(STAMP_SHARE)), st.integers(-12, 14),
    st.lists(st.floats(0, 2_000), min_size=2, max_size=60),
)  # fmt: skip
def test_an_interval_begins_by_its_stamp_before_its_time(step_s, stamp, offset_h, ghi):
    times = times_at(every(step_s, len(ghi)), offset_h * HOUR_S, ("local", "offset"))
    found = read(head_of("ghi (W/m²)"), times, stamp, ghi=ghi)
    assert found.first_utc == START - {"start": 0, "end": step_s}.get(stamp, step_s // 2)
    assert (found.step_s, found.typical, found.station) == (step_s, False, (48.1, 11.6))
    assert found.ghi.tolist() == ghi
    assert (found.reading.stamp, found.reading.stamp_from) == (stamp, "site file")
    assert (found.reading.zone, found.reading.zone_from) == ("local", "offset")


@given(
    seed=st.integers(0, 2**32), offset_h=st.integers(-12, 14), stamp=st.sampled_from(sorted(STAMP_SHARE)),
    leap=st.booleans(),
)  # fmt: skip
@settings(max_examples=20, deadline=None)
def test_a_typical_year_is_in_the_order_of_its_own_dates(seed, offset_h, stamp, leap):
    """Months of several years in any order, on a clock of their own."""
    count = YEAR_H + 24 * leap
    local = every(HOUR_S, count, first=YEAR_2023 + 365 * DAY_S * leap) + (HOUR_S if stamp == "end" else 0)
    start = int(np.random.Generator(np.random.Philox(seed)).integers(1, count))
    local = np.roll(local, -start)
    head = head_of("ghi (W/m²)", typical=True, stamp=stamp)
    found = read(
        head, times_at(local - offset_h * HOUR_S, offset_h * HOUR_S), ghi=np.roll(np.arange(count) / 10, -start)
    )
    assert (found.typical, found.intervals) == (True, count)
    assert found.ghi.tolist() == (np.arange(count) / 10).tolist()
    assert found.first_utc == -offset_h * HOUR_S - (HOUR_S // 2 if stamp in {"middle", "moment"} else 0)
    assert found.reading.remarks[-1] == "a typical year by its months, days and hours: it serves for any year"


def test_months_of_several_years_are_a_typical_year():
    """NSRDB: each month is of another year, each hour at half past."""
    hours = every(HOUR_S, YEAR_H, YEAR_2023 + HOUR_S // 2).astype("datetime64[s]")
    months = hours.astype("datetime64[M]")
    years = months.astype(np.int64) % 12 % 3 * 365 * DAY_S  # so the times go back
    head = head_of("ghi (W/m²)", stamp="moment", offset_s=-7 * HOUR_S)
    times = times_at(hours.astype(np.int64) + 7 * HOUR_S - years, zone=("UTC-07:00", "option"))
    found = read(head, times, ghi=np.arange(YEAR_H) % 24)
    assert (found.typical, found.first_utc, found.intervals) == (True, 7 * HOUR_S, YEAR_H)
    assert found.ghi.tolist() == [hour % 24 for hour in range(YEAR_H)]
    assert (found.reading.zone, found.reading.zone_from) == ("UTC-7 h", "header")
    late = times_at(np.where(np.arange(YEAR_H) == 5_000, times.t_utc + 1_200, times.t_utc))
    with pytest.raises(BadInputError, match="begin at different minutes"):
        read(head, late, ghi=np.arange(YEAR_H) % 24)


def test_units_by_hand():
    head = head_of("ghi (kWh/m2)", "temp_air (F)", "wind_speed (km/h)")
    found = read(head, times_at(every(1_800)), ghi=[0.1] * 48, temp_air=[14] * 48, wind_speed=[7.2] * 48)
    assert [found.ghi[5], found.temp_air[5], found.wind_speed[5]] == pytest.approx([200, -10, 2])
    level = read(head_of("bhi", "dhi"), times_at(every(1_800)), bhi=[60] * 48, dhi=[40] * 48)
    assert (set(level.ghi), level.dni) == ({100.0}, None)


def test_a_value_that_there_is_not_on_earth_is_named_with_its_line():
    with pytest.raises(BadInputError, match="temp_air is 100 °C") as caught:
        read(head_of("ghi", "temp_air"), times_at(every(900)), ghi=[10] * 48, temp_air=[20] * 9 + [100] * 39)
    assert caught.value.where == "w.csv:11"


def test_light_that_is_dim_is_believed_where_its_unit_is_written():
    assert read(head_of("ghi (W/m²)"), times_at(every(900)), ghi=[0.5] * 48).ghi.max() == 0.5
    assert read(head_of("ghi"), times_at(every(900)), ghi=[0.0] * 48).ghi.max() == 0.0
    with pytest.raises(BadInputError, match=r"never more than 0\.95 W/m².*kW/m²") as caught:
        read(head_of("ghi", "temp_air"), times_at(every(900)), ghi=[0.95] + [np.nan] * 47, temp_air=[20] * 48)
    assert caught.value.fix == "write the unit into the header: ghi (kW/m²), or (W/m²)"


@pytest.mark.parametrize("stamp", ["end", "start"])
def test_from_one_step_after_midnight_to_midnight_is_asked_about(stamp):
    times = times_at(every(1_800, first=START + 1_800))
    with pytest.raises(BadInputError, match="may be the end of its interval") as caught:
        read(head_of("ghi"), times, ghi=[10] * 48)
    assert caught.value.where == "w.csv:2"
    assert f'stamp = "{stamp}"' in caught.value.fix
    assert read(head_of("ghi"), times, stamp, ghi=[10] * 48).first_utc - START == {"end": 0, "start": 1_800}[stamp]


@pytest.mark.parametrize(
    ("head", "times", "stamp", "known"),
    [
        (head_of("ghi"), times_at(every(1_800, first=START + 1_800), ends_day=True), "end", "times"),
        (head_of("ghi"), times_at(every(HOUR_S, first=START + 1_800)), "start", "assumed"),
        (head_of("ghi", dated=True), times_at(every(HOUR_S, first=START + 1_800)), "middle", "values"),
        (head_of("ghi", offset_s=HOUR_S), times_at(every(HOUR_S, first=START + 1_800)), "middle", "values"),
        (head_of("ghi"), times_at(every(HOUR_S, first=START + 1_800), zone=("", "assumed")), "middle", "values"),
        (head_of("ghi"), times_at(every(HOUR_S), zone=("", "assumed")), "start", "assumed"),
        (head_of("ghi", stamp="moment"), times_at(every(HOUR_S)), "moment", "header"),
    ],
)
def test_what_of_its_interval_a_time_is(head, times, stamp, known):
    reading = read(head, times, ghi=[10] * 48).reading
    assert (reading.stamp, reading.stamp_from) == (stamp, known)


@pytest.mark.parametrize(
    ("zone", "offset_s", "zone_said", "expected"),
    [
        (("", "assumed"), None, False, ("UTC", "assumed")),
        (("Europe/Berlin", "times"), None, False, ("Europe/Berlin", "times")),
        (("Europe/Berlin", "option"), None, True, ("Europe/Berlin", "site file")),
        (("UTC+01:00", "option"), 3_600, False, ("UTC+1 h", "header")),
        (("UTC", "option"), 0, False, ("UTC", "header")),
    ],
)
def test_whose_clock_the_times_are_of(zone, offset_s, zone_said, expected):
    head = head_of("ghi", offset_s=offset_s)
    reading = read(head, times_at(every(900), zone=zone), zone_said=zone_said, ghi=[10] * 48).reading
    assert (reading.zone, reading.zone_from) == expected


def test_remarks_of_the_reader_and_of_the_times_are_kept():
    times = times_at(every(900), remarks=("dates day-first",))
    found = read(head_of("ghi"), times, remarks=("decimal comma",), ghi=[10] * 47 + [-999])
    assert found.reading.remarks == ("decimal comma", "dates day-first", "1 of ghi is -999, read as missing")


def test_one_line_is_no_table():
    with pytest.raises(BadInputError, match="only one line of data"):
        read(head_of("ghi"), times_at([START]), ghi=[10])
