"""What becomes of each message: by its position against the next one expected, and by its place in the log.

    position                    is          what happens
    none: no reading of the run rejected    kept with its reason; called damaged below, for it may be one
    < expected                  duplicate   dropped and counted
    = expected                  new         becomes (part of) a row
    > expected                  early       held until it is decided

Something held is decided when the log has gone REORDER_MESSAGES past it, when it ends, or when it pauses. Then
the oldest comes first, and the first line that fits counts:

    1  its position was taken meanwhile                 duplicate
    2  all from `expected` to it are held               they are taken, and what follows in order
    3  something later in the log was taken             rejected: the log went on in order without it (EARLY)
    4  of those held, one is at expected + g, and g     g readings are missing, their values rejected; the
       damaged messages or more stand between the       lowest such one is taken, and what follows in order
       reading taken last and it
    5  else                                             g readings are missing: an error, or the lowest held
                                                        one is taken, and what follows in order, as the run
                                                        says (`RunPlan.missing`)

An end marker stands at the position behind the last reading, and in its turn ends the run. It is held as readings
are, so that one which somebody sends too early ends nothing: it is rejected when the log has gone on without it,
or far past it; where damaged messages explain all that is missing before it, everything is decided at once. Else
only a pause decides that what is missing does not come, and before that it rejects nothing by line 3: the turn of
what is held may come.

So a reading in its turn is never displaced by one that came early: of several at one position the one in order
is taken, that is the first behind all that were taken, and only where there is none the first of those held.
The outcome depends on the log alone (except where it pauses), so a resumed run decides again as it did. Where a
log is read again from its first message, nothing is in order before the reading taken last has come again.
"""

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from pvsim.core.delivery.accounting import Accounting
from pvsim.core.delivery.pending import NO_MESSAGE, Segment
from pvsim.core.messages.contract import Reason, rejection_line
from pvsim.core.quantities.types import Ints
from pvsim.core.results.sampling import REJECTED_DW
from pvsim.core.run.plan import RunPlan
from pvsim.errors import PvsimError

__all__ = ["REORDER_MESSAGES", "Early", "Sequence", "SequenceGapError"]

REORDER_MESSAGES = 2_048
"""How many further messages something early is held for. Half an hour of one meter's seconds, and more than
publishers of one run were seen to overtake each other by (some hundred messages). One bit for each fits in a slot
of the checkpoint; held bodies take 8 MiB at most."""


class SequenceGapError(PvsimError):
    """A reading is missing from the log."""


@dataclass(slots=True)
class Early:
    """A message of a position that is not expected yet.

    Attributes:
        value: In 0.1 W, or `REJECTED_DW` with the line that is kept of it then. Of an end marker its CRC-32.
        taken: It has become part of the sequence.
    """

    offset: int
    position: int
    value: int
    rejection: bytes
    body: bytes
    taken: bool = False


