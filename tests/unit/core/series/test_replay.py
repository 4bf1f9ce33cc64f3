from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.quantities.types import MeterRange
from pvsim.core.series import Gap, LocalDays, RawSeries, SeriesOptions, replay
from pvsim.errors import BadInputError, InternalError

BERLIN = ZoneInfo("Europe/Berlin")
JUNE_DAY = LocalDays(date(2024, 6, 21), 1, BERLIN)
HOURS = [100.0 * hour for hour in range(24)]
NAN = float("nan")


def wall(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def samples(power_w, *, first="2006-12-17T00:00", step=3600, drop=()):
    keep = np.array([i for i in range(len(power_w)) if i not in drop])
    return RawSeries(
        "house.csv",
        "power",
        keep + 2,
        wall(first) + keep * step,
        None,
        utc=False,
        values=np.array(power_w, np.float64)[keep],
    )


def series(data, run=JUNE_DAY, quantity="meter", **options):
    return replay(data, SeriesOptions(**options), run=run, quantity=quantity)


def all_seconds(run):
    return np.arange(*run.seconds(), dtype=np.int64)


def at(measured, *local, fold=0):
    times = [datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold) for text in local]
    return measured.at(np.array([int(t.timestamp()) for t in times])).tolist()


def hours_with(changes, count=1):
    return [changes.get(hour, value) for hour, value in enumerate(HOURS * count)]


@given(
    st.sampled_from([900, 1800, 3600]),
    st.sampled_from(["2024-06-21", "2024-03-31", "2024-10-27"]),
    st.sampled_from(["hold", "interpolate"]),
    st.data(),
)
def test_i2_i7_a_value_depends_on_its_time_only(step, first_date, fill, data):
    run = LocalDays(date.fromisoformat(first_date), 1, BERLIN)
    count = 86_400 // step
    power = data.draw(st.lists(st.floats(0, 9500), min_size=count, max_size=count).filter(lambda p: max(p) > 0))
    measured = series(samples(power, step=step), run, fill=fill)
    seconds = all_seconds(run)
    whole = measured.at(seconds)
    some = np.array(data.draw(st.lists(st.integers(0, len(seconds) - 1), max_size=50)), np.int64)
    np.testing.assert_array_equal(measured.at(seconds[some]), whole[some])
    cut = data.draw(st.integers(0, len(seconds)))
    parts = [measured.at(seconds[:cut]), measured.at(seconds[cut:])]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


@given(st.sampled_from([1800, 3600]), st.data())
def test_held_samples_keep_the_file_s_energy(step, data):
    count = 86_400 // step
    power = data.draw(st.lists(st.floats(0, 9000), min_size=count, max_size=count))
    energy_dws = int(series(samples(power, step=step)).at(all_seconds(JUNE_DAY)).sum())
    assert abs(energy_dws - sum(power) * 10 * step) <= 0.5 * 86_400 * (1 + 1e-9)


def test_hours_are_held():
    measured = series(samples(HOURS))
    assert at(measured, "2024-06-21T00:00:00", "2024-06-21T00:59:59", "2024-06-21T23:59:59") == [0, 0, 23000]
    assert measured.at(all_seconds(JUNE_DAY)).shape == (86_400,)
    assert measured.at(np.array([], np.int64)).shape == (0,)


def test_hours_are_joined_by_lines_and_the_last_sample_is_held():
    measured = series(samples(HOURS), fill="interpolate")
    clocks = ["2024-06-21T01:00:00", "2024-06-21T01:30:00", "2024-06-21T01:00:01", "2024-06-21T23:30:00"]
    assert at(measured, *clocks) == [1000, 1500, 1000, 23000]


def test_samples_off_the_full_minute_cover_a_day_from_the_one_before():
    data = samples([float(60 + i % 7) for i in range(3000)], first="2006-12-16T23:59:30", step=60)
    measured = series(data)
    assert measured.findings.first_day == date(2006, 12, 17)
    assert at(measured, "2024-06-21T00:00:29", "2024-06-21T00:00:30") == [600, 610]


