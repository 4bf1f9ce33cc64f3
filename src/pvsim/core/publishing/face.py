"""What is to be said by MQTT, and when: the newest values only, and all of it again to whoever starts anew.

A subscriber by wildcards gets no retained messages from RabbitMQ, and Home Assistant is one: so it is told again
of all that there is when it says that it has started. Whatever was not sent when newer values come is left out, so
that nothing waits behind a slow connection.
"""

from collections.abc import Iterable

from pvsim.core.publishing.contract import ServiceState, State
from pvsim.core.publishing.discovery import PREFIX, discovery
from pvsim.core.publishing.topics import Publication, availability_topic, publications

__all__ = ["OFFLINE", "ONLINE", "Face"]

ONLINE, OFFLINE = b"online", b"offline"


class Face:
    """What a service shows of itself by MQTT.

    Args:
        service: Name of the service.
        version: Of pvsim.
        prefix: What Home Assistant's discovery topics begin with; None tells it nothing.
    """

    def __init__(self, service: str, version: str, prefix: str | None = PREFIX) -> None:
        self._service, self._version, self._prefix = service, version, prefix
        self._states: dict[str | None, State | ServiceState] = {}
        self._new: set[str | None] = set()
        self._told: set[str] = set()

    @property
    def will(self) -> Publication:
        """What the broker says when the connection is lost."""
        return Publication(availability_topic(self._service), OFFLINE)

    def show(self, states: Iterable[State | ServiceState]) -> None:
        """Take newer states."""
        for state in states:
            of = state.meter if isinstance(state, State) else None
            self._states[of] = state
            self._new.add(of)

    def again(self) -> None:
        """Somebody starts anew: say all once more."""
        self._told.clear()
        self._new = set(self._states)

    def take(self) -> list[Publication]:
        """What is to be sent now: what nobody was told of yet, then values."""
        new = [state for of, state in self._states.items() if of in self._new]
        self._new.clear()
        documents = [document for state in new for document in self._untold(state)]
        return [*documents, *(one for state in new for one in publications(state))]

    def opening(self) -> list[Publication]:
        """What is to be sent on a new connection: that the service runs, and all that there is."""
        self.again()
        return [Publication(availability_topic(self._service), ONLINE), *self.take()]

    def _untold(self, state: State | ServiceState) -> list[Publication]:
        if self._prefix is None:
            return []
        documents = [one for one in discovery(state, self._version, self._prefix) if one.topic not in self._told]
        self._told |= {document.topic for document in documents}
        return documents
