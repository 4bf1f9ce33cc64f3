"""From messages to rows: the simulator's decisions, without its input and output.

Messages arrive in batches, in the order of their offsets. Each is one of:

    position == expected   new        becomes (part of) a row
    position <  expected   duplicate  dropped and counted
    position >  expected   gap        an error: what came before is kept, the run stops
    anything else          rejected   kept with offset and reason; a reading with an impossible value still
                                      takes its place in the sequence, so that the next one is no gap
"""

from dataclasses import dataclass, replace

import numpy as np

from pvsim.core import contract
from pvsim.core.blocks import ReadingBlocks
from pvsim.core.contract import End, Reason, Rejection, Values, rejection_line
from pvsim.core.ledger import REJECTED_DW, Accounted, Ledger, Output, Segment
from pvsim.core.plan import RunPlan
from pvsim.core.types import Ints, Octets, PowerSource
from pvsim.errors import PvsimError

__all__ = ["AnchorLostError", "Batch", "Intake", "SequenceGapError"]


class SequenceGapError(PvsimError):
    """A reading is missing from the log."""


class AnchorLostError(PvsimError):
    """The log no longer holds the last written reading where the checkpoint says."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages at consecutive offsets: an array where all have one length, else a list."""

    first_offset: int
    bodies: Octets | list[bytes]

    def __len__(self) -> int:
        return len(self.bodies)

    def body(self, i: int) -> bytes:
        """The i-th message."""
        body = self.bodies[i]
        return body if isinstance(body, bytes) else body.tobytes()


class Intake:
    """Sorts messages and makes rows. Pure: no input, no output, no clock.

    Args:
        plan: The run.
        pv: The PV power of each second.
        accounted: Where to go on; the default is the beginning.

    Attributes:
        expected: Position of the next new reading.
        ended: The end marker has been taken.
    """

    def __init__(self, plan: RunPlan, pv: PowerSource, accounted: Accounted | None = None) -> None:
        start = accounted or Accounted()
        self.expected = start.next_position
        self.ended = start.ended
        self._plan = plan
        self._blocks = ReadingBlocks(plan)
        self._ledger = Ledger(plan, pv, start)
        self._skip_before = start.next_offset
        self._anchored = start.anchor_offset < 0
        self._end_crc32: int | None = None

    @property
    def accounted(self) -> Accounted:
        """What has been flushed."""
        return self._ledger.accounted

    @property
    def anchored(self) -> bool:
        """Whether the last written reading was found again, or there is none to be found."""
        return self._anchored

    @property
    def complete(self) -> bool:
        """Whether the last reading of the run has been taken."""
        return self.expected == self._plan.readings

    def distrust_offsets(self) -> None:
        """Take the log from its first message: the sequence alone says what is known (DESIGN §5)."""
        now = replace(self.accounted, anchor_offset=-1, next_offset=0)
        self._ledger.clear(now)
        self.expected, self.ended, self._end_crc32 = now.next_position, now.ended, None
        self._skip_before, self._anchored = 0, True

    def take(self, batch: Batch) -> None:
        """Sort the messages of a batch.

        Raises:
            AnchorLostError: if the last written reading is not where it was.
            SequenceGapError: if a reading is missing. The messages before it have been taken.
        """
        if not self._anchored:
            self._check_anchor(batch)
        known = min(max(self._skip_before - batch.first_offset, 0), len(batch))
        fresh = Batch(batch.first_offset + known, batch.bodies[known:])
        self._skip_before = max(self._skip_before, batch.first_offset + len(batch))
        if len(fresh) and not self.ended and not self._take_block(fresh):
            for i in range(len(fresh)):
                self._take_one(fresh.first_offset + i, fresh.body(i))

    def flush(self) -> Output | None:
        """Turn whole averaging periods into rows; None where there is nothing new.

        Raises:
            PvsimError: if the values differ from those that the end marker vouches for.
        """
        output = self._ledger.flush(self.expected - self.expected % self._plan.window, ended=self.ended)
        now = self.accounted
        if self._end_crc32 not in {None, now.readings_crc32} and not now.missing:
            raise PvsimError("the values in the log differ from those that the meter ended the run with")
        return output

    def _check_anchor(self, batch: Batch) -> None:
        """The reading at the checkpointed offset must be the checkpointed one: offsets lie politely."""
        index = self.accounted.anchor_offset - batch.first_offset
        if index >= len(batch):
            return
        message = contract.read_message(batch.body(index), self._plan) if index >= 0 else None
        position = None if message is None or isinstance(message, End) else message.position
        if position != self.accounted.next_position - 1:
            what = f"offset {self.accounted.anchor_offset:,} of the log no longer holds the last written reading"
            raise AnchorLostError(what)
        self._anchored = True

    def _take_block(self, batch: Batch) -> bool:
        """Take consecutive readings in the form of our own meter at once; say whether that was possible."""
        if isinstance(batch.bodies, list):
            return False
        first = self.expected
        values = self._blocks.read(batch.bodies, first)
        if values is None:
            message = contract.read_message(batch.body(0), self._plan)
            if not isinstance(message, Values) or message.position == first:
                return False
            first = message.position
            values = self._blocks.read(batch.bodies, first)
        if values is None:
            return False
        self._take_values(batch.first_offset, first, values)
        return True

    def _take_one(self, offset: int, body: bytes) -> None:
        if self.ended:
            return
        message = contract.read_message(body, self._plan)
        if isinstance(message, Values):
            self._take_values(offset, message.position, np.array([message.meter_dw], dtype=np.int64))
        elif isinstance(message, End):
            self._take_end(offset, body, message)
        elif message.position is not None:
            line = rejection_line(offset, message.reason, message.detail, body)
            self._take_values(offset, message.position, np.array([REJECTED_DW], dtype=np.int64), line)
        else:
            self._reject(offset, body, message)

    def _take_values(self, offset: int, position: int, values: Ints, rejection: bytes = b"") -> None:
        """Take readings at consecutive positions: the table at the head of this module."""
        if position > self.expected:
            raise SequenceGapError(self._gap(position))
        known = min(self.expected - position, len(values))
        if known:
            self._ledger.append(Segment(offset, known))
        if known < len(values):
            self._ledger.append(Segment(offset + known, len(values) - known, values[known:], rejection))
            self.expected = position + len(values)

    def _take_end(self, offset: int, body: bytes, end: End) -> None:
        if end.readings != self._plan.readings:
            detail = f"it ends after {end.readings:,} readings, the run has {self._plan.readings:,}"
            self._reject(offset, body, Rejection(Reason.WRONG_END, detail))
        elif not self.complete:
            raise SequenceGapError(self._gap(self._plan.readings))
        else:
            self.ended, self._end_crc32 = True, end.crc32

    def _reject(self, offset: int, body: bytes, rejection: Rejection) -> None:
        line = rejection_line(offset, rejection.reason, rejection.detail, body)
        self._ledger.append(Segment(offset, 1, rejection=line))

    def _gap(self, position: int) -> str:
        seq, meter = divmod(self.expected, len(self._plan.meters))
        return (
            f"{position - self.expected:,} readings are missing from the log, from second {seq:,} of the run"
            f" of meter {self._plan.meters[meter]}"
        )
