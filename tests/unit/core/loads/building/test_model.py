"""Buildings: a pure function of time (I7), calibrated, clipped and counted."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.loads.building import BuildingLoad, BuildingPlace, electric_car
from pvsim.core.loads.building.calendar import ordinal_at
from pvsim.core.quantities.types import METER_MAX_DW
from pvsim.errors import UsageError

KINDS = ["household", "office", "depot"]
ZONES = {
    "Europe/Berlin": datetime(2024, 3, 31, 1, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2024, 4, 6, 15, tzinfo=UTC),
    "America/St_Johns": datetime(2010, 11, 7, 2, 31, tzinfo=UTC),
    "Pacific/Apia": datetime(2011, 12, 30, 10, tzinfo=UTC),
}
BERLIN = BuildingPlace(ZoneInfo("Europe/Berlin"), 52.5, 13.4)
MONDAY = int(datetime(2023, 1, 30, tzinfo=BERLIN.zone).timestamp())
DAY = 86_400


def building(kinds, kind="household", *, kwh=4_674.0, place=BERLIN, seed=1, meter="m1", **extra):
    return BuildingLoad(kinds[kind], place, seed=seed, meter=meter, annual_kwh=kwh, **extra)


@given(
    kind=st.sampled_from(KINDS),
    zone=st.sampled_from(list(ZONES)),
    span=st.tuples(st.integers(1, 2 * DAY), st.integers(1, 3 * DAY)),
    data=st.data(),
)
@settings(max_examples=25, deadline=None)
def test_any_window_equals_that_of_a_longer_one(kinds, kind, zone, span, data):
    """I7: around clock changes, midnights, weeks; with a model that has seen nothing, or other days first."""
    place, (before, n) = BuildingPlace(ZoneInfo(zone), -14.0, 171.0), span
    first = int(ZONES[zone].timestamp()) - before
    model = building(kinds, kind, kwh=6_000, place=place)
    whole = model.power_dw(first, n)
    assert whole.dtype == np.int64
    assert whole.shape == (n,)
    assert ((whole > 0) & (whole <= METER_MAX_DW)).all()
    fresh = building(kinds, kind, kwh=6_000, place=place)
    for one in (model, fresh):
        start = data.draw(st.integers(0, n))
        stop = data.draw(st.integers(start, n))
        np.testing.assert_array_equal(one.power_dw(first + start, stop - start), whole[start:stop])


def test_hours_in_any_order_over_a_new_year(kinds):
    """I7: more weeks and two years than are kept."""
    start = int(datetime(2023, 12, 18, tzinfo=UTC).timestamp())
    hours = [start + hour * 3_600 for hour in range(0, 35 * 24, 5)]
    model = building(kinds)
    forth = {first: model.power_dw(first, 3_600) for first in hours}
    for first in [*hours[::-9], *hours[::7]]:
        np.testing.assert_array_equal(model.power_dw(first, 3_600), forth[first])
    assert len(model._weeks) <= 3
    assert len(model._lived) <= 3


def test_the_first_values_are_pinned(kinds):
    """I2: a NumPy or a table of devices that gave other bits would change every result: this test says so."""
    evening = MONDAY + 18 * 3_600 + 1_800
    sums = {kind: int(building(kinds, kind).power_dw(evening, 3_600).sum()) for kind in KINDS}
    assert sums == {"household": 79_215_073, "office": 36_680_741, "depot": 2_978_470}


def test_seeds_and_meters_are_other_buildings(kinds):
    powers = [
        building(kinds, seed=seed, meter=meter).power_dw(MONDAY, DAY).reshape(-1, 900).mean(axis=1)
        for seed, meter in [(1, "m1"), (2, "m1"), (1, "m2")]
    ]
    for one, other in [(0, 1), (0, 2), (1, 2)]:
        assert np.corrcoef(powers[one], powers[other])[0, 1] < 0.8


@pytest.mark.parametrize(
    ("kind", "kwh"), [("household", 1_500), ("household", 4_674), ("office", 9_000), ("depot", 9_000)]
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_uses_of_a_year_add_up_to_the_annual_energy(kinds, kind, kwh, seed):
    """Of each use exactly, with the mean of what is always on; the seconds themselves are summed below."""
    model = building(kinds, kind, kwh=kwh, seed=seed)
    first, last = (int(datetime(year, 1, 1, tzinfo=BERLIN.zone).timestamp()) for year in (2023, 2024))
    joules = 0.0
    for number in range((ordinal_at(first, BERLIN.zone) - 1) // 7, (ordinal_at(last, BERLIN.zone) - 1) // 7 + 1):
        s = model._draw_week(number)
        lasting = np.minimum(s.ends, last) - np.minimum(np.maximum(s.starts, first), last)
        seconds = np.where(s.ends > first, lasting, 0)
        period = np.maximum(s.periods, 1)
        on = np.where(s.periods > 0, seconds // period * s.on_s + np.minimum(seconds % period, s.on_s), seconds)
        joules += float((on * s.on_dw + (seconds - on) * s.off_dw).sum()) / 10
    always_w = model._base.power_dw / 10 + sum(cold.mean_w for cold in model._cold)
    assert joules / 3.6e6 + always_w * 8.76 == pytest.approx(kwh, rel=0.01)


def test_the_seconds_of_a_year_add_up_to_the_annual_energy(kinds):
    """Each third day, which is each weekday in turn: the spread of days leaves 4 %."""
    model = building(kinds)
    days = [model.power_dw(MONDAY + day * DAY, DAY).mean() for day in range(0, 363, 3)]
    assert np.mean(days) / 10 * 8.76 == pytest.approx(4_674, rel=0.04)


def test_homes_of_one_annual_energy_differ(kinds):
    """In what self-sufficiency hangs on: the base load, the share of uses by day, and the hour of the evening."""
    base_w, by_day, evening = [], [], []
    weeks = [ordinal_at(MONDAY, BERLIN.zone) // 7 + offset for offset in (0, 24)]
    for number in range(60):
        model = building(kinds, meter=f"m{number + 1}")
        kwh = np.zeros(24)
        for week in weeks:
            s = model._draw_week(week)
            first = int(datetime.fromordinal(7 * week + 1).replace(tzinfo=BERLIN.zone).timestamp())
            hours = (s.starts - first) // 3_600 % 24
            kwh += np.bincount(hours, weights=(s.ends - s.starts) * s.on_dw, minlength=24)
        base_w.append(model._base.power_dw / 10)
        by_day.append(kwh[9:17].sum() / kwh.sum())
        evening.append((kwh[16:] * np.arange(16, 24)).sum() / kwh[16:].sum())
    assert np.percentile(base_w, 90) > 2.2 * np.percentile(base_w, 10)
    assert 0.08 < np.std(by_day) < 0.2
    assert 0.3 < np.mean(by_day) < 0.45
    assert 0.25 < np.std(evening) < 0.8


def test_a_home_is_the_same_whatever_else_is_in_the_run(kinds):
    """I7: with other homes before it, and with a car on top, the rest of it is the same."""
    alone = building(kinds).power_dw(MONDAY, DAY)
    building(kinds, meter="m2").power_dw(MONDAY, DAY)
    np.testing.assert_array_equal(building(kinds).power_dw(MONDAY, DAY), alone)
    with_car = building(kinds, extra=[electric_car(3.7, 2_000)])
    assert with_car.traits == building(kinds).traits
    assert [used.per_year for used in with_car._used][:-1] == [used.per_year for used in building(kinds)._used]


def test_a_household_lives_by_its_local_clock(kinds):
    """On both sides of an ocean the night is quiet and the evening is not, by the clock on the wall."""
    hours = {}
    for zone in ("Europe/Berlin", "America/New_York"):
        model = building(kinds, place=BuildingPlace(ZoneInfo(zone), 45, 0))
        start = int(datetime(2023, 2, 6, tzinfo=ZoneInfo(zone)).timestamp())
        hours[zone] = model.power_dw(start, 28 * DAY).reshape(28, 24, 3_600).mean(axis=(0, 2))
    for by_hour in hours.values():
        assert by_hour[2:5].mean() < 0.5 * by_hour[17:21].mean()


def test_what_exceeds_the_meter_is_clipped_and_counted(kinds):
    model = building(kinds, "household", extra=[electric_car(22.0, 4_000)])
    n = 14 * DAY
    whole = model.unclipped_dw(MONDAY, n)
    above = int((whole > METER_MAX_DW).sum())
    assert above > 3_600
    assert model.clipped_s(MONDAY, n) == above
    assert model.power_dw(MONDAY, n).max() == METER_MAX_DW
    assert int((model.power_dw(MONDAY, n) != whole).sum()) == above
    assert model.clipped_s(MONDAY, 0) == 0
    wider = building(kinds, "household", extra=[electric_car(22.0, 4_000)], max_dw=435_000)
    assert wider.clipped_s(MONDAY, n) == 0
    assert np.array_equal(wider.power_dw(MONDAY, n), whole)


@pytest.mark.parametrize("kwh", [999, 12_001, float("nan")])
def test_an_energy_that_does_not_fit_is_refused(kinds, kwh):
    with pytest.raises(UsageError, match=r"`annual_kwh` of meter \w+ is 1,000 to 12,000 kWh, not"):
        building(kinds, kwh=kwh)


def test_a_shape_that_is_not_there_and_a_year_without_calendar_are_refused(kinds):
    with pytest.raises(UsageError, match="shape 'arrival'"):
        building(kinds, "office", extra=[electric_car(3.7, 2_000)])
    model = building(kinds)
    for first in (-62_135_596_800, 253_402_300_000):
        with pytest.raises(UsageError, match="calendar"):
            model.power_dw(first, 1)
    assert model.power_dw(253_339_228_000, 1).shape == (1,)
    assert model.power_dw(-62_104_060_800, 1).shape == (1,)


def weekly_kwh(home, year=2023):
    """Expected energies of weeks from Monday to Sunday: numbers of uses by their mean energies, and the base."""
    mondays = range(date(year, 1, 2).toordinal(), date(year, 12, 25).toordinal() + 1, 7)
    always_w = sum(cold.mean_w for cold in home._cold)
    hours = [(monday - date(1970, 1, 1).toordinal()) * 24 for monday in mondays]
    base = [home._base.power_dw / 10 * home._base.weeks(hour * 3_600, 7 * DAY)[::3_600].mean() for hour in hours]
    energy = (np.array(base) + always_w) * 168 / 1_000
    for used in home._used:
        counts = [home._uses_before(used, monday) for monday in (*mondays, mondays[-1] + 7)]
        energy += np.diff(counts) * used.device.energy_kwh(used.power_q)
    return energy


def test_weeks_scatter_and_seasons_differ_as_in_measured_homes(kinds):
    """Measured: weekly variation .14 to .36; January 1.23 and July .80 of the mean month, with fridges' summer."""
    weeks = np.array([weekly_kwh(building(kinds, seed=2 + i // 10, meter=f"m{i % 10}")) for i in range(60)])
    variation = weeks.std(axis=1) / weeks.mean(axis=1)
    assert 0.17 < np.median(variation) < 0.26
    assert np.mean((variation > 0.14) & (variation < 0.37)) > 0.75
    by_week = weeks.mean(axis=0) / weeks.mean()
    assert by_week[:5].mean() == pytest.approx(1.22, abs=0.05)
    assert by_week[26:31].mean() == pytest.approx(0.78, abs=0.05)
