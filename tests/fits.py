"""Fits that are made once: for tests of how a day is read, which ask for the plant of the same day again."""

from pvsim.core.pv.fit import Day, Fit, fit_plant

__all__ = ["fit_once", "without_neighbours"]

_KNOWN: dict[str, Fit] = {}


def fit_once(day: Day) -> Fit:
    """As `fit_plant`: equal days have equal plants, any other day is fitted."""
    seen = (day.place, day.date, day.t_utc.tobytes(), day.power_kw.tobytes(), day.linke_turbidity)
    key = repr((*seen, day.temp_air_c, day.temp_air_swing_c, day.wind_speed_ms, day.losses_percent))
    if key not in _KNOWN:
        _KNOWN[key] = fit_plant(day)
    return _KNOWN[key]


def without_neighbours(_day: Day, _fit: Fit) -> list[object]:
    """Instead of `profile`, whose fifteen fits only tests of the profile need."""
    return []
