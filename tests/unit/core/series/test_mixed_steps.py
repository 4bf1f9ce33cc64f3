"""Energies of an hour among those of a quarter of one are refused; rows that are missing are gaps."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate, chain
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
QUARTER, HOUR, DAY = 900, 3600, 86_400
MONDAY = int(datetime(2024, 6, 17, tzinfo=UTC).timestamp())


def series(times, values, unit="kWh", name="load"):
    times = MONDAY + np.array(times, np.int64)
    lines = np.arange(len(times)) + 2
    values = np.array(values, np.float64)
    return RawSeries(
        "house.csv", name, lines, times, None, utc=False, values=values, unit=unit, unit_from="header"
    )


def of_lengths(lengths, power_kw=2.0, **about):
    """The energies of intervals of these lengths, at a power that does not change, but for a little."""
    starts = [0, *accumulate(lengths)][:-1]
    wobble = 1 + 0.01 * (np.arange(len(lengths)) % 2)
    return series(starts, power_kw * wobble * np.array(lengths) / HOUR, **about)


def powers(samples, **options):
    options = SeriesOptions(**options)
    return powers_of(put_in_order(samples, BERLIN, options), options, "meter")


def watts(samples, **options):
    return powers(samples, **options).file.samples.values


def test_hours_and_then_quarters_are_refused_at_the_first_quarter():
    samples = of_lengths([HOUR] * 24 + [QUARTER] * 96)
    with pytest.raises(BadInputError) as caught:
        powers(samples)
    assert caught.value.what == (
        "column 'load' has energies of two intervals: most rows are 15 min apart, but the 24 before this line 1 h"
    )
    assert caught.value.where == "house.csv:26"
    assert caught.value.fix == (
        "give a file of the rows of one interval, or write each energy as the power of its own interval, in kW;"
        " or pass `meter.unit` kW `meter.scale` 4 if each value is of 15 min and rows are missing"
    )


def test_quarters_and_then_hours_are_refused_at_the_last_quarter_before():
    with pytest.raises(BadInputError) as caught:
        powers(of_lengths([QUARTER] * 96 + [HOUR] * 12 + [QUARTER] * 4))
    assert "but the 12 from this line on 1 h" in caught.value.what
    assert caught.value.where == "house.csv:98"


@pytest.mark.parametrize("given_scale", [None, 2.0])
def test_the_fixes_work(given_scale):
    """The rows of one interval; powers; and the option for rows that are missing."""
    hours, quarters = [HOUR] * 24, [QUARTER] * 96
    np.testing.assert_allclose(watts(of_lengths(hours)), 2000, rtol=0.02)
    np.testing.assert_allclose(watts(of_lengths(quarters)), 2000, rtol=0.02)
    mixed = of_lengths(hours + quarters)
    with pytest.raises(BadInputError) as caught:
        powers(mixed, scale=given_scale)
    own = mixed.values / (np.array(hours + quarters) / HOUR)
    np.testing.assert_allclose(watts(replace(mixed, values=own, unit="kW")), 2000, rtol=0.02)
    scale = 4 * (given_scale or 1)
    assert f"`meter.unit` kW `meter.scale` {scale:g} if" in caught.value.fix
    said = watts(replace(mixed, unit="kW", unit_from="option"), scale=scale)
    np.testing.assert_allclose(said, mixed.values * 1000 * scale)


def test_where_a_year_s_energy_sets_the_scale_the_fix_has_none():
    with pytest.raises(BadInputError, match="energies of two intervals") as caught:
        powers(of_lengths([HOUR] * 24 + [QUARTER] * 96), annual_kwh=4000.0)
    assert "pass `meter.unit` kW if each" in caught.value.fix


def test_hours_in_rows_of_quarters_whose_other_cells_are_empty_are_refused():
    values = [1.0, NAN, NAN, NAN, 1.2, NAN, NAN, NAN] * 6
    with pytest.raises(BadInputError, match="but the 11 before this line 1 h"):
        powers(series(range(0, len(values) * QUARTER, QUARTER), values))


@given(
    st.sampled_from([(60, 900), (60, 3600), (300, 900), (900, 1800), (900, 3600), (1800, 3600)]),
    st.integers(1, 30),
    st.integers(1, 30),
    st.booleans(),
    st.sampled_from(["start", "end"]),
)
def test_a_second_interval_is_refused_or_read_at_its_own_power(steps, longer, shorter, longer_first, stamp):
    """Two of the longer one may be a gap, or as few as eight missing rows would explain."""
    fine, coarse = steps
    blocks = [[coarse] * longer, [fine] * (shorter + longer + 1)]
    lengths = [*chain(*(blocks if longer_first else blocks[::-1]))]
    samples = of_lengths(lengths, name="load von" if stamp == "start" else "load bis")
    if stamp == "end":
        samples = replace(samples, wall_s=samples.wall_s + lengths)
    apart = np.diff(samples.wall_s) > fine
    enough = max(3, -(-8 // (coarse // fine - 1)))
    if apart.sum() >= enough:
        with pytest.raises(BadInputError, match="energies of two intervals"):
            powers(samples, stamp=stamp, kind="load")
    else:
        assert len(watts(samples, stamp=stamp, kind="load")) == len(lengths)


@given(st.lists(st.integers(3, 20), min_size=1, max_size=12), st.sampled_from([60, 900, 1800]))
def test_single_missing_rows_are_gaps(present, step):
    """Two rows or more between those that are missing."""
    missing = set(accumulate(present))
    rows = [i for i in range(sum(present) + 30) if i not in missing]
    values = [0.5 + 0.1 * (i % 2) for i in rows]
    np.testing.assert_allclose(
        watts(series([i * step for i in rows], values)), np.array(values) * 1000 * HOUR / step
    )


@pytest.mark.parametrize("lacking", [0.02, 0.1, 0.2])
def test_rows_that_are_missing_at_random_are_gaps(lacking):
    generator = np.random.Generator(np.random.PCG64(5))
    rows = np.flatnonzero(generator.random(8 * 672) >= lacking)
    assert len(watts(series(rows * QUARTER, 0.5 + 0.1 * (rows % 2)))) == len(rows)


def test_nights_and_weekends_without_rows_are_gaps_week_after_week():
    by_day = [d * DAY + t for d in range(28) if d % 7 < 5 for t in range(6 * HOUR, 20 * HOUR, QUARTER)]
    assert len(watts(series(by_day, 0.5 + 0.1 * (np.arange(len(by_day)) % 2)))) == len(by_day)


def test_rows_of_nothing_each_hour_of_the_night_are_of_no_interval():
    """As an inverter writes them: no energy is none, however long it takes."""
    day = [t for t in range(0, DAY, QUARTER) if 6 * HOUR <= t < 20 * HOUR or t % HOUR == 0]
    times = [d * DAY + t for d in range(3) for t in day]
    values = [0.5 + 0.1 * (t // QUARTER % 2) if 6 * HOUR <= t % DAY < 20 * HOUR else 0.0 for t in times]
    assert len(watts(series(times, values))) == len(times)


def test_a_header_or_two_times_of_each_interval_say_that_rows_are_missing():
    lengths = [HOUR] * 24 + [QUARTER] * 96
    samples = of_lengths(lengths)
    assert len(watts(replace(samples, column="kWh/15min"))) == len(lengths)
    assert len(watts(replace(samples, length_s=np.full(len(lengths), QUARTER)))) == len(lengths)
    with pytest.raises(BadInputError, match="energies of two intervals"):
        powers(replace(samples, length_s=np.array(lengths)))


def test_powers_and_counters_may_change_their_step():
    lengths = [HOUR] * 24 + [QUARTER] * 96
    starts = [0, *accumulate(lengths)][:-1]
    assert (watts(series(starts, [2.0] * len(starts), unit="kW")) == 2000).all()
    read = series(starts, 10 + 2.0 * np.array(starts) / HOUR)
    np.testing.assert_allclose(watts(read, kind="counter")[:-1], 2000)
