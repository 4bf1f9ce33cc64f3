"""A session: messages of the log come in, rows of closed seconds go out.

    message ── names ──> which meter ── metering ──> what it says ── seconds ──> an open second
                                                                                    │ the log's clock closes it
                                       rows <── day_rows: PV, battery, limit <──────┘

All of it is a function of the messages: when they came is the broker's word, never this machine's clock. So a
service that was killed and reads on from a saved state writes what an undisturbed one writes (I1, I2).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zlib import crc32

from pvsim.core.messages.entry import Entry
from pvsim.core.metering.channels import channel_name
from pvsim.core.metering.counters import Counted
from pvsim.core.metering.observed import Observed, Refused
from pvsim.core.quantities.types import DW_PER_W
from pvsim.core.session.closed import Closed, Day, DaySources, EndedDay, Event, Portion
from pvsim.core.session.counting import Counting, count
from pvsim.core.session.day_rows import ended, samples_of_day
from pvsim.core.session.names import meter_of
from pvsim.core.session.phases import channel_of, phases_of
from pvsim.core.session.plan import SessionPlan
from pvsim.core.session.rejected import Reason, rejection_line
from pvsim.core.session.seconds import DayOfRows, begin, close, place
from pvsim.core.session.silence import Silence
from pvsim.core.session.state import MeterState, PhaseState, SessionState

__all__ = ["TICK", "Session"]

TICK = b'{"v":1,"kind":"tick"}'
"""What the service itself publishes when nothing else comes: the log's clock goes on by it."""

_MS = 1_000
_YEAR_9000_MS = 221_845_392_000_000


@dataclass(slots=True)
class _Found:
    """What comes of the messages of one feed."""

    rows: list[DayOfRows] = field(default_factory=list)
    rejected: list[bytes] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


