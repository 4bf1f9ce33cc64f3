from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.series import RawSeries, SeriesOptions
from pvsim.core.series.order import put_in_order
from pvsim.core.series.power import powers_of
from pvsim.errors import BadInputError

BERLIN = ZoneInfo("Europe/Berlin")
NAN = float("nan")


def column(values, unit="kWh", *, first="2024-06-21T00:00", step=3600, name="x", unit_from="header"):
    start = int(datetime.fromisoformat(first).replace(tzinfo=UTC).timestamp())
    values = np.array(values, np.float64)
    times = start + np.arange(len(values)) * step
    lines = np.arange(len(values)) + 2
    return RawSeries(
        "house.csv", name, lines, times, None, utc=False, values=values, unit=unit, unit_from=unit_from
    )


def powers(samples, quantity="meter", **options):
    return powers_of(put_in_order(samples, BERLIN), SeriesOptions(**options), quantity)


def watts(found):
    return found.file.samples.values


@given(
    st.lists(st.integers(0, 9000), min_size=2, max_size=60),
    st.sampled_from([300, 900, 1800, 3600]),
    st.integers(0, 10_000_000),
)
def test_power_energy_and_counter_views_of_a_load_give_the_same_powers(power_w, step, begin):
    wh = np.array(power_w) * step / 3600
    reading = begin + np.concatenate([[0.0], np.cumsum(wh)])
    for factor, power_unit, energy_unit in ((1, "W", "Wh"), (1e3, "kW", "kWh"), (1e6, "MW", "MWh")):
        as_power = powers(column(np.array(power_w) / factor, power_unit, step=step))
        as_energy = powers(column(wh / factor, energy_unit, step=step), kind="load")
        as_counter = powers(column(reading / factor, energy_unit, step=step), kind="counter")
        np.testing.assert_allclose(watts(as_power), power_w)
        np.testing.assert_allclose(watts(as_energy), power_w)
        np.testing.assert_allclose(watts(as_counter)[: len(power_w)], power_w, atol=2e-3)


@given(st.lists(st.floats(-9000, 9000), min_size=2, max_size=40), st.floats(0.001, 1000))
def test_sign_and_scale_multiply(power_w, scale):
    found = powers(column(power_w, "W"), sign="negative", scale=scale)
    np.testing.assert_allclose(watts(found), -np.array(power_w) * scale)
    assert found.scale == scale
    assert found.remarks == ("sign reversed", f"scaled by {scale:g}")


def test_energy_per_half_hour():
    found = powers(column([0.25, NAN, 0.5], step=1800))
    np.testing.assert_array_equal(watts(found), [500, NAN, 1000])
    assert found.quantity == "energy per 30 min"


def test_energies_when_the_clock_changes():
    """Each value belongs to its own interval, whatever the wall clock does."""
    spring = column([0.5] * 6, first="2024-03-31T00:00")
    wall = spring.wall_s + np.array([0, 0, 3600, 3600, 3600, 3600])
    found = powers(replace(spring, wall_s=wall))
    np.testing.assert_array_equal(watts(found), [500] * 6)
    counter = powers(replace(spring, wall_s=wall, values=np.arange(6.0)), kind="counter")
    np.testing.assert_array_equal(watts(counter), [1000] * 5 + [NAN])


def test_a_gap_in_a_counter_has_its_mean():
    found = powers(column([10, 11, NAN, NAN, 17, 18], name="Zählerstand (kWh)"))
    np.testing.assert_array_equal(watts(found), [1000, 2000, NAN, NAN, 1000, NAN])
    assert found.quantity == "readings of a counter"


def test_the_reading_at_the_end_of_a_day_only_closes_it():
    found = powers(column(np.arange(25.0), name="meter reading"))
    assert len(watts(found)) == len(found.file.elapsed_s) == len(found.file.again) == 24
    np.testing.assert_array_equal(watts(found), [1000] * 24)
    written = replace(column(np.arange(25.0)), offset_s=np.full(25, 7200))
    assert len(powers(written, kind="counter").file.samples.offset_s) == 24


def test_restarts_and_coarse_steps_of_a_counter_are_told():
    reading = [99999.5, 99999.7, 99999.9, 0.1, 0.3, 0.0, 0.2]
    found = powers(column(reading, step=60), kind="counter")
    np.testing.assert_allclose(watts(found)[:-1], [12000, 12000, 12000, 12000, 0, 12000], rtol=1e-6)
    assert (found.resets, found.rollovers) == (1, 1)
    assert found.remarks == ("1 reset", "1 rollover", "its steps of 0.2 kWh are 12,000 W here")
    fine = powers(column([0, 1000.0, 1001, 2001], "Wh", step=3600), kind="counter")
    assert fine.remarks == ()
    assert powers(column([0, 0, 0]), kind="counter").remarks == ()
    assert powers(column([0, 0.2, 0, 0.2, 0], step=1800), kind="counter").remarks[0] == "2 resets"


GROWING = list(0.5 * np.arange(24))


