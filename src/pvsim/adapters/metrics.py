"""Metrics of a service in Prometheus' text format, by HTTP.

What is shown is read off the session's last state at the moment of the request, so that watching costs the service
next to nothing: it only keeps references.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from pvsim.core.quantities.types import DW_PER_W, Ints
from pvsim.core.session.closed import Closed
from pvsim.core.session.phases import is_silent
from pvsim.core.session.state import SessionState
from pvsim.errors import CannotWriteError, UsageError

if TYPE_CHECKING:
    from prometheus_client.core import Metric

__all__ = ["Metrics", "place_of", "serving"]

_MS = 1_000
_MAX_PORT = 65_535
_POWERS = {"meter": "meter_dw", "pv": "pv_dw", "grid": "grid_dw", "battery": "battery_dw"}


class Metrics:
    """Watches a service, and tells what it has seen; fulfils `listen_ports.Watcher`.

    Args:
        now: Unix time in s; what is late is late by this clock.
        lateness_s: For how long a second stays open anyway.
        state: Where the service goes on; None: it begins.
    """

    def __init__(
        self, now: Callable[[], float] = time.time, *, lateness_s: int = 0, state: SessionState | None = None
    ) -> None:
        self._now, self._lateness_s = now, lateness_s
        self._state = SessionState() if state is None else state
        self._power_w: dict[tuple[str, str], float] = {}
        self._last_utc: dict[str, int] = {}
        self._gaps_s: Counter[str] = Counter()
        self._committed_at = now()
        self._commit_s = 0.0
        self._commits = self._reconnects = 0
        self._connected = True

    # --- what the service shows ---

    def closed(self, closed: Closed, state: SessionState) -> None:
        """See `listen_ports.Watcher.closed`."""
        self._state = state
        for rows in closed.by_day():
            samples = rows.samples
            self._count_gaps(rows.meter, samples.t_utc)
            for quantity, name in _POWERS.items():
                power_dw: Ints | None = getattr(samples, name)
                if power_dw is not None:
                    self._power_w[rows.meter, quantity] = int(power_dw[-1]) / DW_PER_W

    def committed(self, state: SessionState, took_s: float) -> None:
        """See `listen_ports.Watcher.committed`."""
        self._state, self._committed_at = state, self._now()
        self._commit_s += took_s
        self._commits += 1

    def opened(self) -> None:
        """See `listen_ports.Watcher.opened`."""
        self.broker(well=True)

    def said(self, what: str) -> None:
        """See `listen_ports.Watcher.said`."""

    def broker(self, *, well: bool) -> None:
        """Whether the broker can be worked with."""
        self._reconnects += well and not self._connected
        self._connected = well

    def _count_gaps(self, meter: str, t_utc: Ints) -> None:
        """Count the seconds between the rows of a meter that have none."""
        before = self._last_utc.get(meter, int(t_utc[0]) - 1)
        self._gaps_s[meter] += int(np.sum(np.diff(t_utc, prepend=before) - 1))
        self._last_utc[meter] = int(t_utc[-1])

    # --- what Prometheus is told ---

    def collect(self) -> Iterator["Metric"]:
        """The metrics, as `prometheus_client` asks for them."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415 - an extra

        for name, what, value in self._counts():
            yield CounterMetricFamily(name, what, value=value)
        rejected = CounterMetricFamily(
            "pvsim_rejected", "Messages that were rejected, by reason.", labels=["reason"]
        )
        for reason, count in list(self._state.rejected.items()):
            rejected.add_metric([reason], count)
        yield rejected
        gaps = CounterMetricFamily(
            "pvsim_gap_seconds",
            "Seconds without a row between rows, since the service was started.",
            labels=["meter"],
        )
        for meter, seconds in list(self._gaps_s.items()):
            gaps.add_metric([meter], seconds)
        yield gaps
        for name, what, value in self._levels():
            yield GaugeMetricFamily(name, what, value=value)
        power = GaugeMetricFamily(
            "pvsim_power_watts", "Power of the last row; grid: positive imports.", labels=["meter", "quantity"]
        )
        for labels, watts in list(self._power_w.items()):
            power.add_metric(labels, watts)
        yield power

    def _counts(self) -> Iterable[tuple[str, str, float]]:
        """What only grows: name, meaning and value."""
        state = self._state
        return (
            ("pvsim_rows", "Rows written, of all meters.", state.rows),
            ("pvsim_readings", "Readings that are in rows, or will be.", state.readings),
            ("pvsim_duplicates", "Readings that came twice.", state.duplicates),
            ("pvsim_messages", "Messages of the log that are accounted for, ticks among them.", state.messages),
            ("pvsim_ticks", "Ticks of the service itself in the log.", state.ticks),
            ("pvsim_reconnects", "Times that the broker was lost and came back.", self._reconnects),
            ("pvsim_commits", "Checkpoints since the service was started.", self._commits),
            ("pvsim_commit_seconds", "Time that they took.", self._commit_s),
        )

    def _levels(self) -> Iterable[tuple[str, str, float]]:
        """What goes up and down: name, meaning and value."""
        meters, now = self._state.meters, self._now()
        return (
            ("pvsim_meters", "Meters that have been met.", len(meters)),
            ("pvsim_silent_meters", "Those that are silent, or a phase of them.", sum(map(is_silent, meters))),
            ("pvsim_connected", "1 while the broker can be worked with.", int(self._connected)),
            ("pvsim_checkpoint_age_seconds", "Since the last checkpoint.", now - self._committed_at),
            ("pvsim_lag_seconds", "How late seconds are closed, beside the lateness.", self._lag_s(now)),
        )

    def _lag_s(self, now: float) -> float:
        return max(now - self._state.closed_utc - self._lateness_s, 0.0) if self._state.closed_utc else 0.0


def place_of(text: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:9464`, of `:9464` or `9464` on this machine only.

    Raises:
        UsageError: if it is of another form.
    """
    host, _, port = text.rpartition(":")
    if not (
        port.isascii() and port.isdecimal() and len(port) <= len(str(_MAX_PORT)) and 0 < int(port) <= _MAX_PORT
    ):
        what = f"--metrics is a host and a port, not {text!r}"
        raise UsageError(what, where="--metrics", fix="for example --metrics 127.0.0.1:9464")
    return host.removeprefix("[").removesuffix("]") or "127.0.0.1", int(port)


def serving(metrics: Metrics, host: str, port: int) -> Callable[[], None]:
    """Answer requests in a thread of its own; what is returned ends that.

    Raises:
        UsageError: if the extra is not installed.
        CannotWriteError: if the port cannot be listened on.
    """
    try:
        from prometheus_client import CollectorRegistry, start_http_server  # noqa: PLC0415 - an extra
    except ImportError as error:
        what = "--metrics needs prometheus-client, which is not installed"
        raise UsageError(what, where="--metrics", fix="./run again, or: pip install 'pvsim[metrics]'") from error
    registry = CollectorRegistry()
    registry.register(metrics)
    try:
        server, thread = start_http_server(port, addr=host, registry=registry)
    except OSError as error:
        what = f"cannot listen there: {error.strerror or error}"
        fix = "give --metrics another port, or an address of this machine"
        raise CannotWriteError(what, where=f"--metrics {host}:{port}", fix=fix) from error

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end
