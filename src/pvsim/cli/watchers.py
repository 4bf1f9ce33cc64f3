"""Who is shown what a service does: lines for people, metrics, and the manager that started it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from pvsim.adapters.metrics import Metrics, place_of, serving
from pvsim.adapters.service_manager import notify_manager
from pvsim.app.ports import BrokerState

if TYPE_CHECKING:
    from pvsim.app.ports import Notice
    from pvsim.cli.listen_lines import Lines
    from pvsim.core.session.closed import Closed
    from pvsim.core.session.state import SessionState

__all__ = ["Watchers", "watching"]


class Watchers:
    """Shows all of them the same; fulfils `listen_ports.Watcher`.

    Args:
        lines: What people read.
        metrics: What Prometheus reads.
    """

    def __init__(self, lines: "Lines", metrics: Metrics) -> None:
        self._lines, self._metrics = lines, metrics

    def opened(self) -> None:
        """See `listen_ports.Watcher.opened`."""
        self._metrics.opened()
        notify_manager(ready=True, status="reading the log")

    def closed(self, closed: "Closed", state: "SessionState") -> None:
        """See `listen_ports.Watcher.closed`."""
        self._lines.closed(closed, state)
        self._metrics.closed(closed, state)

    def committed(self, state: "SessionState", took_s: float) -> None:
        """See `listen_ports.Watcher.committed`."""
        self._lines.committed(state, took_s)
        self._metrics.committed(state, took_s)

    def said(self, what: str) -> None:
        """See `listen_ports.Watcher.said`."""
        self._lines.said(what)
        notify_manager(status=what)

    def notify(self, notice: "Notice") -> None:
        """Take what is reported of the service and the broker; see `ports.Notify`."""
        self._lines.notify(notice)
        if isinstance(notice, BrokerState):
            self._metrics.broker(well=notice.well)
            notify_manager(status=notice.what)


@contextmanager
def watching(
    lines: "Lines", place: str | None, *, lateness_s: int, state: "SessionState | None" = None
) -> Iterator[Watchers]:
    """Watchers of one service, which goes on from a state.

    Metrics are served at `place`, such as `127.0.0.1:9464`, if one is given.

    Raises:
        UsageError: if the place is none, or what serves it is not installed.
        CannotWriteError: if it is taken.
    """
    metrics = Metrics(lateness_s=lateness_s, state=state)
    with ExitStack() as stack:
        if place is not None:
            stack.callback(serving(metrics, *place_of(place)))
        yield Watchers(lines, metrics)
        notify_manager(stopping=True)
