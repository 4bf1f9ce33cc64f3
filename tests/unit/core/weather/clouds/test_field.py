"""I7 for the index; the mean that is asked for; neighbours."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.weather.clouds import REGIMES, CloudField
from pvsim.errors import UsageError

MIDNIGHT = 1_718_928_000  # 2024-06-21 UTC
DAY_S = 86_400
NAMES = sorted(REGIMES)
SEASONS = (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.7, 0.7, 0.65, 0.55, 0.45, 0.4)


@given(
    name=st.sampled_from(NAMES),
    first=st.integers(-(10**10), 10**11),
    n=st.integers(0, 4_000),
    east_m=st.floats(-5_000, 5_000),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_any_window_equals_the_same_seconds_of_a_longer_one(name, first, n, east_m, data):
    """I7."""
    start = data.draw(st.integers(0, n))
    stop = data.draw(st.integers(start, n))
    mean_index = data.draw(st.sampled_from((None, SEASONS))) if name == "climate" else None
    site = CloudField(5, name, mean_index=mean_index).at(east_m, 300.0)
    whole = site.clear_sky_index(first, n)
    assert whole.shape == (n,)
    np.testing.assert_array_equal(site.clear_sky_index(first + start, stop - start), whole[start:stop])


@pytest.mark.parametrize("name", NAMES)
def test_hours_in_any_order_make_the_days(name):
    """I7, across midnight; the same for the beam."""
    clouds = CloudField(1, name)
    whole = clouds.sky(MIDNIGHT - 7_200, 4 * 3_600)
    for hour in (3, 0, 2, 1):
        part = clouds.sky(MIDNIGHT - 7_200 + hour * 3_600, 3_600)
        np.testing.assert_array_equal(part.index, whole.index[hour * 3_600 :][:3_600])
        np.testing.assert_array_equal(part.beam, whole.beam[hour * 3_600 :][:3_600])
    np.testing.assert_array_equal(clouds.clear_sky_index(MIDNIGHT - 7_200, 4 * 3_600), whole.index)


@given(seed=st.integers(0, 10**6), name=st.sampled_from(NAMES), day=st.integers(-10_000, 30_000))
@settings(max_examples=40, deadline=None)
def test_indexes_lie_between_the_darkest_cloud_and_the_brightest_edge(seed, name, day):
    kind, profile = REGIMES[name], REGIMES[name].profile
    sky = CloudField(seed, name).sky(day * DAY_S, 3_000)
    assert sky.index.min() >= profile.thick
    brightest = float(kind.brightness(np.array([6.0]))[0])  # six standard deviations
    assert sky.index.max() <= profile.far + profile.bright * brightest + 1e-12
    assert sky.beam.min() >= 0
    assert sky.beam.max() <= 1


@pytest.mark.parametrize(
    ("name", "mean"), [("broken", 0.4), ("broken", 0.6), ("scattered", 0.9), ("overcast", 0.3), ("clear", 0.97)]
)
def test_the_mean_asked_for_is_kept(name, mean):
    """10 days of each of three seeds: within 0.02, which is about three standard errors for broken clouds."""
    means = [
        CloudField(seed, name, mean_index=mean).clear_sky_index(MIDNIGHT, 10 * DAY_S).mean() for seed in (1, 2, 3)
    ]
    assert abs(np.mean(means) - mean) < 0.02


def test_the_climate_keeps_its_mean_over_years():
    """A second of every 106 h of three years of eight seeds: within 0.03, three standard errors: years differ."""
    seconds = range(0, 3 * 365 * DAY_S, 106 * 3_600)
    skies = [CloudField(seed, mean_index=0.65) for seed in range(1, 9)]
    values = [sky.clear_sky_index(second, 1)[0] for sky in skies for second in seconds]
    assert abs(np.mean(values) - 0.65) < 0.03


@given(month=st.integers(0, 11), year=st.integers(-30, 80), seed=st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_in_the_middle_of_a_month_the_sky_is_that_of_its_mean(month, year, seed):
    starts = np.array([12 * year + month, 12 * year + month + 1], "datetime64[M]").astype("datetime64[s]")
    middle = int(starts.astype(np.int64).sum()) // 2
    seasons, steady = (CloudField(seed, mean_index=mean) for mean in (SEASONS, SEASONS[month]))
    # the threshold moves by less than 1e-6 in the seconds around; only a cloud's edge would show it
    off = np.abs(seasons.clear_sky_index(middle - 30, 60) - steady.clear_sky_index(middle - 30, 60))
    assert np.median(off) < 1e-4


def test_a_december_of_a_lower_mean_is_cloudier_than_a_july():
    """A second of every day of six years' months: 0.7 against 0.4, with the noise of the weather."""
    seasons = CloudField(3, mean_index=SEASONS)

    def mean(month: str) -> float:
        starts = [int(np.datetime64(f"{year}-{month}-01", "s").astype(np.int64)) for year in range(2001, 2007)]
        return np.mean([seasons.clear_sky_index(day + i * DAY_S, 1)[0] for day in starts for i in range(30)])

    assert mean("07") - mean("12") > 0.15


