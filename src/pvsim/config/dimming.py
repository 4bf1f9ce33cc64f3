"""The windows of a run in which devices are dimmed, held against the rules."""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from pvsim.config.zones import zone_of
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.rules.holding import dimming_rule
from pvsim.core.rules.schema import Rules
from pvsim.core.site.dimming import window_utc
from pvsim.core.site.schema import DimmingWindow
from pvsim.errors import UsageError

__all__ = ["DimmedTime", "dimming_of"]

_SHOWN = 3


class DimmedTime(Struct, frozen=True):
    """A time in which heat pumps and the charging of cars are dimmed.

    Attributes:
        start_utc: Its first second (Unix time).
        end_utc: The second after its last.
        limit_kw: The most that each such device takes.
    """

    start_utc: int
    end_utc: int
    limit_kw: float


def dimming_of(
    windows: Sequence[DimmingWindow], timeline: Timeline, rules: Rules, *, named: bool
) -> tuple[DimmedTime, ...]:
    """The windows that touch a run, in order.

    Args:
        windows: Those of the site, whose times are right.
        timeline: Of the run.
        rules: By which devices are dimmed.
        named: Whether the site names them: then a window is refused where they have no rule for it.

    Raises:
        UsageError: if a limit is lower than the rule allows, or there is no rule.
    """
    zone, found, problems = zone_of(timeline.zone), [], []
    for window in windows:
        start, end = window_utc(window, zone)
        if end <= timeline.start_utc or start >= timeline.end_utc:
            continue
        found.append(DimmedTime(start, end, window.limit_kw))
        day = datetime.fromtimestamp(start, UTC).astimezone(zone).date()
        rule = dimming_rule(rules, day)
        if rule is not None and window.limit_kw < rule.least_kw:
            least = f"is less than the {rule.least_kw:g} kW that a device may always take ({rule.source})"
            problems.append(f"dimming from {window.from_}: {window.limit_kw:g} kW {least}")
        elif rule is None and named:
            problems.append(f"dimming from {window.from_}: no rule of {rules.name} allows it on {day}")
    if problems:
        more = [f"and {len(problems) - _SHOWN:,} more"] if len(problems) > _SHOWN else []
        fix = "raise limit_kw under grid.dimming in the site file, or leave the window out"
        raise UsageError("; ".join([*problems[:_SHOWN], *more]), field="site", fix=fix)
    return tuple(sorted(found, key=lambda each: (each.start_utc, each.end_utc, each.limit_kw)))
