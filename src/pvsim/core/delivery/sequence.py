"""How each message is classified: by its position against the next one expected, and by its place in the log.

    position                    is          what happens
    none: no reading of the run rejected    kept with its reason; called damaged below, for it may be one
    < expected                  duplicate   dropped and counted
    = expected                  new         becomes (part of) a row
    > expected                  early       held until it is decided

A held reading is *overtaken* when a reading behind it in the log was taken (the highest such offset is the
frontier); the others wait *behind* the frontier. It is decided

    when                                    what happens to it
    its position is taken                   dropped and counted as a duplicate
    the reading in its turn comes at        rejected: the log went on in order without it (EARLY)
    REORDER_MESSAGES past it, or further
    the log comes to the deadline           the first line below that fits, again and again until none does

The deadline is REORDER_MESSAGES past the first reading that waits behind the frontier. Where readings were
overtaken, one must come to wait within REORDER_MESSAGES past the frontier; else the deadline is there. Then, and
when the log ends or pauses, the first line that fits counts:

    1  the reading expected is held                     it is taken, and what follows in order
    2  none waits behind the frontier                   all are rejected: what stands before them did not come
    3  of those held, one is at expected + g, and g     g readings are missing, their values rejected; the
       damaged messages or more stand between the       lowest such one is taken, and what follows in order
       frontier and it
    4  else                                             g readings are missing: an error, or the lowest held
                                                        one is taken, and what follows in order, as the run
                                                        says (`RunPlan.missing`)

So what one publisher sends ahead of another waits for as long as the other goes on: where a reading of the other
is lost, that one is missing, and nothing else. And what somebody sends far too early leaves no gap, since the
frontier goes on past it. A pause rejects nothing by line 2, for the turn of what is held may come.

An end marker stands at the position behind the last reading, and in its turn ends the run. It is held as readings
are, so that one which somebody sends too early ends nothing: it is rejected when a reading behind it was taken, or
REORDER_MESSAGES past it; where damaged messages explain all that is missing before it, everything is decided at
once. Else only a pause decides that what is missing does not come.

A reading in its turn is never displaced by one that came early: of several at one position the one in order is
taken, that is the first behind the frontier, and only where there is none the first of those held. The outcome
depends on the log alone (except where it pauses), and what is decided next on nothing but `expected`, the frontier
and the log: so a run that is resumed from them decides again as it did. No more than REORDER_MESSAGES are between
the first held message and the frontier. Where a log is read again from its first message, nothing is in order
before the reading taken last has come again.
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
"""How many messages a reading may be out of order by. Half an hour of one meter's seconds, and more than
publishers of one run were seen to overtake each other by (some hundred messages). One bit for each fits in a slot
of the checkpoint. Three times as many may be held, 24 MiB of bodies at most."""


_NEVER = 2**63
"""An offset that no log comes to."""


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
        reorder_messages: How many messages a reading may be out of order by.
        ended: The end marker has been taken.
    """

    plan: RunPlan
    accounting: Accounting
    expected: int
    frontier: int
    damaged: int
    replaying: bool
    reorder_messages: int = REORDER_MESSAGES
    ended: bool = False
    _overtaken: deque[Early] = field(default_factory=deque)  # before the frontier, in the order of the log
    _behind: deque[Early] = field(default_factory=deque)  # and behind it
    _ends: deque[Early] = field(default_factory=deque)  # end markers
    _at: dict[int, list[Early]] = field(default_factory=dict)  # readings by position, in the order of the log
    _damaged_at: deque[int] = field(default_factory=deque)  # offsets of those behind the first held message

    @classmethod
    def after(cls, plan: RunPlan, accounting: Accounting, reorder_messages: int) -> "Sequence":
        """Go on from what has been accounted for."""
        now = accounting.accounted
        frontier = now.next_offset + now.ahead.bit_length() - 1
        replaying = now.anchor_offset < 0 < now.next_position
        return cls(plan, accounting, now.next_position, frontier, now.damaged, replaying, reorder_messages)

    @property
    def undecided(self) -> int | None:
        """The offset of the oldest held message."""
        queues = (self._overtaken, self._behind, self._ends)
        return min((queue[0].offset for queue in queues if queue), default=None)

    @property
    def holds(self) -> bool:
        """Whether a message is held."""
        return bool(self._overtaken or self._behind or self._ends)

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
        """Take readings at consecutive offsets: in their turn, or the one expected.

        A block ends before the log has gone `reorder_messages` past the oldest held message.
        """
        while self._overtaken and self._overtaken[0].offset + self.reorder_messages <= offset:
            self._let_go(self._overtaken.popleft())
        self.accounting.append(Segment(offset, len(values), values, rejection))
        self.expected += len(values)
        if offset > self.frontier:
            self.frontier = offset + len(values) - 1
            self.replaying = False
            self.damaged = 0
            while self._damaged_at and self._damaged_at[0] < self.frontier:
                self._damaged_at.popleft()
        if self.holds:
            self._tidy()

    def take_end(self, offset: int, crc32: int, body: bytes) -> None:
        """Take an end marker of the right length: it ends the run where nothing unexplained is missing."""
        self._ends.append(Early(offset, self.plan.readings, crc32, b"", body))
        self._tidy()
        damaged = self.damaged + len(self._damaged_at)
        missing = self.plan.readings - self.expected
        if missing <= damaged + len(self._at):  # else no need to count
            missing -= sum(position >= self.expected for position in self._at)
        if missing <= damaged:
            while self._step(gaps=False):
                pass

    def hold(self, message: Early) -> None:
        """Keep a reading until it is decided."""
        (self._behind if message.offset > self.frontier else self._overtaken).append(message)
        self._at.setdefault(message.position, []).append(message)

    def reject(self, offset: int, line: bytes) -> None:
        """Reject a message that has no position."""
        self.accounting.append(Segment(offset, 1, rejection=line))
        if offset < self.frontier:
            return  # read again, behind a reading that overtook it
        if self.holds:
            self._damaged_at.append(offset)
        else:
            self.damaged += 1

    def pass_over(self, offset: int) -> None:
        """Decide whatever is due when the log comes to `offset`.

        Raises:
            SequenceGapError: if a reading is missing.
        """
        while self.holds:
            deadline = self._deadline()
            end = self._ends[0].offset + self.reorder_messages if self._ends else _NEVER
            if min(deadline, end) > offset:
                return
            if deadline < end:
                self._decide()
            else:
                self._give_up_on_end()

    def settle(self, *, gaps: bool = True) -> None:
        """Decide what can be: the log ends here, or pauses. What was only overtaken goes on waiting.

        Args:
            gaps: Also that readings are missing which nothing explains, where others or an end marker came
                behind them; else these, and what follows them, go on waiting.

        Raises:
            SequenceGapError: if a reading is missing.
        """
        while self._step(gaps=gaps and bool(self._behind or self._ends)):
            pass

    def waits(self, *, for_the_end: bool = False) -> bool:
        """Whether a reading is held; or whether the last one or an end marker is."""
        if for_the_end:
            return bool(self._ends) or (self.plan.readings - 1 in self._at and not self.complete)
        return bool(self._overtaken or self._behind)

    def give_up(self) -> None:
        """Nothing comes any more: decide everything, and that the rest of the run is missing.

        Raises:
            SequenceGapError: if it must not be.
        """
        while self._step(gaps=True):
            pass
        if not self.ended:
            self._miss(self.plan.readings, self.damaged)

    # --- the deadline and the lines of the table ---

    def _waits_behind(self) -> bool:
        """Whether a reading waits behind the frontier; where others were overtaken, soon behind it."""
        return bool(self._behind) and (
            not self._overtaken or self._behind[0].offset < self.frontier + self.reorder_messages
        )

    def _deadline(self) -> int:
        """The offset at which the log decides about readings that are held."""
        if self._waits_behind():
            return self._behind[0].offset + self.reorder_messages
        return self.frontier + self.reorder_messages if self._overtaken else _NEVER

    def _decide(self) -> None:
        """Do what the first line says that fits."""
        if self.expected in self._at or self._waits_behind():
            self._step(gaps=True)
        else:
            self._let_go(self._overtaken.popleft())
            self._tidy()

    def _step(self, *, gaps: bool) -> bool:
        """Bring the sequence on by line 1 or 3, or 4 if `gaps`; say whether that was possible."""
        if self.expected in self._at:
            self._take(self._in_order() or self._at[self.expected][0])
            return True
        if not self.holds:
            return False
        message = self._behind_gap()
        damaged = self._damaged_before(message)
        if not gaps and message.position - self.expected > damaged:
            return False
        self._miss(message.position, damaged)
        if self.complete:
            self._tidy()
        else:
            self._take(message)
        return True

    def _take(self, message: Early | None) -> None:
        """Take a held reading, and what follows it in order."""
        while message is not None:
            message.taken = True
            self.take(message.offset, np.array([message.value], dtype=np.int64), message.rejection)
            message = self._in_order()

    def _in_order(self, position: int | None = None) -> Early | None:
        """The first reading held behind the frontier at a position, that expected."""
        at = self._at.get(self.expected if position is None else position, ())
        return next((message for message in at if message.offset > self.frontier), None)

    def _behind_gap(self) -> Early:
        """The lowest held message before which damaged ones explain what is missing; else the lowest.

        As a rule that is a few steps away: one silent meter of several makes a gap each second.
        """
        damaged = self.damaged + len(self._damaged_at)
        if damaged:
            for position in sorted(p for p in self._at if 0 < p - self.expected <= damaged):
                for message in self._at[position]:
                    if position - self.expected <= self._damaged_before(message):
                        return message
        near = range(self.expected, self.expected + len(self._at) + 1)
        lowest = next((position for position in near if position in self._at), None)
        if lowest is None:
            lowest = min((position for position in self._at if position >= self.expected), default=None)
        return self._ends[-1] if lowest is None else self._in_order(lowest) or self._at[lowest][0]

    def _damaged_before(self, message: Early) -> int:
        return self.damaged + bisect_left(self._damaged_at, message.offset)

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

    # --- what is not held any more ---

    def _tidy(self) -> None:
        """Let go what is decided by what was taken."""
        while self._behind and (self._behind[0].offset < self.frontier or self._is_done(self._behind[0])):
            message = self._behind.popleft()
            if self._is_done(message):
                self._let_go(message)
            else:
                self._overtaken.append(message)
        while self._overtaken and self._is_done(self._overtaken[0]):
            self._let_go(self._overtaken.popleft())
        while self._ends and (self.complete or self._ends[0].offset < self.frontier):
            self._end(self._ends.popleft())
        undecided = self.undecided
        while self._damaged_at and (undecided is None or self._damaged_at[0] < undecided):
            self._damaged_at.popleft()
            self.damaged += 1

    def _is_done(self, message: Early) -> bool:
        return message.taken or message.position < self.expected

    def _let_go(self, message: Early) -> None:
        """Account for a reading that was held, the oldest at its position if that is not taken yet."""
        if not message.taken and message.position <= self.expected:
            self.drop(message.offset, message.position)
        elif not message.taken:
            detail = f"{message.position - self.expected:,} readings before it had not come"
            line = rejection_line(message.offset, Reason.EARLY, detail, message.body)
            self.accounting.append(Segment(message.offset, 1, rejection=line))
        at = self._at.get(message.position, [])
        if message.position < self.expected or len(at) == 1:
            self._at.pop(message.position, None)
        else:
            at.remove(message)

    def _give_up_on_end(self) -> None:
        """The log is far past an end marker: what is missing before it is explained, or it has no right to end."""
        marker = self._ends[0]
        explained = self._damaged_before(marker) >= self.plan.readings - self.expected
        if explained and not self.waits():
            self._step(gaps=False)
        else:
            self._end(self._ends.popleft())
            self._tidy()

    def _end(self, marker: Early) -> None:
        """End the run, or reject a marker that has no right to."""
        crc32 = self.accounting.crc32_of_all() if self.complete else None
        if not self.complete or self.frontier > marker.offset:
            detail = "not all readings of the run stand before it"  # which, a resumed run may see otherwise
        elif crc32 not in {None, marker.value}:
            detail = f"its CRC-32 is {marker.value}, that of the values is {crc32}"
        else:
            self.ended = True
            for held in (self._overtaken, self._behind, self._ends, self._at, self._damaged_at):
                held.clear()
            return
        line = rejection_line(marker.offset, Reason.WRONG_END, detail, marker.body)
        self.accounting.append(Segment(marker.offset, 1, rejection=line))
