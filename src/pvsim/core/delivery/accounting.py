"""What has been dealt with for good, and the rows that come of it.

Decided messages wait here until they make whole averaging periods. What a flush accounts for is a prefix of the
log, and beyond it only the readings that a bit map names: messages held for their turn (`sequence`) must be
read again after a crash, those that overtook them must not. So a checkpoint can stand after any flush (I1), and
the counts always close (I4): received = written + duplicates + rejected.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from zlib import crc32

import numpy as np

from pvsim.core.delivery.fate import Fate, fate_of
from pvsim.core.delivery.pending import Pending, Segment
from pvsim.core.messages.contract import Reason, rejection_line
from pvsim.core.quantities.types import Ints, PvSource
from pvsim.core.results.samples import Samples
from pvsim.core.results.sampling import REJECTED_DW, samples_of
from pvsim.core.run.plan import RunPlan

__all__ = ["Accounted", "Accounting", "Output"]

_FLOOD = 10_000


@dataclass(frozen=True, slots=True)
class Accounted:
    """All messages before `next_offset` and those that `ahead` names, all readings before `next_position`.

    Attributes:
        anchor_offset: The highest offset of a reading among them, by which the log is known again; −1 for none.
        readings_crc32: CRC-32 of the values so far, as in `contract.End`.
        received: Messages, the end marker not among them.
        written: Readings that became part of a row.
        missing: Readings that no row holds, because they or a neighbour in their period were rejected or damaged.
        ended: The end marker has been seen and fits.
        anchor_lag: The anchor's position is `next_position − 1 − anchor_lag`: the last reading's, unless that one
            came early, or is missing.
        damaged: Messages without a position, rejected behind the anchor: each may be one that is missing next.
            They are read again when going on, except for a flood of them.
        stored: What each battery holds after the readings before `next_position`, in its units; () at the start.
        last: The last value of each meter before `next_position`, where the run holds values; else ().
        ahead: Bit i is set where the message at `next_offset + i` is accounted for already: a reading that
            overtook one that still waits.
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
    anchor_lag: int = 0
    damaged: int = 0
    stored: tuple[int, ...] = ()
    last: tuple[int, ...] = ()
    ahead: int = 0

    @property
    def held(self) -> int:
        """Readings for which the value before stands in a row."""
        return self.next_position - self.written - self.missing

    @property
    def read_from(self) -> int:
        """The offset to read the log from when going on: of the anchor, or before it of what is still to be read.

        Without an anchor it is that of the first message, since no offset can be trusted then.
        """
        return 0 if self.anchor_offset < 0 else min(self.anchor_offset, self.next_offset)


@dataclass(frozen=True, slots=True)
class Output:
    """What one flush wants appended to the files: rows, of which there may be none, and rejected messages."""

    samples: Samples
    rejected: bytes
    accounted: Accounted


