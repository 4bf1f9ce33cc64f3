"""The times of meter and PV files, from the text of a file to the hour of the run at which its power stands."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pvsim.adapters.tables.series_csv import read_series
from pvsim.core.series import LocalDays, SeriesOptions
from pvsim.errors import BadInputError

BERLIN, LONDON = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/London")
MIDSUMMER = LocalDays(date(2024, 6, 21), 1, BERLIN)
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
    return int(np.argmax(power)), series.findings.reading


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
    hour, reading = peak_hour(path, LocalDays(date(2024, 3, 29), 1, BERLIN))
    assert (hour, reading.zone, reading.zone_from) == (12, "+00:00/+01:00", "offset")
    winter = pv_file(
        tmp_path / "winter.csv",
        lambda t: t.replace(tzinfo=LONDON).isoformat(),
        first=datetime(2024, 1, 5, tzinfo=UTC),
    )
    assert (
        peak_hour(winter, LocalDays(date(2024, 1, 5), 1, LONDON))[0] == 12
    )  # in London both readings are the same


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
    assert caught.value.fix == "pass `pv.tz` America/New_York"
    winter = LocalDays(date(2024, 1, 6), 1, BERLIN)
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
    run = LocalDays(date(2024, 6, 1), 1, BERLIN)
    path = pv_file(
        tmp_path / "pv.csv",
        lambda t: t.strftime("%d/%m/%Y %H:%M"),
        first=datetime(2024, 6, 1, tzinfo=UTC),
        hours=24,
    )
    with pytest.raises(BadInputError) as caught:
        peak_hour(path, run)
    assert "2024-06-01 (day-first) or 2024-01-06 (month-first)" in caught.value.what
    assert caught.value.fix == "pass `pv.date_order` day-first or pass `pv.date_order` month-first"
    assert peak_hour(path, run, date_order="day-first")[0] == 12


def test_only_orders_that_all_dates_allow_are_offered(tmp_path):
    path = pv_file(tmp_path / "pv.csv", lambda t: t.strftime("%d/%m/%y %H:%M"), hours=24)
    with pytest.raises(BadInputError) as caught:
        peak_hour(path)
    assert caught.value.fix == "pass `pv.date_order` day-first or pass `pv.date_order` year-first"


def meter_file(path, stamps, header="timestamp,meter_w", mark=","):
    """Hour h of a day takes (h + 1) * 100 W: 30.0 kWh in all."""
    rows = [f"{stamp}{mark}{hour % 24 * 100 + 100}" for hour, stamp in enumerate(stamps)]
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def hours(path, run=MIDSUMMER, **options):
    series = read_series(path, SeriesOptions(**options), quantity="meter", run=run)
    seconds = np.arange(*run.seconds(), dtype=np.int64)
    return (series.at(seconds)[::3600] / 10).tolist(), series.findings.reading


A_DAY = [hour * 100.0 + 100 for hour in range(24)]
ENDS = [f"21.06.2024 {hour:02}:00" for hour in range(1, 24)] + ["22.06.2024 00:00"]


@pytest.mark.parametrize(
    ("header", "stamps", "options", "stamp_from"),
    [
        ("Zeit;Verbrauch [W]", ENDS, {"stamp": "end"}, "option"),
        ("Zeit (bis);Verbrauch [W]", ENDS, {}, "header"),
        ("period_end;load_w", ENDS, {}, "header"),
        ("Hour ending;load_w", ENDS, {}, "header"),
        ("time_until;load_w", ENDS, {}, "header"),
        ("Zeit;Verbrauch [W]", [*ENDS[:-1], "21.06.2024 24:00"], {}, "times"),
        ("Zeit;Verbrauch [W]", [*ENDS[:-1], "21.06.2024 24:00:00"], {}, "times"),
    ],
)
def test_a_day_of_interval_ends(tmp_path, header, stamps, options, stamp_from):
    powers, reading = hours(meter_file(tmp_path / "m.csv", stamps, header, ";"), **options)
    assert powers == A_DAY
    assert (reading.stamp, reading.stamp_from, reading.gaps) == ("end", stamp_from, 0)


def test_times_that_look_like_ends_are_asked_about(tmp_path):
    path = meter_file(tmp_path / "m.csv", ENDS)
    with pytest.raises(BadInputError) as caught:
        hours(path)
    assert "whole days if each ends its interval" in caught.value.what
    assert caught.value.fix.startswith("pass `meter.stamp` end, or `meter.stamp` start if")
    two_days = meter_file(path, [*ENDS, *(stamp.replace("22.", "23.").replace("21.", "22.") for stamp in ENDS)])
    with pytest.raises(BadInputError, match="whole days if each ends"):
        hours(two_days)
    assert hours(two_days, stamp="end")[0] == A_DAY
    late, reading = hours(two_days, LocalDays(date(2024, 6, 22), 1, BERLIN), stamp="start")
    assert late == [A_DAY[-1], *A_DAY[:-1]]
    assert (reading.stamp, reading.stamp_from) == ("start", "option")


def test_starts_and_middles(tmp_path):
    starts = [f"2024-06-21 {hour:02}:00" for hour in range(24)]
    assert hours(meter_file(tmp_path / "m.csv", starts))[1].stamp_from == "assumed"
    powers, reading = hours(meter_file(tmp_path / "m.csv", starts, "Zeit von,load_w"))
    assert (powers, reading.stamp, reading.stamp_from) == (A_DAY, "start", "header")
    middles = [stamp.replace(":00", ":30") for stamp in starts]
    powers, reading = hours(meter_file(tmp_path / "m.csv", middles), stamp="middle")
    assert (powers, reading.stamp) == (A_DAY, "middle")
    odd = meter_file(tmp_path / "m.csv", [f"2024-06-21 00:{s // 60:02}:{s % 60:02}" for s in range(0, 1500, 15)])
    with pytest.raises(BadInputError, match="the middle of 15 s is between two seconds"):
        hours(odd, stamp="middle")


def test_points_on_a_line_are_of_no_interval(tmp_path):
    starts = [f"2024-06-21 {hour:02}:00" for hour in range(24)]
    reading = hours(meter_file(tmp_path / "m.csv", starts, "Zeit (bis),load_w"), fill="interpolate")[1]
    assert (reading.stamp, reading.stamp_from) == ("moment", "option")


def test_start_and_end_in_two_columns(tmp_path):
    rows = [f"{hour},2024-06-21T{hour:02}:00+02:00,2024-06-21T{hour:02}:59:00+02:00" for hour in range(24)]
    path = tmp_path / "m.csv"
    path.write_text("\n".join(["Load (kW),Start,End", *(row.replace(":59", "") for row in rows)]) + "\n")
    reading = hours(path)[1]
    assert (reading.stamp, reading.stamp_from) == ("start", "header")
    assert "24 intervals are by their two times not 3600 s long" in reading.remarks
    rows = [row.replace(f"T{hour:02}:59", f"T{hour + 1:02}:00") for hour, row in enumerate(rows)]
    path.write_text(
        "\n".join(["Load (kW),Start,End", *rows[:-1], rows[-1].replace("21T24:00", "22T00:00")]) + "\n"
    )
    assert not [remark for remark in hours(path)[1].remarks if "two times" in remark]


def test_a_date_a_start_and_an_end_in_three_columns(tmp_path):
    rows = [f"21.06.2024;{hour:02}:00;{(hour + 1) % 24:02}:00;{hour * 100 + 100}" for hour in range(24)]
    path = tmp_path / "m.csv"
    for header in ("Datum;von;bis;Verbrauch [W]", "Date;Start time;End time;load_w"):
        path.write_text("\n".join([header, *rows]) + "\n")
        powers, reading = hours(path)
        assert (powers, reading.stamp, reading.stamp_from) == (A_DAY, "start", "header")


def test_a_column_with_the_zone(tmp_path):
    path = tmp_path / "m.csv"
    for zone, expected in (("Europe/Berlin", A_DAY), ("+02:00", A_DAY), ("CEST", A_DAY)):
        rows = [f"2024-06-21 {hour:02}:00,{zone},{hour * 100 + 100}" for hour in range(24)]
        path.write_text("\n".join(["time,timezone,load_w", *rows]) + "\n")
        powers, reading = hours(path)
        assert (powers, reading.zone_from) == (expected, "offset" if "+" in zone else "times")


@pytest.mark.parametrize("step_min", [15, 30, 60])
@pytest.mark.parametrize("day", [date(2024, 3, 31), date(2024, 10, 27)])
@pytest.mark.parametrize("how", ["utc", "offset", "naive", "on the old clock"])
def test_ends_across_changes_of_the_clock(tmp_path, day, step_min, how):
    """Each interval of the day has its own power; whichever way its end is written, it stands where it belongs."""
    run = LocalDays(day, 1, BERLIN)
    first, after = run.seconds()
    rows = []
    for number, start in enumerate(range(first, after, step_min * 60)):
        end = datetime.fromtimestamp(start + step_min * 60, BERLIN)
        text = end.strftime("%Y-%m-%d %H:%M")
        if how == "utc":
            text = end.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
        elif how == "offset":
            text = end.isoformat()
        elif how == "on the old clock":
            text = str(datetime.fromtimestamp(start, BERLIN).replace(tzinfo=None) + timedelta(minutes=step_min))
        rows.append(f"{text},{(number + 1) * 10}")
    path = tmp_path / "m.csv"
    path.write_text("\n".join(["period_end,load_w", *rows]) + "\n")
    series = read_series(path, SeriesOptions(unit="W"), quantity="meter", run=run)
    powers = series.at(np.arange(first, after, step_min * 60, dtype=np.int64)) / 100
    assert powers.tolist() == list(range(1, len(rows) + 1))
    assert series.findings.gaps == ()


def daylight(path, first=6, after=21):
    """Two days of an inverter that writes nothing by night."""
    rows = [
        f"2024-06-{day} {hour:02}:00,{max(0, 7 - abs(hour - 13)) * 500}"
        for day in (21, 22)
        for hour in range(first, after)
    ]
    path.write_text("\n".join(["timestamp,pv_w", *rows]) + "\n")
    return path


def test_nights_without_rows_lead_to_zero_and_the_hint_works(tmp_path):
    path = daylight(tmp_path / "pv.csv")
    for run in (MIDSUMMER, LocalDays(date(2024, 6, 21), 2, BERLIN)):
        with pytest.raises(BadInputError) as caught:
            read_series(path, SeriesOptions(), quantity="pv", run=run)
        assert "`pv.gaps` zero (an inverter may write nothing by night), hold or" in caught.value.fix
        for gaps in ("zero", "night"):
            series = read_series(path, SeriesOptions(gaps=gaps), quantity="pv", run=run)
            power = series.at(np.arange(*run.seconds(), dtype=np.int64)).reshape(-1, 86_400)
            assert (power[:, : 6 * 3600] == 0).all()
            assert (power[:, 21 * 3600 :] == 0).all()
            assert power.sum(axis=1).tolist() == [49 * 500 * 10 * 3600] * len(power)
            assert {gap.filled for gap in series.findings.gaps} == {"zero"}


def test_a_gap_by_day_is_no_night(tmp_path):
    path = daylight(tmp_path / "pv.csv")
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line for line in lines if " 12:00" not in line and " 13:00" not in line) + "\n")
    with pytest.raises(BadInputError, match="a gap of 7200 s from 2024-06-21 12:00:00"):
        read_series(path, SeriesOptions(gaps="night"), quantity="pv", run=MIDSUMMER)
    path.write_text("\n".join(line for line in lines if " 12:00" not in line) + "\n")
    findings = read_series(path, SeriesOptions(gaps="night"), quantity="pv", run=MIDSUMMER).findings
    assert [(gap.start.hour, gap.filled) for gap in findings.gaps] == [(0, "zero"), (12, "hold"), (21, "zero")]


def test_one_day_of_utc_says_on_which_clock_it_is_none(tmp_path):
    path = meter_file(tmp_path / "m.csv", [f"2024-06-21T{hour:02}:00Z" for hour in range(24)])
    with pytest.raises(BadInputError) as caught:
        hours(path)
    assert caught.value.what == (
        "the file does not cover a whole day: it goes from 2024-06-21 02:00:00 to 2024-06-22 02:00:00 "
        "on the run's clock "
        "(its own times are UTC)"
    )
    assert caught.value.fix.startswith(
        "give a file that covers the run's whole day, run on the file's clock (`tz` UTC), or fill the rest"
    )
    assert hours(path, LocalDays(date(2024, 6, 21), 1, ZoneInfo("UTC")))[0] == A_DAY


def test_a_date_and_a_time_of_day_without_a_colon(tmp_path):
    rows = [f"21.06.2024;{hour:02}00;{hour * 100 + 100}" for hour in range(24)]
    path = tmp_path / "m.csv"
    path.write_text("\n".join(["Datum;Uhrzeit;load_w", *rows]) + "\n")
    powers, reading = hours(path)
    assert powers == A_DAY
    assert "date and time of day from 'Datum' and 'Uhrzeit'" in reading.remarks
    path.write_text("\n".join(["Date;Datum;load_w", *rows]) + "\n")
    with pytest.raises(BadInputError, match="several columns would fit: 'Date', 'Datum'"):
        hours(path)
