"""The plant that was found behind a day, and the text of its site file."""

from collections.abc import Iterator
from dataclasses import dataclass

from pvsim.core.pv.fit.model import Day
from pvsim.core.pv.fit.search import Fit, Neighbour
from pvsim.core.series import FileReading
from pvsim.core.site.schema import HorizonPoint

__all__ = ["FittedPlant", "site_text"]


@dataclass(frozen=True, slots=True)
class FittedPlant:
    """The plant, the day it was found from, how other assumptions would do, and how its file was read."""

    day: Day
    fit: Fit
    neighbours: list[Neighbour]
    tz: str
    reading: FileReading | None = None


def site_text(found: FittedPlant) -> str:
    """A whole site file for the plant, with what is known about its fit as comments."""
    day, fit = found.day, found.fit
    plant = fit.plant
    lines = [
        f"# found by pvsim fit from {day.source.rpartition('/')[2]}, taken as {day.date}",
        f"# RMSE {fit.rmse_kw:.4f} kW, {fit.rmse_kw / fit.highest_kw:.1%} of the peak; R² {fit.r2:.5f}",
        f"# {fit.energy_kwh:.2f} kWh; measured {fit.measured_kwh:.2f} kWh",
        "#",
        *_table(found.neighbours),
        'name = "found"',
        "",
        "[location]",
        f"latitude_deg = {day.place.latitude_deg:g}",
        f"longitude_deg = {day.place.longitude_deg:g}",
        f"altitude_m = {day.place.altitude_m:g}",
        f'tz = "{found.tz}"',
        "",
        "[weather]",
        'kind = "clear"',
        f"linke_turbidity = {day.linke_turbidity:g}",
        f"temp_air_c = {day.temp_air_c:g}",
        f"temp_air_swing_c = {day.temp_air_swing_c:g}",
        f"wind_speed_ms = {day.wind_speed_ms:g}",
        "",
        "[[plants]]",
        f"tilt_deg = {plant.tilt_deg:g}",
        f"azimuth_deg = {plant.azimuth_deg:g}",
        f"peak_kw = {plant.peak_kw:g}",
        f"losses_percent = {plant.losses_percent:g}",
        "horizon = [",
        *(_point(point) for point in plant.horizon or ()),
        "]",
    ]
    return "\n".join(lines) + "\n"


def _table(neighbours: list[Neighbour]) -> Iterator[str]:
    yield f"# {'held at':<24} {'RMSE kW':>8} {'tilt °':>8} {'azimuth °':>10} {'kWp':>9}"
    for row in neighbours:
        plant = f"{row.tilt_deg:>8.1f} {row.azimuth_deg:>10.1f} {row.peak_kw:>9.3f}"
        yield f"# {row.what:<12} {row.value:>11} {row.rmse_kw:>8.4f} {plant}"


def _point(point: HorizonPoint) -> str:
    where = f"azimuth_deg = {point.azimuth_deg:g}, elevation_deg = {point.elevation_deg:g}"
    return f"    {{ {where}, soft_deg = {point.soft_deg:g} }},"
