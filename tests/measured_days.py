"""Days as a measuring inverter would have them: for what finds the plant behind a day."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np

from pvsim.core.pv.fit.model import Day, plant_of
from pvsim.core.weather.sun import Place

MUNICH = Place(48.14, 11.58, 520.0)


def empty_day(place=MUNICH, day=date(2024, 6, 21), step_s=600, losses_percent=10.0):
    """A day without power."""
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    start -= round(place.longitude_deg / 360 * 86_400)
    t_utc = np.arange(start, start + 86_400, step_s)
    return Day("day.csv", place, day, t_utc, np.zeros(len(t_utc)), 4.0, losses_percent=losses_percent)


def day_of(parameters, peak_kw, **known):
    """The day of a plant under a clear sky."""
    bare = empty_day(**known)
    plant = plant_of(np.array(parameters), bare.losses_percent, peak_kw)
    return replace(bare, power_kw=bare.power_of(plant))
