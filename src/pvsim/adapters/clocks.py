"""The wall clock: the only place that asks what time it is."""

from datetime import UTC, datetime

__all__ = ["utc_now"]


def utc_now() -> datetime:
    """The present time in UTC."""
    return datetime.now(UTC)
