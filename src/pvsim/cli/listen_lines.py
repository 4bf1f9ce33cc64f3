"""What a service tells: lines on standard error, or one JSON object a line on standard output."""

import json
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pvsim.app.ports import BrokerState, ObserverState

if TYPE_CHECKING:
    from pvsim.app.ports import Notice
    from pvsim.core.session.closed import Closed, EndedDay, Event
    from pvsim.core.session.state import SessionState

__all__ = ["Lines"]

_REJECTED_S = 10.0
"""Seconds between two lines about one reason why messages are rejected."""

_LIVE_S = 1.0


class Lines:
    """Tells what a service does; fulfils `listen_ports.Watcher`.

    Args:
        quiet: Tell nothing.
        as_json: Tell it as JSON on standard output.
    """

    def __init__(self, *, quiet: bool, as_json: bool) -> None:
        self._quiet, self._as_json = quiet, as_json
        self._terminal = sys.stderr.isatty()
        self._live = False
        self._live_s = 0.0
        self._rejected: Counter[str] = Counter()
        self._told: dict[str, tuple[float, int]] = {}  # of each reason: when, and how many until then

    def opened(self) -> None:
        """See `listen_ports.Watcher.opened`."""

    def said(self, what: str) -> None:
        """See `listen_ports.Watcher.said`."""
        self._tell(what, event="note", what=what)

    def show(self, text: str) -> None:
        """Tell how far a step is that takes a while, on a terminal."""
        if not self._quiet and self._terminal:
            self._live = True
            click.echo(f"\r\x1b[K· {text}", nl=False, err=True)

    def notify(self, notice: "Notice") -> None:
        """Take what is reported of the broker; see `ports.Notify`."""
        if isinstance(notice, BrokerState | ObserverState):
            self._tell(notice.what, event="broker", what=notice.what)

    def closed(self, closed: "Closed", state: "SessionState") -> None:
        """See `listen_ports.Watcher.closed`."""
        for event in closed.events:
            self._event(event)
        for ended in closed.ended:
            self._ended(ended)
        if closed.rejected:
            for line in closed.rejected.splitlines():
                self._reject(json.loads(line))
        self._show_live(state)

    def committed(self, state: "SessionState", took_s: float) -> None:
        """See `listen_ports.Watcher.committed`."""
        del took_s
        self._show_live(state)

    def end(self, state: "SessionState", directory: Path) -> None:
        """Tell what the service has, at its end."""
        rejected = sum(state.rejected.values())
        facts = f"{state.rows:,} rows of {_meters(state)} from {state.messages:,} messages"
        counts = f"{state.duplicates:,} duplicates, {rejected:,} rejected"
        counts += f", {state.lost:,} lost" if state.lost else ""
        incomplete_s = sum(meter.incomplete_s for meter in state.meters)
        outside_s = sum(meter.outside_s for meter in state.meters)
        counts += f", {incomplete_s:,} seconds that lacked a phase" if incomplete_s else ""
        counts += f", {outside_s:,} seconds whose sum of phases was out of range" if outside_s else ""
        self._tell(
            f"stopped: {facts}, {counts}; {directory}",
            event="stopped",
            rows=state.rows,
            meters=len(state.meters),
            messages=state.messages,
            duplicates=state.duplicates,
            rejected=rejected,
            lost=state.lost,
            passed=state.passed,
            incomplete_s=incomplete_s,
            outside_s=outside_s,
            directory=str(directory),
        )

    def _event(self, event: "Event") -> None:
        at = _time(event.at_ms)
        detail = f" {event.detail}" if event.detail else ""
        what = {
            "met": f"meter {event.meter} was met at {at}",
            "silent": f"meter {event.meter} has been silent for a while, at {at}{':' if detail else ''}{detail}",
            "back": f"meter {event.meter} is back at {at}{detail}",
            "counter-reset": f"the counter of meter {event.meter} began again near 0 at {at}",
            "energy-lost": f"meter {event.meter}: energy that is in no row, at {at}:{detail}",
            "phase-missing": f"meter {event.meter}, at {at}:{detail}",
        }.get(event.what, f"{event.meter + ': ' if event.meter else ''}{event.what} at {at}:{detail}")
        self._tell(what, event=event.what, meter=event.meter, t_utc=at, detail=event.detail)

    def _ended(self, ended: "EndedDay") -> None:
        what = f"meter {ended.meter}: {ended.day} is over with {ended.rows:,} rows"
        self._tell(what, event="day", meter=ended.meter, day=ended.day.isoformat(), rows=ended.rows)

    def _reject(self, line: dict[str, Any]) -> None:
        reason = line["reason"]
        self._rejected[reason] += 1
        now, count = time.monotonic(), self._rejected[reason]
        at_s, told = self._told.get(reason, (-_REJECTED_S, 0))
        if now - at_s < _REJECTED_S:
            return
        self._told[reason] = (now, count)
        times = f" ({count - told:,} times)" if count - told > 1 else ""
        what = f"rejected{times}: {reason}: {line['detail']} [{line['routing_key']!r}, offset {line['offset']:,}]"
        self._tell(what, event="rejected", reason=reason, count=count - told, detail=line["detail"])

    def _show_live(self, state: "SessionState") -> None:
        now = time.monotonic()
        if not self._terminal or self._quiet or self._as_json or now - self._live_s < _LIVE_S:
            return
        self._live_s, self._live = now, True
        text = f"{_time(state.clock_ms)}  {_meters(state)}  {state.rows:,} rows"
        click.echo(f"\r\x1b[K{text}", nl=False, err=True)

    def _tell(self, text: str, **facts: Any) -> None:
        if self._as_json:
            click.echo(json.dumps(facts, ensure_ascii=False))
            sys.stdout.flush()
        elif not self._quiet:
            if self._live:
                click.echo("\r\x1b[K", nl=False, err=True)
                self._live = False
            click.echo(f"· {text}", err=True)


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1_000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _meters(state: "SessionState") -> str:
    n = len(state.meters)
    return f"{n:,} meter" if n == 1 else f"{n:,} meters"
