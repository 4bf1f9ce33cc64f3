"""No PV plant."""

import numpy as np

from pvsim.core.quantities.types import Ints

__all__ = ["NoPv"]


class NoPv:
    """The PV power where there is none: `net_kw` is what the meter shows."""

    def power_dw(self, first_utc: int, n: int) -> Ints:  # noqa: ARG002 - it is never another
        """See `PvSource.power_dw`."""
        return np.zeros(n, dtype=np.int64)
