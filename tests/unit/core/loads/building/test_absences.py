"""When a household is away: as much as its trait says, in the holiday months of its hemisphere."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.loads.building.absences import Absences, easter

YEARS = range(1990, 2040)
HOMES = range(40)


def days_away(home, year):
    return np.flatnonzero(~home.at_home(year)) + date(year, 1, 1).toordinal()


def by_month(*, southern):
    """Shares of the days away: shape (12,)."""
    counts = np.zeros(13)
    for stream in HOMES:
        home = Absences(stream, 2.5, southern=southern)
        for year in YEARS[:10]:
            for day in days_away(home, year).tolist():
                counts[date.fromordinal(day).month] += 1
    return counts[1:] / counts.sum()


@given(st.integers(0, 2**64), st.floats(0, 4), st.booleans(), st.integers(1, 9_997))
@settings(max_examples=80, deadline=None)
def test_a_year_has_its_days_and_does_not_depend_on_others(stream, weeks, southern, year):
    """I7."""
    home = Absences(stream, weeks, southern=southern).at_home(year)
    assert len(home) == 365 + (date(year, 12, 31).timetuple().tm_yday == 366)
    assert home.sum() > 300 - 8 * weeks
    Absences(stream, weeks, southern=southern).at_home(year + 1)
    np.testing.assert_array_equal(home, Absences(stream, weeks, southern=southern).at_home(year))


@pytest.mark.parametrize("weeks", [0.0, 1.0, 2.5, 4.0])
def test_the_days_of_many_years_are_those_of_the_trait(weeks):
    per_year = [len(days_away(Absences(stream, weeks), year)) for stream in HOMES for year in YEARS]
    assert np.mean(per_year) == pytest.approx(7 * weeks, rel=0.03)


def test_in_one_year_of_eight_a_home_makes_no_journey():
    """Its days away are weekends then; a journey has four days or more, the first at least seven."""
    longest = []
    for stream in HOMES:
        home = Absences(stream, 3.0)
        days = np.concatenate([days_away(home, year) for year in YEARS])
        runs = np.split(days, np.flatnonzero(np.diff(days) > 1) + 1)
        for year in YEARS[:-1]:
            first, after = date(year, 3, 1).toordinal(), date(year + 1, 3, 1).toordinal()
            longest.append(max((len(run) for run in runs if first <= run[0] < after), default=0))
    stayed, journeys = np.array(longest) <= 2, np.array(longest) >= 7
    assert (stayed | journeys).mean() > 0.97  # two weekends may touch a third day, never a week
    assert stayed.mean() == pytest.approx(1 / 8, abs=0.02)


def test_the_months_of_the_south_are_those_of_the_north_half_a_year_later():
    """July and August have a good third of the days in the north, January and February a third in the south."""
    north, south = by_month(southern=False), by_month(southern=True)
    assert 0.3 < north[6:8].sum() < 0.42
    assert 0.25 < south[0:2].sum() < 0.4
    assert north[6:8].min() > 1.4 * np.delete(north, [6, 7]).max()
    christmas_and_easter = [2, 3, 11]
    others = np.delete(np.arange(12), christmas_and_easter)
    others = others[~np.isin((others + 6) % 12, christmas_and_easter)]
    np.testing.assert_allclose(north[others], south[(others + 6) % 12], atol=0.05)


def test_a_year_by_hand():
    """Home 11 in 2023: twelve days in July, and two weekends."""
    days = days_away(Absences(11, 2.0), 2023)
    starts = days[np.flatnonzero(np.diff(days, prepend=0) > 1)]
    assert [date.fromordinal(day).isoformat() for day in starts.tolist()] == [
        "2023-01-21",
        "2023-07-15",
        "2023-07-18",
    ]
    assert len(days) == 2 + 2 + 12


def test_easter_by_hand():
    sundays = [date(1961, 4, 2), date(2008, 3, 23), date(2024, 3, 31), date(2025, 4, 20), date(2038, 4, 25)]
    assert [easter(day.year) for day in sundays] == sundays
