"""Who is at home and awake: wake and sleep, work and outings.

Each day and person is drawn for itself (I7). Times are quarter hours of the wall clock, so a day on which the
clocks change needs no rule of its own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvsim.core.loads.building.calendar import WORKDAY
from pvsim.core.loads.building.devices import QUARTERS
from pvsim.core.quantities import noise

__all__ = ["MAX_PEOPLE", "Bools", "Persons"]

Bools = NDArray[np.bool_]

_DRAWS = 8  # of one person and day
_PER_DAY = 256  # indices kept for one day: more than the draws of MAX_PEOPLE
MAX_PEOPLE = 12
_AT_HOME_SHARE = 0.5  # of adults after the first who do not leave for work
_OUTING_SHARE = 0.55  # of free days


@dataclass(frozen=True, slots=True)
class Persons:
    """The people of one household; the first works elsewhere, others may be at home or at school."""

    stream: noise.Key
    people: int

    def active(self, ordinal: int, kind: int) -> Bools:
        """The quarter hours of a day, by wall clock, in which somebody is at home and awake: shape (96,)."""
        draws = noise.uniform(self.stream, ordinal * _PER_DAY, self.people * _DRAWS).reshape(-1, _DRAWS)
        habits = noise.uniform(self.stream, -_PER_DAY, self.people)
        anybody = np.zeros(QUARTERS, dtype=np.bool_)
        for person in range(self.people):
            leaves = kind == WORKDAY and (person == 0 or habits[person] >= _AT_HOME_SHARE)
            anybody |= _awake_at_home(draws[person].tolist(), kind, leaves=leaves, school=person >= 2)  # noqa: PLR2004
        return anybody


def _awake_at_home(draws: list[float], kind: int, *, leaves: bool, school: bool) -> Bools:
    """One person's day from eight draws in [0, 1)."""
    wake_u, sleep_u, leave_u, back_u, out_u, start_u, length_u, late_u = draws
    free = kind != WORKDAY
    wake = _between(wake_u, 28, 40) if free else _between(wake_u, 23, 30)  # 07:00–10:00, 05:45–07:30
    sleep = _between(sleep_u, 87, 96) + (4 if free and late_u < 0.2 else 0)  # noqa: PLR2004 - 21:45–24:00
    home = np.zeros(QUARTERS, dtype=np.bool_)
    home[wake:sleep] = True
    if leaves:
        away = wake + _between(leave_u, 3, 6)
        back = _between(back_u, 52, 64) if school else _between(back_u, 58, 76)  # 13:00–16:00, 14:30–19:00
        home[away:back] = False
    elif out_u < _OUTING_SHARE:
        away = _between(start_u, 38, 66)  # 09:30–16:30
        home[away : away + _between(length_u, 4, 18)] = False  # an hour to four and a half
    return home


def _between(draw: float, low: int, high: int) -> int:
    return low + int(draw * (high - low + 1))
