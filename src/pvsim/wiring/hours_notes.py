"""What a user should know of the part of a day that a run is of."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from pvsim.core.quantities.clock_span import ClockSpan

__all__ = ["hours_notes"]

_QUARTER_MIN = 15


def hours_notes(day: "date", tz: str, clock: "ClockSpan | None", name: str = "--hours") -> list[str]:
    """What a part of a day means: times that its clock shows twice, and a quarter of an hour that is cut.

    Args:
        day: The day.
        tz: Its time zone.
        clock: The part; None is a whole day, or its first hours.
        name: What has said it.
    """
    if clock is None:
        return []
    from pvsim.config.zones import zone_of  # noqa: PLC0415 - most runs are of whole days
    from pvsim.core.quantities.clock_span import clock_text  # noqa: PLC0415 - as above
    from pvsim.core.quantities.timeline import Timeline  # noqa: PLC0415 - as above

    whole = Timeline.of_days(day, 1, zone_of(tz))
    edges = {"begins": clock.first_min, "ends": clock.end_min}
    found = [
        f"{name}: the clock shows {clock_text(minute)} twice on {day} in {tz}; the run {what} at the first"
        for what, minute in edges.items()
        if len(whole.instants(minute)) > 1
    ]
    if cut := [clock_text(minute) for minute in edges.values() if minute % _QUARTER_MIN]:
        each = "the quarter of an hour there counts" if len(cut) == 1 else "the quarters of an hour there count"
        found.append(
            f"{name}: {each} in 15-min peaks with the mean of the part that is in the run ({', '.join(cut)})"
        )
    return found
