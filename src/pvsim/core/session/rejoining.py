"""Where a service goes on in its log, found by the last message that it has accounted for.

Brokers begin elsewhere without a word where they do not have what is asked for. So a service asks for the last
message that it knows, and looks what it gets:

    that message ........................ the log is the same: go on behind it
    a later one, and nothing before it .. the broker has removed messages: go on, and say how many are lost
    anything else ....................... the log is another one, or lost its end when the machine lost its power:
                                          read it from its first message, and take what came later than all that
                                          is accounted for
"""

from collections.abc import Sequence
from enum import Enum, auto
from zlib import crc32

from pvsim.core.messages.entry import Entry
from pvsim.core.session.state import SessionState

__all__ = ["Rejoined", "Rejoining"]


class Rejoined(Enum):
    """What the first messages of a log show."""

    SAME = auto()
    CUT = auto()
    OTHER = auto()


class Rejoining:
    """Looks at the first messages that come.

    Args:
        state: Where the session stands.

    Attributes:
        read_from: The offset to begin at.
        found: What the first messages have shown; None before they came.
        lost: How many messages the broker has removed before they were read.
        passed: How many messages of another log came before the last one that is accounted for.
        passing: Whether messages of another log are passed over now.
    """

    def __init__(self, state: SessionState) -> None:
        self.read_from = max(state.anchor_offset, 0)
        self.found: Rejoined | None = None
        self.lost = self.passed = 0
        self.passing = False
        self._state = state

    def ends_at(self, last_offset: int) -> bool:
        """Look at the end of the log first; whether it shows that the log is another one."""
        if last_offset < self._state.anchor_offset:
            self._begin_anew()
        return self.passing

    def reads_on(self, last_offset: int) -> bool:
        """Whether there are messages up to this one that have not been looked at."""
        return (self.passed if self.passing else self._state.next_offset) <= last_offset

    def take(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """What of the next messages is for the session.

        When `found` is `OTHER`, subscribe again from the first message: `read_from` is 0 then.
        """
        if not entries:
            return entries
        if self.found is None:
            self.found = self._look(entries)
            if self.found is Rejoined.OTHER:
                self._begin_anew()
                return ()
        return self._newer(entries) if self.passing else entries

    def _begin_anew(self) -> None:
        self.found, self.read_from, self.passing = Rejoined.OTHER, 0, True

    def _look(self, entries: Sequence[Entry]) -> Rejoined:
        state = self._state
        first = entries[0].offset
        if state.anchor_offset < 0 or first > state.anchor_offset:
            self.lost = max(first - state.next_offset, 0)
            return Rejoined.CUT if self.lost else Rejoined.SAME
        same = any(
            entry.offset == state.anchor_offset
            and entry.arrived_ms == state.anchor_ms
            and crc32(entry.body) == state.anchor_crc32
            for entry in entries
        )
        return Rejoined.SAME if same else Rejoined.OTHER

    def _newer(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """The messages of another log from the first on that came later than all that is accounted for."""
        state = self._state
        newer = next((i for i, entry in enumerate(entries) if entry.arrived_ms > state.clock_ms), len(entries))
        self.passed += newer
        if newer < len(entries):
            state.anchor_offset, state.next_offset, self.passing = -1, entries[newer].offset, False
        return entries[newer:]
