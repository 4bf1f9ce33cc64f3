"""Which meters, and phases of meters, are silent: not heard for long by the log's clock."""

from collections.abc import Iterator

from pvsim.core.session.closed import Event
from pvsim.core.session.phases import channels
from pvsim.core.session.plan import SessionPlan
from pvsim.core.session.state import ChannelState, MeterState, PhaseState, SessionState

__all__ = ["Silence"]

_MS = 1_000
_NEVER_MS = 1 << 62
_NEVER_HEARD = "it has not been heard yet: check its topic"


class Silence:
    """Tells of each meter and phase once that it is silent, and once that it is back.

    Args:
        plan: After how long each counts as silent.
        state: What is known of them; meters that the plan describes are awaited in it until they are heard.
    """

    def __init__(self, plan: SessionPlan, state: SessionState) -> None:
        self._plan, self._state = plan, state
        since_ms, known = state.awaited, {meter.name for meter in state.meters}
        state.awaited = {name: since_ms.get(name, state.clock_ms) for name in plan.forms if name not in known}
        self._due_ms = self._next_due_ms()

    def begin(self) -> None:
        """The log's clock has begun: meters that are described are awaited from now on."""
        self._state.awaited = dict.fromkeys(self._state.awaited, self._state.clock_ms)
        self._due_ms = self._next_due_ms()

    def met(self, meter: MeterState) -> None:
        """A meter has joined."""
        self._state.awaited.pop(meter.name, None)
        self._due_ms = min(self._due_ms, *(self._silent_from_ms(*each) for each in channels(meter)))

    def heard(self, name: str, channel: ChannelState) -> Event | None:
        """A meter or phase is heard; what to tell if it was silent."""
        clock_ms, event = self._state.clock_ms, None
        if channel.silent:
            after_s = (clock_ms - channel.heard_ms) / _MS
            back = Event("back", name, clock_ms, f"after {after_s:,.0f} s")
            event = Event("met", name, clock_ms) if _is_new(channel) else back
            channel.silent, channel.heard_ms = False, clock_ms
            self._due_ms = min(self._due_ms, self._silent_from_ms(name, channel))
        channel.heard_ms = clock_ms
        return event

    def news(self) -> list[Event]:
        """Those that are silent by now, of which it has not been told."""
        plan, clock_ms = self._plan, self._state.clock_ms
        if not plan.silence_s or clock_ms < self._due_ms:
            return []
        events = []
        for name, channel in self._channels():
            if not channel.silent and clock_ms >= self._silent_from_ms(name, channel):
                channel.silent = True
                events.append(Event("silent", name, clock_ms, _NEVER_HEARD if _is_new(channel) else ""))
        for name, since_ms in self._state.awaited.items():
            if since_ms and clock_ms - since_ms >= plan.silence_of(name) * _MS:
                self._state.awaited[name] = 0
                events.append(Event("silent", name, clock_ms, _NEVER_HEARD))
        self._due_ms = self._next_due_ms()
        return events

    def _next_due_ms(self) -> int:
        """Before which time no meter, and no phase of one, can become silent."""
        due_ms = [self._silent_from_ms(*each) for each in self._channels() if not each[1].silent]
        due_ms += [
            since_ms + self._plan.silence_of(name) * _MS
            for name, since_ms in self._state.awaited.items()
            if since_ms
        ]
        return min(due_ms, default=_NEVER_MS)

    def _silent_from_ms(self, name: str, channel: ChannelState) -> int:
        return channel.heard_ms + self._plan.silence_of(name) * _MS

    def _channels(self) -> Iterator[tuple[str, ChannelState]]:
        return (each for meter in self._state.meters for each in channels(meter))


def _is_new(channel: ChannelState) -> bool:
    """Whether it is a phase that has not been heard, of a meter that has."""
    return isinstance(channel, PhaseState) and not channel.readings
