"""A sine of which every machine gives the same bits."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["sine"]


def sine(turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sine of whole turns, to 0.0017, by Bhaskara I's rational formula (7th century).

    Not `np.sin`, whose last bits differ between machines (I2).
    """
    half = np.abs(turns % 1.0 - 0.5)  # 0.5 at no turn, 0 at half a turn
    x = 0.25 - np.abs(half - 0.25)  # eighths of a turn and such fold onto 0..0.25
    product = x * (0.5 - x)
    sign = np.where(turns % 1.0 < 0.5, 1.0, -1.0)  # noqa: PLR2004 - half a turn
    result: NDArray[np.float64] = sign * 16 * product / (1.25 - 4 * product)
    return result
