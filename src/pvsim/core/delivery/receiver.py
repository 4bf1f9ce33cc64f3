"""From messages to rows: the simulator's input, without its input and output.

Messages arrive in batches, in the order of their offsets. Whole blocks of our own meter in order take the short
way; all others are read one by one. `sequence` decides, `accounting` makes rows of what is decided.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from pvsim.core.delivery.accounting import Accounted, Accounting, Output
from pvsim.core.delivery.sequence import REORDER_MESSAGES, Early, Sequence, SequenceGapError
from pvsim.core.messages import contract
from pvsim.core.messages.batch import Batch
from pvsim.core.messages.blocks import ReadingBlocks
from pvsim.core.messages.contract import End, Reason, Rejection, Values, rejection_line
from pvsim.core.quantities.types import Ints, PvSource
from pvsim.core.results.sampling import REJECTED_DW
from pvsim.core.run.plan import RunPlan
from pvsim.errors import PvsimError

__all__ = ["AnchorLostError", "Receiver", "SequenceGapError"]

_SHORTEST_BLOCK = 64
"""While something is held, blocks end where it is decided; below this a block costs more than its messages."""


_AT_ONCE = 1_000_000
"""The most readings that one flush accounts for: what is missing to the end of a run may be a year."""


class AnchorLostError(PvsimError):
    """The log no longer holds the last written reading where the checkpoint says."""


class Receiver:
    """Sorts messages and makes rows. Pure: no input, no output, no clock.

    Args:
        plan: The run.
        pv: The PV power of each second.
        accounted: Where to go on; the default is the beginning.
        reorder_messages: How many further messages a reading ahead of its turn is held for.
        foreign: Somebody else publishes: nobody here can publish again what the log lacks.
    """

    def __init__(
        self,
        plan: RunPlan,
        pv: PvSource,
        accounted: Accounted | None = None,
        *,
        reorder_messages: int = REORDER_MESSAGES,
        foreign: bool = False,
    ) -> None:
        self._plan = plan
        self._blocks = ReadingBlocks(plan)
        self._accounting = Accounting(plan, pv, accounted or Accounted())
        self._reorder_messages, self._foreign = reorder_messages, foreign
        self._begin()

    def _begin(self) -> None:
        start = self.accounted
        if start.anchor_offset < 0:  # no reading says whether this is still the same log: trust no offset
            start = replace(start, anchor_lag=0, next_offset=0, ahead=0)
        self._accounting.clear(start)
        self._unchecked: list[Batch] = []
        self._sequence = Sequence.after(self._plan, self._accounting, self._reorder_messages)
        self._start = start
        self._skip_before = start.next_offset
        self._anchored = start.anchor_offset < 0
        self._last = False  # no reading follows: account for everything

    @property
    def expected(self) -> int:
        """Position of the next new reading."""
        return self._sequence.expected

    @property
    def accounted(self) -> Accounted:
        """What has been flushed."""
        return self._accounting.accounted

    @property
    def anchored(self) -> bool:
        """Whether the last written reading was found again, or there is none to be found."""
        return self._anchored

    @property
    def ended(self) -> bool:
        """Whether the end marker has been taken."""
        return self._start.ended or self._sequence.ended

    @property
    def complete(self) -> bool:
        """Whether the last reading of the run has been taken."""
        return self._sequence.complete

    def distrust_offsets(self) -> None:
        """Take the log from its first message: the sequence alone says what is known.

        Whatever is read again is received again: readings count as duplicates, and foreign messages are
        rejected and kept once more. Which of them were kept before cannot be told, since in a log that was
        deleted and written again the same offset holds another message. The counts close all the same (I4).
        """
        self._accounting.clear(replace(self.accounted, anchor_offset=-1))
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

    def settle(self, *, gaps: bool = True) -> None:
        """Decide about all messages that wait for their turn: no more will come for a while.

        Args:
            gaps: Also that readings are missing which no damaged message explains.

        Raises:
            SequenceGapError: if a reading is missing.
        """
        with self._accounting_for_all():
            self._sequence.settle(gaps=gaps)
        self._last = self.complete

    def waits(self, *, for_the_end: bool = False) -> bool:
        """Whether a reading waits for others; or whether the last one or the end marker does: none follows it."""
        return self._sequence.waits(for_the_end=for_the_end)

    def give_up(self) -> None:
        """Nothing comes any more: the rest of the run is missing.

        Raises:
            SequenceGapError: if the run must not go on without.
        """
        with self._accounting_for_all():
            self._sequence.give_up()
        self._last = self.complete

    def stop(self) -> None:
        """Nothing is read any more for now: what was rejected behind the last reading is accounted for, too.

        Without a reading the log is read from its first message when going on, and would be rejected twice.
        """
        self._last = self._foreign and self.accounted.anchor_offset >= 0

    @contextmanager
    def _accounting_for_all(self) -> Iterator[None]:
        """Before a stop whatever was read is accounted for (I4), up to the first message that waits.

        Not where the run's own meter publishes again: what follows the last reading may be another message then.
        """
        try:
            yield
        except SequenceGapError:
            self._last = self._foreign
            raise

    def flush(self) -> Output | None:
        """Turn whole averaging periods into rows, at most so many; None where there is nothing new."""
        sequence = self._sequence
        window, now = self._plan.window, self.accounted.next_position
        at_once = max(_AT_ONCE // window, 1) * window
        whole = sequence.expected - sequence.expected % window
        boundary = min(whole, now + at_once)
        return self._accounting.flush(
            boundary,
            ended=self.ended and boundary == whole,
            last=self._last,
            undecided=sequence.undecided,
            damaged=sequence.damaged,
        )

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
        """Take what is new of a batch."""
        with self._accounting_for_all():
            self._take_parts(batch)

    def _take_parts(self, batch: Batch) -> None:
        """A part ends where the log has gone `reorder_messages` past the oldest held message."""
        at = min(max(self._skip_before - batch.first_offset, 0), len(batch))
        self._skip_before = max(self._skip_before, batch.first_offset + len(batch))
        while at < len(batch):
            self._sequence.pass_over(batch.first_offset + at)
            if self.ended:
                return
            undecided, stop = self._sequence.undecided, len(batch)
            due = stop if undecided is None else undecided + self._reorder_messages - batch.first_offset
            overdue = due <= at  # it waits together with one behind it
            stop = stop if overdue else min(stop, due)
            part = batch.part(at, stop) if (at, stop) != (0, len(batch)) else batch
            if overdue or not self._take_block(part):
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
        if sequence.holds:
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
        self._accounting.skip(offset)

    def _take_end(self, offset: int, body: bytes, end: End) -> None:
        if end.readings != self._plan.readings:
            detail = f"it ends after {end.readings:,} readings, the run has {self._plan.readings:,}"
            self._reject(offset, body, Rejection(Reason.WRONG_END, detail))
        else:
            self._sequence.take_end(offset, end.crc32, body)

    def _reject(self, offset: int, body: bytes, rejection: Rejection) -> None:
        self._sequence.reject(offset, rejection_line(offset, rejection.reason, rejection.detail, body))
