"""The rows of `samples.csv`: text from arrays, exact to the last digit (I3)."""

from dataclasses import dataclass

import numpy as np

from pvsim.core.devices.balance import SOC_STEPS
from pvsim.core.quantities import digits
from pvsim.core.quantities.types import DW_PER_KW, Ints, Octets
from pvsim.core.run.plan import RunPlan

__all__ = ["Samples", "header", "render", "window_means"]

_FRACTION_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Samples:
    """Consecutive rows as arrays, each of shape (n,).

    Attributes:
        row: Index of the row in the run.
        meter_dw: Meter power in 0.1 W.
        pv_dw: PV power, likewise.
        battery_dw: Power of the battery, positive charges; None where the run has none.
        soc_steps: State of charge in steps of 1/10,000; likewise.
        curtailed_dw: What the plant could have given besides, in 0.1 W; None where the run has no export limit.
            No column shows it.
        held_s: Seconds of the row for which the value before stands; None where the run holds none.
    """

    row: Ints
    meter_dw: Ints
    pv_dw: Ints
    battery_dw: Ints | None = None
    soc_steps: Ints | None = None
    curtailed_dw: Ints | None = None
    held_s: Ints | None = None

    def __len__(self) -> int:
        return len(self.row)

    @property
    def grid_dw(self) -> Ints:
        """What the meter at the grid connection shows: positive imports, negative exports."""
        net_dw = self.meter_dw - self.pv_dw
        return net_dw if self.battery_dw is None else net_dw + self.battery_dw

    def where(self, kept: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> "Samples":
        """Some of the rows."""
        columns = (
            self.row,
            self.meter_dw,
            self.pv_dw,
            self.battery_dw,
            self.soc_steps,
            self.curtailed_dw,
            self.held_s,
        )
        return Samples(*(None if column is None else column[kept] for column in columns))  # type: ignore[arg-type]


def header(plan: RunPlan) -> bytes:
    """The first line of the file. A run of several meters names the meter in each row."""
    names = ["timestamp", *(["meter"] if len(plan.meters) > 1 else []), "meter_kw", "pv_kw", "net_kw"]
    names += ["battery_kw", "soc", "grid_kw"] if plan.has_battery else []
    names += ["flags"] if plan.holds else []
    return (",".join(names) + "\n").encode()


def window_means(values_dw: Ints, every_s: int, n_meters: int = 1) -> Ints:
    """Means over an averaging period, rounded half to even: shape (windows * meters,).

    Args:
        values_dw: Whole windows of readings in order of position, shape (windows * every_s * n_meters,).
        every_s: Seconds in a window.
        n_meters: Readings in a second.
    """
    if every_s == 1:
        return values_dw
    sums = values_dw.reshape(-1, every_s, n_meters).sum(axis=1).reshape(-1)
    quotient, rest = np.divmod(sums, every_s)
    twice = 2 * rest
    round_up = (twice > every_s) | ((twice == every_s) & (quotient % 2 == 1))
    means: Ints = quotient + round_up
    return means


def render(samples: Samples, plan: RunPlan) -> bytes:
    """The lines of the samples, `2024-06-21T12:00:00+02:00,4.3215,2.8260,1.4955`, each ended by a newline."""
    n_meters = len(plan.meters)
    window, meter = np.divmod(samples.row, n_meters)
    t_utc = plan.timeline.start_utc + window * plan.every_s
    offset_s = plan.timeline.offset_s(t_utc)
    local = t_utc + offset_s
    columns: list[digits.Texts | bytes] = [
        digits.date_texts(local),
        b"T",
        digits.time_texts(local),
        _offset_texts(offset_s),
        b",",
    ]
    if n_meters > 1:
        names = np.array([name.encode() for name in plan.meters])
        columns += [names[meter], b","]
    meter_kw = _signed_kw_texts if plan.meter_range.grid else _kw_texts
    columns += [*meter_kw(samples.meter_dw), b",", *_kw_texts(samples.pv_dw), b","]
    columns += _signed_kw_texts(samples.meter_dw - samples.pv_dw)
    if samples.battery_dw is not None and samples.soc_steps is not None:
        whole, fraction = np.divmod(samples.soc_steps, SOC_STEPS)
        soc: list[digits.Texts | bytes] = [
            digits.table(2, 1, b"0")[whole],
            b".",
            digits.table(SOC_STEPS, _FRACTION_DIGITS, b"0")[fraction],
        ]
        columns += [b",", *_signed_kw_texts(samples.battery_dw), b",", *soc]
        columns += [b",", *_signed_kw_texts(samples.grid_dw)]
    if samples.held_s is not None:
        columns += [b",", *_flag_texts(samples.held_s, plan)]
    columns.append(b"\n")
    return _joined(columns, len(samples))


def _flag_texts(held_s: Ints, plan: RunPlan) -> list[digits.Texts | bytes]:
    """`held` where the value before stands for a missing one; in longer periods with the seconds, `held:37`."""
    held = np.where(held_s > 0, b"held" if plan.every_s == 1 else b"held:", b"")
    if plan.every_s == 1:
        return [held]
    seconds = digits.right_aligned(held_s, 2, b"\0")
    return [held, np.where(held_s > 0, seconds, b"")]


def _signed_kw_texts(power_dw: Ints) -> list[digits.Texts | bytes]:
    return [np.where(power_dw < 0, b"-", b""), *_kw_texts(np.abs(power_dw))]


def _kw_texts(power_dw: Ints) -> list[digits.Texts | bytes]:
    """Non-negative powers in 0.1 W as kW with four decimals, below 100,000,000 kW."""
    whole, fraction = np.divmod(power_dw, DW_PER_KW)
    if whole.max(initial=0) < DW_PER_KW:
        before_point = digits.table(DW_PER_KW, _FRACTION_DIGITS, b"\0")[whole]
    else:
        before_point = digits.right_aligned(whole, 2, b"\0")
    return [
        before_point,
        b".",
        digits.table(DW_PER_KW, _FRACTION_DIGITS, b"0")[fraction],
    ]


def _offset_texts(offset_s: Ints) -> digits.Texts:
    distinct, index = np.unique(offset_s, return_inverse=True)
    texts = [b"%c%02d:%02d" % (b"+-"[s < 0], abs(s) // 3600, abs(s) // 60 % 60) for s in distinct.tolist()]
    result: digits.Texts = np.array(texts, dtype="S6")[index]
    return result


def _joined(columns: list[digits.Texts | bytes], n: int) -> bytes:
    """Columns side by side, their padding (NUL) left out."""
    layout = np.dtype([(str(i), f"S{_width(column)}") for i, column in enumerate(columns)])
    lines = np.empty(n, dtype=layout)
    for i, column in enumerate(columns):
        lines[str(i)] = column
    octets: Octets = lines.view(np.uint8)
    kept: Octets = octets[octets != 0]
    return kept.tobytes()


def _width(column: digits.Texts | bytes) -> int:
    return len(column) if isinstance(column, bytes) else column.dtype.itemsize
