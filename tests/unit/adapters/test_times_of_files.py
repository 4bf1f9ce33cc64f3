"""The times of meter and PV files, from the text of a file to the hour of the run at which its power stands."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pvsim.adapters.tables.series_csv import read_series
from pvsim.core.series import Run, SeriesOptions
from pvsim.errors import BadInputError

BERLIN, LONDON = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/London")
MIDSUMMER = Run(date(2024, 6, 21), 1, BERLIN)
STEP = timedelta(hours=1)


def pv_file(path, write, header="timestamp,pv_w", first=datetime(2024, 6, 20, tzinfo=UTC), hours=72):
    """A plant with its peak at 12:00 of the clock of `first`, `write` making the text of each time."""
    start = first.astimezone(UTC)
    times = [(start + hour * STEP).astimezone(first.tzinfo) for hour in range(hours)]
    rows = [f"{write(t)},{max(0, 6 - abs(t.hour - 12)) * 1000}" for t in times]
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def peak_hour(path, run=MIDSUMMER, quantity="pv", **options):
    series = read_series(path, SeriesOptions(**options), quantity=quantity, run=run)
    power = series.at(np.arange(*run.seconds(), dtype=np.int64)).reshape(-1, 3600).mean(axis=1)
    assert power.max() == 60_000
    return int(np.argmax(power)), series.report.reading


@pytest.mark.parametrize(
    "write",
    [
        lambda t: t.strftime("%Y-%m-%d %H:%M:%SZ"),
        lambda t: t.isoformat(),
        lambda t: t.strftime("%Y-%m-%d %H:%M+0000"),
        lambda t: t.strftime("%Y-%m-%d %H:%M-00:00"),
        lambda t: t.strftime("%d.%m.%Y %H:%M UTC"),
        lambda t: t.strftime("%Y%m%dT%H%M GMT"),
        lambda t: str(int(t.timestamp())),
        lambda t: str(int(t.timestamp()) * 1000),
    ],
)
def test_utc_in_any_writing_is_shown_on_the_run_s_clock(tmp_path, write):
    """The peak of noon UTC stands at 14:00 of a summer's clock in Berlin; I6."""
    hour, reading = peak_hour(pv_file(tmp_path / "pv.csv", write))
    assert (hour, reading.zone, reading.zone_from) == (14, "UTC", "times")
    assert "shown on the clock of Europe/Berlin" in reading.remarks


@pytest.mark.parametrize("header", ["timestamp UTC", "time_utc", "Time [GMT]", "Zeit (UTC)", "period_start_utc"])
def test_a_header_that_says_utc_is_believed(tmp_path, header):
    path = pv_file(tmp_path / "pv.csv", lambda t: t.strftime("%Y-%m-%d %H:%M"), f"{header},pv_w")
    hour, reading = peak_hour(path)
    assert (hour, reading.zone, reading.zone_from) == (14, "UTC", "header")


def test_a_local_clock_with_offsets_is_taken_as_written(tmp_path):
    berlin = pv_file(tmp_path / "a.csv", lambda t: t.replace(tzinfo=BERLIN).isoformat())
    hour, reading = peak_hour(berlin)
    assert (hour, reading.zone, reading.zone_from, reading.remarks) == (12, "+02:00", "offset", ())
    kolkata = pv_file(tmp_path / "b.csv", lambda t: t.strftime("%Y-%m-%dT%H:%M+05:30"))
    hour, reading = peak_hour(kolkata)
    assert (hour, reading.zone) == (12, "+05:30")
    assert reading.remarks == ("taken as the wall clock of the run's place",)