def test_days_follow_each_other_from_the_chosen_one():
    power = [100.0 * (1 + i // 24) for i in range(72)]
    run = LocalDays(date(2024, 6, 21), 2, BERLIN)
    assert at(series(samples(power), run), "2024-06-21T12:00", "2024-06-22T12:00") == [1000, 2000]
    second = series(samples(power), run, start=date(2006, 12, 18))
    assert at(second, "2024-06-21T12:00", "2024-06-22T12:00") == [2000, 3000]
    assert second.findings.first_day == date(2006, 12, 18)


def test_a_25_hour_day_repeats_the_hour_and_a_23_hour_day_skips_it():
    autumn = series(samples(HOURS), LocalDays(date(2024, 10, 27), 1, BERLIN))
    assert at(autumn, "2024-10-27T02:30") == at(autumn, "2024-10-27T02:30", fold=1) == [2000]
    spring = LocalDays(date(2024, 3, 31), 1, BERLIN)
    values = series(samples(HOURS), spring).at(all_seconds(spring))
    assert len(values) == 82_800
    assert values[7199:7201].tolist() == [1000, 3000]


AUTUMN_LABELS = [*range(3), *range(2, 24)]  # 25 hourly samples: 02:00 occurs twice


def autumn_samples(power_w):
    labels = np.array(AUTUMN_LABELS)
    times = wall("2016-10-30T00:00") + labels * 3600
    return RawSeries("house.csv", "power", np.arange(25) + 2, times, None, utc=False, values=np.array(power_w))


def autumn_lines():
    """An autumn day of 0 to 2,400 W on such a day, with lines between the hours."""
    samples = autumn_samples([100.0 * i for i in range(25)])
    return series(samples, LocalDays(date(2024, 10, 27), 1, BERLIN), fill="interpolate")


def test_the_file_s_second_passing_is_used_where_the_run_has_one():
    measured = autumn_lines()
    assert at(measured, "2024-10-27T02:00") == [2000]
    assert at(measured, "2024-10-27T02:00", "2024-10-27T02:30", fold=1) == [3000, 3500]
    assert at(series(autumn_samples([100.0 * i for i in range(25)])), "2024-06-21T02:59:59") == [2000]
    assert measured.findings.repeated_hours == (datetime.fromisoformat("2016-10-30T02:00"),)
    assert measured.findings.samples == 25


def test_lines_lead_from_one_passing_to_the_next():
    measured = autumn_lines()
    assert at(measured, "2024-10-27T02:30") == [2500]
    assert at(measured, "2024-10-27T02:30", fold=1) == [3500]


def test_an_empty_second_passing_is_a_gap():
    power = [100.0 * i for i in range(25)]
    power[3] = NAN
    measured = series(autumn_samples(power), LocalDays(date(2024, 10, 27), 1, BERLIN))
    assert at(measured, "2024-10-27T02:30", fold=1) == [2000]
    assert measured.findings.gaps == (Gap(datetime.fromisoformat("2016-10-30T02:00"), 3600, "hold", True),)
    assert "1 gap of 1 h in all" in measured.findings.reading.line()


def test_an_hour_that_a_naive_file_has_once_is_used_twice_and_that_is_told():
    day = samples(HOURS, first="2024-10-27T00:00")
    measured = series(day, LocalDays(date(2024, 10, 27), 1, BERLIN), gaps="error")
    assert at(measured, "2024-10-27T02:30") == at(measured, "2024-10-27T02:30", fold=1) == [2000]
    told = "2024-10-27 02:00 to 03:00 used twice: the run's clock passes it twice, the file has it once"
    assert told in measured.findings.reading.remarks
    assert not any("02:00" in remark for remark in series(day).findings.reading.remarks)


@pytest.mark.parametrize("change", ["2024-03-10", "2024-11-03"])
def test_a_day_whose_midnight_is_changed_is_whole_and_its_own(change):
    """In Havana: midnight is skipped in spring, and comes twice in autumn."""
    havana = ZoneInfo("America/Havana")
    run = LocalDays(date.fromisoformat(change), 1, havana)
    times = np.arange(*run.seconds(), 900)
    raw = RawSeries(
        "house.csv", "power", np.arange(len(times)) + 2, times, np.zeros_like(times), utc=True, zone="UTC",
        values=np.arange(len(times)) + 1.0,
    )  # fmt: skip
    measured = series(raw, run, gaps="error")
    assert (measured.at(times) / 10).tolist() == raw.values.tolist()
    assert measured.findings.reading.remarks == ("shown on the clock of America/Havana",)


CHANGES = [
    ("Europe/Berlin", "2024-10-27"), ("Europe/Berlin", "2024-03-31"), ("Australia/Lord_Howe", "2024-04-07"),
    ("Australia/Lord_Howe", "2024-10-06"), ("America/Havana", "2024-11-03"), ("America/New_York", "2024-11-03"),
    ("America/Havana", "2024-03-10"), ("UTC", "2024-10-27"),
]  # fmt: skip


@given(
    st.sampled_from(CHANGES), st.sampled_from(["UTC", "offsets"]), st.sampled_from([600, 900, 1800]),
    st.sampled_from([("hold", "start"), ("hold", "middle"), ("hold", "end"), ("interpolate", None)]), st.data(),
)  # fmt: skip
def test_i12_what_a_file_lacks_of_its_own_day_is_filled_as_said_and_counted(change, written, step, way, data):
    """Whatever the clock does: each gap is one of real time, from the sample before to the one after."""
    zone, day, (fill, stamp) = ZoneInfo(change[0]), date.fromisoformat(change[1]), way
    run = LocalDays(day, 1, zone)
    first, after = run.seconds()
    times = np.arange(first, after, step)
    lost = data.draw(st.sets(st.integers(0, 5 * 3600 // step)) | st.sets(st.integers(0, len(times) - 1)))
    keep = np.array([i for i in range(len(times)) if i not in lost])
    labels = times + {"middle": step // 2, "end": step}.get(stamp, 0)
    offset = np.array([int(datetime.fromtimestamp(t, zone).utcoffset().total_seconds()) for t in labels.tolist()])
    steps = np.diff(keep)
    if len(keep) < 2 or np.unique(steps, return_counts=True)[1][0] * 2 <= len(steps) or steps.min() > 1:
        return  # too little is left to tell the step
    values = np.random.Generator(np.random.Philox(len(lost))).integers(1, 900, len(times)).astype(float)
    raw = RawSeries(
        "house.csv", "power", keep + 2, labels[keep] + (offset[keep] if written == "offsets" else 0),
        offset[keep] if written == "offsets" else np.zeros_like(keep), utc=written == "UTC", values=values[keep],
    )  # fmt: skip
    measured = series(raw, run, gaps=fill, stamp=stamp)
    gaps = measured.findings.gaps
    assert sum(gap.seconds for gap in gaps) == len(lost) * step
    assert len(gaps) == int((np.diff(sorted(lost), prepend=-2) > 1).sum())
    found = measured.at(times) / 10
    held = values[keep[np.maximum(np.searchsorted(keep, np.arange(len(times)), side="right") - 1, 0)]]
    line = np.interp(times, times[keep], values[keep])
    expected = held if fill == "hold" else line
    assert np.abs(found - expected).max() <= 0.05 + 1e-9


def test_an_hour_that_the_file_skips_is_filled_though_gaps_are_errors():
    data = samples(HOURS, first="2016-03-27T00:00", drop={2})
    held = series(data, gaps="error")
    assert at(held, "2024-06-21T02:30") == [1000]
    assert held.findings.gaps == ()
    assert "2016-03-27 02:00 to 03:00 filled (hold): the file's clock skips it" in held.findings.reading.remarks
    assert held.findings.skipped_hours == (datetime.fromisoformat("2016-03-27T02:00"),)
    assert at(series(data, fill="interpolate"), "2024-06-21T02:00") == [2000]


def test_a_short_gap_is_filled_and_reported():
    empty = samples(hours_with({5: NAN}))
    absent = samples(HOURS, drop={5})
    start = datetime.fromisoformat("2006-12-17T05:00")
    for data in (empty, absent):
        held = series(data)
        assert held.findings.gaps == (Gap(start, 3600, "hold"),)
        assert held.findings.samples == 23
        assert at(held, "2024-06-21T05:30") == [4000]
        assert at(series(data, fill="interpolate"), "2024-06-21T05:30") == [5500]


def test_part_of_a_day_is_enough_where_gaps_are_filled():
    data = samples([700.0] * 6, first="2022-03-18T06:00")
    with pytest.raises(
        BadInputError, match="does not cover a whole day: it goes from 2022-03-18 06:00:00"
    ) as caught:
        series(data, quantity="pv")
    assert caught.value.fix == (
        "give at least one whole day, or fill the rest of it: `pv.gaps` zero (an inverter may write nothing by "
        "night), hold or interpolate"
    )
    measured = series(data, quantity="pv", gaps="zero")
    clocks = ["2024-06-21T05:59:59", "2024-06-21T06:00:00", "2024-06-21T11:59:59", "2024-06-21T12:00:00"]
    assert at(measured, *clocks) == [0, 7000, 7000, 0]
    assert [gap.seconds for gap in measured.findings.gaps] == [6 * 3600, 12 * 3600]


def test_a_meter_above_its_range_is_clipped_and_counted():
    findings = (measured := series(samples(hours_with({1: 9272.0, 2: 9000.0})))).findings
    assert at(measured, "2024-06-21T01:00", "2024-06-21T02:00") == [90_000, 90_000]
    assert (findings.clipped_low, findings.clipped_high, findings.max_w) == (0, 1, 9272.0)
    assert findings.mean_w == pytest.approx(np.mean(hours_with({1: 9272.0, 2: 9000.0})))


def test_the_range_of_the_runs_meters_bounds_a_file():
    wide, low = MeterRange.up_to(43_500), MeterRange.up_to(1_500)
    high = hours_with({3: 11_000.0})
    assert series(samples(high), meter_range=wide).findings.clipped_high == 0
    assert at(series(samples(high), meter_range=wide), "2024-06-21T03:30") == [110_000]
    findings = series(samples(high), meter_range=low).findings
    assert findings.clipped_high == 9


def test_a_grid_meter_may_be_negative():
    grid = MeterRange.up_to(9_000, grid=True)
    measured = series(samples(hours_with({3: -700.0, 4: -9_000.1})), meter_range=grid)
    assert at(measured, "2024-06-21T03:30", "2024-06-21T04:30") == [-7_000, -90_000]
    assert (measured.findings.clipped_low, measured.findings.clipped_high) == (1, 0)


def test_pv_below_zero_is_clipped_and_has_no_ceiling():
    findings = (measured := series(samples(hours_with({0: -2.7, 12: 12_000.0})), quantity="pv")).findings
    assert at(measured, "2024-06-21T00:00", "2024-06-21T12:00") == [0, 120_000]
    assert (findings.clipped_low, findings.clipped_high, findings.min_w) == (1, 0, -2.7)


def test_a_negative_meter_is_an_error():
    with pytest.raises(BadInputError, match=r"column 'power' is negative \(-3.5 W\)") as caught:
        series(samples(hours_with({4: -3.5})))
    assert caught.value.where == "house.csv:6"
    assert "`meter.column`" in caught.value.fix


def test_days_without_a_value_are_filled_from_outside_and_reported():
    measured = series(samples(HOURS + [NAN] * 24), start=date(2006, 12, 18), gaps="hold")
    assert at(measured, "2024-06-21T12:00") == [23000]
    findings = measured.findings
    assert (findings.samples, findings.min_w, findings.max_w, findings.mean_w) == (0, 0.0, 0.0, 0.0)


def test_a_time_outside_the_run_is_a_defect():
    first, after = JUNE_DAY.seconds()
    for time in (first - 1, after):
        with pytest.raises(InternalError):
            series(samples(HOURS)).at(np.array([time]))


def test_a_run_s_seconds_are_those_of_its_local_days():
    first, after = LocalDays(date(2024, 10, 27), 1, BERLIN).seconds()
    assert datetime.fromtimestamp(first, BERLIN) == datetime(2024, 10, 27, tzinfo=BERLIN)
    assert timedelta(seconds=after - first) == timedelta(hours=25)


def test_the_report_says_how_far_the_days_were_moved():
    findings = series(samples(HOURS)).findings
    assert (findings.first_day, findings.run_day, findings.season_days) == (
        date(2006, 12, 17),
        date(2024, 6, 21),
        178,
    )


@pytest.mark.parametrize(
    ("first", "hours", "days", "options", "told"),
    [
        ("2024-06-20T00:00", 72, 1, {}, True),
        ("2024-06-20T00:00", 72, 2, {}, True),
        ("2024-06-20T00:00", 48, 2, {}, False),
        ("2024-06-20T00:00", 47, 1, {}, False),
        ("2024-06-20T00:00", 47, 1, {"gaps": "hold"}, True),
        ("2024-06-20T00:00", 72, 1, {"start": date(2024, 6, 20)}, False),
        ("2024-06-21T00:00", 72, 1, {}, False),
        ("2006-12-17T00:00", 72, 1, {}, False),
    ],
)
def test_that_the_file_has_the_run_s_days_too_is_told(first, hours, days, options, told):
    run = LocalDays(date(2024, 6, 21), days, BERLIN)
    measured = series(samples([float(i) for i in range(1, hours + 1)], first=first), run, **options)
    assert measured.findings.has_run_days is told
