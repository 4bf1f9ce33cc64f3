"""The clouds are as lively as measured ones; docs/explanation/validation.md has all figures."""

import runpy
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pvsim.core.weather.clouds import CloudField

SCRIPTS = Path(__file__).resolve().parents[5] / "scripts"
DAY_S = 86_400


def names_of(script):
    """What a script defines, as if run beside those it imports."""
    sys.path.insert(0, str(SCRIPTS))
    try:
        return runpy.run_path(str(SCRIPTS / script))
    finally:
        sys.path.remove(str(SCRIPTS))


@pytest.fixture(scope="module")
def script():
    return names_of("validate_clouds.py")


@pytest.fixture(scope="module")
def of_years():
    return names_of("clouds_year.py")


@pytest.fixture(scope="module")
def broken_days():
    return [CloudField(seed, "broken").clear_sky_index(seed * 10**8, DAY_S) for seed in (21, 22, 23)]


def test_broken_clouds_change_as_those_of_the_measured_hour(script, broken_days):
    """Each seed for itself: 16 quantiles within 1.25 (root mean square), the worst within 1.5."""
    target = np.array(script["HOPE"]["abs_change"])
    for index in broken_days:
        rms, worst = script["factors"](script["changes"](index), target)
        assert rms <= 1.25
        assert worst <= 1.5


def test_broken_clouds_are_as_smooth_as_measured(script, broken_days):
    """White noise, walks and switches between states are at 1 or below."""
    for index in broken_days:
        assert abs(script["slope"](index) - script["HOPE"]["slope_1_to_4_s"]) < 0.15
    switch = np.where(broken_days[0] > 0.8, 1.1, 0.5)
    assert script["slope"](switch) < 1.2


def test_factors_are_those_of_a_hand_computed_table(script):
    assert script["factors"](np.array([2.0, 0.5]), np.array([1.0, 1.0])) == pytest.approx((2.0, 2.0))
    assert script["factors"](np.array([1.0, 1.0, 1.0, 4.0]), np.ones(4)) == pytest.approx((2.0, 4.0))


def test_the_climate_has_the_measured_mix_of_days(script, of_years):
    """Six years, one day in fifteen: looser than the page, because 146 days are few."""
    years = [of_years["year"](CloudField(seed), range(seed % 15, 365, 15)) for seed in range(31, 37)]
    read = [year.read for year in years]
    daily = np.mean([year.daily_mean for year in read], axis=0)
    assert np.abs(daily - of_years["LYNGBY"]["daily_mean"]).max() < 0.15
    assert (np.diff(daily) > 0).all()
    moves = np.median([year.abs_change_1_min for year in read], axis=0)
    rms, worst = script["factors"](moves[:, 1:], np.array(of_years["LYNGBY"]["abs_change_1_min"])[:, 1:])
    assert rms < 1.5
    assert worst < 2.5
    assert 0.07 < np.mean([year.share_above_1_1 for year in read]) < 0.17
    shade = np.mean([year.shade for year in read], axis=0)
    assert (np.diff(shade, axis=1) > 0).all()
    assert shade.min() > 0
    assert shade.max() < 0.6
    assert 0.28 < np.mean([year.share_below_0_4 for year in read]) < 0.56


def test_the_climate_has_bright_edges_thin_veils_soft_seconds_and_seasons(of_years):
    """Two years, one day in four: wide enough for so few."""
    years = [
        of_years["year"](CloudField(seed, latitude_deg=55.79, longitude_deg=12.52), range(0, 365, 4))
        for seed in (33, 34)
    ]
    assert 1.38 < np.mean([year.averaged.p999_minutes for year in years]) < 1.54
    assert np.mean([year.p999_seconds for year in years]) > 1.5
    assert 0.42 < np.mean([year.averaged.diffuse_share for year in years]) < 0.60
    assert 0.40 < np.mean([year.averaged.diffuse_share_thin for year in years]) < 0.66
    assert np.mean([year.sd_of_seconds for year in years], axis=0)[1] < 0.38
    months = np.mean([year.averaged.change_p99_by_month for year in years], axis=0)
    assert months[5:8].mean() > 1.25 * months[[0, 11]].mean()


