"""Many readings at once: bodies of one width written and read as columns of an array.

Our own meter writes each body to the same width (JSON allows the spaces), so that 4,000 of them are one
array with a column for each field. Reading them back takes no parser: the values are cut from their column,
the block is written again from them, and only if it is the same to the last byte is it believed. Everything
else goes through `contract.read_message`, message by message; where both read, both give the same.
"""

import numpy as np

from pvsim.core.quantities import digits
from pvsim.core.quantities.types import BRIEFS_RANGE, METER_MAX_DW, Ints, MeterRange, Octets
from pvsim.core.run.plan import RunPlan

__all__ = ["ReadingBlocks"]

_SEQ_GROUPS = 2  # 8 digits: 3 years of seconds; longer runs take a third group
_POWER_WIDTH = 6  # "9000.0"; a greater range takes more


class ReadingBlocks:
    """Writes and reads blocks of consecutive readings of one run.

    Attributes:
        width: Bytes of one body.
    """

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan
        self._seq_groups = _SEQ_GROUPS + (plan.timeline.seconds > 10 ** (4 * _SEQ_GROUPS))
        names = [f'"{name}"' for name in plan.meters]
        name_width = max(map(len, names))
        self._names = np.array([name.ljust(name_width).encode() for name in names], dtype=f"S{name_width}")
        self._range = plan.meter_range
        power_width = _power_width(self._range)
        pieces = (
            ("", f'{{"v":1,"kind":"reading","run":"{plan.run_id}","meter":'),
            ("meter", " " * name_width),
            ("", ',"seq":'),
            ("seq", " " * (4 * self._seq_groups)),
            ("", ',"t_utc":"'),
            ("date", " " * 10),
            ("", "T"),
            ("time", " " * 8),
            ("", 'Z","meter_w":'),
            ("power", " " * power_width),
            ("", "}"),
        )
        starts = np.cumsum([0, *(len(text) for _, text in pieces)]).tolist()
        fields = [(name, f"S{len(text)}", at) for (name, text), at in zip(pieces, starts, strict=False) if name]
        names_, formats, offsets = zip(*fields, strict=True)
        self.width: int = starts[-1]
        self._layout = np.dtype(
            {
                "names": list(names_),
                "formats": list(formats),
                "offsets": list(offsets),
                "itemsize": self.width,
            }
        )
        template = "".join(text for _, text in pieces).encode()
        self._template = np.frombuffer(template, dtype=f"V{self.width}")
        self._power_at = slice(starts[-3], starts[-2])

    def write(self, first_position: int, meter_dw: Ints) -> Octets:
        """The bodies of consecutive readings from `first_position` on: shape (n, width)."""
        n_meters = len(self._plan.meters)
        position = np.arange(first_position, first_position + len(meter_dw), dtype=np.int64)
        seq, meter = np.divmod(position, n_meters) if n_meters > 1 else (position, np.zeros_like(position))
        t_utc = seq + self._plan.timeline.start_utc
        bodies = np.repeat(self._template, len(meter_dw)).view(self._layout)
        bodies["meter"] = self._names[meter] if n_meters > 1 else self._names[0]
        bodies["seq"] = digits.right_aligned(seq, self._seq_groups, b" ")
        bodies["date"] = digits.date_texts(t_utc)
        bodies["time"] = digits.time_texts(t_utc)
        bodies["power"] = self._power_texts(meter_dw)
        return bodies.view(np.uint8).reshape(-1, self.width)

    def read(self, bodies: Octets, first_position: int) -> Ints | None:
        """The values of a block, or None where it is not exactly what `write` makes of consecutive readings.

        Args:
            bodies: Shape (n, any width).
            first_position: Position of the first body.
        """
        if bodies.shape[1] != self.width or first_position + len(bodies) > self._plan.readings:
            return None
        power = bodies[:, self._power_at]
        text = power & 0x0F  # digits to numbers, a space to 0
        negative = (power == ord("-")).any(axis=1) if self._range.grid else None
        if negative is not None:
            text[power == ord("-")] = 0
        value = np.zeros(len(bodies), dtype=np.int64)
        for column in (*range(text.shape[1] - 2), -1):  # the point is at −2
            value = value * 10 + text[:, column]
        if negative is not None:
            value = np.where(negative, -value, value)
        if value.min(initial=0) < self._range.low_dw or value.max(initial=0) > self._range.high_dw:
            return None
        return value if np.array_equal(self.write(first_position, value), bodies) else None

    def _power_texts(self, meter_dw: Ints) -> digits.Texts:
        if self._range == BRIEFS_RANGE:
            return digits.fixed_point_table(METER_MAX_DW + 1, _POWER_WIDTH)[meter_dw]
        return digits.fixed_point(meter_dw, _power_width(self._range))


def _power_width(meter_range: MeterRange) -> int:
    """Characters of the longest power: a sign where there may be one, the digits, the point and one decimal."""
    return max(_POWER_WIDTH, len(str(meter_range.high_dw)) + 1) + meter_range.grid
