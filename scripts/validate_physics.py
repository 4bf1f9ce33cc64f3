#!/usr/bin/env python3
"""Compare the physical model with pvlib and with what is known; write the tables of docs/explanation/physics.md.

    .venv/bin/python scripts/validate_physics.py

Takes about eight minutes.
"""

import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pvlib
from marks import fill
from msgspec.structs import replace

from pvsim.adapters.site_file import read_site
from pvsim.core.pv.curve import CurvePv
from pvsim.core.pv.site_pv import SitePv
from pvsim.core.quantities.months import monthly
from pvsim.core.quantities.timeline import DAY_S, Timeline
from pvsim.core.site.schema import FileWeather, Location, Plant, Site
from pvsim.core.weather.clear_sky import LightOutside
from pvsim.core.weather.cloud_cover import clouds_over
from pvsim.core.weather.clouds import REGIMES, diffuse_index
from pvsim.core.weather.clouds.mean import expected_index, thresholds
from pvsim.core.weather.sky import ClimateSky
from pvsim.core.weather.sun import Place
from pvsim.wiring.sites import clear_light, site_pv

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "physics.md"
GREENSBORO = Path(pvlib.__file__).parent / "data" / "723170TYA.CSV"
PLANT = Plant(30, 180, 1.0, thermal_time_constant_s=0)
CLEAR_DAYS = ((0.0, 0.0, "2024-03-20"), (48.14, 520.0, "2024-06-21"), (69.65, 10.0, "2024-06-21"))
YEAR = 2023
SEEDS = range(1, 9)
MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_OF_DAY = np.repeat(np.arange(12), (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31))
# monthly sums in kWh/m² of the test reference years 1995–2012 of the Deutscher Wetterdienst for a mean year
# (TRY2015_481308115636_Jahr in Munich, TRY2015_482432125286_Jahr in Mühldorf, the station of Munich's region)
MUNICH_KWH = np.array((33.4, 45.2, 73.6, 116.1, 176.9, 176.4, 171.4, 168.2, 93.1, 62.4, 33.9, 25.7))
MUNICH_DIFFUSE_KWH = np.array((20.7, 27.2, 44.3, 64.3, 66.5, 77.2, 72.2, 62.0, 48.1, 40.0, 21.5, 16.5))
MUEHLDORF_KWH = np.array((25.2, 49.4, 90.5, 115.3, 172.9, 157.5, 174.0, 153.2, 113.8, 52.4, 36.1, 26.2))
MUEHLDORF_DIFFUSE_KWH = np.array((19.5, 25.6, 51.0, 60.9, 85.0, 81.3, 80.1, 69.6, 53.7, 33.5, 21.5, 16.9))
REFERENCE_KWH = (MUNICH_KWH + MUEHLDORF_KWH) / 2
DIFFUSE_KWH = (MUNICH_DIFFUSE_KWH + MUEHLDORF_DIFFUSE_KWH) / 2


def brief() -> Iterator[str]:
    """The site `brief` against the digitised curve, for days around 21 June."""
    yield "| day | RMSE | energy | peak |"
    yield "|---|---|---|---|"
    zone = ZoneInfo("Europe/Berlin")
    curve = files("pvsim").joinpath("data/pv_curve.csv").read_text("utf-8")
    for day in (date(2024, 6, 1), date(2024, 6, 21), date(2024, 7, 1)):
        timeline = Timeline.of_days(day, 1, zone)
        ours = site_pv(read_site("brief"), timeline.start_utc, timeline.end_utc).source
        power_kw = ours.power_dw(timeline.start_utc, DAY_S) / 1e4
        given_kw = CurvePv.from_curve(curve, timeline).power_dw(timeline.start_utc, DAY_S) / 1e4
        off = np.sqrt(np.mean((power_kw - given_kw) ** 2))
        peak = datetime.fromtimestamp(timeline.start_utc + int(power_kw.argmax()), zone)
        yield (
            f"| {day} | {off:.4f} kW | {power_kw.sum() / 3600:.2f} kWh | {power_kw.max():.3f} kW at {peak:%H:%M} |"
        )
    yield f"| the curve | | {given_kw.sum() / 3600:.2f} kWh | {given_kw.max():.3f} kW at 14:10 |"