def test_the_sensors_are_clustered_like_the_real_ones(script):
    """150 of 903 pairs below 200 m, most within 3 km."""
    shares = []
    for seed in range(8):
        places = script["sensors"](seed)
        assert places.shape == (43, 2)
        one, other = np.triu_indices(43, 1)
        metres = np.hypot(*(places[one] - places[other]).T)
        assert (metres < 3_000).mean() > 0.6
        assert metres.max() < 11_000
        shares.append((metres < 200).sum())
    assert 120 < np.median(shares) < 180


def test_pairs_are_sorted_by_their_distance(script):
    """Three sensors on a line, two of which see the same."""
    ramp, other = np.array([0.0, 1, 3, 2, 5]), np.array([0.0, 4, 1, 9, 2])
    places = np.array([[0.0, 0], [0, 100], [0, 350], [0, 500], [0, 900], [0, 1_450]])
    series = np.array([ramp, ramp, other, other, other, other])
    alike = script["pairs"](places, series, 1)
    assert alike[0] > 0.999
    assert alike.shape == (5,)


@pytest.fixture(scope="module")
def fleets(script):
    """Two hours under eight skies, with the wind of the measured hour."""
    return [(seed, script["fleet"](replace(script["HOUR"], seed=seed), 7_200)) for seed in range(41, 49)]


def test_the_mean_of_many_sensors_is_as_rough_as_measured(script, fleets):
    """Within a fifth, over a second and over a minute."""
    for lag, measured in ((1, script["HOPE"]["mean_of_43"]["1 s"]), (60, script["HOPE"]["mean_of_43"]["60 s"])):
        means = [series.mean(axis=0) for _, series in fleets]
        ours = np.median([np.quantile(np.abs(mean[lag:] - mean[:-lag]), 0.999) for mean in means])
        assert measured / 1.25 < ours < measured * 1.2


def test_two_sensors_change_together_as_far_as_measured(script, fleets):
    for lag, slack in ((1, 0.08), (60, 0.1)):
        own = [script["pairs"](script["sensors"](seed), series, lag) for seed, series in fleets]
        for target, ours in zip(script["HOPE"]["pairs"][f"{lag} s"], np.median(own, axis=0), strict=True):
            assert target is None or abs(ours - target) < slack


@pytest.fixture(scope="module")
def of_months():
    return names_of("clouds_months.py")


def test_months_are_moved_to_the_wanted_index_along_their_line(of_months):
    """Values of 2 · index, and of them two 0.1 off: at 0.6 they are 1.2 and two beside it."""
    means = np.array([0.4, 0.5, 0.6, 0.7, 0.8, 0.6, 0.6])
    off = np.array([0, 0, 0, 0, 0, 0.1, -0.1])
    spread = of_months["at_index"](means, 2 * means + off, 0.6, 1.25)
    assert spread.quantiles == pytest.approx([1.13, 1.2, 1.27])
    assert spread.below == pytest.approx(6 / 7)
    assert of_months["at_index"](means + 0.1, 2 * means + off, 0.7, 1.25).quantiles == pytest.approx(
        spread.quantiles
    )


def test_each_measured_month_says_on_which_side_of_ours_it_lies(of_months):
    """Years of 0.35, 0.45 and 0.55, whatever the index."""
    lyngby = of_months["LYNGBY"]["years_by_month"]
    means = np.repeat(np.linspace(0.3, 0.9, 7), 3)[:, None] + np.zeros(12)
    values = np.array([0.35, 0.45, 0.55] * 7)[:, None] + np.zeros(12)
    *rows, _, words = of_months["table"](means, values)
    verdicts = [line.split(" | ")[-1].removesuffix(" |") for line in rows[2:]]
    measured = [p99 for month in lyngby for _, _, p99 in month]
    assert len(verdicts) == len(measured) == 40
    for verdict, p99 in zip(verdicts, measured, strict=True):
        assert verdict == ("above" if p99 > 0.55 else "below" if p99 < 0.35 else "inside")
    assert words.startswith(
        f"Of 40 measured months {verdicts.count('inside')} lie between P5 and P95 of our 21 years"
    )