@dataclass(slots=True)
class Accounting:
    """Holds decided messages until they make whole averaging periods, then turns them into rows."""

    plan: RunPlan
    pv: PvSource
    accounted: Accounted
    _pending: Pending = field(default_factory=Pending)
    _end: int = 0  # the offset after all that was ever appended or skipped

    def append(self, segment: Segment) -> None:
        """Take what was decided next: readings in the order of their positions."""
        self._pending.append(segment)
        self._end = max(self._end, segment.end)

    def skip(self, offset: int) -> None:
        """Pass over a message that is accounted for."""
        self._end = max(self._end, offset + 1)

    def crc32_of_all(self) -> int | None:
        """CRC-32 of all values so far, those not accounted for yet too; None where one is missing."""
        values, now = self._pending.values(), self.accounted
        if now.written < now.next_position or (values == REJECTED_DW).any():
            return None
        return crc32(values.astype("<i4").tobytes(), now.readings_crc32)

    def clear(self, accounted: Accounted) -> None:
        """Forget what is pending and go on from `accounted`."""
        self._pending = Pending()
        self._end = 0
        self.accounted = accounted

    def flush(
        self,
        boundary: int,
        *,
        ended: bool = False,
        last: bool = False,
        undecided: int | None = None,
        damaged: int = 0,
    ) -> Output | None:
        """Account for what can be; None where there is nothing.

        What follows the last reading waits for the next one: on resuming, a log that was deleted and written
        again is recognised by the anchor, and what is skipped then must not stand behind it. A flood does not
        wait.

        Args:
            boundary: All readings before it have been appended; a multiple of those of one averaging period.
            ended: The end marker has been taken.
            last: No reading will follow.
            undecided: Offset of the first message that waits for its turn.
            damaged: As in `Accounted`, of the messages before `undecided`.
        """
        now = self.accounted
        everything = ended or last or self._pending.others >= _FLOOD
        taken, next_offset = self._pop_prefix(boundary, undecided, everything=everything)
        anchor_offset, anchor_lag = _anchor(taken, now)
        if anchor_offset < 0 and not everything:
            self._pending.put_back(taken)
            return None
        others = self._pending.pop_others(next_offset)
        if not taken and not others and (ended, next_offset) == (now.ended, now.next_offset):
            return None
        values = _values_of(taken)
        fate = fate_of(values, self.plan, now.last)
        samples, stored = self._samples(fate)
        rejections = [(s.offset, s.rejection) for s in (*taken, *others) if s.rejection]
        rejections += _incomplete_period_lines(fate.in_incomplete_periods, taken)
        self.accounted = Accounted(
            next_position=now.next_position + len(values),
            anchor_offset=anchor_offset,
            next_offset=next_offset,
            readings_crc32=crc32(values.astype("<i4").tobytes(), now.readings_crc32),
            received=now.received + sum(s.messages for s in (*taken, *others)),
            written=now.written + fate.written,
            duplicates=now.duplicates + sum(s.count for s in others if not s.rejection),
            rejected=now.rejected + len(rejections),
            missing=now.missing + fate.missing,
            ended=ended,
            anchor_lag=anchor_lag,
            damaged=self._still_damaged(next_offset, damaged) if everything else 0,
            stored=stored,
            last=fate.last,
            ahead=_ahead(taken, next_offset, now),
        )
        in_log_order = b"".join(line for _, line in sorted(rejections))
        return Output(samples, in_log_order, self.accounted)

    def _still_damaged(self, next_offset: int, damaged: int) -> int:
        """Those that explain readings not accounted for yet, or may explain later ones."""
        return self._pending.missing_first or (0 if self._pending.lowest_offset == next_offset else damaged)

    def _pop_prefix(self, boundary: int, undecided: int | None, *, everything: bool) -> tuple[list[Segment], int]:
        """The readings to account for, and the offset before which all are accounted for then.

        Lines of rejected messages are kept in the order of the log (I2), so a reading that has one waits with
        its averaging period until everything before it is decided: the boundary is lowered.
        """
        while True:
            taken = self._pending.pop_readings(boundary - self.accounted.next_position)
            end = self._end if everything else min(self._end, _anchor(taken, self.accounted)[0] + 1)
            end = max(end, self.accounted.next_offset)
            waiting = (undecided, self._pending.lowest_offset)
            next_offset = min([end, *(offset for offset in waiting if offset is not None)])
            if all(segment.end <= next_offset for segment in taken):
                return taken, next_offset
            window = self.plan.window
            fate = fate_of(_values_of(taken), self.plan, self.accounted.last)
            lines = np.union1d(np.flatnonzero(fate.rejected), fate.in_incomplete_periods)
            too_early = lines[_offsets_of(taken)[lines] >= next_offset]
            if not len(too_early):
                return taken, next_offset
            self._pending.put_back(taken)
            boundary = self.accounted.next_position + int(too_early[0]) // window * window

    def _samples(self, fate: Fate) -> tuple[Samples, tuple[int, ...]]:
        """The rows of whole periods, and the batteries' states."""
        plan, now = self.plan, self.accounted
        if not len(fate.values):
            return Samples.none(), now.stored
        start = now.stored if now.next_position else plan.stored_at_start
        samples, stored = samples_of(plan, self.pv, now.next_position, fate.values, start)
        if plan.holds:
            samples = replace(samples, held_s=fate.held_s)
        if fate.missing:
            samples = samples.where(~fate.row_lost)
        return samples, stored


def _values_of(taken: Sequence[Segment]) -> Ints:
    values = [s.values for s in taken if s.values is not None]
    return np.concatenate(values) if values else np.empty(0, np.int64)


def _offsets_of(taken: Sequence[Segment]) -> Ints:
    """The offset of each reading, −1 where no message stands for it."""
    return np.concatenate([np.arange(s.offset, s.end) if s.messages else np.full(s.count, -1) for s in taken])


def _anchor(taken: Sequence[Segment], before: Accounted) -> tuple[int, int]:
    """The highest offset of a reading, and how far its position is behind the last reading's."""
    offset, position = before.anchor_offset, before.next_position - 1 - before.anchor_lag
    next_position = before.next_position
    for segment in taken:
        next_position += segment.count
        if segment.messages and segment.end > offset:
            offset, position = segment.end - 1, next_position - 1
    return offset, next_position - 1 - position


def _ahead(taken: Sequence[Segment], next_offset: int, before: Accounted) -> int:
    """The bit map of what is accounted for from `next_offset` on."""
    bits = before.ahead >> (next_offset - before.next_offset)
    for segment in taken:
        first = max(segment.offset, next_offset)
        if segment.end > first:
            bits |= ((1 << (segment.end - first)) - 1) << (first - next_offset)
    return bits


def _incomplete_period_lines(in_incomplete_periods: Ints, taken: Sequence[Segment]) -> list[tuple[int, bytes]]:
    """Offset and line of each valid reading of an incomplete period; the indices are of the values of `taken`."""
    if not len(in_incomplete_periods):
        return []
    offsets = _offsets_of(taken)[in_incomplete_periods].tolist()
    return [(offset, rejection_line(offset, Reason.WINDOW, "", b"")) for offset in offsets]
