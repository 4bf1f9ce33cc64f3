"""Time zones by name; a wrong name is answered with the nearest ones."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pvsim.errors import UsageError

__all__ = ["zone_of"]


def zone_of(name: str, field: str = "tz") -> ZoneInfo:
    """The time zone of that name, which `field` says.

    Raises:
        UsageError: if there is none, with the nearest names.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        from zoneinfo import available_timezones  # noqa: PLC0415 - reads a directory tree

        from pvsim.core.quantities.zone_names import suggest_zone  # noqa: PLC0415 - only for the message

        fix = suggest_zone(name, available_timezones(), _zones_of_countries())
        raise UsageError(f"`{field}` is a time zone, not {name!r}", field=field, fix=fix) from error


def _zones_of_countries() -> dict[str, list[str]]:
    """The zones of each country, from the tables that come with the time zones."""
    from importlib.resources import files  # noqa: PLC0415 - only for the message

    names, zones = (
        [line.split("\t") for line in (files("tzdata") / "zoneinfo" / table).read_text("utf-8").splitlines()]
        for table in ("iso3166.tab", "zone.tab")
    )
    found: dict[str, list[str]] = {}
    code_names = {row[0]: row[1] for row in names if not row[0].startswith("#")}
    for row in zones:
        if not row[0].startswith("#"):
            found.setdefault(code_names[row[0]], []).append(row[2])
    return found
