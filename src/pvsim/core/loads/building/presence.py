"""Who is at home and awake: wake and sleep, work and outings.

Each day and person is drawn for itself (I7). Times are quarter hours of the wall clock, so a day on which the
clocks change needs no rule of its own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvsim.core.loads.building.calendar import WEEK_DAYS, WORKDAY
from pvsim.core.loads.building.devices import QUARTERS
from pvsim.core.loads.building.traits import Occupation
from pvsim.core.quantities import noise

__all__ = ["MAX_PEOPLE", "Bools", "Persons"]

Bools = NDArray[np.bool_]

_DRAWS = 8  # of one person and day
_PER_DAY = 256  # indices kept for one day: more than the draws of MAX_PEOPLE
MAX_PEOPLE = 12
_OUTING_SHARE = 0.55  # of free days
_HOME_OFFICE_SHARE = 0.5  # of workdays at least


@dataclass(frozen=True, slots=True)
class Persons:
    """The people of one household.

    Attributes:
        stream: Names their random numbers.
        occupations: Where each of them is on workdays.
        later: How many quarter hours later than usual their evenings are; they get up and go to bed later by half
            of it.
    """

    stream: noise.Key
    occupations: tuple[Occupation, ...]
    later: int = 0

    def active(self, ordinal: int, kind: int) -> Bools:
        """The quarter hours of a day, by wall clock, in which somebody is at home and awake: shape (96,)."""
        people = len(self.occupations)
        draws = noise.uniform(self.stream, ordinal * _PER_DAY, people * _DRAWS).reshape(-1, _DRAWS)
        habits = noise.uniform(self.stream, -_PER_DAY, people)
        anybody = np.zeros(QUARTERS, dtype=np.bool_)
        for person, occupation in enumerate(self.occupations):
            day = _Day(self.later, *draws[person].tolist())
            week = (ordinal - 1) // WEEK_DAYS + person
            anybody |= day.active(
                occupation if kind == WORKDAY else None, habit=habits[person], early=week % 2 == 0
            )
        return anybody


@dataclass(frozen=True, slots=True)
class _Day:
    """One person's day from eight draws in [0, 1), and how many quarter hours later than usual they live."""

    later: int
    wake_u: float
    sleep_u: float
    leave_u: float
    back_u: float
    out_u: float
    start_u: float
    length_u: float
    late_u: float

    def active(self, occupation: Occupation | None, *, habit: float, early: bool) -> Bools:
        """When this person is at home and awake; without an occupation the day is free."""
        free = occupation is None
        wake = (_between(self.wake_u, 28, 40) if free else _between(self.wake_u, 20, 30)) + self.later // 2
        sleep = _between(self.sleep_u, 88, 99) + self.later // 2
        if free and self.late_u < 0.2:  # noqa: PLR2004 - share of late evenings
            sleep += 4
        away = wake + _between(self.leave_u, 3, 6)
        if occupation == "shifts" and early:
            wake = _between(self.wake_u, 17, 20)
            out = (wake + 2, _between(self.back_u, 57, 61))
        elif occupation == "shifts":
            out = (_between(self.leave_u, 51, 54), _between(self.back_u, 90, 93))
        elif occupation == "part-time":
            out = (away, _between(self.back_u, 48, 58))
        elif occupation == "school":
            out = (away, _between(self.back_u, 52, 64))
        elif occupation == "work" or (
            occupation == "home office" and self.out_u < (1 - habit) * _HOME_OFFICE_SHARE
        ):
            out = (away, _between(self.back_u, 58, 76))
        elif self.out_u < _OUTING_SHARE and occupation != "home office":
            start = _between(self.start_u, 38, 66)
            out = (start, start + _between(self.length_u, 4, 18))
        else:
            out = (0, 0)
        home = np.zeros(QUARTERS, dtype=np.bool_)
        home[wake:sleep] = True
        home[out[0] : out[1]] = False
        return home


def _between(draw: float, low: int, high: int) -> int:
    return low + int(draw * (high - low + 1))
