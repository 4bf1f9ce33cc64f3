#!/usr/bin/env python3
"""Compare the physical model with pvlib and with what is known; write the tables of docs/explanation/physics.md.

    .venv/bin/python scripts/validate_physics.py

Takes about two minutes. The tables stand between `<!-- begin NAME -->` and `<!-- end NAME -->`.
"""

import re
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pvlib

from pvsim.adapters.site_file import read_site
from pvsim.core.pv_curve import CurvePv
from pvsim.core.pv_site import ClimateSky, FileSky, LightOutside, Place, SitePv, WeatherSeries
from pvsim.core.site import FileWeather, Location, Plant, Site
from pvsim.core.timeline import DAY_S, Timeline
from pvsim.wiring.sites import site_pv

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "physics.md"
GREENSBORO = Path(pvlib.__file__).parent / "data" / "723170TYA.CSV"
PLANT = Plant(30, 180, 1.0, thermal_time_constant_s=0)
CLEAR_DAYS = ((0.0, 0.0, "2024-03-20"), (48.14, 520.0, "2024-06-21"), (69.65, 10.0, "2024-06-21"))
MUNICH_WH = 1_169e3  # W h/m² in a year
SHARES = ((0.10, 0.19), (0.25, 0.30), (0.50, 0.58), (0.75, 0.81), (0.90, 0.94))


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
        source = SitePv(outside, (PLANT,), ClimateSky(11.58, (20.0,) * 12, 0.0, 1.0))
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
    """A year in Munich under a sky of the right yearly sum."""
    outside = LightOutside(Place(48.14, 11.58, 520.0), read_turbidity())
    climate = ClimateSky(11.58, (1, 2, 6, 11, 15, 18, 20, 20, 15, 10, 5, 2), 9.0, 2.0)
    start_utc = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp())
    clear = np.concatenate([clear_hours(outside, start_utc + day * DAY_S) for day in range(365)])
    # days in an order that has no season: the van der Corput sequence
    order = np.array([int(f"{day:09b}"[::-1], 2) / 512 for day in range(365)])
    shares = np.interp(order, *zip(*SHARES, strict=True))
    low, high = 0.2, 5.0
    for _ in range(20):
        middle = (low + high) / 2
        ghi = clear * np.repeat(shares**middle, 24)
        low, high = (middle, high) if ghi.sum() > MUNICH_WH else (low, middle)
    series = WeatherSeries("munich", 3600, start_utc, typical=False, ghi=ghi)
    yield "| Munich, 1 kWp, south 30°, losses 14 % | |"
    yield "|---|---|"
    yield f"| global irradiation, set | {ghi.sum() / 1e3:.0f} kWh/m² |"
    sky = FileSky(outside, series, climate)
    for name, light in (("yield", sky), ("yield under a sky that is always clear", climate)):
        source = SitePv(outside, (Plant(30, 180, 1.0),), light)
        energy = sum(int(source.power_dw(start_utc + day * DAY_S, DAY_S).sum()) for day in range(365)) / 3.6e7
        yield f"| {name} | {energy:.0f} kWh |"


def read_turbidity() -> tuple[float, ...]:
    """The world table's values for Munich."""
    from pvsim.adapters.turbidity import linke_turbidity  # noqa: PLC0415

    return linke_turbidity(48.14, 11.58)


def clear_hours(outside: LightOutside, start_utc: int) -> np.ndarray:
    """Clear-sky global irradiance of the hours of a UTC day."""
    t_utc = start_utc + np.arange(30, DAY_S, 60, dtype=np.int64)
    lit, sun, clear = outside.at(t_utc)
    ghi = np.zeros(len(t_utc))
    ghi[lit] = clear.dni * np.cos(np.radians(sun.apparent_zenith)) + clear.dhi
    return ghi.reshape(24, -1).mean(axis=1)


def main() -> None:
    """Write the tables."""
    warnings.simplefilter("ignore")  # pandas' and pvlib's own, on a leap day and on nights
    page = PAGE.read_text("utf-8")
    for table in (brief, latitudes, greensboro, munich):
        mark = table.__name__
        text = "\n".join(table())
        marked = re.compile(rf"(<!-- begin {mark} -->\n).*?(<!-- end {mark} -->)", re.DOTALL)
        page = marked.sub(lambda found, text=text: f"{found[1]}{text}\n{found[2]}", page)
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
