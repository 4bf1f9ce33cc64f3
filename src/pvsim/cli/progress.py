"""Progress on standard error: a live line on a terminal, a line each tenth elsewhere."""

import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pvsim.app.role_messages import FromRole

__all__ = ["Display"]

_TERMINAL_S, _PIPE_S = 0.1, 5.0
"""Seconds between lines at least: elsewhere than on a terminal a run that is over sooner shows none."""

_TENTHS = 10


class Display:
    """Shows how far a run is.

    Args:
        quiet: Show nothing.

    Attributes:
        broker_s: How long it took until there was a broker.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._start = self._last = time.monotonic()
        self._facts: dict[str, int] = {}
        self._first: dict[str, int] = {}  # a resumed run does not begin with nothing
        self._shown = False
        self._tenths = 0  # that were passed when a line was last written elsewhere than on a terminal
        self.broker_s = 0.0

    def __call__(self, role: str, said: "FromRole") -> None:
        """Take a role's report."""
        import msgspec  # noqa: PLC0415 - as below

        from pvsim.app.ports import BrokerState, ClockState, MeterProgress, ObserverState, SimulatorProgress  # noqa: PLC0415 - as below

        if isinstance(said, BrokerState | ObserverState | ClockState):
            self.say(f"{role}: {said.what}")
        if not isinstance(said, MeterProgress | SimulatorProgress):
            return
        self._facts.update(msgspec.structs.asdict(said))
        self._first = self._facts | self._first
        now = time.monotonic()
        if not self._quiet and self._is_due(now):
            self._last = now
            self._show(now)

    def _is_due(self, now: float) -> bool:
        if self._terminal:
            return now - self._last >= _TERMINAL_S
        done, total = self._progress()
        tenths = done * _TENTHS // total
        if tenths <= self._tenths or now - self._last < _PIPE_S:
            return False
        self._tenths = tenths
        return True

    def _progress(self) -> tuple[int, int]:
        """How many readings are done, of how many."""
        what = "written" if "written" in self._facts else "confirmed"  # of a meter alone
        return self._facts.get(what, 0), max(self._facts.get("total", 0), 1)

    def say(self, text: str) -> None:
        """Tell the user what is being done."""
        if not self._quiet:
            self.clear()
            click.echo(f"· {text}", err=True)

    def show(self, text: str) -> None:
        """Tell how far a step is: in the live line, or now and then where there is no terminal."""
        now = time.monotonic()
        if not self._quiet and now - self._last >= (_TERMINAL_S if self._terminal else _PIPE_S):
            self._last = now
            self._shown = True
            click.echo(f"\r\x1b[K· {text}" if self._terminal else f"· {text}", nl=not self._terminal, err=True)

    def broker_is_there(self) -> None:
        """Count from now on: what it took to fetch and start the broker is not the run's."""
        self.clear()
        self.broker_s = time.monotonic() - self._start
        self._start = self._last = time.monotonic()

    def clear(self) -> None:
        """Take the live line away."""
        if self._shown and self._terminal:
            click.echo("\r\x1b[K", nl=False, err=True)
        self._shown = False

    def _show(self, now: float) -> None:
        facts = self._facts
        done, total = self._progress()
        parts = [f"{done / total:4.0%}"]
        parts += [f"{name} {facts[name]:,}" for name in ("published", "confirmed", "written") if name in facts]
        if new := done - self._first.get("written" if "written" in facts else "confirmed", 0):
            parts.append(f"{new / max(now - self._start, 1e-9):,.0f} readings/s")
        if "t_utc" in facts:
            parts.append(f"{datetime.fromtimestamp(facts['t_utc'], UTC):%Y-%m-%d %H:%M}Z")
        line = "  ".join(parts)
        self._shown = True
        click.echo(f"\r\x1b[K{line}" if self._terminal else line, nl=not self._terminal, err=True)