def test_all_years_of_a_month_stand_beside_ours_at_their_index(of_months):
    """Ours are twice the index; at that of January's years they are twice it."""
    lyngby = of_months["LYNGBY"]
    means = np.linspace(0.3, 0.9, 5)[:, None] + np.zeros(12)
    rows = of_months["by_month"](means, 2 * means, means)
    wanted, measured = lyngby["mean_by_month"][0], lyngby["change_p99_by_month"][0]
    assert len(rows) == 14
    low, high = lyngby["change_p99_interval_by_month"][0]
    assert low < measured < high
    assert rows[2].split(" | ")[3] == f"{low:.3f}–{high:.3f}"
    assert rows[2].split(" | ")[4] == f"**{2 * wanted:.3f}** · {2 * wanted / measured:.2f}"
    assert rows[2].split(" | ")[5] == f"**{wanted:.3f}** · {wanted / measured:.2f} |"


def test_a_reading_lags_by_five_seconds(of_years):
    """A step ten seconds before the end of a minute: 1 - exp(-10/5) of it is read."""
    seconds = np.repeat([0.4, 1.2, 1.2], [110, 10, 60])
    read = of_years["readings"](seconds)
    assert read == pytest.approx([0.4, 0.4 + 0.8 * (1 - np.exp(-2)), 1.2], abs=1e-4)
    assert of_years["readings"](np.full(120, 0.7)) == pytest.approx([0.7, 0.7])


def test_figures_of_two_days_by_hand(of_years):
    """Five minutes of 20 and 21 June at noon: changes of 0.5, missing values left out."""
    minutes = SimpleNamespace(**names_of("clouds_minutes.py"))
    noon = of_years["YEAR_UTC"] + 170 * DAY_S + 11 * 3_600 + 30 + 60 * np.arange(5)
    clear = minutes.outside(noon)
    assert (clear.month, clear.high.all(), set(clear.solar_hour)) == (5, True, {11})
    first = minutes.Day(clear, np.array([0.5, 1.0, 0.5, 1.0, 0.5]), np.full(5, 0.25))
    other = minutes.Day(clear, np.array([0.9, 0.9, np.nan, 0.9, 0.9]), np.full(5, 0.45))
    of = minutes.figures([first, other])
    assert of.daily_mean[[0, 4]] == pytest.approx([0.7 + 0.02, 0.9 - 0.02])
    assert of.abs_change_1_min[1] == pytest.approx([0.5, 0.5, 0.5])
    assert of.abs_change_1_min[2] == pytest.approx([0.0, 0.0, 0.0])
    assert of.change_p99_by_month[5] == pytest.approx(0.5)
    assert np.isnan(of.change_p99_by_month[0])
    assert of.mean_by_month[5] == pytest.approx((3.5 + 3.6) / 9)
    assert of.diffuse_share == pytest.approx((1.25 + 1.8) / (3.5 + 3.6), abs=0.002)
    assert of.diffuse_share_thin == pytest.approx(0.5)
    assert (of.share_above_1_1, of.share_below_0_4) == (0.0, 0.0)
    assert of.following == pytest.approx(-1.0, abs=0.3)


def test_the_sun_is_up_at_noon_and_longer_in_summer(of_years):
    hours = [
        of_years["daylight"](of_years["YEAR_UTC"] + day * DAY_S + np.arange(0, DAY_S, 60)).sum() / 60
        for day in (0, 171, 354)
    ]
    assert hours[1] == pytest.approx(
        14.34, abs=0.1
    )  # cos h = (0.174 − 0.827 · 0.398) / (0.562 · 0.917): h = 107.5°
    assert hours[2] < 2.5
    assert hours[0] < 3
