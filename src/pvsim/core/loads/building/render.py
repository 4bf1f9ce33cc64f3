"""From segments to the power of each second of a window."""

import numpy as np

from pvsim.core.loads.building.devices import Floats
from pvsim.core.loads.building.events import Segments
from pvsim.core.quantities.types import Ints

__all__ = ["add_segments"]


def add_segments(segments: Segments, first_utc: int, power_dw: Ints, ripple_dw: Floats) -> None:
    """Add the segments that touch the window to `power_dw`, and their ripple to `ripple_dw`, in place."""
    last = first_utc + len(power_dw)
    touching = np.flatnonzero((segments.starts < last) & (segments.ends > first_utc))
    columns = (
        segments.starts,
        segments.ends,
        segments.periods,
        segments.on_s,
        segments.on_dw,
        segments.off_dw,
        segments.ripple_dw,
    )
    for start, end, period, on_s, on_dw, off_dw, ripple in zip(
        *(c[touching].tolist() for c in columns), strict=True
    ):
        low, high = max(start, first_utc) - first_utc, min(end, last) - first_utc
        if period:
            phase = np.arange(low + first_utc - start, high + first_utc - start) % period
            power_dw[low:high] += np.where(phase < on_s, on_dw, off_dw)
        else:
            power_dw[low:high] += on_dw
        if ripple:
            ripple_dw[low:high] += ripple
