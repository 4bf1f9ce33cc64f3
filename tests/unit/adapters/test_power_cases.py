"""Files in forms that people have, with the energy that a day of them must give."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pvsim.adapters.tables.series_csv import read_series
from pvsim.core.quantities.types import MeterRange
from pvsim.core.series import LocalDays, SeriesOptions
from pvsim.errors import BadInputError

CASES = Path(__file__).parents[2] / "data" / "cases"
JUNE = LocalDays(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin"))
MARCH, OCTOBER = (LocalDays(date(2024, month, 31 if month == 3 else 27), 1, JUNE.zone) for month in (3, 10))


def measured(path, quantity="meter", run=JUNE, **options):
    return read_series(path, SeriesOptions(**options), quantity=quantity, run=run)


def kwh(series, run=JUNE):
    return series.at(np.arange(*run.seconds())).sum() / 3.6e7


def file(path, cells, header="timestamp,load_kwh", clocks=None):
    """A day in hours, or in steps of which `clocks` are the labels."""
    clocks = clocks or [f"2024-06-{21 + hour // 24:02} {hour % 24:02}:00" for hour in range(len(cells))]
    path.write_text("\n".join([header, *(f"{c},{x}" for c, x in zip(clocks, cells, strict=True)), ""]))
    return path


@pytest.mark.parametrize(
    ("name", "quantity", "options", "expected_kwh"),
    [
        ("05-energy-kwh", "meter", {}, 12.0),
        ("05-energy-kwh", "meter", {"unit": "kWh"}, 12.0),
        ("05-energy-kwh", "meter", {"unit": "Wh"}, 0.012),
        ("05-energy-kwh", "meter", {"scale": 2.0}, 24.0),
        ("05-energy-kwh", "meter", {"annual_kwh": 3650.0}, 10.0),
        ("05-energy-octopus", "meter", {}, 5.928),
        ("28-small", "meter", {}, 0.72),
        ("28-small", "meter", {"unit": "W"}, 0.72),
        ("33-pv-negative", "pv", {"sign": "negative"}, 27.6),
        ("33-pv-negative", "pv", {"sign": "negative", "peak_kw": 4.6}, 55.2),
    ],
)
def test_the_energy_of_a_day(name, quantity, options, expected_kwh):
    series = measured(CASES / f"{name}.csv", quantity, **options)
    assert kwh(series) == pytest.approx(expected_kwh, abs=1.2e-3)


def test_generation_written_negative_is_refused_with_the_fix_that_takes_it():
    with pytest.raises(BadInputError, match="more of its energy is below 0 W") as caught:
        measured(CASES / "33-pv-negative.csv", "pv")
    assert "`pv.sign` negative" in caught.value.fix


def test_what_was_read_is_told():
    line = measured(CASES / "05-energy-octopus.csv").findings.reading.line()
    assert "'Consumption (kwh)' as energy per 30 min in kWh (by header)" in line
    assert "ignored" not in line  # money is not a quantity of power
    small = measured(CASES / "28-small.csv").findings.reading.line()
    assert "up to 30 W (unlikely: check the unit)" in small
    stated = measured(CASES / "28-small.csv", unit="W").findings.reading.line()
    assert stated.endswith("no gaps, up to 30 W")
    nothing = measured(CASES / "28-small.csv", unit="W", scale=0.01).findings.reading.line()
    assert "up to 0.3 W (unlikely: check the unit)" in nothing


def test_energies_with_gaps_and_empty_cells(tmp_path):
    cells = ["0.5"] * 24
    cells[5] = ""
    series = measured(file(tmp_path / "a.csv", cells))
    assert kwh(series) == pytest.approx(12.0)
    assert series.findings.reading.gap_s == 3600
    assert kwh(measured(tmp_path / "a.csv", gaps="zero")) == pytest.approx(11.5)


@pytest.mark.parametrize(
    ("run", "hours", "energy"),
    [(MARCH, [0, 1, *range(3, 24)], 11.5), (OCTOBER, [0, 1, 2, *range(2, 24)], 12.5)],
)
def test_days_on_which_the_clock_changes_have_the_energy_of_their_hours(tmp_path, run, hours, energy):
    clocks = [f"{run.first_date} {hour:02}:00" for hour in hours]
    path = file(tmp_path / "a.csv", ["0.5"] * len(hours), clocks=clocks)
    assert kwh(measured(path, run=run), run) == pytest.approx(energy)
    after = f"{run.first_date.replace(day=run.first_date.day + 1) if run is OCTOBER else '2024-04-01'} 00:00"
    reading = [f"{1000 + i * 0.5}" for i in range(len(hours) + 1)]
    counter = file(tmp_path / "b.csv", reading, "t,Zählerstand [kWh]", [*clocks, after])
    assert kwh(measured(counter, run=run), run) == pytest.approx(energy)


def test_a_counter_gives_its_growth(tmp_path):
    reading = [f"{(99_995 + 0.5 * i) % 100_000:.1f}" for i in range(25)]
    series = measured(file(tmp_path / "a.csv", reading), kind="counter")
    assert kwh(series) == pytest.approx(12.0)
    assert series.findings.counter_rollovers == 1
    assert "1 rollover" in series.findings.reading.line()
    without_midnight = measured(file(tmp_path / "a.csv", reading[:-1]), kind="counter")
    assert without_midnight.findings.reading.gap_s == 3600
    assert kwh(without_midnight) == pytest.approx(12.0)


def test_a_gap_in_a_counter_loses_no_energy(tmp_path):
    reading = [f"{100 + 0.5 * i + (i > 12) * 3:.1f}" for i in range(25)]
    reading[9:12] = ["", "", ""]
    series = measured(file(tmp_path / "a.csv", reading), kind="counter", gaps="hold")
    assert kwh(series) == pytest.approx(15.0)


def test_a_counter_of_a_plant_that_begins_again_each_day(tmp_path):
    today = [0, 0, 0, 0, 0, 0.2, 0.6, 1.4, 2.6, 4, 5.5, 7, 8.5, 9.9, 11.1, 12, 12.6, 12.9, *[13] * 6]
    path = file(tmp_path / "a.csv", [f"{x}" for x in [*today, *today, 0]], "t,Energy today (kWh)")
    series = measured(path, "pv")
    assert series.findings.counter_resets == 2
    assert kwh(series) == pytest.approx(13.0)


def test_a_profile_per_unit_is_scaled_to_a_year(tmp_path):
    path = file(tmp_path / "a.csv", ["0.1", "0.3"] * 12, "time,H0-A_pload")
    series = measured(path, annual_kwh=3650.0)
    assert kwh(series) == pytest.approx(10.0, abs=1.2e-3)
    assert series.findings.scale == pytest.approx(10_000 / 24 / 0.2)
    with pytest.raises(BadInputError, match="unit of column 'H0-A_pload' cannot be told"):
        measured(path, scale=8.0)
    assert kwh(measured(path, scale=8.0, unit="kW", meter_range=MeterRange.up_to(20_000))) == pytest.approx(38.4)
    with pytest.raises(BadInputError, match="unit of column"):  # a counter's growth is an energy
        measured(path, annual_kwh=3650.0, kind="counter")


def test_a_grid_meter_of_energies_may_be_negative(tmp_path):
    path = file(tmp_path / "a.csv", ["0.5", "-1.0"] * 12, "time,net_kwh,load_kw".removesuffix(",load_kw"))
    grid = {"kind": "grid", "meter_range": MeterRange.up_to(9000, grid=True)}
    assert kwh(measured(path, **grid)) == pytest.approx(-6.0)
    assert kwh(measured(path, sign="negative", **grid)) == pytest.approx(6.0)
    with pytest.raises(BadInputError, match="but the meter measures a load") as caught:
        measured(path)
    assert "`meter.kind` grid" in caught.value.fix


def test_a_reading_of_a_counter_is_of_its_moment(tmp_path):
    """Its times neither start nor end anything; those that look like ends of intervals are not asked about."""
    clocks = [f"2024-06-21 {hour:02}:00" for hour in range(1, 24)]
    reading = [f"{100 + 0.5 * i:.1f}" for i in range(25)]
    path = file(tmp_path / "a.csv", reading[1:], clocks=[*clocks, "2024-06-22 00:00"])
    series = measured(path, kind="counter", gaps="hold")
    assert series.findings.reading.stamp == "moment"
    assert kwh(series) == pytest.approx(12.0)
    with pytest.raises(BadInputError, match="which are of a moment") as caught:
        measured(path, kind="counter", stamp="end")
    assert caught.value.fix == "leave `meter.stamp` out"


def test_energies_with_both_ends_of_their_intervals_are_no_counter(tmp_path):
    """They grow as a counter does, but the file says which intervals they are of."""
    clocks = [
        f"2024-06-21 {hour:02}:00,2024-06-{21 + (hour + 1) // 24} {(hour + 1) % 24:02}:00" for hour in range(24)
    ]
    path = file(tmp_path / "a.csv", [f"{0.1 * i:.1f}" for i in range(24)], "Start,End,Consumption (kWh)", clocks)
    assert kwh(measured(path)) == pytest.approx(27.6)


def test_what_may_be_a_counter_and_has_ends_of_intervals_is_asked_about(tmp_path):
    clocks = [*(f"2024-06-21 {hour:02}:00" for hour in range(1, 24)), "2024-06-22 00:00"]
    path = file(tmp_path / "a.csv", [f"{0.5 * i:.1f}" for i in range(24)], "Period end,Total (kWh)", clocks)
    with pytest.raises(BadInputError, match="never falls"):
        measured(path)
    assert kwh(measured(path, kind="load", meter_range=MeterRange.up_to(20_000))) == pytest.approx(138.0)
