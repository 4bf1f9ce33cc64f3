"""The brief's PV curve: power by local time of day.

The table is the brief's picture, digitised each five minutes to ±0.015 kW (`data/pv_curve.csv`). Between its
points a monotone cubic keeps the shape (Fritsch & Carlson 1980, doi 10.1137/0717021): no value above the
neighbouring points, none below zero, exact zeros at night.
"""

import csv
import re
from dataclasses import dataclass, field
from math import inf

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.timeline import DAY_S, Timeline
from pvsim.core.quantities.types import DW_PER_KW, Ints
from pvsim.errors import BadInputError, UsageError

__all__ = ["MAX_PEAK_KW", "CurvePv", "checked_curve", "monotone_cubic", "parse_curve", "second_of_day"]

MAX_PEAK_KW = 9_999.0
"""Rows print at most four digits before the point."""

_TIME_OF_DAY = re.compile(r"(\d{1,2}):([0-5]\d)(?::00)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class CurvePv:
    """PV power that follows the curve on every day of a timeline, by local time.

    Attributes:
        by_second_dw: Power of each second of a local day, shape (86400,), in 0.1 W.
    """

    timeline: Timeline
    by_second_dw: Ints = field(repr=False)

    @classmethod
    def from_curve(cls, text: str, timeline: Timeline, *, peak_kw: float | None = None) -> "CurvePv":
        """Make the source from the table's text; `peak_kw` scales the curve to another peak.

        Raises:
            UsageError: if `peak_kw` is not in 0..9999.
            BadInputError: if the table is malformed.
        """
        return cls.of_points(*parse_curve(text), timeline, peak_kw=peak_kw)

    @classmethod
    def of_points(
        cls,
        times: NDArray[np.float64],
        powers: NDArray[np.float64],
        timeline: Timeline,
        *,
        peak_kw: float | None = None,
    ) -> "CurvePv":
        """Make the source from seconds of the day and kW, as `checked_curve` gives them.

        Raises:
            UsageError: if `peak_kw` is not in 0..9999.
        """
        if peak_kw is not None:
            if not 0 <= peak_kw <= MAX_PEAK_KW:
                what = f"`pv.peak_kw` is 0 to {MAX_PEAK_KW:g} kW, not {peak_kw} kW"
                raise UsageError(what, field="pv.peak_kw", fix="give the plant's peak in kW, for example 3.257")
            powers = powers * (peak_kw / powers.max())
        seconds = np.arange(DAY_S, dtype=np.float64)
        by_second = np.rint(monotone_cubic(times, powers, seconds) * DW_PER_KW).astype(np.int64)
        return cls(timeline, by_second)

    def power_dw(self, first_utc: int, n: int) -> Ints:
        """See `PowerSource.power_dw`."""
        t_utc = np.arange(first_utc, first_utc + n, dtype=np.int64)
        power: Ints = self.by_second_dw[(t_utc + self.timeline.offset_s(t_utc)) % DAY_S]
        return power


def parse_curve(text: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds of the day and kW of the table `time_of_day,pv_kw` (`HH:MM`, from 00:00 to 24:00).

    Raises:
        BadInputError: if the table is malformed, with its line.
    """
    times: list[float] = []
    powers: list[float] = []
    table = csv.DictReader(text.splitlines())
    for row in table:
        try:
            times.append(second_of_day(row["time_of_day"]))
            powers.append(float(row["pv_kw"]))
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            what = "not a line of time_of_day,pv_kw"
            raise BadInputError(
                what, where=f"PV curve, line {table.line_num}", fix="for example 12:00,2.826"
            ) from error
    return checked_curve(np.asarray(times), np.asarray(powers), "PV curve")


def checked_curve(
    times: NDArray[np.float64], powers: NDArray[np.float64], where: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The points of a curve: seconds of the day and kW.

    Raises:
        BadInputError: the times do not rise from 00:00 to 24:00, or a power is missing, negative or too large.
    """
    rising = bool((np.diff(times) > 0).all())
    whole_day = len(times) > 1 and times[0] == 0 and times[-1] == DAY_S and rising
    if not whole_day or not ((powers >= 0) & (powers < inf)).all() or not powers.any():
        what = "the times must rise from 00:00 to 24:00 and the powers be positive or zero"
        raise BadInputError(what, where=where, fix="give each time of day once, in order, with its power in kW")
    return times, powers


def second_of_day(text: str) -> float:
    """Seconds since midnight of `H:MM` or `HH:MM`, to 24:00.

    Raises:
        ValueError: it is no such time.
    """
    match = _TIME_OF_DAY.fullmatch(text)
    if match is None or int(match[1]) * 60 + int(match[2]) > DAY_S // 60:
        raise ValueError(text)
    return int(match[1]) * 3600.0 + int(match[2]) * 60.0


def monotone_cubic(x: NDArray[np.float64], y: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """The piecewise cubic through (x, y) that is monotone wherever the points are.

    Slopes are the weighted harmonic means of the neighbouring secants, and zero at a turning point
    (Fritsch & Butland 1984, doi 10.1137/0905021).

    Args:
        x: Rising abscissae, shape (k,), k >= 3.
        y: Ordinates, shape (k,).
        at: Where to evaluate, within [x[0], x[-1]].
    """
    width = np.diff(x)
    secant = np.diff(y) / width
    before, after = secant[:-1], secant[1:]
    weight_before, weight_after = 2 * width[1:] + width[:-1], width[1:] + 2 * width[:-1]
    same_sign = before * after > 0
    slope = np.zeros_like(y)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (weight_before + weight_after) / (weight_before / before + weight_after / after)
    slope[1:-1] = np.where(same_sign, mean, 0.0)
    slope[0], slope[-1] = secant[0], secant[-1]
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(width) - 1)
    h = width[i]
    s = (at - x[i]) / h
    value: NDArray[np.float64] = (
        (1 + 2 * s) * (1 - s) ** 2 * y[i]
        + s * (1 - s) ** 2 * h * slope[i]
        + s**2 * (3 - 2 * s) * y[i + 1]
        + s**2 * (s - 1) * h * slope[i + 1]
    )
    return value
