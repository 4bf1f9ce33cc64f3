"""The table of time zones on this machine."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

__all__ = ["zone_named"]


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of an IANA name, None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a directory of zones, a path out of the table
        return None