def straight(latitude_deg: float, altitude_m: float, day: str, turbidity: float) -> np.ndarray:
    """AC power in kW of 1 kWp at each second of a clear UTC day: pvlib's ModelChain, nothing interpolated."""
    times = pd.date_range(f"{day} 00:00:00.5", periods=DAY_S, freq="s", tz="UTC")
    place = pvlib.location.Location(latitude_deg, 11.58, "UTC", altitude_m)
    sun = place.get_solarposition(times)
    sky = place.get_clearsky(times, solar_position=sun, linke_turbidity=turbidity)
    sky["temp_air"], sky["wind_speed"] = 20.0, 1.0
    return chain(place).run_model(sky).results.ac.fillna(0).clip(lower=0).to_numpy() / 1e3


def chain(place: pvlib.location.Location) -> pvlib.modelchain.ModelChain:
    """The same plant as `PLANT`, as pvlib has it."""
    losses = dict.fromkeys(("shading", "snow", "mismatch", "wiring", "connections", "lid", "nameplate_rating"), 0)
    system = pvlib.pvsystem.PVSystem(
        surface_tilt=30,
        surface_azimuth=180,
        albedo=0.2,
        module_parameters={"pdc0": 1000, "gamma_pdc": -0.0035},
        inverter_parameters={"pdc0": 1000 / 0.96},
        temperature_model_parameters={"u0": 25, "u1": 6.84},
        losses_parameters={"soiling": 14, "age": 0, "availability": 0, **losses},
    )
    return pvlib.modelchain.ModelChain(
        system,
        place,
        aoi_model="physical",
        spectral_model="no_loss",
        transposition_model="haydavies",
        temperature_model="faiman",
        losses_model="pvwatts",
    )


def latitudes() -> Iterator[str]:
    """One clear day at three latitudes, second by second."""
    yield "| latitude | day | energy of 1 kWp, ours | pvlib straight | largest difference of a second |"
    yield "|---|---|---|---|---|"
    for latitude_deg, altitude_m, day in (
        (0.0, 0.0, "2024-03-20"),
        (48.14, 520.0, "2024-06-21"),
        (69.65, 10.0, "2024-06-21"),
    ):
        outside = LightOutside(Place(latitude_deg, 11.58, altitude_m), (3.5,) * 12)
        source = SitePv(outside, ((PLANT,),), (ClimateSky(11.58, (20.0,) * 12, 0.0, 1.0),))
        start_utc = int(datetime.fromisoformat(f"{day}T00:00:00+00:00").astimezone(UTC).timestamp())
        ours = source.power_dw(start_utc, DAY_S) / 1e4
        theirs = straight(latitude_deg, altitude_m, day, 3.5)
        yield (
            f"| {latitude_deg:g}° | {day} | {ours.sum() / 3600:.4f} kWh | {theirs.sum() / 3600:.4f} kWh"
            f" | {np.abs(ours - theirs).max() * 1e3:.2f} W |"
        )


def greensboro() -> Iterator[str]:
    """A typical year (TMY3, comes with pvlib) at 1 s against pvlib's ModelChain at 1 h."""
    site = Site("g", Location(36.1, -79.95, "Etc/GMT+5", 273), (PLANT,), FileWeather(path=str(GREENSBORO)))
    start_utc = int(datetime.fromisoformat("2023-01-01T00:00:00-05:00").timestamp())
    source = site_pv(site, start_utc, start_utc + 365 * DAY_S).source
    days = (source.power_dw(start_utc + day * DAY_S, DAY_S) for day in range(365))
    ours = np.concatenate([power.reshape(24, -1).mean(axis=1) / 1e4 for power in days])
    weather, _ = pvlib.iotools.read_tmy3(str(GREENSBORO), coerce_year=2023)
    weather.index -= pd.Timedelta("30min")
    place = pvlib.location.Location(36.1, -79.95, "Etc/GMT+5", 273)
    theirs = chain(place).run_model(weather).results.ac.fillna(0).to_numpy() / 1e3
    off = np.sqrt(np.mean((ours - theirs) ** 2))
    yield "| | ours, hourly means of 1 s | ModelChain at 1 h |"
    yield "|---|---|---|"
    yield f"| energy of 1 kWp, south 30° | {ours.sum():.0f} kWh | {theirs.sum():.0f} kWh |"
    yield f"| RMSE of an hour | {off:.4f} kW | |"
    yield f"| largest difference of an hour | {np.abs(ours - theirs).max():.4f} kW | |"