@pytest.mark.parametrize(("latitude", "summer"), [(55.0, "2023-07"), (-50.0, "2023-01")])
def test_summer_noons_are_livelier_than_summer_mornings_and_winter_noons_on_both_hemispheres(latitude, summer):
    """P95 of the change over a minute, of 30 days of five seeds: an hour each."""
    winter = "2023-01" if summer == "2023-07" else "2023-07"

    def liveliness(month: str, hour: int) -> float:
        start = int(np.datetime64(f"{month}-01", "s").astype(np.int64)) + hour * 3_600
        skies = [
            CloudField(seed, mean_index=0.6, latitude_deg=latitude, longitude_deg=0.0) for seed in range(1, 6)
        ]
        minutes = [
            sky.clear_sky_index(start + day * DAY_S, 3_600).reshape(60, 60).mean(axis=1)
            for sky in skies
            for day in range(30)
        ]
        return float(np.quantile([np.abs(np.diff(index)) for index in minutes], 0.95))

    noon, morning, cold = liveliness(summer, 12), liveliness(summer, 6), liveliness(winter, 12)
    assert noon > 1.15 * morning
    assert noon > 1.3 * cold


def test_thin_high_cloud_dims_the_beam_more_than_all_light_and_keeps_the_clouds_below():
    """A mean lower by what it takes on average (an integral over the Gaussian) has the same clouds."""
    veiled = replace(REGIMES["climate"], veil_depth=2.0)
    units = np.linspace(-6, 6, 10_001)
    weights = np.exp(-units * units / 2)
    passes = float((veiled.high_cloud(units) * weights).sum() / weights.sum())
    dimmed = []
    for seed in (1, 2, 3):
        below = CloudField(seed, replace(veiled, veil_depth=0.0), mean_index=0.6).sky(MIDNIGHT, DAY_S)
        seen = CloudField(seed, veiled, mean_index=0.6 * passes).sky(MIDNIGHT, DAY_S)
        of_all, of_beam = seen.index / below.index, seen.beam / np.maximum(below.beam, 0.01)
        lit = below.beam > 0.1
        assert of_all.max() < 1 + 1e-4
        assert (of_beam[lit] < of_all[lit] + 1e-4).all()
        dimmed.append(of_all)
    assert np.quantile(dimmed, 0.1) < 0.9
    assert np.quantile(dimmed, 0.6) > 0.999


def test_twelve_equal_means_are_one():
    one, twelve = (CloudField(1, "broken", mean_index=mean) for mean in (0.6, (0.6,) * 12))
    np.testing.assert_allclose(
        twelve.clear_sky_index(MIDNIGHT, 3_000), one.clear_sky_index(MIDNIGHT, 3_000), rtol=0, atol=1e-12
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("broken", [1.118523114498278, 1.121262474566863, 1.1235138954800303]),
        ("climate", [1.2606584790553874, 1.2611912144437465, 1.2617374842671862]),
    ],
)
def test_the_first_seconds_are_pinned(name, expected):
    """A change of any of these numbers changes everybody's results."""
    seconds = CloudField(1, name).at(120.0, 80.0).clear_sky_index(MIDNIGHT, 3)
    assert seconds.tolist() == pytest.approx(expected, abs=1e-12)


def test_a_site_downwind_sees_the_same_clouds_later():
    clouds = CloudField(1, "broken", wind_m_s=10.0, wind_from_deg=180.0)
    here = clouds.clear_sky_index(MIDNIGHT, 3_000)
    np.testing.assert_allclose(clouds.at(0.0, 1_000.0).clear_sky_index(MIDNIGHT + 100, 3_000), here, atol=1e-9)
    np.testing.assert_allclose(clouds.at(0.0, -50.0).clear_sky_index(MIDNIGHT - 5, 3_000), here, atol=1e-9)


def test_quick_changes_are_not_common_to_places_that_share_no_cloud():
    """2 km across the wind, second by second: measured is at most 0.02 from 700 m on."""
    for seed in (1, 2, 3):
        clouds = CloudField(seed, "broken")
        moves = [np.diff(clouds.at(0.0, north).clear_sky_index(MIDNIGHT, DAY_S)) for north in (0.0, 2_000.0)]
        assert abs(np.corrcoef(*moves)[0, 1]) < 0.05


