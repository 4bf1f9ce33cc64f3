from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.tariff.prices import nano
from pvsim.core.tariff.steps import ValueSeries, prices_of_series
from pvsim.core.tariff.units import unit_of
from pvsim.errors import BadInputError

BERLIN = ZoneInfo("Europe/Berlin")
TIMELINE = Timeline.of_days(date(2024, 10, 27), 1, BERLIN)  # of 25 hours
START, END = TIMELINE.start_utc, TIMELINE.end_utc
MWH = unit_of("EUR/MWh", "price")


def prices(t_utc, values=None, *, end=False, unit=MWH, timeline=TIMELINE, highest=2.0, lowest=-2.0):
    t_utc = np.asarray(t_utc)
    values = np.arange(len(t_utc), dtype=float) if values is None else np.asarray(values, dtype=float)
    series = ValueSeries("f.csv", np.arange(len(t_utc)) + 2, t_utc, values, unit, stamp_is_end=end)
    return prices_of_series(series, timeline, BERLIN, lowest=lowest, highest=highest, fix="correct unit")


@given(
    st.sampled_from([300, 900, 1_800, 3_600]),
    st.integers(0, 30),
    st.integers(0, 30),
    st.booleans(),
    st.integers(0, 9),
)
def test_each_second_has_the_value_of_its_interval(step_s, before, after, end, seed):
    starts = np.arange(START - before * step_s, END + after * step_s, step_s)
    values = np.random.Generator(np.random.Philox(seed)).integers(-500, 500, len(starts)) / 4
    found, length = prices(starts + step_s if end else starts, values, end=end)
    t_utc = np.arange(START, END, 60)
    expected = [nano(values[(t - starts[0]) // step_s] / 1_000) for t in t_utc]
    assert found.at(t_utc).tolist() == expected
    assert length == step_s


def test_hours_may_become_quarters_once():
    timeline = Timeline.of_days(date(2024, 10, 27), 3, BERLIN)
    starts = np.r_[
        np.arange(START, START + 48 * 3_600, 3_600), np.arange(START + 48 * 3_600, timeline.end_utc, 900)
    ]
    found, length = prices(starts, timeline=timeline)
    assert length == 3_600
    assert found.at(np.array([START + 47 * 3_600 + 3_599, timeline.end_utc - 1])).tolist() == [
        nano(0.047),
        nano((len(starts) - 1) / 1_000),
    ]


HOURS = np.arange(START, END, 3_600)
QUARTERS = np.arange(START, END, 900)


@pytest.mark.parametrize(
    ("t_utc", "values", "what", "where"),
    [
        (HOURS[:1], None, "there is only one value", "f.csv:2"),
        (np.r_[HOURS[:4], HOURS[3:]], None, "2024-10-27 02:00+01:00 is there twice", "f.csv:6"),
        (HOURS[::-1], None, "2024-10-27 22:00+01:00 is before the time of the line above", "f.csv:3"),
        (np.delete(QUARTERS, 41), None, "there is no value for 2024-10-27 09:15+01:00", "f.csv:42"),
        (np.delete(HOURS, 1), None, "there is no value for 2024-10-27 01:00+02:00", "f.csv:2"),
        (
            np.r_[HOURS[0], HOURS[1:] - 900, END - 900],
            None,
            "2024-10-27 00:00+02:00 is followed by 2024-10-27 00:45+02:00",
            "f.csv",
        ),
        (
            HOURS[1:],
            None,
            "the values go from 2024-10-27 01:00+02:00 to 2024-10-28 00:00+01:00, the run from",
            "f.csv",
        ),
        (
            HOURS[:-1],
            None,
            "to 2024-10-27 23:00+01:00, the run from 2024-10-27 00:00+02:00 to 2024-10-28",
            "f.csv",
        ),
        (np.arange(START, END + 1, 7_200), None, "there is a value every 2 h", "f.csv"),
        (np.arange(START, END, 30), None, "there is a value every 30 s", "f.csv"),
        (HOURS, [*range(24), np.nan], "there is no value for 2024-10-27 23:00+01:00", "f.csv:26"),
        (
            HOURS,
            [0, 2_500, *range(23)],
            "2500 EUR/MWh is 2.5 for a kWh, more than 2: is it in another unit?",
            "f.csv:3",
        ),
        (HOURS, [0, -2_500, *range(23)], "-2500 EUR/MWh is -2.5 for a kWh, less than -2", "f.csv:3"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_time(t_utc, values, what, where):
    with pytest.raises(BadInputError) as caught:
        prices(t_utc, values)
    assert what in caught.value.what
    assert caught.value.where.startswith(where)
    assert caught.value.fix


def test_what_is_outside_the_run_does_not_matter():
    t_utc = np.r_[np.delete(np.arange(START - 36_000, START, 3_600), 3), HOURS, END]
    values = np.zeros(len(t_utc))
    values[0] = np.nan
    values[-1] = 10**6
    assert prices(t_utc, values)[0].nano_per_kwh.tolist() == [0]


def test_times_at_the_edge_of_the_calendar_have_words_too():
    with pytest.raises(BadInputError, match="253,402,297,200 s since 1970"):
        prices(np.array([253_402_297_200, 253_402_300_800, 253_402_304_400]) - 0)
