"""Heartbeats of a connection to the broker: when to send one, and when the other side is silent for too long."""

__all__ = ["MISSED_HEARTBEATS", "Heartbeats"]

MISSED_HEARTBEATS = 2.5
"""So many intervals of silence end a connection."""


class Heartbeats:
    """What a connection knows of the last bytes in both directions; times are monotonic, in seconds."""

    def __init__(self) -> None:
        self._heard_s: float | None = None
        self._sent_s: float | None = None

    def hear(self, now_s: float) -> None:
        """Note that something came."""
        self._heard_s = now_s

    def too_long_silent_s(self, now_s: float, interval_s: float) -> float | None:
        """How long nothing has come, counted from the first call; None while that is no reason to give up."""
        self._heard_s = now_s if self._heard_s is None else self._heard_s
        silent_s = now_s - self._heard_s
        return silent_s if silent_s > MISSED_HEARTBEATS * interval_s else None

    def is_due(self, now_s: float, interval_s: float) -> bool:
        """Whether to send one now, twice in an interval; it then counts as sent."""
        if self._sent_s is not None and now_s - self._sent_s < interval_s / 2:
            return False
        self._sent_s = now_s
        return True