def test_sites_across_the_wind_are_the_less_alike_the_farther():
    clouds = CloudField(1, "broken")
    here = clouds.clear_sky_index(MIDNIGHT, DAY_S)
    alike = [
        np.corrcoef(here, clouds.at(0.0, north).clear_sky_index(MIDNIGHT, DAY_S))[0, 1]
        for north in (30, 300, 30_000)
    ]
    assert alike[0] > 0.9
    assert alike[0] > alike[1] > alike[2]
    assert abs(alike[2]) < 0.1


def test_sites_under_other_seeds_have_other_clouds():
    one, other = (CloudField(seed, "broken").clear_sky_index(MIDNIGHT, DAY_S) for seed in (1, 2))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.1


def test_a_regime_of_ones_own_is_taken():
    own = REGIMES["broken"]
    np.testing.assert_array_equal(
        CloudField(1, own).clear_sky_index(MIDNIGHT, 100), CloudField(1, "broken").clear_sky_index(MIDNIGHT, 100)
    )


@pytest.mark.parametrize(
    ("settings_", "what"),
    [
        ({"regime": "foggy"}, "regime is a kind of sky, not 'foggy'"),
        ({"regime": "broken", "mean_index": 1.3}, "cannot be 1.3"),
        ({"regime": "broken", "mean_index": -0.1}, "cannot be -0.1"),
        ({"regime": "broken", "mean_index": float("nan")}, "cannot be nan"),
        ({"mean_index": (*SEASONS[:2], 1.2, *SEASONS[3:])}, "cannot be 1.2 in month 3"),
        ({"mean_index": SEASONS[:11]}, "mean_index is one number or 12, not 11"),
        ({"wind_m_s": 0.0}, "wind_m_s is a speed above 0, not 0.0"),
        ({"wind_m_s": float("nan")}, "wind_m_s is a speed above 0, not nan"),
    ],
)
def test_settings_that_make_no_sky_are_refused_with_a_way_out(settings_, what):
    with pytest.raises(UsageError, match=what) as caught:
        CloudField(1, **settings_)
    assert caught.value.fix


@given(first=st.integers(0, 10**10), n=st.integers(1, 100), step_s=st.sampled_from((1, 600, 1_800)))
@settings(max_examples=40, deadline=None)
def test_the_sunniness_of_a_time_is_its_own(first, n, step_s):
    """I7, and one for all places of the region."""
    clouds = CloudField(3)
    t_utc = first + np.arange(n, dtype=np.int64) * step_s
    whole = clouds.sunniness(t_utc)
    np.testing.assert_array_equal(clouds.at(5_000.0, 100.0).sunniness(t_utc[n // 2 :]), whole[n // 2 :])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sunny_days_are_those_of_the_sunniness(seed):
    """Eight years of half hours: standardised; one of days: what it says is what the sky does."""
    clouds = CloudField(seed)
    years = clouds.sunniness(MIDNIGHT + np.arange(0, 8 * 365 * DAY_S, 1_800, dtype=np.int64))
    assert abs(years.mean()) < 0.15
    assert abs(years.std() - 1) < 0.1
    days = np.arange(0, 365, 3) * DAY_S + MIDNIGHT
    told = [clouds.sunniness(day + np.arange(0, DAY_S, 1_800)).mean() for day in days.tolist()]
    light = [clouds.clear_sky_index(day + 6 * 3_600, 12 * 3_600).mean() for day in days.tolist()]
    assert np.corrcoef(told, light)[0, 1] > 0.8


def test_a_steady_sky_has_no_sunniness():
    assert CloudField(1, "broken").sunniness(np.array([0, 10**9])).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("name", ["broken", "climate"])
def test_samples_are_as_bright_as_all_seconds(name):
    """Over ten days of four seeds; with one mean or twelve."""
    for mean in (0.6, (0.6,) * 12):
        ours, theirs = [], []
        for seed in (1, 2, 3, 4):
            clouds = CloudField(seed, name, mean_index=mean)
            first = MIDNIGHT // 256 * 256
            index, beam = clouds.sampled(first, 10 * DAY_S // 256, 256)
            assert (beam >= 0).all()
            assert (beam <= 1).all()
            ours.append((index.mean(), beam.mean()))
            sky = clouds.sky(first, 10 * DAY_S)
            theirs.append((sky.index.mean(), sky.beam.mean()))
        np.testing.assert_allclose(np.mean(ours, axis=0), np.mean(theirs, axis=0), atol=0.01)
