"""What has been dealt with for good, and the rows that come of it.

Sorted messages wait here as *segments* until they make whole averaging periods. What a flush accounts for is
always a prefix of the log, so a checkpoint can stand after any flush (I1), and the counts always close (I4):
received = written + duplicates + rejected.
"""

from collections import deque
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np

from pvsim.core import rows
from pvsim.core.contract import Reason, rejection_line
from pvsim.core.plan import RunPlan
from pvsim.core.types import Ints, PowerSource

__all__ = ["REJECTED_DW", "Accounted", "Ledger", "Output", "Segment"]

REJECTED_DW = -1
"""Stands for the value of a reading that takes its place in the sequence but was rejected."""


@dataclass(frozen=True, slots=True)
class Accounted:
    """All messages before `next_offset`, all readings before `next_position`.

    Attributes:
        anchor_offset: Offset of the reading at `next_position − 1`; −1 where it is not known.
        readings_crc32: CRC-32 of the values so far, as in `contract.End`.
        received: Messages, the end marker not among them.
        written: Readings that became part of a row.
        missing: Readings that no row holds, because they or a neighbour in their period were rejected.
        ended: The end marker has been seen and fits.
    """

    next_position: int = 0
    anchor_offset: int = -1
    next_offset: int = 0
    readings_crc32: int = 0
    received: int = 0
    written: int = 0
    duplicates: int = 0
    rejected: int = 0
    missing: int = 0
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """What one flush wants appended to the files."""

    rows: bytes
    rejected: bytes
    accounted: Accounted


@dataclass(frozen=True, slots=True)
class Segment:
    """Messages of one fate at consecutive offsets.

    Attributes:
        values: Values in 0.1 W where the messages take positions, else None (duplicates, foreign messages).
        rejection: The line that is kept of a rejected message.
    """

    offset: int
    count: int
    values: Ints | None = None
    rejection: bytes = b""

    @property
    def end(self) -> int:
        """The offset after the last message."""
        return self.offset + self.count

    def split(self, n: int) -> tuple["Segment", "Segment"]:
        """The first `n` readings and the others."""
        values = np.empty(0, np.int64) if self.values is None else self.values
        return Segment(self.offset, n, values[:n]), Segment(self.offset + n, self.count - n, values[n:])


@dataclass(slots=True)
class Ledger:
    """Holds sorted messages until they make whole averaging periods, then turns them into rows."""

    plan: RunPlan
    pv: PowerSource
    accounted: Accounted
    _pending: deque[Segment] = field(default_factory=deque)

    def append(self, segment: Segment) -> None:
        """Take the next messages of the log."""
        self._pending.append(segment)

    def clear(self, accounted: Accounted) -> None:
        """Forget what is pending and go on from `accounted`."""
        self._pending.clear()
        self.accounted = accounted

    def flush(self, boundary: int, *, ended: bool) -> Output | None:
        """Account for all segments before the reading at position `boundary`; None where there are none.

        Args:
            boundary: A multiple of the readings of one averaging period.
            ended: The end marker has been taken.
        """
        segments = self._pop_until(boundary)
        now = self.accounted
        if not segments and ended == now.ended:
            return None
        taken = [(s, s.values) for s in segments if s.values is not None]
        values = np.concatenate([v for _, v in taken]) if taken else np.empty(0, np.int64)
        text, spoiled = self._rows(values)
        rejections = [(s.offset, s.rejection) for s in segments if s.rejection]
        rejections += _spoiled_lines(spoiled, [s for s, _ in taken])
        missing = int(np.count_nonzero(values == REJECTED_DW)) + len(spoiled)
        self.accounted = Accounted(
            next_position=now.next_position + len(values),
            anchor_offset=taken[-1][0].end - 1 if taken else now.anchor_offset,
            next_offset=segments[-1].end if segments else now.next_offset,
            readings_crc32=crc32(values.astype("<i4").tobytes(), now.readings_crc32),
            received=now.received + sum(s.count for s in segments),
            written=now.written + len(values) - missing,
            duplicates=now.duplicates + sum(s.count for s in segments if s.values is None and not s.rejection),
            rejected=now.rejected + len(rejections),
            missing=now.missing + missing,
            ended=ended,
        )
        in_log_order = b"".join(line for _, line in sorted(rejections))
        return Output(text, in_log_order, self.accounted)

    def _pop_until(self, boundary: int) -> list[Segment]:
        segments: list[Segment] = []
        room = boundary - self.accounted.next_position
        while self._pending:
            segment = self._pending[0]
            if segment.values is not None and segment.count > room:
                if room:
                    head, self._pending[0] = segment.split(room)
                    segments.append(head)
                break
            segments.append(self._pending.popleft())
            room -= 0 if segment.values is None else segment.count
        return segments

    def _rows(self, values: Ints) -> tuple[bytes, Ints]:
        """The rows of whole periods, and the indices of the values that were good but in vain."""
        plan, n_meters = self.plan, len(self.plan.meters)
        if not len(values):
            return b"", values
        first = self.accounted.next_position
        row = np.arange(first // plan.every_s, (first + len(values)) // plan.every_s, dtype=np.int64)
        pv_dw = self.pv.power_dw(plan.timeline.start_utc + first // n_meters, len(values) // n_meters)
        meter_mean = rows.window_means(values, plan.every_s, n_meters)
        pv_mean = np.repeat(rows.window_means(pv_dw, plan.every_s), n_meters)
        rejected = values == REJECTED_DW
        if not rejected.any():
            return rows.render(rows.Samples(row, meter_mean, pv_mean), plan), np.empty(0, np.int64)
        by_window = rejected.reshape(-1, plan.every_s, n_meters)
        bad = by_window.any(axis=1, keepdims=True)
        spoiled = np.flatnonzero(np.broadcast_to(bad, by_window.shape).reshape(-1) & ~rejected)
        good = ~bad.reshape(-1)
        return rows.render(rows.Samples(row[good], meter_mean[good], pv_mean[good]), plan), spoiled


def _spoiled_lines(spoiled: Ints, taken: list[Segment]) -> list[tuple[int, bytes]]:
    """Offset and line of each reading lost with a neighbour; `spoiled` indexes the values of `taken`."""
    if not len(spoiled):
        return []
    offsets = np.concatenate([np.arange(s.offset, s.end) for s in taken])
    return [(offset, rejection_line(offset, Reason.WINDOW, "", b"")) for offset in offsets[spoiled].tolist()]