def test_what_looks_like_a_counter_is_asked_for_with_both_answers():
    with pytest.raises(BadInputError) as caught:
        powers(column(GROWING, name="Consumption"))
    assert caught.value.what == (
        "column 'Consumption' (kWh) never falls: readings of a counter, or energies of intervals?"
    )
    assert caught.value.where == "house.csv:2"
    assert caught.value.fix == (
        "pass `meter.kind` counter, or `meter.kind` load if each value is the energy of its own interval"
    )
    with pytest.raises(BadInputError, match="never falls") as caught:
        powers(column(GROWING), "pv")
    assert "`pv.kind` generation" in caught.value.fix
    assert powers(column(GROWING), kind="load").quantity == "energy per 1 h"


def test_a_header_decides_what_looks_like_a_counter():
    assert powers(column(GROWING, name="Total yield"), "pv").quantity == "readings of a counter"
    assert powers(column([0.5, 0.2] * 12, name="Total consumption")).quantity == "energy per 1 h"


@pytest.mark.parametrize(
    ("values", "unit", "options", "what", "line", "fix"),
    [
        (
            [10, 11, 10.5],
            "kWh",
            {"kind": "counter"},
            "the counter in column 'x' falls from 11 to 10.5: no reset to 0, no rollover",
            ":4",
            "correct the reading, or pass `meter.kind` load",
        ),
        (
            [1, 2],
            "kW",
            {"kind": "counter"},
            "column 'x' is read in kW, a unit of power",
            "",
            "pass `meter.unit` Wh",
        ),
        (
            [1, 2],
            "Wh",
            {"fill": "interpolate"},
            "column 'x' holds energies of intervals",
            "",
            "leave `meter.fill`",
        ),
        (
            [1, 2],
            "Wh",
            {"fill": "interpolate", "kind": "counter"},
            "column 'x' holds readings of a counter",
            "",
            "leave `meter.fill`",
        ),
        ([0, 0], "kW", {"annual_kwh": 4000.0}, "the mean of column 'x' is 0", "", "leave `meter.annual_kwh` out"),
        ([NAN, NAN], "W", {"annual_kwh": 4000.0}, "the mean of column 'x' is 0", "", "choose another column"),
        ([-1, 0], "kW", {"peak_kw": 4.0}, "the maximum of column 'x' is 0", "", "leave `meter.peak_kw` out"),
        (
            [1, 1e300],
            "kW",
            {},
            "column 'x' has 1e+300 kW, more than any plant or meter",
            ":3",
            "correct the value",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(values, unit, options, *, what, line, fix):
    with pytest.raises(BadInputError) as caught:
        powers(column(values, unit), **options)
    assert caught.value.what.startswith(what)
    assert caught.value.where == f"house.csv{line}"
    assert caught.value.fix.startswith(fix) or fix in caught.value.fix


def test_a_year_s_energy_and_a_peak_set_the_scale_whatever_the_unit():
    shape = [0.2, 0.4, NAN, 0.6]
    for unit in ("W", "kWh"):
        year = powers(column(shape, unit), annual_kwh=3504.0, kind="load")
        np.testing.assert_allclose(watts(year), [200, 400, NAN, 600])
        peak = powers(column(shape, unit), "pv", peak_kw=3.0)
        np.testing.assert_allclose(watts(peak), [1000, 2000, NAN, 3000])
    assert year.remarks == ("scaled by 1: 3,504 kWh in a year like the file's 0.125 d",)
    assert peak.remarks == ("scaled by 5: a peak of 3 kW",)


def test_an_option_that_contradicts_the_header_is_told():
    found = powers(column([1, 2], "kW", name="Energy (kWh)", unit_from="option"))
    assert found.remarks == ("its header says kWh",)
    assert powers(column([1, 2], "kW", name="P (kW)", unit_from="option")).remarks == ()
    np.testing.assert_array_equal(watts(found), [1000, 2000])


@pytest.mark.parametrize(
    ("name", "step", "unit", "what", "fix"),
    [
        (
            "kWh/hh",
            900,
            "kWh",
            "an energy per 30 min, but its rows are 15 min",
            "`meter.unit` kW `meter.scale` 2 if",
        ),
        (
            "Wh/15min",
            3600,
            "Wh",
            "an energy per 15 min, but its rows are 1 h",
            "`meter.unit` W `meter.scale` 4 if",
        ),
    ],
)
def test_a_header_that_names_another_interval_means_two_things(name, step, unit, what, fix):
    file = column([1.0, 2.0] * 12, unit, step=step, name=name)
    with pytest.raises(BadInputError) as caught:
        powers(file)
    assert what in caught.value.what
    assert fix in caught.value.fix
    said = powers(replace(file, unit_from="option"))
    assert said.remarks[0].startswith("its header says per ")
    factor = 1000 if unit == "kWh" else 1
    np.testing.assert_allclose(watts(said)[:2], np.array([1.0, 2.0]) * factor * 3600 / step)
    scaled = powers(file, annual_kwh=8760.0)
    assert watts(scaled).mean() == pytest.approx(1000)