@dataclass(slots=True)
class Sequence:
    """Decides about messages in the order of the log, and hands them to the accounting. Pure.

    Attributes:
        expected: Position of the next new reading.
        frontier: The highest offset of a reading that was taken.
        damaged: Damaged messages behind it, as far as they precede all held ones.
        replaying: The log is read from its first message, and the reading taken last has not come again.
        patience: How many further messages something early is held for.
        held: What waits for its turn, in the order of the log.
        ended: The end marker has been taken.
    """

    plan: RunPlan
    accounting: Accounting
    expected: int
    frontier: int
    damaged: int
    replaying: bool
    patience: int = REORDER_MESSAGES
    held: deque[Early] = field(default_factory=deque)
    ended: bool = False
    _at: dict[int, list[Early]] = field(default_factory=dict)  # by position, in the order of the log
    _damaged_at: deque[int] = field(default_factory=deque)  # offsets of those behind the first held message

    @classmethod
    def after(cls, plan: RunPlan, accounting: Accounting, patience: int) -> "Sequence":
        """Go on from what the accounting has accounted for."""
        now = accounting.accounted
        frontier = now.next_offset + now.ahead.bit_length() - 1
        replaying = now.anchor_offset < 0 < now.next_position
        return cls(plan, accounting, now.next_position, frontier, now.damaged, replaying, patience)

    @property
    def undecided(self) -> int | None:
        """The offset of the oldest held message."""
        return self.held[0].offset if self.held else None

    @property
    def complete(self) -> bool:
        """Whether the last reading of the run has been taken."""
        return self.expected == self.plan.readings

    def is_next(self, offset: int, position: int) -> bool:
        """Whether a reading is in its turn: the next one, and behind all that were taken."""
        return position == self.expected and offset > self.frontier and not self.replaying

    def drop(self, offset: int, position: int, count: int = 1) -> None:
        """Count duplicates at consecutive offsets and positions."""
        self.accounting.append(Segment(offset, count))
        if position + count == self.expected:
            self.replaying = False

    def take(self, offset: int, values: Ints, rejection: bytes = b"") -> None:
        """Take readings in their turn, at consecutive offsets behind all that were taken."""
        self.accounting.append(Segment(offset, len(values), values, rejection))
        self.expected += len(values)
        if offset > self.frontier:
            self.frontier = offset + len(values) - 1
            self.replaying = False
            self.damaged = 0
            while self._damaged_at and self._damaged_at[0] < self.frontier:
                self._damaged_at.popleft()

    def take_end(self, offset: int, crc32: int, body: bytes) -> None:
        """Take an end marker of the right length: it ends the run where nothing unexplained is missing."""
        self.hold(Early(offset, self.plan.readings, crc32, b"", body))
        damaged = self.damaged + len(self._damaged_at)
        missing = self.plan.readings - self.expected
        if missing <= damaged + len(self.held):  # else no need to count
            missing -= sum(self.expected <= position < self.plan.readings for position in self._at)
        if missing <= damaged:
            while self.held and not self._is_gap():
                self._decide()

    def hold(self, message: Early) -> None:
        """Keep a message until it is decided."""
        self.held.append(message)
        self._at.setdefault(message.position, []).append(message)

    def reject(self, offset: int, line: bytes) -> None:
        """Reject a message that has no position."""
        self.accounting.append(Segment(offset, 1, rejection=line))
        if offset < self.frontier:
            return  # read again, behind a reading that overtook it
        if self.held:
            self._damaged_at.append(offset)
        else:
            self.damaged += 1

    def pass_over(self, offset: int) -> None:
        """Decide whatever the log has gone past when it comes to `offset`.

        Raises:
            SequenceGapError: if a reading is missing.
        """
        while self.held and self.held[0].offset + self.patience <= offset:
            if self.held[0].position == self.plan.readings and self._is_gap():
                self._end(self._let_go())  # a marker alone is no reason to give up what may still come
            else:
                self._decide()

    def settle(self, *, gaps: bool = True) -> None:
        """Decide everything: the log ends here, or pauses.

        Args:
            gaps: Also that readings are missing which nothing explains, and that others came too early; else
                these, and what follows them, go on waiting.

        Raises:
            SequenceGapError: if a reading is missing.
        """
        while self.held and (gaps or not (self._is_gap() or self._is_overtaken())):
            self._decide()

    def waits(self, first: int, last: int) -> bool:
        """Whether a message of one of these positions is held that is not taken yet."""
        return any(first <= position <= last for position in self._at if position >= self.expected)

    def give_up(self) -> None:
        """Nothing comes any more: decide everything, and that the rest of the run is missing.

        Raises:
            SequenceGapError: if it must not be.
        """
        self.settle()
        if not self.ended:
            self._miss(self.plan.readings, self.damaged)

    # --- the table: the oldest held message ---

    def _decide(self) -> None:
        """Decide about the oldest, or bring the sequence on."""
        oldest = self.held[0]
        if oldest.taken:
            self._let_go()
        elif oldest.position < self.expected:
            self._let_go()
            self.drop(oldest.offset, oldest.position)
        elif oldest.position == self.plan.readings and (self.complete or self.frontier > oldest.offset):
            self._end(self._let_go())
        elif self._all_held_until(oldest.position):
            self._take_held(oldest.position)
        elif self.frontier > oldest.offset:
            self._let_go()
            detail = f"{oldest.position - self.expected:,} readings before it had not come"
            line = rejection_line(oldest.offset, Reason.EARLY, detail, oldest.body)
            self.accounting.append(Segment(oldest.offset, 1, rejection=line))
        else:
            explained = self._explained()
            self._miss(explained.position, self._damaged_before(explained))
            if explained.position < self.plan.readings:
                self._take(explained)
                self._take_held(explained.position)

    def _is_gap(self) -> bool:
        """Whether the next decision is that readings are missing which nothing explains."""
        if not self._waits_for_others() or self.frontier > self.held[0].offset:
            return False
        lowest = self._explained()
        return lowest.position - self.expected > self._damaged_before(lowest)

    def _is_overtaken(self) -> bool:
        """Whether the next decision is that the oldest, a reading, came too early (line 3)."""
        oldest = self.held[0]
        return self._waits_for_others() and oldest.position < self.plan.readings and self.frontier > oldest.offset

    def _waits_for_others(self) -> bool:
        """Whether readings before the oldest are not here yet."""
        oldest = self.held[0]
        return not (oldest.taken or oldest.position <= self.expected or self._all_held_until(oldest.position))

    def _end(self, marker: Early) -> None:
        """End the run, or reject a marker that has no right to."""
        crc32 = self.accounting.crc32_of_all() if self.complete else None
        if not self.complete:
            detail = "readings before it had not come"  # how many, a resumed run may see otherwise
        elif self.frontier > marker.offset:
            detail = "readings of the run came behind it"
        elif crc32 not in {None, marker.value}:
            detail = f"its CRC-32 is {marker.value}, that of the values is {crc32}"
        else:
            self.ended = True
            self.held.clear()
            self._at.clear()
            self._damaged_at.clear()
            return
        line = rejection_line(marker.offset, Reason.WRONG_END, detail, marker.body)
        self.accounting.append(Segment(marker.offset, 1, rejection=line))

    def _explained(self) -> Early:
        """The lowest held message before which damaged ones explain what is missing; else the lowest.

        As a rule that is a few steps away: one silent meter of several makes a gap each second.
        """
        damaged = self.damaged + len(self._damaged_at)
        if damaged:
            for position in sorted(p for p in self._at if 0 <= p - self.expected <= damaged):
                for message in self._at[position]:
                    if position - self.expected <= self._damaged_before(message):
                        return message
        near = range(self.expected, self.expected + len(self.held))
        lowest = next((position for position in near if position in self._at), None)
        if lowest is None:
            lowest = min(position for position in self._at if position >= self.expected)
        return self._at[lowest][0]

    def _damaged_before(self, message: Early) -> int:
        return self.damaged + bisect_left(self._damaged_at, message.offset)

    def _all_held_until(self, position: int) -> bool:
        if position - self.expected > len(self.held):
            return False
        return all(between in self._at for between in range(self.expected, position))

    def _take_held(self, position: int) -> None:
        """Take what is held until a position, and from there on as long as it stands in order in the log."""
        while not self.complete and (candidates := self._at.get(self.expected)):
            in_order = next((c for c in candidates if c.offset > self.frontier), None)
            if in_order is None and self.expected > position:
                return
            self._take(in_order or candidates[0])

    def _take(self, message: Early) -> None:
        message.taken = True
        self.take(message.offset, np.array([message.value], dtype=np.int64), message.rejection)

    def _let_go(self) -> Early:
        oldest = self.held.popleft()
        if oldest.position < self.expected:
            self._at.pop(oldest.position, None)
        else:  # the oldest of all is the oldest at its position
            self._at[oldest.position].pop(0)
            if not self._at[oldest.position]:
                del self._at[oldest.position]
        while self._damaged_at and (not self.held or self._damaged_at[0] < self.held[0].offset):
            self._damaged_at.popleft()
            self.damaged += 1
        return oldest

    def _miss(self, position: int, damaged: int) -> None:
        """Go on at a later position, if damaged messages explain what is missing before it."""
        missing = position - self.expected
        if missing > damaged and self.plan.missing == "stop":
            seq, meter = divmod(self.expected, len(self.plan.meters))
            raise SequenceGapError(
                f"{missing:,} readings are missing from the log, from second {seq:,} of the run"
                f" of meter {self.plan.meters[meter]}"
            )
        if missing:
            nothing = np.broadcast_to(np.int64(REJECTED_DW), missing)
            self.accounting.append(Segment(NO_MESSAGE, missing, nothing))
            self.expected = position
