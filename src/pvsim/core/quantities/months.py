"""Values of twelve months as a function of time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.types import Ints

__all__ = ["MONTHS", "monthly"]

MONTHS = 12


def monthly(values: Sequence[float], t_utc: Ints) -> NDArray[np.float64]:
    """A climate of twelve monthly means at the Unix times `t_utc`: straight lines between the months' middles.

    Args:
        values: From January on.
        t_utc: Not empty, rising.
    """
    month = t_utc[[0, -1]].astype("datetime64[s]").astype("datetime64[M]")
    numbers = np.arange(int(month[0].astype(np.int64)) - 1, int(month[1].astype(np.int64)) + 2)
    starts = numbers.astype("datetime64[M]").astype("datetime64[s]").astype(np.int64)
    ends = (numbers + 1).astype("datetime64[M]").astype("datetime64[s]").astype(np.int64)
    middles = (starts + ends) / 2.0
    return np.interp(t_utc, middles, np.asarray(values, np.float64)[numbers % MONTHS])
