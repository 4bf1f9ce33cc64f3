"""Least squares over tilt, azimuth, peak power and horizon.

The peak power is a mere factor of the model and solved for in each step (variable projection, Golub & Pereyra
1973, doi 10.1137/0710036); the other six parameters are found from several starts. One day cannot tell
everything: date, azimuth and turbidity stand in for each other to some degree, and `profile` says how far.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from typing import Literal, TypeAlias

import numpy as np

from pvsim.core.pv.fit.model import Day, Model, plant_of
from pvsim.core.quantities.physics import Floats, physics_extra
from pvsim.core.quantities.timeline import DAY_S, HOUR_S
from pvsim.core.site.schema import Plant

__all__ = ["Fit", "Neighbour", "fit_plant", "profile"]

Held: TypeAlias = Literal["date", "azimuth", "turbidity"]


_STARTS = 5
_LOWEST = np.array([0.0, -360.0, 0.0, 0.1, 0.0, 0.1])
_HIGHEST = np.array([90.0, 720.0, 60.0, 15.0, 60.0, 15.0])


@dataclass(frozen=True, slots=True)
class Fit:
    """A plant and how well it fits.

    Attributes:
        plant: What was found.
        rmse_kw: Root mean square of model − measured over the points; the model is that of a run, at 1 s.
        highest_kw: The highest measured power.
        r2: Share of the variance that the model explains.
        energy_kwh: The model's energy over the points, each standing for the time to the next.
        measured_kwh: The same of the measured powers.
    """

    plant: Plant
    rmse_kw: float
    highest_kw: float
    r2: float
    energy_kwh: float
    measured_kwh: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The best that can be reached when one thing is held elsewhere.

    Attributes:
        what: What is held.
        value: Where: a date, degrees or a turbidity.
        rmse_kw: Of the best plant then.
        tilt_deg: Of that plant, as the next two.
        azimuth_deg: Where it faces.
        peak_kw: Its kWp.
    """

    what: Held
    value: str
    rmse_kw: float
    tilt_deg: float
    azimuth_deg: float
    peak_kw: float


def fit_plant(day: Day) -> Fit:
    """The plant that meets the day best.

    Raises:
        BadInputError: no power, or too few points with the sun up.
        UsageError: pvlib is missing.
    """
    physics_extra()
    model = Model.of(day)
    best = min((_descend(model, start) for start in _starts(model)), key=model.rmse_kw)
    best[1] %= 360.0
    best = np.round(best, 2)
    peak_kw = round(model.peak_kw(model.unit_kw(best)), 3)
    plant = plant_of(best, day.losses_percent, peak_kw)
    power = day.power_of(plant)
    off = power - day.power_kw
    spread = float(np.sum((day.power_kw - day.power_kw.mean()) ** 2))
    hours = day.step_s / HOUR_S
    return Fit(
        plant,
        rmse_kw=float(np.sqrt(np.mean(off**2))),
        highest_kw=float(day.power_kw.max()),
        r2=1.0 - float(np.sum(off**2)) / spread if spread > 0 else 0.0,
        energy_kwh=float(power.sum()) * hours,
        measured_kwh=float(day.power_kw.sum()) * hours,
    )


def profile(day: Day, fit: Fit) -> list[Neighbour]:
    """How the residual grows when date, azimuth or turbidity are held beside what was used or found."""
    east, _, west, _ = fit.plant.horizon or ()
    start = np.array(
        [
            fit.plant.tilt_deg,
            fit.plant.azimuth_deg,
            east.elevation_deg,
            east.soft_deg,
            west.elevation_deg,
            west.soft_deg,
        ]
    )
    rows = []
    for what, value, other, azimuth in _beside(day, fit):
        model = Model.of(other)
        best = _descend(model, start, azimuth=azimuth)
        peak_kw = model.peak_kw(model.unit_kw(best))
        rows.append(Neighbour(what, value, model.rmse_kw(best), float(best[0]), float(best[1]) % 360.0, peak_kw))
    return rows


def _beside(day: Day, fit: Fit) -> Iterator[tuple[Held, str, Day, float | None]]:
    """What is held, its value, the day to fit, and the azimuth if it is held."""
    for days in (-20, -10, 0, 10, 20):
        there = day.date + timedelta(days=days)
        yield "date", there.isoformat(), replace(day, date=there, t_utc=day.t_utc + days * DAY_S), None
    for turn in (-20.0, -10.0, 0.0, 10.0, 20.0):
        azimuth = fit.plant.azimuth_deg + turn
        yield "azimuth", f"{azimuth % 360.0:.0f}", day, azimuth
    for haze in (-1.0, -0.5, 0.0, 0.5, 1.0):
        turbidity = max(1.0, day.linke_turbidity + haze)
        yield "turbidity", f"{turbidity:.1f}", replace(day, linke_turbidity=turbidity), None


def _starts(model: Model) -> list[Floats]:
    """The best of a coarse grid."""
    grid = [
        np.array([tilt, azimuth, east, 2.0, west, 2.0])
        for tilt, azimuth, east, west in product(
            (10.0, 25.0, 45.0, 75.0), range(0, 360, 45), (2.0, 15.0, 30.0), (2.0, 15.0, 30.0)
        )
    ]
    return sorted(grid, key=model.rmse_kw)[:_STARTS]


def _descend(model: Model, start: Floats, azimuth: float | None = None) -> Floats:
    """The bottom of the valley that `start` is in; with the azimuth held if one is given."""
    from scipy.optimize import least_squares  # noqa: PLC0415 - slow to import, and an extra

    free = np.array([True, azimuth is None, True, True, True, True])
    whole = start.copy()
    if azimuth is not None:
        whole[1] = azimuth

    def residuals(some: Floats) -> Floats:
        whole[free] = some
        return model.residuals_kw(whole)

    low, high = _LOWEST[free], _HIGHEST[free]
    inside = np.clip(whole[free], low + 1e-3, high - 1e-3)
    # steps of a hundredth of a degree: the model is smooth, and its rounding far below that
    found = least_squares(residuals, inside, bounds=(low, high), x_scale=5.0, diff_step=1e-3, max_nfev=60)
    whole[free] = found.x
    return whole
