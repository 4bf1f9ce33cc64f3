"""From messages to rows: the simulator's input, without its input and output.

Messages arrive in batches, in the order of their offsets. Whole blocks of our own meter in order take the short
way; all others are read one by one. `core.sequence` decides, `core.ledger` makes rows of what is decided.
"""

from dataclasses import dataclass, replace

import numpy as np

from pvsim.core import contract
from pvsim.core.blocks import ReadingBlocks
from pvsim.core.contract import End, Reason, Rejection, Values, rejection_line
from pvsim.core.ledger import Accounted, Ledger, Output
from pvsim.core.plan import RunPlan
from pvsim.core.sampling import REJECTED_DW
from pvsim.core.sequence import REORDER_MESSAGES, Early, Sequence, SequenceGapError
from pvsim.core.types import Ints, Octets, PvSource
from pvsim.errors import PvsimError

__all__ = ["AnchorLostError", "Batch", "Intake", "SequenceGapError"]

_SHORTEST_BLOCK = 64
"""While something is held, blocks end where it is decided; below this a block costs more than its messages."""


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

    def part(self, start: int, stop: int) -> "Batch":
        """Some of its messages."""
        return Batch(self.first_offset + start, self.bodies[start:stop])


class Intake:
    """Sorts messages and makes rows. Pure: no input, no output, no clock.

    Args:
        plan: The run.
        pv: The PV power of each second.
        accounted: Where to go on; the default is the beginning.
        patience: How many further messages a reading ahead of its turn is held for.

    Attributes:
        ended: The end marker has been taken.
    """

    def __init__(
        self,
        plan: RunPlan,
        pv: PvSource,
        accounted: Accounted | None = None,
        *,
        patience: int = REORDER_MESSAGES,
    ) -> None:
        self._plan = plan
        self._blocks = ReadingBlocks(plan)
        self._ledger = Ledger(plan, pv, accounted or Accounted())
        self._patience = patience
        self._begin()

    def _begin(self) -> None:
        start = self.accounted
        if start.anchor_offset < 0:  # no reading says whether this is still the same log: trust no offset
            start = replace(start, anchor_lag=0, next_offset=0, ahead=0)
        self._ledger.clear(start)
        self._unchecked: list[Batch] = []
        self.ended = start.ended
        self._sequence = Sequence.after(self._plan, self._ledger, self._patience)
        self._start = start
        self._skip_before = start.next_offset
        self._anchored = start.anchor_offset < 0
        self._end_crc32: int | None = None
        self._last = False  # the last reading is there, and nothing has come for a while

    @property
    def expected(self) -> int:
        """Position of the next new reading."""
        return self._sequence.expected

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
        return self._sequence.complete

    def distrust_offsets(self) -> None:
        """Take the log from its first message: the sequence alone says what is known (DESIGN §5).

        Whatever is read again is received again: readings count as duplicates, and foreign messages are
        rejected and kept once more. Which of them were kept before cannot be told, since in a log that was
        made anew the same offset holds another message. The counts close all the same (I4).
        """
        self._ledger.clear(replace(self.accounted, anchor_offset=-1))
        self._begin()

    def take(self, batch: Batch) -> None:
        """Sort the messages of a batch.

        Raises:
            AnchorLostError: if the last written reading is not where it was.
            SequenceGapError: if a reading is missing. The messages before it have been taken.
        """
        if self._anchored:
            self._take(batch)
            return
        if batch.first_offset + len(batch) > self._skip_before:
            self._unchecked.append(batch)  # the anchor may have come late, at most as far as things are held
        self._anchored = self._finds_anchor(batch)
        if self._anchored:
            waiting, self._unchecked = self._unchecked, []
            for each in waiting:
                self._take(each)

    def settle(self) -> None:
        """Decide about all messages that wait for their turn: no more will come for a while.

        Raises:
            SequenceGapError: if a reading is missing.
        """
        self._sequence.settle()
        self._last = self.complete

    def flush(self) -> Output | None:
        """Turn whole averaging periods into rows; None where there is nothing new.

        Raises:
            PvsimError: if the values differ from those that the end marker vouches for.
        """
        sequence = self._sequence
        boundary = sequence.expected - sequence.expected % self._plan.window
        output = self._ledger.flush(
            boundary,
            ended=self.ended,
            last=self._last,
            undecided=sequence.undecided,
            damaged=sequence.damaged,
        )
        now = self.accounted
        if self._end_crc32 not in {None, now.readings_crc32} and not now.missing:
            raise PvsimError("the values in the log differ from those that the meter ended the run with")
        return output

    def _finds_anchor(self, batch: Batch) -> bool:
        """The reading at the checkpointed offset must be the checkpointed one: offsets lie politely."""
        index = self.accounted.anchor_offset - batch.first_offset
        if index >= len(batch):
            return False
        message = contract.read_message(batch.body(index), self._plan) if index >= 0 else None
        position = None if message is None or isinstance(message, End) else message.position
        if position != self.accounted.next_position - 1 - self.accounted.anchor_lag:
            what = f"offset {self.accounted.anchor_offset:,} of the log no longer holds the last written reading"
            raise AnchorLostError(what)
        return True

    def _take(self, batch: Batch) -> None:
        """Take what is new of a batch, part by part: a part ends where something held is decided."""
        at = min(max(self._skip_before - batch.first_offset, 0), len(batch))
        self._skip_before = max(self._skip_before, batch.first_offset + len(batch))
        while at < len(batch) and not self.ended:
            self._sequence.pass_over(batch.first_offset + at)
            undecided, stop = self._sequence.undecided, len(batch)
            if undecided is not None:
                stop = min(stop, undecided + self._patience - batch.first_offset)
            part = batch.part(at, stop) if (at, stop) != (0, len(batch)) else batch
            if not self._take_block(part):
                for i in range(len(part)):
                    self._take_one(part.first_offset + i, part.body(i))
            at = stop

    def _take_block(self, batch: Batch) -> bool:
        """Take consecutive readings in the form of our own meter at once; say whether that was possible."""
        if isinstance(batch.bodies, list) or batch.first_offset <= self._sequence.frontier:
            return False
        if len(batch) < _SHORTEST_BLOCK and self._sequence.undecided is not None:
            return False
        first = self.expected
        values = None if self._sequence.replaying else self._blocks.read(batch.bodies, first)
        if values is None:
            message = contract.read_message(batch.body(0), self._plan)
            if not isinstance(message, Values) or message.position >= first:
                return False
            first = message.position
            values = self._blocks.read(batch.bodies, first)
        if values is None:
            return False
        self._take_values(batch.first_offset, first, values)
        return True

    def _take_values(self, offset: int, position: int, values: Ints) -> None:
        """Take readings at consecutive positions, of which the first is not too early."""
        known = min(self.expected - position, len(values))
        if known:
            self._sequence.drop(offset, position, known)
        if known < len(values):
            self._sequence.take(offset + known, values[known:])

    def _take_one(self, offset: int, body: bytes) -> None:
        sequence = self._sequence
        if sequence.held:
            sequence.pass_over(offset)
        if self.ended:
            return
        message = contract.read_message(body, self._plan)
        if self._start.ahead and self._is_accounted(offset):
            self._skip(offset, message)
        elif isinstance(message, Values) and sequence.is_next(offset, message.position):
            sequence.take(offset, np.array([message.meter_dw], dtype=np.int64))
        elif isinstance(message, End):
            self._take_end(offset, body, message)
        elif message.position is None:
            self._reject(offset, body, message)
        elif message.position < sequence.expected:
            sequence.drop(offset, message.position)
        elif isinstance(message, Values):
            sequence.hold(Early(offset, message.position, message.meter_dw, b"", body))
        else:
            line = rejection_line(offset, message.reason, message.detail, body)
            if sequence.is_next(offset, message.position):
                sequence.take(offset, np.array([REJECTED_DW], dtype=np.int64), line)
            else:
                sequence.hold(Early(offset, message.position, REJECTED_DW, line, body))

    def _is_accounted(self, offset: int) -> bool:
        """Whether it is a reading that had overtaken others before the run was resumed."""
        return bool(self._start.ahead >> (offset - self._start.next_offset) & 1)

    def _skip(self, offset: int, message: Values | End | Rejection) -> None:
        """Pass over a reading that is accounted for: it must be one, else this is another log."""
        position = None if isinstance(message, End) else message.position
        if position is None or position >= self._start.next_position:
            raise AnchorLostError(f"offset {offset:,} of the log no longer holds a reading that was written")
        self._ledger.skip(offset)

    def _take_end(self, offset: int, body: bytes, end: End) -> None:
        if end.readings != self._plan.readings:
            detail = f"it ends after {end.readings:,} readings, the run has {self._plan.readings:,}"
            self._reject(offset, body, Rejection(Reason.WRONG_END, detail))
        else:
            self._sequence.end()
            self.ended, self._end_crc32 = True, end.crc32

    def _reject(self, offset: int, body: bytes, rejection: Rejection) -> None:
        self._sequence.reject(offset, rejection_line(offset, rejection.reason, rejection.detail, body))