class Session:
    """The session of one service.

    Args:
        plan: How it reads its log.
        sources: Its days.
        state: Where it goes on; None begins with the first message. It belongs to the session from now on.

    After an error its state is of no use.
    """

    def __init__(self, plan: SessionPlan, sources: DaySources, state: SessionState | None = None) -> None:
        self.state = SessionState() if state is None else state
        self._plan, self._sources = plan, sources
        self._days: dict[date, Day] = {}
        for meter in self.state.meters:
            meter.phases = phases_of(meter, plan.phases.get(meter.name, ()))
        self._numbers = {meter.name: i for i, meter in enumerate(self.state.meters)}
        self._spelled = {name.lower(): name for name in (*plan.forms, *self._numbers)}
        self._known_keys: dict[str, str] = {}
        self._silence = Silence(plan, self.state)

    def feed(self, entries: Sequence[Entry]) -> Closed:
        """Take the next messages; those that are accounted for are passed over.

        Raises:
            PvsimError: if the PV power of a day cannot be computed.
        """
        first_row, found = self.state.rows, _Found()
        for entry in entries:
            if entry.offset >= self.state.next_offset:
                self._take(entry, found)
        portions: list[Portion] = []
        over: list[EndedDay] = []
        for rows in found.rows:
            if rows.t_utc:
                portions.append(Portion(rows.day, samples_of_day(self.state, rows, self._day(rows.day))))
            if rows.end_utc is not None and any(meter.day == rows.day for meter in self.state.meters):
                over += ended(self.state, rows, rows.end_utc, self._day(rows.day))
        meters = tuple(meter.name for meter in self.state.meters)
        return Closed(
            first_row, meters, tuple(portions), b"".join(found.rejected), tuple(over), tuple(found.events)
        )

    def _take(self, entry: Entry, found: _Found) -> None:
        state = self.state
        state.next_offset, state.messages = entry.offset + 1, state.messages + 1
        state.anchor_offset, state.anchor_ms = entry.offset, entry.arrived_ms
        state.anchor_crc32 = crc32(entry.body)
        if not 0 < entry.arrived_ms < _YEAR_9000_MS:
            self._reject(entry, Refused(Reason.ARRIVAL, f"{entry.arrived_ms} ms"), found)
            return
        self._advance(entry, found)
        if not entry.routing_key and entry.body == TICK:
            state.ticks += 1
            return
        name = self._known_keys.get(entry.routing_key) or meter_of(entry.routing_key, self._plan)
        if isinstance(name, Refused):
            self._reject(entry, name, found)
            return
        if name in self._numbers:
            self._known_keys[entry.routing_key] = name
        self._observe(entry, name, found)

    def _advance(self, entry: Entry, found: _Found) -> None:
        """The log's clock goes on, never back; it closes seconds, and tells of meters that are silent."""
        state, plan, arrived_ms = self.state, self._plan, entry.arrived_ms
        if arrived_ms <= state.clock_ms:
            behind_ms = state.clock_ms - arrived_ms
            if behind_ms > plan.lateness_s * _MS and not state.set_back:
                detail = f"the broker's clock went back by {behind_ms / _MS:,.1f} s; the log's clock waits for it"
                found.events.append(Event("clock-set-back", "", state.clock_ms, detail))
                state.set_back = True
            return
        before_ms, state.clock_ms, state.set_back = state.clock_ms, arrived_ms, False
        if before_ms < 0:
            self._silence.begin()
            begin(state, plan)
            return
        if arrived_ms // _MS > before_ms // _MS:  # seconds are closed by whole ones
            close(state, plan, found.rows)
            self._tell_of_sums(entry, found)
        found.events += self._silence.news()

    def _tell_of_sums(self, entry: Entry, found: _Found) -> None:
        """Keep sums of phases that cannot be, and tell of missing ones, in seconds that were closed now."""
        for rows in found.rows:
            for second, name, refused in rows.refused:
                at = datetime.fromtimestamp(second, UTC).isoformat().replace("+00:00", "Z")
                closing = Entry(entry.offset, entry.arrived_ms, f"meter.{self._plan.service}.{name}", b"")
                found.rejected.append(rejection_line(closing, Refused(refused.reason, f"{at}: {refused.detail}")))
            for name, what in rows.missing:
                found.events.append(Event("phase-missing", name, self.state.clock_ms, what))
            rows.refused, rows.missing = [], []

    def _observe(self, entry: Entry, name: str, found: _Found) -> None:
        state = self.state
        number = self._numbers.get(name)
        if number is None and (other := self._spelled.get(name.lower(), name)) != name:
            fix = f"[[meters]] topic = … name = 'm1' in listen.toml gives {name} another name"
            what = f"{name} is {other} but for small and capital letters, which not every disk tells apart; {fix}"
            self._reject(entry, Refused(Reason.OTHER_CASE, what), found)
            return
        if number is None and not self._has_a_place(name):
            described = f", those of the service's file among them ({len(self._plan.forms):,})"
            what = f"{name} is not among the {self._plan.max_meters:,} that came first"
            refused = Refused(Reason.MANY_METERS, what + (described if self._plan.forms else ""))
            self._reject(entry, refused, found)
            return
        phase = self._plan.phase_topics.get(entry.routing_key, "") if name in self._plan.phases else ""
        of = channel_name(name, phase) if phase else name
        observed = self._plan.read(of, entry.body, entry.encoding, state.clock_ms)
        taken = self._take_reading(name, number, phase, observed) if isinstance(observed, Observed) else observed
        if isinstance(taken, Refused):
            named = Refused(taken.reason, f"{of}: {taken.detail}") if phase else taken
            self._reject(entry, named, found, number)
            return
        meter = self._meet(name, found) if number is None else state.meters[number]
        channel = channel_of(meter, phase) if phase else meter
        if (event := self._silence.heard(of, channel)) is not None:
            found.events.append(event)
        if isinstance(taken, Counting):
            channel.counter = taken.base
            self._tell(of, meter, taken, found, again=channel.closed_s > 0)
            channel.closed_s += taken.closed_s
        if taken is False or (isinstance(taken, Counting) and taken.counted == Counted.SAME_SECOND):
            meter.duplicates += 1
        else:
            meter.readings += 1
            if isinstance(channel, PhaseState):
                channel.readings += 1

    def _tell(self, of: str, meter: MeterState, counting: Counting, found: _Found, *, again: bool) -> None:
        """Count what a state of counters was, and tell what it was if that is out of the ordinary."""
        clock_ms = self.state.clock_ms
        meter.rollovers += counting.counted == Counted.ROLLOVER
        if counting.counted == Counted.RESET:
            meter.resets += 1
            found.events.append(Event("counter-reset", of, clock_ms))
        if counting.lost and not (counting.closed_s and again):  # that seconds are closed is told once
            detail = str(counting.counted)
            if counting.closed_s:
                between_s = counting.closed_s + counting.placed_s
                fix = f"say max_interval_s = {between_s} or more of it in listen.toml, and rows wait for it"
                detail = f"{counting.closed_s:,} seconds were closed; {fix}; or allow a longer lateness"
            found.events.append(Event("energy-lost", of, clock_ms, f"{counting.lost}: {detail}"))

    def _has_a_place(self, name: str) -> bool:
        """Whether a meter may join: places are kept for those that the plan describes, whoever comes first."""
        awaited = self.state.awaited
        kept = 0 if name in awaited else len(awaited)
        return len(self.state.meters) + kept < self._plan.max_meters

    def _meet(self, name: str, found: _Found) -> MeterState:
        meter = MeterState(name=name, heard_ms=self.state.clock_ms)
        self._numbers[name] = len(self.state.meters)
        self._spelled[name.lower()] = name
        self.state.meters.append(meter)
        meter.phases = phases_of(meter, self._plan.phases.get(name, ()))
        self._silence.met(meter)
        found.events.append(Event("met", name, meter.heard_ms))
        return meter

    def _take_reading(
        self, name: str, number: int | None, phase: str, observed: Observed
    ) -> bool | Counting | Refused:
        """Put a reading into its second, or what counters say into theirs; False if it was there already."""
        state = self.state
        at = len(state.meters) if number is None else number
        if observed.power_dw is None:
            base = None if number is None else channel_of(state.meters[number], phase).counter
            of = channel_name(name, phase)
            return count(state, self._plan, observed, name=of, number=at, phase=phase, base=base)
        may = self._plan.range_of(name)
        if not may.low_dw <= observed.power_dw <= may.high_dw:
            hint = (
                "" if may.grid or observed.power_dw > 0 else "; only kind = 'grid' in listen.toml may be negative"
            )
            return Refused(Reason.RANGE, f"{observed.power_dw / DW_PER_W:g} W is outside {may}{hint}")
        return place(state, self._plan, at, observed.t_ms, observed.power_dw, timed=observed.timed, phase=phase)

    def _reject(self, entry: Entry, refused: Refused, found: _Found, number: int | None = None) -> None:
        counts = self.state.rejected
        counts[refused.reason] = counts.get(refused.reason, 0) + 1
        if number is not None:
            self.state.meters[number].rejected += 1
        found.rejected.append(rejection_line(entry, refused))

    def _day(self, day: date) -> Day:
        if day not in self._days:
            self._days = dict([*self._days.items()][-1:])
            self._days[day] = self._sources.of_day(day)
        return self._days[day]