def munich() -> Iterator[str]:
    """Years in Munich under our own clouds, month by month, against the weather service's reference years."""
    home = read_site("home")
    if home.weather.mean_index != mean_indexes(home):
        message = f"the examples' mean_index is not the one that gives the reference: {mean_indexes(home)}"
        raise SystemExit(message)
    site = replace(home, plants=(Plant(30, 180, 1.0),))
    start_utc = int(datetime(YEAR, 1, 1, tzinfo=UTC).timestamp())
    years = np.array([munich_year(site, seed, start_utc) for seed in SEEDS])  # (seeds, 3, months)
    ghi, dhi, energy = years.transpose(1, 0, 2)
    yield "| month | mean index | global, reference | ours | diffuse share, reference | ours | yield of 1 kWp |"
    yield "|---|---|---|---|---|---|---|"
    for month, name in enumerate(MONTH_NAMES):
        yield (
            f"| {name} | {home.weather.mean_index[month]:.2f} | {REFERENCE_KWH[month]:.0f} kWh/m²"
            f" | {_range(ghi[:, month])} | {DIFFUSE_KWH[month] / REFERENCE_KWH[month]:.2f}"
            f" | {dhi[:, month].mean() / ghi[:, month].mean():.2f} | {_range(energy[:, month])} kWh |"
        )
    share = DIFFUSE_KWH.sum() / REFERENCE_KWH.sum()
    yield (
        f"| year | | {REFERENCE_KWH.sum():.0f} kWh/m² | {_range(ghi.sum(axis=1))} | {share:.2f}"
        f" | {dhi.sum() / ghi.sum():.2f} | {_range(energy.sum(axis=1))} kWh |"
    )


def _range(values: np.ndarray) -> str:
    return f"**{values.mean():.0f}** ({values.min():.0f}–{values.max():.0f})"


def munich_year(site: Site, seed: int, start_utc: int) -> np.ndarray:
    """Global and diffuse irradiation in kWh/m² (each 60th second) and yield in kWh of the months of a year."""
    clouds = clouds_over(site, seed)
    source = site_pv(site, start_utc, start_utc + 365 * DAY_S, [clouds], seed=seed).source
    outside = clear_light(site)
    days = np.zeros((3, 365))
    for day in range(365):
        first = start_utc + day * DAY_S
        lit, level, diffuse = clear_minutes(outside, first)
        index, beam = (each[30::60][lit] for each in clouds(first, DAY_S))
        dhi = (diffuse * diffuse_index(index, beam, level / np.maximum(level + diffuse, 1e-9))).sum() / 6e4
        power_dw = source.power_dw(first, DAY_S)
        days[:, day] = (level * beam).sum() / 6e4 + dhi, dhi, power_dw.sum() / 3.6e7
    return np.array([np.bincount(MONTH_OF_DAY, row) for row in days])


def mean_indexes(site: Site) -> tuple[float, ...]:
    """The twelve mean indexes whose expected monthly sums are the reference, rounded to 0.01.

    More than the sums' ratio, because a month's sky goes over into its neighbours': found by repeating.
    """
    start_utc = int(datetime(YEAR, 1, 1, tzinfo=UTC).timestamp())
    outside = clear_light(site)
    clear = np.array([sum(clear_minutes(outside, start_utc + day * DAY_S)[1:]).sum() / 6e4 for day in range(365)])
    climate = REGIMES[site.weather.regime]
    noons = start_utc + np.arange(365) * DAY_S + DAY_S // 2
    means = REFERENCE_KWH / np.bincount(MONTH_OF_DAY, clear)
    for _ in range(10):
        found = thresholds(
            climate, tuple(means.tolist())
        )  # the mean is kept at each height of the sun: one will do
        at_noon = monthly(found.by_heat[0], noons)
        expected = clear * [expected_index(climate, threshold, found.heats[0]) for threshold in at_noon]
        means = means * REFERENCE_KWH / np.bincount(MONTH_OF_DAY, expected)
    return tuple(means.round(2).tolist())


def clear_minutes(outside: LightOutside, start_utc: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which minutes of a UTC day have the sun up; the clear sky's beam and diffuse light on the level then."""
    lit, sun, clear = outside.at(start_utc + np.arange(30, DAY_S, 60, dtype=np.int64))
    return lit, clear.dni * np.cos(np.radians(sun.apparent_zenith)), clear.dhi


def main() -> None:
    """Write the tables."""
    warnings.simplefilter("ignore")  # pandas' and pvlib's own, on a leap day and on nights
    fill(PAGE, {table.__name__: "\n".join(table()) for table in (brief, latitudes, greensboro, munich)})


if __name__ == "__main__":
    main()
