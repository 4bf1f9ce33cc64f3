"""All that a session knows, as plain data: saved with each checkpoint, and enough to go on from there."""

from datetime import date

import msgspec

from pvsim.core.metering.counters import CounterState
from pvsim.core.quantities.json_text import NOT_DECODED
from pvsim.errors import BadInputError

__all__ = ["Cell", "ChannelState", "MeterState", "PhaseState", "SessionState", "decode_state", "encode_state"]


class Cell(msgspec.Struct, array_like=True):
    """The readings of one meter in one open second.

    Attributes:
        total_dw: Their sum in 0.1 W.
        n: How many they are.
        seen: Time in ms and power of those that have a time of their own: the same again is a duplicate.
        phases: The same of each phase, by name, of a meter whose phases come apart; None of others.
    """

    total_dw: int = 0
    n: int = 0
    seen: list[tuple[int, int]] = []
    phases: "dict[str, Cell] | None" = None


class ChannelState(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What is known of what comes by one topic: a meter, or a phase of one.

    Attributes:
        name: Its name.
        heard_ms: When its last reading came, by the log's clock.
        silent: Whether that has been told.
        last_utc: The last second with a reading of its own that was closed; −1 for none.
        last_dw: The power in that.
        counter: The last state of its counters of energy that was used.
        closed_s: Seconds whose energy they told when these were closed: it is in no row.
    """

    name: str
    heard_ms: int
    silent: bool = False
    last_utc: int = -1
    last_dw: int = 0
    counter: CounterState | None = None
    closed_s: int = 0


class PhaseState(ChannelState, kw_only=True, omit_defaults=True):
    """What is known of one phase of a meter, by its name within it.

    Attributes:
        readings: Its readings that were taken.
        missing_s: Seconds in which other phases had a reading, and it had none.
    """

    readings: int = 0
    missing_s: int = 0


class MeterState(ChannelState, kw_only=True, omit_defaults=True):
    """What is known of one meter.

    Attributes:
        day: Local day of its last row.
        day_rows: Rows of that day.
        day_held: Those for which the value before stands.
        day_last_dw: The power of the last of them.
        stored: State of its battery before `stored_utc`; () where it has none, or has had no row.
        stored_utc: Up to which second.
        day_stored: State of its battery when that day began.
        rows: All its rows.
        readings: Its readings that are in rows, or will be, but for those of seconds without a row: see below.
        duplicates: Its readings that came twice.
        rejected: Its messages that were rejected.
        resets: How often its counters of energy began again near 0.
        rollovers: How often they rolled over.
        phases: Its phases, where they come apart; what is known of its channel is known of these then.
        incomplete_s: Seconds in which one of them had a reading and another one none: they have no row.
        outside_s: Seconds in which their sum was outside the meter's range: they have none either.
    """

    day: date | None = None
    day_rows: int = 0
    day_held: int = 0
    day_last_dw: int = 0
    stored: tuple[int, ...] = ()
    stored_utc: int = -1
    day_stored: tuple[int, ...] = ()
    rows: int = 0
    readings: int = 0
    duplicates: int = 0
    rejected: int = 0
    resets: int = 0
    rollovers: int = 0
    phases: list[PhaseState] = []
    incomplete_s: int = 0
    outside_s: int = 0


class SessionState(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Where a session stands: a function of the messages before `next_offset`, however they were fed.

    Attributes:
        next_offset: The first message that is not accounted for.
        anchor_offset: Offset of the last message that is; −1 for none. By it and the next two the log is known
            again.
        anchor_ms: When that message came.
        anchor_crc32: CRC-32 of its body.
        clock_ms: The log's clock: the latest arrival so far; −1 before the first message.
        set_back: Whether the broker's clock is behind it by more than the lateness.
        closed_utc: All seconds before it are closed.
        day: The local day that this second is in; None before the first message.
        day_end_utc: When that day ends.
        hold_s: For how long values are held on that day.
        battery: Which battery the meters have had last, as `Day.battery`.
        meters: In the order in which they were met.
        awaited: Since when, in Unix ms, meters that are described have not been heard: −1 before the first
            message, 0 once that has been told.
        open: Readings of the open seconds: by second, then by the number of the meter.
        rows: Rows so far, of all meters: the next one's number.
        messages: Messages so far.
        ticks: The service's own among them.
        rejected: Those that were rejected, by reason.
        lost: Messages that the broker removed before they were read.
        passed: Messages of another log that came before what was accounted for, and were passed over.
    """

    next_offset: int = 0
    anchor_offset: int = -1
    anchor_ms: int = 0
    anchor_crc32: int = 0
    clock_ms: int = -1
    set_back: bool = False
    closed_utc: int = 0
    day: date | None = None
    day_end_utc: int = 0
    hold_s: int = 0
    battery: str = ""
    meters: list[MeterState] = []
    awaited: dict[str, int] = {}
    open: dict[int, dict[int, Cell]] = {}
    rows: int = 0
    messages: int = 0
    ticks: int = 0
    rejected: dict[str, int] = {}
    lost: int = 0
    passed: int = 0

    @property
    def readings(self) -> int:
        """Readings that were taken: those of `MeterState.readings`."""
        return sum(meter.readings for meter in self.meters)

    @property
    def duplicates(self) -> int:
        """Readings that came twice."""
        return sum(meter.duplicates for meter in self.meters)


_decoder = msgspec.json.Decoder(SessionState)


def encode_state(state: SessionState) -> bytes:
    """The state as JSON."""
    return msgspec.json.encode(state)


def decode_state(content: bytes) -> SessionState:
    """The state of `encode_state`.

    Raises:
        BadInputError: if it is damaged.
    """
    try:
        return _decoder.decode(content)
    except NOT_DECODED as error:
        raise BadInputError(f"the state of the service is damaged: {error}") from error
