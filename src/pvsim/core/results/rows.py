"""The rows of `samples.csv`: text from arrays, exact to the last digit (I3)."""

import numpy as np

from pvsim.core.devices.balance import SOC_STEPS
from pvsim.core.quantities import digits
from pvsim.core.quantities.types import DW_PER_KW, Ints, Octets
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan

__all__ = ["header", "render"]

_FRACTION_DIGITS = 4


def header(plan: RunPlan) -> bytes:
    """The first line of the file. A run of several meters names the meter in each row."""
    names = ["timestamp", *(["meter"] if plan.names_meters else []), "meter_kw", "pv_kw", "net_kw"]
    names += ["battery_kw", "soc", "grid_kw"] if plan.has_battery else []
    names += ["flags"] if plan.holds else []
    return (",".join(names) + "\n").encode()


def render(samples: Samples, plan: RunPlan) -> bytes:
    """The lines of the samples, `2024-06-21T12:00:00+02:00,4.3215,2.8260,1.4955`, each ended by a newline."""
    offset_s = plan.timeline.offset_s(samples.t_utc)
    local = samples.t_utc + offset_s
    columns: list[digits.Texts | bytes] = [
        digits.date_texts(local),
        b"T",
        digits.time_texts(local),
        _offset_texts(offset_s),
        b",",
    ]
    if plan.names_meters:
        names = np.array([name.encode() for name in plan.meters])
        columns += [names[samples.meter], b","]
    meter_kw = _signed_kw_texts if plan.meter_range.grid else _kw_texts
    columns += [*meter_kw(samples.meter_dw), b",", *_kw_texts(samples.pv_dw), b","]
    columns += _signed_kw_texts(samples.meter_dw - samples.pv_dw)
    if samples.battery_dw is not None and samples.soc_steps is not None:
        columns += [b",", *_signed_kw_texts(samples.battery_dw), b",", *_soc_texts(samples.soc_steps)]
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


def _soc_texts(soc_steps: Ints) -> list[digits.Texts | bytes]:
    """States of charge with four decimals; nothing of a site without a battery."""
    whole, fraction = np.divmod(np.maximum(soc_steps, 0), SOC_STEPS)
    texts = [digits.table(2, 1, b"0")[whole], digits.table(SOC_STEPS, _FRACTION_DIGITS, b"0")[fraction]]
    there = soc_steps >= 0
    if there.all():
        return [texts[0], b".", texts[1]]
    return [np.where(there, text, b"") for text in (texts[0], b".", texts[1])]


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
    distinct, index = digits.unique(offset_s)
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
