"""The power of a site: windows (I7), nights, days of a zone, plants that add up, and pvlib computed straight."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pvlib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pvsim.core.pv.site_pv import SitePv
from pvsim.core.quantities import noise
from pvsim.core.quantities.timeline import DAY_S, Timeline
from pvsim.core.site.schema import HorizonPoint, Plant
from pvsim.core.weather.clear_sky import LightOutside
from pvsim.core.weather.sky import ClimateSky
from pvsim.core.weather.sun import Place

MIDSUMMER = 1_718_928_000  # 2024-06-21T00:00Z
HAZE = (3.5,) * 12
ROOF = Plant(30, 200, 5.0, inverter_kw=4.0, horizon=(HorizonPoint(90, 10, 2), HorizonPoint(270, 5, 1)))

WALL = Plant(90, 90, 3.0, inverter_kw=1.0)
SLOW = Plant(20, 270, 4.0, thermal_time_constant_s=3_600)


def flicker(first_utc, n):
    """Clouds that change every second, and are the same in any window."""
    beam = noise.uniform(noise.key(1, "clouds"), first_utc, n)
    return 0.2 + 0.8 * beam, beam


def under(*clouds, plants=(ROOF,), latitude=48.14, longitude=11.58):
    """Sites like one another, each under its own clouds."""
    outside = LightOutside(Place(latitude, longitude, 0.0), HAZE)
    skies = tuple(ClimateSky(longitude, (15.0,) * 12, 8.0, 1.0, each) for each in clouds)
    return SitePv(outside, (plants,) * len(skies), skies)


def site(*plants, clouds=None, **place):
    return under(clouds, plants=plants or (ROOF,), **place)


@given(
    latitude=st.sampled_from([-90.0, -33.0, 0.0, 48.14, 69.0]),
    first=st.integers(MIDSUMMER - 400 * DAY_S, MIDSUMMER + 400 * DAY_S),
    n=st.integers(0, 30_000),
    data=st.data(),
)
@settings(max_examples=15, deadline=None)
def test_any_slice_equals_the_slice_of_the_whole(latitude, first, n, data):
    """I7."""
    start = data.draw(st.integers(0, n))
    stop = data.draw(st.integers(start, n))
    whole = site(latitude=latitude, clouds=flicker).power_dw(first, n)
    assert whole.dtype == np.int64
    assert whole.shape == (n,)
    assert ((whole >= 0) & (whole <= 40_000)).all()
    part = site(latitude=latitude, clouds=flicker).power_dw(first + start, stop - start)
    np.testing.assert_array_equal(part, whole[start:stop])


@given(
    hours=st.lists(st.integers(-30, 30), min_size=1, max_size=8),
    inertia_s=st.sampled_from([0, 420, 3_600]),
    n=st.integers(1, 2),
)
@settings(max_examples=15, deadline=None)
def test_hours_asked_for_in_any_order_are_the_same(hours, inertia_s, n):
    """I7; and a site is the same, however many others there are."""
    roof = Plant(30, 200, 5.0, thermal_time_constant_s=inertia_s)
    source = under(*(flicker, None)[:n], plants=(roof,))
    for hour in hours:
        alone = site(roof, clouds=flicker).power_dw(MIDSUMMER + hour * 3_600, 3_600)
        power = source.power_dw(MIDSUMMER + hour * 3_600, 3_600).reshape(3_600, n)
        np.testing.assert_array_equal(power[:, 0], alone)


def test_each_site_has_its_own_clouds():
    both = under(flicker, None).power_dw(MIDSUMMER + 10 * 3_600, 7_200)
    assert both.shape == (7_200, 2)
    assert both[:, 0].mean() < 0.8 * both[:, 1].mean()
    assert np.abs(np.diff(both[:, 0])).mean() > 50 * np.abs(np.diff(both[:, 1])).mean()


@pytest.mark.parametrize(("inertia_s", "edge_h"), [(420, 6), (420, 12), (3_600, 12), (3_600, 18)])
def test_slices_around_the_edges_of_blocks(inertia_s, edge_h):
    """I7; and the blocks join without a seam."""
    edge = MIDSUMMER + edge_h * 3_600
    source = site(replace(ROOF, thermal_time_constant_s=inertia_s))
    whole = source.power_dw(edge - 2, 4)
    for first in range(4):
        for n in range(5 - first):
            assert source.power_dw(edge - 2 + first, n).tolist() == whole[first : first + n].tolist()
    assert np.abs(np.diff(whole)).max() <= 3


def test_plants_add_up():
    east, west = Plant(30, 90, 2.0), Plant(30, 270, 3.0)
    both, one, other = (site(*plants).power_dw(MIDSUMMER, DAY_S) for plants in ((east, west), (east,), (west,)))
    assert np.abs(both - one - other).max() <= 1


@given(
    roofs=st.lists(st.sampled_from([(), (ROOF,), (WALL,), (ROOF, WALL), (SLOW,)]), min_size=1, max_size=4),
    hours=st.lists(st.integers(-15, 30), min_size=1, max_size=4),
    shared=st.booleans(),
)
@settings(max_examples=15, deadline=None)
def test_sites_with_other_plants_are_each_as_if_alone(roofs, hours, shared):
    """I7; also beside one whose cells are slower, in a summer without nights, and one without PV."""
    outside = LightOutside(Place(78.2, 11.58, 0.0), HAZE)
    skies = [ClimateSky(11.58, (15.0,) * 12, 8.0, 1.0, flicker) for _ in roofs]
    together = SitePv(outside, tuple(roofs), tuple(skies[:1] * len(roofs) if shared else skies))
    for hour in hours:
        first_utc = MIDSUMMER + hour * 3_600
        power, clipped = (each.reshape(3_600, -1) for each in together.powers_dw(first_utc, 3_600))
        for i, plants in enumerate(roofs):
            alone = SitePv(outside, (plants,), (skies[i],)).powers_dw(first_utc, 3_600)
            np.testing.assert_array_equal(power[:, i], alone[0])
            np.testing.assert_array_equal(clipped[:, i], alone[1])
            assert plants or not power[:, i].any()


def test_what_inverters_cut_off_is_beside_the_power_in_any_window():
    """Of a plant with half the inverter; one with a large inverter has none. Two sites have each their own."""
    small, large = Plant(30, 180, 8.0, inverter_kw=4.0), Plant(30, 180, 8.0, inverter_kw=8.0)
    power, clipped = site(small, clouds=flicker).powers_dw(MIDSUMMER, DAY_S)
    full, none = site(large, clouds=flicker).powers_dw(MIDSUMMER, DAY_S)
    np.testing.assert_array_equal(power, site(small, clouds=flicker).power_dw(MIDSUMMER, DAY_S))
    assert (power[clipped > 0] == 40_000).all()
    assert not none[full < 79_000].any()
    assert 0 < clipped.max() < 40_000
    assert clipped[power < 39_000].max() == 0
    noon = slice(40_000, 48_000)
    part = site(small, clouds=flicker).powers_dw(MIDSUMMER + noon.start, noon.stop - noon.start)
    np.testing.assert_array_equal(part[1], clipped[noon])
    two = under(flicker, None, plants=(small,)).powers_dw(MIDSUMMER + noon.start, noon.stop - noon.start)
    assert two[1].shape == (8_000, 2)
    np.testing.assert_array_equal(two[1][:, 0], clipped[noon])


@pytest.mark.parametrize(
    ("latitude", "day", "dark", "lit"),
    [
        (78.2, "2024-12-21", DAY_S, 0),
        (78.2, "2024-06-21", 0, DAY_S),
        (-90.0, "2024-06-21", DAY_S, 0),
        (-90.0, "2024-12-21", 0, DAY_S),
        (90.0, "2024-06-21", 0, DAY_S),
    ],
)
def test_polar_days_and_nights(latitude, day, dark, lit):
    start_utc = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    power = site(Plant(0, 0, 1.0), latitude=latitude).power_dw(start_utc, DAY_S)
    assert ((power == 0).sum(), (power > 0).sum()) == (dark, lit)


def test_the_power_of_a_level_plant_at_the_pole_hardly_changes_in_a_day():
    power = site(Plant(0, 0, 1.0), latitude=90.0).power_dw(MIDSUMMER, DAY_S)
    assert power.max() - power.min() < 0.03 * power.max()  # the air's 8 °C make 2.8 %


@pytest.mark.parametrize(("day", "seconds"), [(date(2024, 3, 31), 82_800), (date(2024, 10, 27), 90_000)])
def test_the_sun_does_not_change_its_clock(day, seconds):
    """I6."""
    timeline = Timeline.of_days(day, 1, ZoneInfo("Europe/Berlin"))
    power = site().power_dw(timeline.start_utc, timeline.seconds)
    assert len(power) == seconds
    lit = np.flatnonzero(power)
    before = site().power_dw(timeline.start_utc - DAY_S, DAY_S)
    assert abs((len(lit) - np.count_nonzero(before)) / 60) < 6  # minutes a day grows or shrinks at most


@pytest.mark.parametrize("year", [1, 1752, 1900, 2100, 9999])
def test_any_year(year):
    start_utc = int(datetime(year, 6, 21, tzinfo=UTC).timestamp())
    assert 200_000 < site().power_dw(start_utc, DAY_S).sum() / 3_600 < 400_000


@pytest.mark.filterwarnings("ignore:DatetimeIndex.dayofyear is deprecated")  # pvlib's own use of pandas
@pytest.mark.parametrize(("latitude", "day"), [(0.0, "2024-03-20"), (48.14, "2024-06-21"), (-69.65, "2024-12-31")])
def test_a_clear_day_against_pvlib_computed_straight(latitude, day):
    """ModelChain with SPA at the very seconds; only the sun's distance is held for a day there: 0.5 W of 1 kWp."""
    plant = Plant(30, 180, 1.0, thermal_time_constant_s=0)
    outside = LightOutside(Place(latitude, 11.58, 100.0), HAZE)
    source = SitePv(outside, ((plant,),), (ClimateSky(11.58, (20.0,) * 12, 0.0, 1.0),))
    start_utc = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    place = pvlib.location.Location(latitude, 11.58, "UTC", 100.0)
    times = pd.date_range(f"{day} 00:00:00.5", periods=DAY_S // 97, freq="97s", tz="UTC")
    sky = place.get_clearsky(times, linke_turbidity=3.5).assign(temp_air=20.0, wind_speed=1.0)
    none = dict.fromkeys(("shading", "snow", "mismatch", "wiring", "connections", "lid", "nameplate_rating"), 0)
    system = pvlib.pvsystem.PVSystem(
        surface_tilt=30,
        surface_azimuth=180,
        albedo=0.2,
        module_parameters={"pdc0": 1000, "gamma_pdc": -0.0035},
        inverter_parameters={"pdc0": 1000 / 0.96},
        temperature_model_parameters={"u0": 25, "u1": 6.84},
        losses_parameters={"soiling": 14, "age": 0, "availability": 0, **none},
    )
    chain = pvlib.modelchain.ModelChain(
        system,
        place,
        aoi_model="physical",
        spectral_model="no_loss",
        transposition_model="haydavies",
        temperature_model="faiman",
        losses_model="pvwatts",
    )
    straight_w = chain.run_model(sky).results.ac.fillna(0).clip(lower=0).to_numpy()
    ours_w = source.power_dw(start_utc, DAY_S)[: len(times) * 97 : 97] / 10
    assert np.abs(ours_w - straight_w).max() < 0.5
    assert ours_w.max() > 200


def test_clouds_take_beam_and_diffuse_apart():
    bright = site(Plant(30, 180, 1.0)).power_dw(MIDSUMMER, DAY_S).sum()
    dull = site(Plant(30, 180, 1.0), clouds=lambda _t, n: (np.full(n, 0.2), np.zeros(n)))
    no_beam = dull.power_dw(MIDSUMMER, DAY_S).sum()
    nothing = site(Plant(30, 180, 1.0), clouds=lambda _t, n: (np.zeros(n), np.zeros(n))).power_dw(MIDSUMMER, DAY_S)
    assert 0.05 * bright < no_beam < 0.3 * bright
    assert not nothing.any()


def test_no_cloud_makes_the_beam_stronger_than_in_space():
    doubled = site(Plant(30, 180, 1.0, inverter_kw=9.0), clouds=lambda _t, n: (np.ones(n), np.full(n, 9.0)))
    assert doubled.power_dw(MIDSUMMER, DAY_S).max() < 14_500


def test_inertia_delays_the_cells():
    """After a cloud of an hour the cells are cool, and the first light gives more power than the later."""

    def cloud(first_utc, n):
        t = np.arange(first_utc, first_utc + n) - MIDSUMMER
        hidden = (t > 10 * 3600) & (t < 11 * 3600)
        return np.where(hidden, 0.15, 1.0), np.where(hidden, 0.0, 1.0)

    slow = site(Plant(30, 180, 1.0), clouds=cloud).power_dw(MIDSUMMER + 11 * 3600, 3600)
    quick = site(Plant(30, 180, 1.0, thermal_time_constant_s=0), clouds=cloud).power_dw(
        MIDSUMMER + 11 * 3600, 3600
    )
    assert slow[0] > quick[0] * 1.04
    assert abs(slow[-1] - quick[-1]) < 0.002 * quick[-1]