def test_a_year_of_london_s_offsets_is_local_time_and_not_utc(tmp_path):
    path = pv_file(
        tmp_path / "pv.csv",
        lambda t: t.isoformat(),
        first=datetime(2024, 3, 29, tzinfo=LONDON),
    )
    hour, reading = peak_hour(path, Run(date(2024, 3, 29), 1, BERLIN))
    assert (hour, reading.zone, reading.zone_from) == (12, "+00:00/+01:00", "offset")
    winter = pv_file(
        tmp_path / "winter.csv",
        lambda t: t.replace(tzinfo=LONDON).isoformat(),
        first=datetime(2024, 1, 5, tzinfo=UTC),
    )
    assert peak_hour(winter, Run(date(2024, 1, 5), 1, LONDON))[0] == 12  # in London both readings are the same


def test_the_zone_of_times_without_one_may_be_said(tmp_path):
    path = pv_file(tmp_path / "pv.csv", lambda t: t.strftime("%Y-%m-%d %H:%M"))
    hour, reading = peak_hour(path)
    assert (hour, reading.zone, reading.zone_from) == (12, "Europe/Berlin", "assumed")
    for zone, expected in (("UTC", 14), ("Europe/London", 13), ("Europe/Berlin", 12), ("America/New_York", 18)):
        hour, reading = peak_hour(path, tz=ZoneInfo(zone))
        assert (hour, reading.zone, reading.zone_from) == (expected, zone, "option")


def test_a_zone_or_abbreviation_behind_each_time(tmp_path):
    for write, zone in (
        (lambda t: t.strftime("%Y-%m-%d %H:%M Europe/Berlin"), "Europe/Berlin"),
        (lambda t: t.strftime("%d.%m.%Y %H:%M CEST"), "CEST"),
    ):
        hour, reading = peak_hour(pv_file(tmp_path / "pv.csv", write))
        assert (hour, reading.zone, reading.zone_from) == (12, zone, "times")


def test_hints_name_options_that_work(tmp_path):
    path = pv_file(tmp_path / "pv.csv", lambda t: t.strftime("%Y-%m-%d %H:%M EST"))
    with pytest.raises(BadInputError) as caught:
        peak_hour(path)
    assert caught.value.where == f"{path}:2"
    assert caught.value.fix == "pass --pv-tz America/New_York"
    winter = Run(date(2024, 1, 6), 1, BERLIN)
    path = pv_file(path, lambda t: t.strftime("%Y-%m-%d %H:%M EST"), first=datetime(2024, 1, 5, tzinfo=UTC))
    assert peak_hour(path, winter, tz=ZoneInfo("America/New_York"))[0] == 18


@pytest.mark.parametrize(
    ("layout", "remarks"),
    [
        ("%Y-%m-%dT%H:%M", ()),
        ("%Y/%m/%d %H:%M", ()),
        ("%d.%m.%Y %H:%M", ()),
        ("%d.%m.%y %H:%M", ()),
        ("%m/%d/%Y %I:%M %p", ("dates month-first",)),
        ("%d/%m/%Y %H:%M", ("dates day-first",)),
        ("%Y%m%d %H%M", ()),
        ("%Y-%m-%d %-H:%M", ()),
    ],
)
def test_layouts_that_people_have(tmp_path, layout, remarks):
    hour, reading = peak_hour(pv_file(tmp_path / "pv.csv", lambda t: t.strftime(layout)))
    assert (hour, reading.remarks) == (12, remarks)


def test_day_and_month_that_no_date_tells_apart_are_asked_for(tmp_path):
    run = Run(date(2024, 6, 1), 1, BERLIN)
    path = pv_file(
        tmp_path / "pv.csv",
        lambda t: t.strftime("%d/%m/%Y %H:%M"),
        first=datetime(2024, 6, 1, tzinfo=UTC),
        hours=24,
    )
    with pytest.raises(BadInputError) as caught:
        peak_hour(path, run)
    assert "2024-06-01 (day-first) or 2024-01-06 (month-first)" in caught.value.what
    assert caught.value.fix == "pass --pv-date-order day-first or --pv-date-order month-first"
    assert peak_hour(path, run, date_order="day-first")[0] == 12
