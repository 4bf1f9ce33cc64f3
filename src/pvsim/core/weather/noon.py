"""When the light of a file is at its height, compared with solar noon: a clock that is hours off shows in it."""

import numpy as np

from pvsim.core.quantities.physics import Floats
from pvsim.core.quantities.timeline import DAY_S, HOUR_S
from pvsim.core.weather.series import WeatherSeries

__all__ = ["after_noon_h", "noon_remark"]

_DAY_H = DAY_S / HOUR_S
_MOST_H = 2.0
_MOST_ASSUMED_H = 0.75


def after_noon_h(light: Floats, first_utc: float, step_s: int, longitude_deg: float) -> float:
    """By how many hours the centre of the light lies after mean solar noon, −12 to 12; NaN without light.

    Mornings and afternoons differ by their clouds, and the sun runs up to a quarter of an hour before or behind
    its mean: below three quarters of an hour it says nothing.

    Args:
        light: Irradiance of intervals one after the other, NaN where it is missing.
        first_utc: When the first of them begins (Unix time).
        step_s: Length of an interval.
        longitude_deg: East is positive.
    """
    watts = np.nan_to_num(light)
    middle_h = ((first_utc + (np.arange(len(watts)) + 0.5) * step_s) % DAY_S) / HOUR_S
    angle = 2 * np.pi * (middle_h - 12 + longitude_deg * _DAY_H / 360) / _DAY_H
    east, north = float((watts * np.sin(angle)).sum()), float((watts * np.cos(angle)).sum())
    return float(np.arctan2(east, north)) * _DAY_H / (2 * np.pi) if watts.any() else float("nan")


def noon_remark(series: WeatherSeries, longitude_deg: float) -> str:
    """What to say of a file whose light is far from solar noon at a site; "" where it is near."""
    parts = (series.ghi, series.dni, series.dhi)
    light = next((part for part in parts if part is not None and (part > 0).any()), None)
    if light is None or series.reading is None or len(light) * series.step_s < DAY_S:
        return ""
    late_h = after_noon_h(light, series.first_utc, series.step_s, longitude_deg)
    assumed = series.reading.zone_from == "assumed"
    if abs(late_h) <= (_MOST_ASSUMED_H if assumed else _MOST_H):
        return ""
    fix = 'tz = "Area/City"' if assumed else "tz and stamp"
    when = f"{abs(late_h):.1f} h {'before' if late_h < 0 else 'after'} solar noon at the site"
    return f"its light is highest {when}: check {fix} under [weather]"
